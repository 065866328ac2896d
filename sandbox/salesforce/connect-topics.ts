// Topics on records ("Topics on Records Resource"): read, added, replaced and taken away.

import { type Answer, empty, json } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { connectDate, inputOf, textMember } from './connect-pages.ts';
import { methodNotAllowed, Refusal } from './errors.ts';
import { needObject, type SalesforceRecord } from './records.ts';

const topics = needObject('Topic');
const assignments = needObject('TopicAssignment');

/** A record has at most so many topics. */
const mostTopics = 100;

/** Answers `/connect/records/{id}/topics`. */
export function recordTopics(call: RestCall, recordId: string): Answer {
  const record = call.data.records.lookup(recordId);
  if (record === undefined || record['IsDeleted'] === true) {
    throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
  }
  const id = String(record['Id']);
  const input = inputOf(call.request);
  const { method } = call.request;
  switch (method) {
    case 'GET':
      return json(200, topicsOf(call, id));
    case 'POST': {
      const topic = topicOf(call, input);
      if (!assignmentsOf(call, id).some((one) => one['TopicId'] === topic['Id'])) assign(call, id, topic);
      return json(201, topicAnswer(call, topic));
    }
    case 'PUT': {
      const names = namesOf(input);
      for (const one of assignmentsOf(call, id)) call.data.records.delete(assignments, String(one['Id']), call.userId);
      for (const name of names) assign(call, id, topicNamed(call, name));
      return json(200, topicsOf(call, id));
    }
    case 'DELETE': {
      const found = assignmentsOf(call, id).find((one) => one['TopicId'] === input['topicId']);
      if (found === undefined) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
      call.data.records.delete(assignments, String(found['Id']), call.userId);
      return empty(204);
    }
  }
  throw methodNotAllowed(method, ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);
}

/** Topic Collection: the topics of a record. */
export function topicsOf(call: RestCall, recordId: string): object {
  const found = assignmentsOf(call, recordId).map((one) =>
    topicAnswer(call, call.data.records.get(topics, String(one['TopicId']))),
  );
  const url = `${call.base}/connect/records/${recordId}/topics`;
  return { currentPageUrl: url, nextPageUrl: null, topics: found, total: found.length };
}

function assignmentsOf(call: RestCall, recordId: string): SalesforceRecord[] {
  return call.data.records.all(assignments).filter((one) => one['IsDeleted'] !== true && one['EntityId'] === recordId);
}

function namesOf(input: Readonly<Record<string, unknown>>): Set<string> {
  const { topicNames } = input;
  if (!Array.isArray(topicNames)) throw new Refusal(400, 'MISSING_ARGUMENT', 'topicNames is required.');
  const names = new Map(topicNames.map((name) => [String(name).trim().toLowerCase(), String(name).trim()]));
  if (names.size > mostTopics) {
    throw new Refusal(400, 'LIMIT_EXCEEDED', `You can assign up to ${mostTopics} topics to a record.`);
  }
  for (const name of names.values()) checkName(name);
  return new Set(names.values());
}

function checkName(name: string): void {
  if (name === '') throw new Refusal(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [Name]', ['Name']);
  if (name.length <= 150) return;
  throw new Refusal(400, 'STRING_TOO_LONG', `Topic Name: data value too large: ${name} (max length=150)`, ['Name']);
}

function topicOf(call: RestCall, input: Readonly<Record<string, unknown>>): SalesforceRecord {
  const id = textMember(input, 'topicId');
  if (id !== undefined) return call.data.records.get(topics, id);
  const name = textMember(input, 'topicName')?.trim();
  if (name === undefined) throw new Refusal(400, 'MISSING_ARGUMENT', 'Either topicId or topicName is required.');
  checkName(name);
  return topicNamed(call, name);
}

/** The topic of this name, in any case, made if there is none. */
function topicNamed(call: RestCall, name: string): SalesforceRecord {
  const { records } = call.data;
  const isNamed = (topic: SalesforceRecord) => String(topic['Name']).toLowerCase() === name.toLowerCase();
  const found = records.all(topics).find((topic) => topic['IsDeleted'] !== true && isNamed(topic));
  return found ?? records.create(topics, { Name: name }, call.userId);
}

function assign(call: RestCall, recordId: string, topic: SalesforceRecord): void {
  call.data.records.create(assignments, { EntityId: recordId, TopicId: topic['Id'] }, call.userId);
}

function topicAnswer(call: RestCall, topic: SalesforceRecord): object {
  return {
    createdDate: connectDate(topic['CreatedDate']),
    description: topic['Description'],
    id: topic['Id'],
    name: topic['Name'],
    nonLocalizedName: topic['Name'],
    talkingAbout: topic['TalkingAbout'] ?? 0,
    url: `${call.base}/connect/topics/${topic['Id']}`,
  };
}
