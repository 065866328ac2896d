// Chatter feeds ("Feed Elements, Post and Search", "Feed Element", "Feed Elements Capability, Comments Items", "Comment",
// "Record Feed Items"): posts on records and their comments.

import { type Answer, empty, json } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { connectDate, inputOf, referenceTo, textMember, tokenPage, userOf } from './connect-pages.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { needObject, type SalesforceRecord } from './records.ts';

const posts = needObject('FeedItem');
const comments = needObject('FeedComment');

/** Bodies of posts and comments have at most so many characters. */
const longestBody = 10_000;
const postsOfPage = 25;
const commentsOfPage = 3;
const commentOrders = ['CreatedDateLatestAsc', 'CreatedDateOldestAsc', 'Relevance'];

/** Answers what stands below `/chatter/`. */
export function chatterApi(call: RestCall, path: string): Answer {
  if (path === 'feed-elements') return newPost(call);
  const [, recordId] = /^feeds\/record\/([^/]+)\/feed-elements$/.exec(path) ?? [];
  if (recordId !== undefined) return recordFeed(call, recordId);
  const [, postId, items] = /^feed-elements\/([^/]+)(\/capabilities\/comments\/items)?$/.exec(path) ?? [];
  if (postId !== undefined) {
    const post = call.data.records.get(posts, postId);
    return items === undefined ? onePost(call, post) : commentItems(call, post);
  }
  const [, commentId] = /^comments\/([^/]+)$/.exec(path) ?? [];
  if (commentId === undefined) throw unknownResource();
  return oneComment(call, call.data.records.get(comments, commentId));
}

