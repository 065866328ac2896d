// The Tooling API: `tooling/query`, and `tooling/sobjects/CustomObject/{id}`, which is all that it has for custom objects
// (Tooling API "CustomObject"); code and remote sites are in tooling-code.ts.

import { type Answer, json } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import type { CustomObject } from './metadata.ts';
import { field, object, readOnly, type SObject, text } from './objects/field.ts';
import { runQuery } from './query.ts';
import { normalId } from './record-id.ts';
import type { SalesforceRecord } from './records.ts';
import { codeApi, codeObjects, deployedRecords } from './tooling-code.ts';

const customObjects: SObject = object({
  name: 'CustomObject',
  keyPrefix: '01I',
  createable: false,
  updateable: false,
  deletable: false,
  nameField: 'DeveloperName',
  fields: [
    text('DeveloperName', 80, readOnly),
    text('NamespacePrefix', 15, readOnly),
    text('Description', 1000, readOnly),
    text('SharingModel', 40, readOnly),
    text('ManageableState', 40, readOnly),
    text('Language', 40, readOnly),
    field('id', 'CustomHelpId', { length: 18, ...readOnly }),
  ],
});

const toolingObjects = [customObjects, ...Object.values(codeObjects)];

/** Answers what stands below `/tooling`. */
export function toolingApi(call: RestCall, path: string): Answer {
  const { method, query } = call.request;
  const base = `${call.base}/tooling`;
  if (path === 'query') {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    const statement = new URLSearchParams(query).get('q') ?? '';
    if (statement.trim() === '') throw new Refusal(400, 'MALFORMED_QUERY', 'A query string has to be specified');
    const rowsOf = (object: SObject) =>
      object === customObjects
        ? call.data.customObjects.all().map(recordOf)
        : deployedRecords(call.data.deployed, object.name);
    const records = { all: rowsOf, lookup: () => undefined };
    const known = (name: string) => toolingObjects.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const found = runQuery(records, statement, base, false, known);
    return json(200, {
      size: found.rows.length,
      totalSize: found.totalSize,
      done: true,
      queryLocator: null,
      entityTypeName: found.object.name === 'CustomObject' ? 'CustomEntityDefinition' : found.object.name,
      records: found.rows,
    });
  }
  const [, name = '', codeId] = /^sobjects\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const answer = codeApi(call, name, codeId);
  if (answer !== undefined) return answer;
  const [, id] = /^sobjects\/CustomObject(?:\/([^/]+))?$/i.exec(path) ?? [undefined, ''];
  if (id === '') throw unknownResource();
  if (id === undefined) {
    if (method === 'POST') {
      const message = 'entity type cannot be inserted: Custom Object';
      throw new Refusal(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message);
    }
    throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
  }
  if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
  const found = call.data.customObjects.all().find((one) => one.id === normalId(id));
  if (found === undefined) {
    throw new Refusal(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${id}`);
  }
  return json(200, {
    attributes: { type: 'CustomObject', url: `${base}/sobjects/CustomObject/${found.id}` },
    ...recordOf(found),
    FullName: found.fullName,
    Metadata: {
      deploymentStatus: 'Deployed',
      description: found.description,
      label: found.label,
      pluralLabel: found.pluralLabel,
      ...(found.fullName.endsWith('__kav')
        ? {}
        : { nameField: { label: `${found.label} Name`, type: 'Text' }, sharingModel: 'ReadWrite' }),
    },
  });
}

/** `Support__Discussion__kav` is `Discussion` of the namespace `Support`. */
function recordOf(custom: CustomObject): SalesforceRecord {
  const [, namespace = null, name = ''] =
    /^(?:([A-Za-z]\w*?)__)?([A-Za-z]\w*?)__(?:c|kav)$/.exec(custom.fullName) ?? [];
  return {
    Id: custom.id,
    IsDeleted: false,
    DeveloperName: name,
    NamespacePrefix: namespace,
    Description: custom.description,
    SharingModel: 'ReadWrite',
    ManageableState: 'unmanaged',
    Language: 'en_US',
    CustomHelpId: null,
    CreatedDate: custom.createdDate,
    CreatedById: null,
    LastModifiedDate: custom.createdDate,
    LastModifiedById: null,
    SystemModstamp: custom.createdDate,
  };
}
