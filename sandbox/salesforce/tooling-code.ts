// Code and remote sites in the Tooling API: "ApexClass", "ApexTrigger" and "RemoteProxy" (a remote site setting), each made
// by POST, read by GET and by query, and deleted by DELETE.

import { type Answer, empty, json } from '../vendor.ts';
import { type ApexClassCode, type ApexTriggerCode, readApexClass, readApexTrigger } from './apex.ts';
import { ApexError } from './apex-reader.ts';
import { readJsonBody } from './body.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal } from './errors.ts';
import { findObject } from './objects/catalog.ts';
import { field, flag, longText, object, pick, readOnly, type SObject, text } from './objects/field.ts';
import { normalId, recordId } from './record-id.ts';
import { dateTime, type Members, type SalesforceRecord } from './records.ts';

/** A class, a trigger or a remote site, with what was read of it. */
interface Component<Code> {
  record: SalesforceRecord;
  code: Code;
}

/** A site that callouts may go to. */
export interface RemoteSite {
  fullName: string;
  url: string;
  isActive: boolean;
  disableProtocolSecurity: boolean;
  description: string | null;
}

/** What was deployed into an organization, the oldest first. */
export interface DeployedCode {
  ApexClass: Component<ApexClassCode>[];
  ApexTrigger: Component<ApexTriggerCode>[];
  RemoteProxy: Component<RemoteSite>[];
  /** How many there ever were, for their ids. */
  made: number;
}

/** An organization into which nobody has deployed anything. */
export function nothingDeployed(): DeployedCode {
  return { ApexClass: [], ApexTrigger: [], RemoteProxy: [], made: 0 };
}

/** Who changes what, and when. */
type Change = Pick<RestCall, 'data' | 'now' | 'userId'>;

type Kind = 'ApexClass' | 'ApexTrigger' | 'RemoteProxy';

const code = [
  text('Name', 255, readOnly),
  text('NamespacePrefix', 15, readOnly),
  field('double', 'ApiVersion', readOnly),
  pick('Status', ['Active', 'Inactive', 'Deleted'], readOnly),
  flag('IsValid', { ...readOnly, defaultValue: true }),
  longText('Body', 1_000_000),
  field('int', 'LengthWithoutComments', readOnly),
];

/** The three as queries see them. */
export const codeObjects: Readonly<Record<Kind, SObject>> = {
  ApexClass: object({ name: 'ApexClass', keyPrefix: '01p', fields: code }),
  ApexTrigger: object({
    name: 'ApexTrigger',
    keyPrefix: '01q',
    fields: [
      ...code,
      text('TableEnumOrId', 40, readOnly),
      ...['Insert', 'Update', 'Delete', 'Undelete'].map((operation) => flag(`UsageAfter${operation}`, readOnly)),
    ],
  }),
  RemoteProxy: object({
    name: 'RemoteProxy',
    keyPrefix: '0rp',
    nameField: 'SiteName',
    fields: [
      text('SiteName', 80, readOnly),
      text('EndpointUrl', 1024, readOnly),
      flag('IsActive', readOnly),
      flag('ProtocolMismatch', readOnly),
      text('Description', 1000, readOnly),
    ],
  }),
};

const kinds = Object.keys(codeObjects) as Kind[];

