// Records in Salesforce's REST API: "sObject Basic Information", "sObject Rows", "sObject Blob Retrieve", "sObject
// Relationships", "Describe Global", "sObject Describe".

import { type Answer, empty, json } from '../vendor.ts';
import { readRecordBody } from './body.ts';
import type { RestCall } from './call.ts';
import { addVersion, createDocument, mimeTypeOf, splitFileName } from './content-versions.ts';
import { describeBasics, describeObject } from './describe.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { createArticle, deleteArticleVersion, isArticleType } from './knowledge.ts';
import { childRelationships, findField, objectOfId, salesforceObjects } from './objects/catalog.ts';
import type { Field, SObject } from './objects/field.ts';
import { attributesOf, writtenValue } from './query.ts';
import { type Members, needObject, type SalesforceRecord } from './records.ts';

/** Answers what stands below `/sobjects`; `path` is what follows it, without a slash at its start. */
export function sobjectsApi(call: RestCall, path: string): Answer {
  const { method } = call.request;
  if (path === '') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    const sobjects = salesforceObjects.map((object) => describeBasics(object, call.base));
    return json(200, { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
  }
  const [name = '', id, related, ...more] = path.split('/');
  const object = needObject(name);
  if (more.length > 0) throw unknownResource();
  if (id === undefined) {
    if (method === 'POST') return create(call, object);
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
    return json(200, { objectDescribe: describeBasics(object, call.base), recentItems: [] });
  }
  if (id === 'describe' && related === undefined) {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    return json(200, describeObject(object, call.base));
  }
  return related === undefined ? row(call, object, id) : relatedTo(call, object, id, related);
}

function row(call: RestCall, object: SObject, id: string): Answer {
  const { records } = call.data;
  switch (call.request.method) {
    case 'GET':
      return json(200, readRecord(call, object, records.get(object, id)));
    case 'PATCH':
      records.get(object, id);
      update(call, object, id);
      return empty(204);
    case 'DELETE':
      if (isArticleType(object)) deleteArticleVersion(call, records.get(object, id));
      records.delete(object, id, call.userId);
      return empty(204);
  }
  throw methodNotAllowed(call.request.method, ['DELETE', 'GET', 'HEAD', 'PATCH']);
}

function create(call: RestCall, object: SObject): Answer {
  const { records } = call.data;
  const { members, fileName, contentType } = readRecordBody(call);
  const record =
    object.name === 'ContentVersion'
      ? createVersion(call, object, members, fileName)
      : isArticleType(object)
        ? createArticle(call, object, members)
        : records.create(object, members, call.userId);
  if (object.name === 'Attachment') {
    record['BodyLength'] = records.blob(record, 'Body')?.size ?? 0;
    record['ContentType'] ??= contentType ?? null;
  }
  const location = `${call.base}/sobjects/${object.name}/${record['Id']}`;
  return json(201, { id: record['Id'], success: true, errors: [] }, { location });
}

function update(call: RestCall, object: SObject, id: string): void {
  const { records } = call.data;
  records.update(object, id, readRecordBody(call).members, call.userId);
  const record = records.get(object, id);
  if (object.name === 'Attachment') record['BodyLength'] = records.blob(record, 'Body')?.size ?? 0;
  if (object.name === 'ContentVersion' && record['IsLatest'] === true) {
    const document = records.lookup(String(record['ContentDocumentId']));
    if (document !== undefined) {
      Object.assign(document, { Title: record['Title'], Description: record['Description'] });
    }
  }
}

/** A version without a document makes one; the title is the file's name unless it is given ("ContentVersion"). */
function createVersion(
  call: RestCall,
  object: SObject,
  members: Members,
  fileName: string | undefined,
): SalesforceRecord {
  const { records } = call.data;
  const given = new Map(Object.entries(members).map(([name, value]) => [name.toLowerCase(), value]));
  const path = String(given.get('pathonclient') ?? fileName ?? given.get('title') ?? '');
  const named = path === '' || given.has('title') ? members : { ...members, Title: splitFileName(path).base };
  const { values, blobs } = records.read(object, named);
  const content = blobs.get('VersionData');
  if (content === undefined || path === '') {
    const missing = [...(content === undefined ? ['VersionData'] : []), ...(path === '' ? ['PathOnClient'] : [])];
    const message = `Required fields are missing: [${missing.join(', ')}]`;
    throw new Refusal(400, 'REQUIRED_FIELD_MISSING', message, missing);
  }
  const documentId = values['ContentDocumentId'] ?? null;
  if (documentId !== null && (values['FirstPublishLocationId'] ?? null) !== null) {
    const message = 'You cannot specify a First Publish Location for a new version of an existing document.';
    throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, ['FirstPublishLocationId']);
  }
  const textOf = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const document =
    documentId === null
      ? createDocument(records, call.userId, call.now)
      : records.get(needObject('ContentDocument'), String(documentId));
  const version = {
    title: String(values['Title']),
    description: textOf('Description'),
    reasonForChange: textOf('ReasonForChange'),
    fileName: path.replace(/^.*[\\/]/, ''),
    content,
    firstPublishLocationId: textOf('FirstPublishLocationId'),
  };
  return addVersion(records, document, version, call.userId, call.now);
}

/** What a record leads to: the bytes of a field, the record that a reference names, or its children. */
function relatedTo(call: RestCall, object: SObject, id: string, name: string): Answer {
  const { method } = call.request;
  const record = call.data.records.get(object, id);
  const field = findField(object, name);
  if (field?.type === 'base64') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    return blob(call, record, field);
  }
  const isNamed = (other: string | null) => other?.toLowerCase() === name.toLowerCase();
  const parent = object.fields.find((one) => isNamed(one.relationshipName));
  if (parent !== undefined) {
    const target = call.data.records.lookup(String(record[parent.name] ?? ''));
    const targetObject = objectOfId(target?.['Id']);
    if (target === undefined || targetObject === undefined) throw unknownResource();
    return row(call, targetObject, String(target['Id']));
  }
  const children = childRelationships(object).find((one) => isNamed(one.name));
  if (children === undefined) throw unknownResource();
  if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
  const rows = call.data.records
    .all(children.child)
    .filter((one) => one['IsDeleted'] !== true && one[children.field.name] === record['Id'])
    .map((one) => readRecord(call, children.child, one));
  return json(200, { done: true, totalSize: rows.length, records: rows });
}

function blob(call: RestCall, record: SalesforceRecord, field: Field): Answer {
  const content = call.data.records.blob(record, field.name);
  if (content === undefined) throw unknownResource();
  const type = record['ContentType'] ?? mimeTypeOf(record['FileExtension']) ?? 'application/octet-stream';
  return { status: 200, headers: { 'content-type': String(type) }, body: content };
}

/** All fields, or those that `fields` names. */
function readRecord(call: RestCall, object: SObject, record: SalesforceRecord): object {
  const asked = new URLSearchParams(call.request.query).get('fields');
  const attributes = attributesOf(object, record['Id'] ?? null, call.base);
  const write = (field: Field) => [field.name, writtenValue(object, record, field, call.base)] as const;
  if (asked === null) return { attributes, ...Object.fromEntries(object.fields.map(write)) };
  const fields = asked.split(',').map((name) => {
    const field = findField(object, name.trim());
    if (field !== undefined) return field;
    throw new Refusal(400, 'INVALID_FIELD', `No such column '${name.trim()}' on sobject of type ${object.name}`);
  });
  // Salesforce adds the id to whatever was asked for.
  const id = object.fields.filter((field) => field.type === 'id');
  return { attributes, ...Object.fromEntries([...new Set([...fields, ...id])].map(write)) };
}
