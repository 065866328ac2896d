// Chatter: posts, comments and topics (Object Reference "FeedItem", "FeedComment", "ContentDocumentFeed", "Topic",
// "TopicAssignment").

import { field, longText, object, pick, readOnly, reference, required, type SObject, text } from './field.ts';

/** What the sandbox lets people post on. */
const subjects = ['ContentDocument', 'User', 'Account', 'Case', 'Opportunity'];

const postFields = [
  reference('ParentId', subjects, { ...required, updateable: false, cascadeDelete: true }),
  pick('Type', ['TextPost', 'ContentPost'], { restrictedPicklist: true, updateable: false, defaultValue: 'TextPost' }),
  longText('Body', 10_000),
  field('int', 'CommentCount', { ...readOnly, defaultValue: 0 }),
];

export const feedObjects: readonly SObject[] = [
  object({ name: 'FeedItem', keyPrefix: '0D5', nameField: 'Id', fields: postFields }),
  object({
    name: 'ContentDocumentFeed',
    keyPrefix: '0D',
    createable: false,
    updateable: false,
    nameField: 'Id',
    views: ['FeedItem'],
    fields: postFields,
  }),
  object({
    name: 'FeedComment',
    keyPrefix: '0D7',
    nameField: 'Id',
    fields: [
      reference('FeedItemId', 'FeedItem', { ...required, updateable: false, cascadeDelete: true }),
      reference('ParentId', subjects, readOnly),
      pick('CommentType', ['TextComment'], { ...readOnly, defaultValue: 'TextComment' }),
      longText('CommentBody', 10_000),
    ],
  }),
  object({
    name: 'Topic',
    keyPrefix: '0TO',
    fields: [text('Name', 150, required), longText('Description'), field('int', 'TalkingAbout', readOnly)],
  }),
  object({
    name: 'TopicAssignment',
    keyPrefix: '0TA',
    updateable: false,
    nameField: 'Id',
    fields: [
      reference('TopicId', 'Topic', { ...required, cascadeDelete: true }),
      reference('EntityId', [...subjects, 'FeedItem'], { ...required, cascadeDelete: true }),
    ],
  }),
];
