// Made-up settings, calls and vendor answers that reach every part of a resource's definition.

import type { DocumentParameter, DocumentResource, DocumentSetting, ElementDocument } from './element-document.ts';
import { givesRows, pathBelowHub, variantsOf } from './element-document.ts';
import type { RecorderAnswer } from './recorder.ts';

/** A file that is uploaded. */
export interface MadeFile {
  field: string;
  fileName: string;
  text: string;
}

/** The body of a made-up call. */
export type MadeBody =
  | { kind: 'none' }
  | { kind: 'json'; value: Record<string, unknown> }
  | { kind: 'multipart'; fields: Record<string, string>; file: MadeFile | undefined };

/** A call as a client makes it. */
export interface MadeCall {
  /** what is special about it */
  name: string;
  method: string;
  pathVariables: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: MadeBody;
  /** what its `where` says */
  conditions: MadeCondition[];
}

/** A condition of a made-up `where`. */
export interface MadeCondition {
  attribute: string;
  operator: '=';
  value: string;
}

/** The vendor's word for the next page in every made-up answer. */
export const nextCursor = 'next-7';

/** The `where` of made-up calls, unless a resource has a form for certain fields. */
const madeConditions: MadeCondition[] = [
  { attribute: 'alpha', operator: '=', value: 'one two' },
  { attribute: 'beta', operator: '=', value: 'größe' },
];

/** The fields that a made-up vendor describes any object with. */
export const describedFields = ['Id', 'Made__c'];

/** What the platform sets or reads itself. */
const platformSetting =
  /^(event\.|bulk\.|pagination|oauth\.|filter\.response|default\.select|allow\.select|instance\.variables|authentication\.|expires_in|base\.url)/;

/** Settings for everything that is asked for and has no default, placeholders of the base URL included. */
export function madeSettings(document: ElementDocument): Record<string, string> {
  const { configuration, authentication, valence } = document;
  const made: Record<string, string> = {};
  const base = configuration.find(({ key }) => key === 'base.url')?.defaultValue ?? '';
  const [hostPart = ''] = /^https?:\/\/[^/]*/.exec(base) ?? [];
  const [, leading = ''] = /^\{([^}]*)\}/.exec(base) ?? [];
  const address = document.parameters?.find(
    ({ type, vendorType, vendorName }) => type === 'configuration' && vendorType === 'path' && vendorName === leading,
  );
  if (base === '') made['base.url'] = 'https://vendor.example.test/api';
  for (const setting of configuration) {
    const { key, internal, required, defaultValue } = setting;
    if ((defaultValue ?? '') !== '' || (internal === true && required !== true) || platformSetting.test(key)) continue;
    if (key === leading || key === address?.name) made[key] = 'https://site.example.test';
    else made[key] = hostPart.includes(`{${key}}`) ? 'made-site' : madeSetting(setting);
  }
  if (valence?.siteAddress !== undefined) {
    const { setting, fills = {} } = valence.siteAddress;
    const site = madeSite(valence.siteAddress);
    made[setting] = site;
    for (const [key, text] of Object.entries(fills)) made[key] = text.replaceAll(`{${setting}}`, site);
  }
  if (authentication.type.startsWith('oauth')) {
    Object.assign(made, { 'oauth.api.key': 'made-client', 'oauth.api.secret': 'made-client-secret' });
    made['oauth.callback.url'] = 'https://app.example.test/callback';
    made['oauth.user.token'] = 'made-access-token';
    made[authentication.type === 'oauth1' ? 'oauth.user.token.secret' : 'oauth.user.refresh_token'] =
      'made-second-token';
  }
  return made;
}

function madeSetting({ key, type }: DocumentSetting): string {
  if (type?.startsWith('BOOLEAN') === true) return 'true';
  return /url$/i.test(key) ? `https://made.example.test/${key}` : `made ${key}`;
}

function madeSite({ form, suffixes }: NonNullable<NonNullable<ElementDocument['valence']>['siteAddress']>): string {
  if (form === 'label') return 'made-site';
  return form === 'host' ? `made-site${suffixes[0]}` : `https://made-site${suffixes[0]}`;
}