/** Answers what stands below `/tooling/sobjects/{object}`; undefined when the object is none of these. */
export function codeApi(call: RestCall, name: string, id: string | undefined): Answer | undefined {
  const kind = kinds.find((one) => one.toLowerCase() === name.toLowerCase());
  if (kind === undefined) return undefined;
  const { method } = call.request;
  if (id === undefined) {
    if (method !== 'POST') throw methodNotAllowed(method, ['POST']);
    const record = create(call, kind, readJsonBody(call));
    return json(201, { id: record['Id'], success: true, errors: [], warnings: [], infos: [] });
  }
  const components: Component<unknown>[] = call.data.deployed[kind];
  const found = components.find(({ record }) => record['Id'] === normalId(id));
  if (found === undefined) {
    throw new Refusal(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${id}`);
  }
  switch (method) {
    case 'GET':
      return json(200, {
        attributes: { type: kind, url: `${call.base}/tooling/sobjects/${kind}/${found.record['Id']}` },
        ...found.record,
        ...(kind === 'RemoteProxy' ? siteOf(found.code as RemoteSite) : {}),
      });
    case 'DELETE':
      remove(call, kind, found);
      return empty(204);
  }
  throw methodNotAllowed(method, ['DELETE', 'GET', 'HEAD']);
}

/** Records of one of the three, for a query. */
export function deployedRecords(deployed: DeployedCode, name: string): SalesforceRecord[] {
  const kind = kinds.find((one) => one.toLowerCase() === name.toLowerCase());
  return kind === undefined ? [] : deployed[kind].map(({ record }) => record);
}

function create(call: RestCall, kind: Kind, members: Members): SalesforceRecord {
  switch (kind) {
    case 'ApexClass':
      return createClass(call, members);
    case 'ApexTrigger':
      return createTrigger(call, members);
    case 'RemoteProxy':
      return createSite(call, members);
  }
}

/** Adds a class; members are those of ApexClass. @throws {Refusal} */
export function createClass(call: RestCall, members: Members): SalesforceRecord {
  refuseInActiveOrganization(call);
  const body = needText(members, 'Body');
  const read = compile(() => readApexClass(body));
  refuseOtherName(members, read.name);
  return add(call, 'ApexClass', call.data.deployed.ApexClass, read, codeFields(call, members, read.name, body));
}

/** Adds a trigger; members are those of ApexTrigger. @throws {Refusal} */
export function createTrigger(call: RestCall, members: Members): SalesforceRecord {
  refuseInActiveOrganization(call);
  const body = needText(members, 'Body');
  const table = needText(members, 'TableEnumOrId');
  const read = compile(() => readApexTrigger(body));
  refuseOtherName(members, read.name);
  const triggered = findObject(read.objectName);
  if (triggered === undefined) throw notCompiled(`Invalid SObject type name: ${read.objectName}`);
  if (triggered.name.toLowerCase() !== table.toLowerCase()) {
    const message = `TableEnumOrId: the trigger is on ${read.objectName}, not on ${table}`;
    throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, ['TableEnumOrId']);
  }
  const used = findClass(call.data.deployed, read.className);
  if (used === undefined) throw notCompiled(`Variable does not exist: ${read.className}`);
  if (!used.code.methods.has(read.methodName.toLowerCase())) {
    const signature = `void ${read.methodName}(List<${triggered.name}>, String)`;
    throw notCompiled(`Method does not exist or incorrect signature: ${signature} from the type ${used.code.name}`);
  }
  return add(call, 'ApexTrigger', call.data.deployed.ApexTrigger, read, {
    ...codeFields(call, members, read.name, body),
    TableEnumOrId: triggered.name,
    UsageAfterInsert: read.operations.includes('insert'),
    UsageAfterUpdate: read.operations.includes('update'),
    UsageAfterDelete: read.operations.includes('delete'),
    UsageAfterUndelete: read.operations.includes('undelete'),
  });
}

/** The site comes as `FullName` and `Metadata`, whose members are those of the Metadata API's RemoteSiteSetting. */
function createSite(call: RestCall, members: Members): SalesforceRecord {
  const metadata = members['Metadata'];
  if (typeof metadata !== 'object' || metadata === null) {
    const message = 'You must provide a valid Metadata field for RemoteProxy';
    throw new Refusal(400, 'REQUIRED_FIELD_MISSING', message, []);
  }
  return addSite(call, { ...metadata, fullName: members['FullName'] });
}

/** Adds a remote site; members are those of RemoteSiteSetting. @throws {Refusal} */
export function addSite(call: Change, given: Members): SalesforceRecord {
  const fullName = needText(given, 'fullName');
  if (!/^[A-Za-z](?:_?[A-Za-z0-9])*$/.test(fullName)) {
    const message =
      'The Remote Site Name can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, not include spaces, not end with an underscore, and not contain two consecutive underscores.';
    throw new Refusal(400, 'INVALID_FIELD', message, ['FullName']);
  }
  const url = needText(given, 'url');
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', `Remote Site URL: ${url} is no URL`, ['url']);
  }
  const site: RemoteSite = {
    fullName,
    url,
    isActive: given['isActive'] === true,
    disableProtocolSecurity: given['disableProtocolSecurity'] === true,
    description: typeof given['description'] === 'string' ? given['description'] : null,
  };
  return add(call, 'RemoteProxy', call.data.deployed.RemoteProxy, site, {
    SiteName: fullName,
    EndpointUrl: url,
    IsActive: site.isActive,
    ProtocolMismatch: site.disableProtocolSecurity,
    Description: site.description,
  });
}

/** Deletes the remote site of this name; whether there was one. */
export function removeSite(deployed: DeployedCode, fullName: string): boolean {
  const at = deployed.RemoteProxy.findIndex(({ code }) => code.fullName.toLowerCase() === fullName.toLowerCase());
  if (at >= 0) deployed.RemoteProxy.splice(at, 1);
  return at >= 0;
}

function siteOf({ fullName, ...metadata }: RemoteSite): object {
  return { FullName: fullName, Metadata: { ...metadata, urls: null } };
}

function add<Code>(
  { data, now, userId }: Change,
  kind: Kind,
  components: Component<Code>[],
  code: Code,
  fields: SalesforceRecord,
): SalesforceRecord {
  const { nameField, keyPrefix } = codeObjects[kind];
  const name = String(fields[nameField]).toLowerCase();
  if (components.some(({ record }) => String(record[nameField]).toLowerCase() === name)) {
    const message = 'duplicate value found: <unknown> duplicates value on record with id: <unknown>';
    throw new Refusal(400, 'DUPLICATE_VALUE', message, []);
  }
  data.deployed.made += 1;
  const time = dateTime(now);
  const record = {
    Id: recordId(keyPrefix, data.deployed.made),
    IsDeleted: false,
    ...fields,
    CreatedDate: time,
    CreatedById: userId,
    LastModifiedDate: time,
    LastModifiedById: userId,
    SystemModstamp: time,
  };
  components.push({ record, code });
  return record;
}

function remove(call: RestCall, kind: Kind, found: Component<unknown>): void {
  const { deployed } = call.data;
  if (kind !== 'RemoteProxy') refuseInActiveOrganization(call);
  if (kind === 'ApexClass') {
    const { name } = found.code as ApexClassCode;
    const user = deployed.ApexTrigger.find(({ code }) => code.className.toLowerCase() === name.toLowerCase());
    if (user !== undefined) {
      const message = `This apex class is referenced elsewhere in salesforce.com.  Remove the usage and try again. : Apex Trigger - ${user.code.name}`;
      throw new Refusal(400, 'DELETE_FAILED', message, []);
    }
  }
  const components: Component<unknown>[] = deployed[kind];
  components.splice(components.indexOf(found), 1);
}

/** The class of this name, in any case. */
export function findClass(deployed: DeployedCode, name: string): Component<ApexClassCode> | undefined {
  return deployed.ApexClass.find((one) => one.code.name.toLowerCase() === name.toLowerCase());
}

/** "Considerations for CRUD Operations in Active Orgs": there Apex comes by deploy(), with tests. */
function refuseInActiveOrganization(call: RestCall): void {
  if (!call.isActiveOrganization) return;
  const message = 'Save or update not supported in active organizations';
  throw new Refusal(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message, []);
}

function codeFields(call: RestCall, members: Members, name: string, body: string): SalesforceRecord {
  const ownVersion = Number(/v(\d+)\.0$/.exec(call.base)?.[1]);
  return {
    Name: name,
    NamespacePrefix: null,
    ApiVersion: typeof members['ApiVersion'] === 'number' ? members['ApiVersion'] : ownVersion,
    Status: members['Status'] === 'Inactive' ? 'Inactive' : 'Active',
    IsValid: true,
    Body: body,
    LengthWithoutComments: body.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '').length,
  };
}

function compile<Code>(read: () => Code): Code {
  try {
    return read();
  } catch (error) {
    if (error instanceof ApexError) throw notCompiled(error.message);
    throw error;
  }
}

function notCompiled(message: string): Refusal {
  return new Refusal(400, 'INVALID_INPUT', message, []);
}

function refuseOtherName(members: Members, name: string): void {
  const given = members['Name'];
  if (given === undefined || String(given).toLowerCase() === name.toLowerCase()) return;
  throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', `Name: the code is named ${name}, not ${given}`, ['Name']);
}

function needText(members: Members, name: string): string {
  const value = members[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new Refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${name}]`, [name]);
}