function newPost(call: RestCall): Answer {
  if (call.request.method !== 'POST') throw methodNotAllowed(call.request.method, ['GET', 'HEAD', 'POST']);
  const input = inputOf(call.request);
  if (input['feedElementType'] !== 'FeedItem') {
    const message = `Illegal value for feedElementType: ${input['feedElementType'] ?? 'null'}`;
    throw new Refusal(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', message);
  }
  const subject = textMember(input, 'subjectId');
  if (subject === undefined) throw new Refusal(400, 'MISSING_ARGUMENT', 'subjectId is required.');
  const members = { ParentId: subject === 'me' ? call.userId : subject, Body: bodyOf(input) };
  return json(201, postAnswer(call, call.data.records.create(posts, members, call.userId)));
}

function recordFeed(call: RestCall, recordId: string): Answer {
  if (call.request.method !== 'GET') throw methodNotAllowed(call.request.method, ['GET', 'HEAD']);
  const subject = call.data.records.lookup(recordId);
  if (subject === undefined || subject['IsDeleted'] === true) throw unknownResource();
  const found = living(call, posts).filter((post) => post['ParentId'] === subject['Id']);
  const path = `chatter/feeds/record/${recordId}/feed-elements`;
  const { rows, urls } = tokenPage(call, path, found.reverse(), postsOfPage);
  return json(200, { ...urls, elements: rows.map((post) => postAnswer(call, post)) });
}

function onePost(call: RestCall, post: SalesforceRecord): Answer {
  const { records } = call.data;
  const { method } = call.request;
  switch (method) {
    case 'GET':
      return json(200, postAnswer(call, post));
    case 'PATCH':
      records.update(posts, String(post['Id']), { Body: bodyOf(inputOf(call.request)) }, call.userId);
      return json(200, postAnswer(call, post));
    case 'DELETE':
      records.delete(posts, String(post['Id']), call.userId);
      return empty(204);
  }
  throw methodNotAllowed(method, ['GET', 'HEAD', 'PATCH', 'DELETE']);
}

function commentItems(call: RestCall, post: SalesforceRecord): Answer {
  const { method } = call.request;
  switch (method) {
    case 'GET':
      return json(200, commentPage(call, post));
    case 'POST': {
      const members = { FeedItemId: post['Id'], CommentBody: bodyOf(inputOf(call.request)) };
      const comment = call.data.records.create(comments, members, call.userId);
      comment['ParentId'] = post['ParentId'] ?? null;
      post['CommentCount'] = Number(post['CommentCount']) + 1;
      return json(201, commentAnswer(call, comment));
    }
  }
  throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
}

/** The newest page comes first, the older comments after it, unless `sort` is `CreatedDateOldestAsc` (version 44 and later). */
function commentPage(call: RestCall, post: SalesforceRecord): object {
  const sort = new URLSearchParams(call.request.query).get('sort') ?? 'CreatedDateLatestAsc';
  if (!commentOrders.includes(sort)) {
    throw new Refusal(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', `Illegal value for query parameter sort: ${sort}`);
  }
  const oldestFirst = sort === 'CreatedDateOldestAsc' && Number(/v(\d+)/.exec(call.base)?.[1]) >= 44;
  const found = living(call, comments).filter((comment) => comment['FeedItemId'] === post['Id']);
  const path = `chatter/feed-elements/${post['Id']}/capabilities/comments/items`;
  const { rows, urls } = tokenPage(call, path, oldestFirst ? found : found.toReversed(), commentsOfPage);
  const items = (oldestFirst ? rows : rows.toReversed()).map((comment) => commentAnswer(call, comment));
  return { ...urls, items, total: found.length };
}

function oneComment(call: RestCall, comment: SalesforceRecord): Answer {
  const { records } = call.data;
  const id = String(comment['Id']);
  const { method } = call.request;
  switch (method) {
    case 'GET':
      return json(200, commentAnswer(call, comment));
    case 'PATCH':
      records.update(comments, id, { CommentBody: bodyOf(inputOf(call.request)) }, call.userId);
      return json(200, commentAnswer(call, comment));
    case 'DELETE': {
      records.delete(comments, id, call.userId);
      const post = records.lookup(String(comment['FeedItemId']));
      if (post !== undefined) post['CommentCount'] = Number(post['CommentCount']) - 1;
      return empty(204);
    }
  }
  throw methodNotAllowed(method, ['GET', 'HEAD', 'PATCH', 'DELETE']);
}

/** The text of a Message Body Input, or of the parameter `text`. */
function bodyOf(input: Readonly<Record<string, unknown>>): string {
  const body = (input['body'] ?? {}) as Record<string, unknown>;
  const segments = Array.isArray(body['messageSegments']) ? body['messageSegments'] : [];
  const words = segments.map((segment: Record<string, unknown>) => textMember(segment, 'text') ?? '').join('');
  const text = textMember(input, 'text') ?? words;
  if (text.trim() === '') {
    throw new Refusal(400, 'POST_BODY_PARSE_ERROR', 'The body of the post or comment has no text.');
  }
  if (text.length > longestBody) {
    throw new Refusal(400, 'STRING_TOO_LONG', `Body: data value too large (max length=${longestBody})`, ['Body']);
  }
  return text;
}

function living(call: RestCall, object: typeof posts): SalesforceRecord[] {
  return call.data.records.all(object).filter((record) => record['IsDeleted'] !== true);
}

/** Feed Item Body. */
function messageOf(text: unknown): object {
  return { isRichText: false, messageSegments: [{ htmlTag: null, text, type: 'Text' }], text };
}

/** Feed Item. */
function postAnswer(call: RestCall, post: SalesforceRecord): object {
  const { query, ...request } = call.request;
  return {
    actor: userOf(call, post['CreatedById']),
    body: messageOf(post['Body']),
    capabilities: { comments: { page: commentPage({ ...call, request: { ...request, query: '' } }, post) } },
    createdDate: connectDate(post['CreatedDate']),
    feedElementType: 'FeedItem',
    id: post['Id'],
    modifiedDate: connectDate(post['LastModifiedDate']),
    parent: referenceTo(call, 'records', post['ParentId']),
    type: post['Type'],
    url: `${call.base}/chatter/feed-elements/${post['Id']}`,
  };
}

/** Comment. */
function commentAnswer(call: RestCall, comment: SalesforceRecord): object {
  const post = `${call.base}/chatter/feed-elements/${comment['FeedItemId']}`;
  return {
    body: messageOf(comment['CommentBody']),
    capabilities: {},
    clientInfo: null,
    createdDate: connectDate(comment['CreatedDate']),
    feedElement: { id: comment['FeedItemId'], url: post },
    id: comment['Id'],
    isDeleteRestricted: false,
    likes: { currentPageUrl: null, items: [], nextPageUrl: null, total: 0 },
    myLike: null,
    parent: referenceTo(call, 'records', comment['ParentId']),
    threadLevel: 0,
    threadParentId: null,
    type: comment['CommentType'],
    url: `${call.base}/chatter/comments/${comment['Id']}`,
    user: userOf(call, comment['CreatedById']),
  };
}