/**
 * The calls of a resource: with everything that it declares, with no more than it requires, and a later page. `followers`
 * are the resources that run after it and read the same body.
 */
export function madeCalls(resource: DocumentResource, followers: readonly DocumentResource[]): MadeCall[] {
  const bodies = followers.flatMap(({ parameters }) => parameters ?? []).filter(({ type }) => /^body/.test(type));
  const filtered = variantsOf(resource).flatMap((variant) => variant.parameters ?? []);
  const declared = [...(resource.parameters ?? []), ...filtered, ...bodies];
  const parameters = declared.filter(({ source }) => source !== 'response');
  const required = parameters.filter(({ required }) => required === true);
  const calls = [
    madeCall('everything', resource, parameters),
    madeCall('what is required', resource, required.length === 0 ? [] : required),
  ];
  const pages = parameters.some(({ type, name }) => type === 'query' && name === 'page');
  if (pages) {
    const unfiltered = parameters.filter(({ name }) => name !== 'where' && name !== 'path');
    const third = madeCall('page 3', resource, [...required, ...unfiltered]);
    third.query['page'] = '3';
    calls.push(third);
  }
  for (const { fields: [attribute] = [] } of variantsOf(resource)) {
    if (attribute === undefined) continue;
    const alone = madeCall(`where ${attribute}`, resource, parameters);
    alone.conditions = [{ attribute, operator: '=', value: '2024-01-31T10:00:00Z' }];
    alone.query['where'] = whereOf(alone.conditions);
    calls.push(alone);
  }
  return calls;
}

function madeCall(name: string, resource: DocumentResource, parameters: DocumentParameter[]): MadeCall {
  const call: MadeCall = {
    name,
    method: resource.method,
    pathVariables: {},
    query: {},
    headers: {},
    body: { kind: 'none' },
    conditions: madeConditions,
  };
  for (const [, variable = ''] of pathBelowHub(resource.path).matchAll(/\{:?([^{}]*)\}/g)) {
    const declared = resource.parameters?.find(({ type, name }) => type === 'path' && name === variable);
    const isObject = variable === 'objectName' || variable === 'childObjectName';
    call.pathVariables[variable] = isObject ? 'Made__c' : isNumber(declared) ? '12' : `${variable} a/ü`;
  }
  const fields: Record<string, string> = {};
  let file: MadeFile | undefined;
  for (const parameter of parameters) {
    switch (parameter.type) {
      case 'query':
        if (parameter.name !== 'page' && parameter.name !== 'nextPage') {
          call.query[parameter.name] = madeText(parameter, resource);
        }
        break;
      case 'header':
        call.headers[parameter.name.toLowerCase()] = `made ${parameter.name}`;
        break;
      case 'body':
      case 'bodyField':
        call.body = { kind: 'json', value: madeJson(resource) };
        break;
      case 'multipart':
      case 'form':
        // What a file says of itself is no field of a form.
        if (parameter.name.startsWith('file.')) break;
        if (parameter.dataType === 'file') {
          file = { field: parameter.name, fileName: 'note ü.txt', text: 'Grüße,\r\n--not a boundary\r\n' };
        } else fields[parameter.name] = madeText(parameter, resource);
    }
  }
  if (resource.method === 'GET') return { ...call, body: { kind: 'none' } };
  if (file === undefined && Object.keys(fields).length === 0) return call;
  const more = call.body.kind === 'json' ? { note: 'a field of the body: ü' } : {};
  return { ...call, body: { kind: 'multipart', fields: { ...fields, ...more }, file } };
}

function isNumber(parameter: DocumentParameter | undefined): boolean {
  return /^(integer|number|double|float|long)$/i.test(parameter?.dataType ?? '');
}

