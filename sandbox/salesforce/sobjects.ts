// Records and their descriptions in Salesforce's REST API ("sObject Basic Information", "sObject Describe", "sObject Rows",
// "Describe Global").

import { type Answer, empty, json, mediaType } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { type Field, findField, type SObject, salesforceObjects } from './objects.ts';
import { attributesOf } from './query.ts';
import { type Members, needObject, type SalesforceRecord } from './records.ts';

/** Answers what stands below `/sobjects`; `path` is what follows it, without a slash at its start. */
export function sobjectsApi(call: RestCall, path: string): Answer {
  const { method } = call.request;
  if (path === '') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    const sobjects = salesforceObjects.map((object) => describeBasics(call, object));
    return json(200, { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
  }
  const [name = '', id, ...more] = path.split('/');
  const object = needObject(name);
  if (more.length > 0) throw unknownResource();
  if (id === undefined) {
    if (method === 'POST') return create(call, object);
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
    return json(200, { objectDescribe: describeBasics(call, object), recentItems: [] });
  }
  if (id === 'describe') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    return json(200, { ...describeBasics(call, object), fields: object.fields.map(describeField) });
  }
  const { records } = call.data;
  switch (method) {
    case 'GET':
      return json(200, readRecord(call, object, records.get(object, id)));
    case 'PATCH':
      records.get(object, id);
      records.update(object, id, readBody(call), call.userId);
      return empty(204);
    case 'DELETE':
      records.delete(object, id, call.userId);
      return empty(204);
  }
  throw methodNotAllowed(method, ['DELETE', 'GET', 'HEAD', 'PATCH']);
}

function create(call: RestCall, object: SObject): Answer {
  const record = call.data.records.create(object, readBody(call), call.userId);
  const location = `${call.base}/sobjects/${object.name}/${record['Id']}`;
  return json(201, { id: record['Id'], success: true, errors: [] }, { location });
}

function readBody(call: RestCall): Members {
  if (mediaType(call.request) !== 'application/json') {
    const message = `Content-Type header specified in HTTP request is not supported: ${call.request.headers['content-type'] ?? ''}`;
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  let value: unknown;
  try {
    value = JSON.parse(call.request.body);
  } catch (error) {
    throw new Refusal(400, 'JSON_PARSER_ERROR', `${(error as Error).message} at [line:1, column:1]`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required to be a JSON object.');
  }
  return value as Members;
}

/** All fields, or those that `fields` names. */
function readRecord(call: RestCall, object: SObject, record: SalesforceRecord): object {
  const asked = new URLSearchParams(call.request.query).get('fields');
  const attributes = attributesOf(object, record['Id'] ?? null, call.base);
  if (asked === null) return { attributes, ...record };
  const fields = asked.split(',').map((name) => {
    const field = findField(object, name.trim());
    if (field !== undefined) return field.name;
    throw new Refusal(400, 'INVALID_FIELD', `No such column '${name.trim()}' on sobject of type ${object.name}`);
  });
  // Salesforce adds the id to whatever was asked for.
  const picked = [...new Set([...fields, 'Id'])].map((name) => [name, record[name] ?? null]);
  return { attributes, ...Object.fromEntries(picked) };
}

function describeBasics(call: RestCall, object: SObject): object {
  const url = `${call.base}/sobjects/${object.name}`;
  const { name, label, labelPlural, keyPrefix, createable, updateable, deletable } = object;
  return {
    activateable: false,
    createable,
    custom: false,
    customSetting: false,
    deletable,
    deprecatedAndHidden: false,
    feedEnabled: false,
    keyPrefix,
    label,
    labelPlural,
    layoutable: true,
    mergeable: false,
    name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: true,
    triggerable: true,
    undeletable: true,
    updateable,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

const soapTypes: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
};

function describeField(field: Field): object {
  const { name, label, type, length, nillable, createable, updateable, filterable, defaultValue } = field;
  const isNumber = type === 'double' || type === 'currency' || type === 'percent';
  return {
    aggregatable: filterable,
    autoNumber: name === 'CaseNumber',
    byteLength: length * 3,
    calculated: false,
    caseSensitive: false,
    createable,
    custom: false,
    defaultValue,
    defaultedOnCreate: defaultValue !== null || (!nillable && !createable) || name === 'OwnerId',
    deprecatedAndHidden: false,
    digits: type === 'int' ? 8 : 0,
    externalId: false,
    filterable,
    groupable: filterable && !isNumber && type !== 'datetime',
    idLookup: type === 'id',
    label,
    length,
    name,
    nameField: name === 'Name' || name === 'CaseNumber' || name === 'Title',
    nillable,
    picklistValues: field.picklistValues.map((value) => ({
      active: true,
      defaultValue: value === defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    precision: isNumber ? 18 : 0,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    restrictedPicklist: false,
    scale: isNumber ? 2 : 0,
    soapType: soapTypes[type] ?? 'xsd:string',
    sortable: filterable,
    type,
    unique: type === 'id',
    updateable,
  };
}