function madeText(parameter: DocumentParameter, { valence }: DocumentResource): string {
  const { name, dataType } = parameter;
  if (name === 'where') return whereOf(madeConditions);
  if (name === 'pageSize') return '17';
  if (name === 'fields' && valence?.statement?.fields !== undefined) {
    return valence.statement.fields.slice(0, 2).join(',');
  }
  if (name === 'fields' && valence?.statement !== undefined) return 'Id,Name';
  if (name === 'orderBy') return valence?.statement?.fields?.[0] ?? 'alpha';
  if (name === 'path') return parameter.required === true ? '/made.txt' : '/';
  if (isNumber(parameter)) return '12';
  if (dataType === 'boolean') return 'true';
  return /date|time|since/i.test(`${dataType} ${name}`) ? '2024-01-31T10:00:00Z' : `${name} ä&=+/?#%`;
}

/** A body with nesting, text beyond ASCII, and every member that a template asks for. */
function madeJson(resource: DocumentResource): Record<string, unknown> {
  const body: Record<string, unknown> = {
    name: 'Zoë "quoted" <b> & \\ {brace}',
    count: 7,
    flag: false,
    nothing: null,
    nested: { list: [1, { deep: 'ünïcode ✓' }] },
  };
  for (const { type, name, vendorType } of resource.parameters ?? []) {
    if (type === 'bodyField') setPath(body, name, `made ${name}`);
    if (type !== 'value' || vendorType !== 'body') continue;
    for (const [, key = ''] of name.matchAll(/\{([\w.]+)\}/g)) setPath(body, key, `made <${key}> & "ü"`);
  }
  return body;
}

/** A member of the whole answer that a hook reads. */
const membersRead = /response_body_(?:raw_)?map\.([\w.]+)/;

/**
 * What the vendor answers: a record, or a list of one, below the root key, with a next page where the definition looks for
 * it. `row` numbers the record, so that no page is like the one before it.
 */
export function madeAnswer(
  resource: DocumentResource,
  elementHooks: readonly { body?: string | null }[],
  row: number,
  pathVariables: Readonly<Record<string, string>> = {},
): RecorderAnswer {
  const { keep = [], pick } = resource.valence ?? {};
  const [request = '', response = request] = (resource.rootKey ?? '').split('|');
  const isList = givesRows(resource);
  const record: Record<string, unknown> = { id: `row-${row}`, Id: `row-${row}`, name: 'Zoë' };
  for (const { field, value } of keep) record[field] = value;
  if (pick !== undefined) record[pick.field] = pathVariables[pick.parameter];
  const readsMembers = [...(resource.hooks ?? []), ...elementHooks].some((hook) => membersRead.test(hook.body ?? ''));
  let body: unknown =
    isList && !(readsMembers && response === '') ? [{ ...record, meta: { cursor: nextCursor } }] : { ...record };
  for (const step of (response.match(/\[\d+\]|[^.[\]]+/g) ?? []).reverse()) {
    body = step.startsWith('[') ? [step === '[0]' ? record : null] : { [step]: body };
  }
  const headers: Record<string, string> = {};
  const [, place, key = '', parameter] = /^(header|body)\.([^?]*)(?:\?(.*))?$/.exec(resource.nextPageKey ?? '') ?? [];
  const word = parameter === undefined ? nextCursor : `https://vendor.example.test/more?${parameter}=${nextCursor}`;
  if (place === 'header') headers[key.toLowerCase()] = key.toLowerCase() === 'link' ? `<${word}>; rel="next"` : word;
  if (place === 'body') setPath(body, key, word);
  for (const hook of [...(resource.hooks ?? []), ...elementHooks]) {
    for (const [, path = ''] of (hook.body ?? '').matchAll(new RegExp(membersRead, 'g'))) {
      setPath(body, path, path.includes('.') ? nextCursor : [record]);
    }
  }
  return { headers, body };
}

/** Conditions in CEQL. */
function whereOf(conditions: readonly MadeCondition[]): string {
  return conditions.map(({ attribute, value }) => `${attribute} = '${value}'`).join(' AND ');
}

function setPath(target: unknown, path: string, value: unknown): void {
  let place = target as Record<string, unknown>;
  const names = path.split('.');
  for (const name of names.slice(0, -1)) {
    if (typeof place !== 'object' || place === null) return;
    place[name] ??= {};
    place = place[name] as Record<string, unknown>;
  }
  const last = names.at(-1) ?? '';
  if (typeof place === 'object' && place !== null && !(last in place)) place[last] = value;
}
