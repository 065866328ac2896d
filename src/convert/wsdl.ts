// WSDL to an element document: operations become resources of a hub, messages envelopes. Each resource has its
// message as a template; hooks of the element do what templates and root keys cannot (src/convert/wsdl-scripts.ts).

import type { Resource, Setting } from '../element/definition.ts';
import type { Parameter } from '../element/parameter.ts';
import {
  baseUrlSetting,
  type Conversion,
  type ConversionOptions,
  createNotes,
  elementDocument,
  hubPath,
  internalSetting,
  type Notes,
  type PagingType,
  pagingSettings,
  passwordSettings,
  setting,
  shorten,
  variableName,
} from './conversion.ts';
import { type JsonSchema, modelOf, type Shape } from './models.ts';
import { freeName, kebabCase } from './names.ts';
import { readWsdl, type SoapOperation, type WsdlDescription } from './wsdl-description.ts';
import {
  type Action,
  isCredential,
  isSecretName,
  namesNextPage,
  pageRole,
  readOperationName,
  saysTotal,
} from './wsdl-names.ts';
import {
  type AnswerPlan,
  answerScript,
  operationKey,
  type RequestPlace,
  type RequestPlan,
  type Row,
  requestScript,
} from './wsdl-scripts.ts';
import type { ComplexType, Member, SchemaType, XmlSchemas } from './xml-schema.ts';

const mostRows = 100;
/** Levels in which a message's own parameters are looked for. */
const deepestLeaf = 3;
/** Types that all models, and elements that all templates, have together, about: an element must be small enough to be stored. */
const modelTypes = 800;
const templateElements = 6000;

/**
 * Converts a WSDL 1.1 description: document and rpc style, SOAP 1.1 and 1.2, all services. Calls go to the addresses of
 * its ports, or to `options.baseUrl`. Credentials are asked for where policies, headers or parameters of every operation
 * show them; where nothing does, that is noted. Throws a Problem `badRequest` that names every fault.
 */
export function convertWsdl(text: string, options: ConversionOptions): Conversion {
  const notes = createNotes();
  const description = readWsdl(text, notes);
  const plans = planOperations(description, options, notes);
  const addresses = placeAddresses(description.operations, options, notes);
  const writer = new SoapWriter(description, options, notes, addresses);
  const resources = plans.operations.map((plan) => writer.write(plan, plans.paging));
  const validation = validationOf(plans.operations, resources, options);
  if (validation === undefined) {
    notes.add(
      '',
      'No operation can be called without parameters, so that new accounts are not tried when they connect.',
    );
  }
  if (description.security === undefined && writer.settings.size === 0) {
    notes.add(
      '',
      'The description does not say how callers sign in, so nothing is sent: add settings and parameters for it where the vendor wants some.',
    );
  }
  const signs = description.security !== undefined;
  const document = elementDocument({
    options,
    title: description.name,
    description: description.description,
    protocol: 'soap',
    authentication: description.security === 'basic' ? 'basic' : 'custom',
    settings: [
      ...(signs ? passwordSettings() : []),
      ...writer.settings.values(),
      addresses.setting,
      ...pagingSettings(plans.paging, mostRows),
    ],
    parameters: [fixedHeader('Accept', 'text/xml, application/soap+xml, application/xml, multipart/related')],
    resources: validation === undefined ? resources : [validation, ...resources],
  });
  return { document: { ...document, hooks: writer.hooks() }, notes: notes.all() };
}

function typeNameOf(type: SchemaType): string {
  if (type.kind === 'complex') return type.name;
  return type.kind === 'simple' ? type.scalar : 'any';
}

/** A text in a message: where it stands, below the element in the Body. */
interface Leaf {
  path: readonly string[];
  member: Member;
  /** whether everything on the way is required */
  required: boolean;
}

/** What a resource is made of. */
interface Plan {
  operation: SoapOperation;
  action: Action;
  method: string;
  segments: readonly string[];
  objectName: string;
  id: Leaf | undefined;
  leaves: readonly Leaf[];
  credentials: readonly Leaf[];
  /** pages of a list: which leaf says which page, and which how many rows */
  pages: { type: PagingType; position: Leaf; size: Leaf | undefined } | undefined;
}

function planOperations(
  { operations }: WsdlDescription,
  options: ConversionOptions,
  notes: Notes,
): { operations: Plan[]; paging: PagingType | undefined } {
  const credentials = commonCredentials(operations);
  const taken = new Set([`GET ${hubPath(options, ['provision-auth-validation'])}`]);
  const plans = operations.map((operation) => {
    const plan = planOperation(operation, credentials);
    const place = () => `${plan.method} ${hubPath(options, plan.segments).replace(/\{[^{}]*\}/g, '{}')}`;
    if (taken.has(place())) {
      const other = asOther(plan);
      const free = freeName(other.segments.join('/'), new Set([...taken].map((one) => one.split('/').at(-1) ?? '')));
      Object.assign(plan, other, { segments: [free] });
      notes.add(operation.path, `${operation.name} would be the same resource as another; it is POST /${free}.`);
    }
    taken.add(place());
    return plan;
  });
  const counts = new Map<PagingType, number>();
  for (const { pages } of plans) if (pages !== undefined) counts.set(pages.type, (counts.get(pages.type) ?? 0) + 1);
  const [paging] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  for (const plan of plans) {
    if (plan.pages === undefined || plan.pages.type === paging) continue;
    notes.add(
      plan.operation.path,
      `It counts pages in another way (${plan.pages.type}); its parameters stay the vendor's.`,
    );
    plan.pages = undefined;
  }
  return { operations: plans, paging };
}

/** Credentials that every operation with parameters takes, two of them at least. */
function commonCredentials(operations: readonly SoapOperation[]): Set<string> {
  const sets = operations
    .map(({ input }) => membersOf(input.type))
    .filter((members) => members.length > 0)
    .map((members) => new Set(members.filter(isLeafMember).map(({ name }) => name)));
  const [first, ...others] = sets;
  if (first === undefined || others.length === 0) return new Set();
  return new Set([...first].filter((name) => isCredential(name) && others.every((names) => names.has(name))));
}

function planOperation(operation: SoapOperation, common: ReadonlySet<string>): Plan {
  const all = leavesOf(operation.input.type);
  const credentials = all.filter(({ path }) => path.length === 1 && common.has(path[0] ?? ''));
  const leaves = all.filter((leaf) => !credentials.includes(leaf));
  const { action, collection, noun } = readOperationName(operation.name);
  const rows = rowsIn(operation.output);
  const plan: Plan = {
    operation,
    action,
    method: 'GET',
    segments: [collection],
    objectName: collection,
    id: undefined,
    leaves,
    credentials,
    pages: undefined,
  };
  const id = idAmong(leaves, noun.replaceAll('-', ''), action);
  const one = [collection, '{id}'];
  if (action === 'list' || (action === 'get' && id === undefined)) {
    return rows === undefined ? asOther(plan) : { ...plan, action: 'list', pages: pagesOf(leaves, operation.output) };
  }
  if (action === 'create') return { ...plan, method: 'POST' };
  if (id === undefined || action === 'other') return asOther(plan);
  if (action === 'get') return { ...plan, segments: one, id };
  return { ...plan, segments: one, id, method: action === 'update' ? 'PATCH' : 'DELETE' };
}

function asOther(plan: Plan): Plan {
  const segment = kebabCase(plan.operation.name) || 'call';
  return {
    ...plan,
    action: 'other',
    method: 'POST',
    segments: [segment],
    objectName: segment,
    id: undefined,
    pages: undefined,
  };
}

function membersOf(type: SchemaType): readonly Member[] {
  return type.kind === 'complex' ? type.members : [];
}

function isLeafMember({ type, isRepeated }: Member): boolean {
  return type.kind === 'simple' && !isRepeated;
}

/** The texts of a message that stand once, and texts of its first level that are repeated. */
function leavesOf(type: SchemaType): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (
    members: readonly Member[],
    path: readonly string[],
    required: boolean,
    seen: readonly SchemaType[],
  ) => {
    for (const member of members) {
      const here = { path: [...path, member.name], member, required: required && member.required };
      if (isLeafMember(member) || (member.type.kind === 'simple' && member.isRepeated && path.length === 0)) {
        leaves.push(here);
      } else if (member.type.kind === 'complex' && !member.isRepeated && !seen.includes(member.type)) {
        if (here.path.length < deepestLeaf) walk(member.type.members, here.path, here.required, [...seen, member.type]);
      }
    }
  };
  walk(membersOf(type), [], true, [type]);
  return leaves;
}

/** The leaf by which an operation names its record. */
function idAmong(leaves: readonly Leaf[], noun: string, action: Action): Leaf | undefined {
  const usable = leaves.filter(({ member }) => !member.isRepeated && scalarOf(member.type) !== 'boolean');
  const byDepth = usable.toSorted((a, b) => a.path.length - b.path.length);
  const nameOf = ({ member }: Leaf) => member.name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const names = ['id', `${noun}id`, 'key', `${noun}key`, 'guid', 'uuid', `${noun}code`, `${noun}number`, `${noun}no`];
  const opaque = usable.filter(
    ({ path, member }) => path.length === 1 && /^(arg|in|param|parameter|p)_?\d+$/i.test(member.name),
  );
  if (opaque.length === 1 && !byDepth.some((leaf) => leaf.path.length === 1 && names.includes(nameOf(leaf))))
    return opaque[0];
  for (const name of [...names, noun, `${noun}name`]) {
    const found = byDepth.find((leaf) => nameOf(leaf) === name);
    if (found !== undefined) return found;
  }
  const ids = byDepth.filter((leaf) => /(id|key|guid)$/.test(nameOf(leaf)));
  if (ids.length === 1) return ids[0];
  // A single plain parameter beside the record itself, such as arg0.
  const top = usable.filter(({ path }) => path.length === 1);
  const isAlone = action === 'update' ? top.length === 1 : usable.length === 1;
  return isAlone ? top[0] : undefined;
}

function scalarOf(type: SchemaType): string {
  return type.kind === 'simple' ? type.scalar : 'any';
}

/** The first element of an answer that is repeated, of records if there is one, and where it stands. */
function rowsIn(output: Member | undefined): { path: string[]; member: Member } | undefined {
  let level = membersOf(output?.type ?? { kind: 'any' }).map((member) => ({ path: [member.name], member }));
  const seen = new Set<SchemaType>();
  for (let depth = 0; depth < 4 && level.length > 0; depth++) {
    const repeated = level.filter(({ member }) => member.isRepeated && member.kind === 'element');
    const found = repeated.find(({ member }) => member.type.kind === 'complex') ?? repeated[0];
    if (found !== undefined) return found;
    level = level.flatMap(({ path, member }) => {
      if (member.type.kind !== 'complex' || seen.has(member.type)) return [];
      seen.add(member.type);
      return member.type.members.map((inner) => ({ path: [...path, inner.name], member: inner }));
    });
  }
  return undefined;
}

function pagesOf(leaves: readonly Leaf[], output: Member | undefined): Plan['pages'] {
  const withRole = (role: ReturnType<typeof pageRole>) => leaves.find(({ member }) => pageRole(member.name) === role);
  const size = withRole('size');
  for (const type of ['cursor', 'page', 'page 0', 'offset'] as const) {
    const position = withRole(type);
    if (position === undefined) continue;
    if (type === 'cursor' && scalarNamed(output, namesNextPage) === undefined) continue;
    return { type, position, size };
  }
  return undefined;
}

/** Where a text of an answer stands whose name fits. */
function scalarNamed(output: Member | undefined, fits: (name: string) => boolean): readonly string[] | undefined {
  return leavesOf(output?.type ?? { kind: 'any' }).find(({ member }) => fits(member.name))?.path;
}

/** Where operations are sent to. */
interface Addresses {
  setting: Setting;
  pathOf(operation: SoapOperation): string;
}

/** One address is the base; several of one host are paths below it; those of other hosts stand alone. */
function placeAddresses(
  operations: readonly SoapOperation[],
  { baseUrl, source }: ConversionOptions,
  notes: Notes,
): Addresses {
  const absolute = (address: string | undefined) => {
    const text = address?.trim() ?? '';
    const url = text !== '' && URL.canParse(text, source) ? new URL(text, source) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
  };
  const urls = operations.map(({ address }) => absolute(address));
  const [first] = urls.filter((url) => url !== undefined);
  const distinct = new Set(urls.map((url) => url?.href));
  if (first === undefined || distinct.size <= 1) {
    const base = baseUrl ?? (first === undefined ? undefined : addressText(operations[0]?.address, first));
    if (base === undefined)
      notes.add('', 'The description has no address over HTTP: each account is asked for its base.url.');
    return { setting: base === undefined ? baseUrlSetting(undefined) : baseSetting(base), pathOf: () => '' };
  }
  return {
    setting: baseSetting(baseUrl ?? first.origin),
    pathOf: ({ address }) => {
      const url = absolute(address) ?? first;
      return url.origin === first.origin ? url.pathname + url.search : url.href;
    },
  };
}

/** An address as it is written, since URLs put a slash behind a bare host. */
function addressText(written: string | undefined, url: URL): string {
  const text = written?.trim() ?? '';
  return /^https?:/i.test(text) ? text : url.href;
}

function baseSetting(address: string): Setting {
  return internalSetting('base.url', 'Base URL', address);
}

function fixedHeader(vendorName: string, value: string): Parameter {
  return { name: value, type: 'value', vendorName, vendorType: 'header', source: 'request', required: false };
}

const envelopes = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
const securityHeader =
  '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" soap:mustUnderstand="1"><wsse:UsernameToken><wsse:Username>{wsse.username}</wsse:Username><wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">{wsse.password}</wsse:Password></wsse:UsernameToken></wsse:Security>';

/** Namespaces of one message, and their prefixes. */
class Prefixes {
  readonly #prefixes = new Map<string, string>();

  tag({ namespace, name }: { namespace: string; name: string }): string {
    const plainName = name.replace(/^@/, '');
    if (namespace === '') return plainName;
    const prefix = this.#prefixes.get(namespace) ?? `m${this.#prefixes.size === 0 ? '' : this.#prefixes.size}`;
    this.#prefixes.set(namespace, prefix);
    return `${prefix}:${plainName}`;
  }

  declarations(): string {
    return [...this.#prefixes].map(([namespace, prefix]) => ` xmlns:${prefix}="${attributeText(namespace)}"`).join('');
  }
}

function attributeText(text: string): string {
  return text.replace(/[<&"{}]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Writes resources. */
class SoapWriter {
  /** settings that headers and common parameters need, by key */
  readonly settings = new Map<string, Setting>();
  readonly #description: WsdlDescription;
  readonly #schemas: XmlSchemas;
  readonly #options: ConversionOptions;
  readonly #notes: Notes;
  readonly #addresses: Addresses;
  readonly #modelTypes: number;
  readonly #templateElements: number;
  readonly #prefixes = new Prefixes();
  readonly #requestTypes: Record<string, Row[]> = Object.create(null);
  readonly #answerTypes: Record<string, Row[]> = Object.create(null);
  readonly #requests: Record<string, RequestPlan> = {};
  readonly #answers: Record<string, AnswerPlan> = {};

  constructor(description: WsdlDescription, options: ConversionOptions, notes: Notes, addresses: Addresses) {
    this.#description = description;
    this.#schemas = description.schemas;
    this.#options = options;
    this.#notes = notes;
    this.#addresses = addresses;
    const share = (all: number, least: number, most: number) =>
      Math.max(least, Math.min(most, Math.floor(all / Math.max(1, description.operations.length))));
    this.#modelTypes = share(modelTypes, 3, 60);
    this.#templateElements = share(templateElements, 10, 200);
    // Every envelope declares all namespaces, so that one table of tags serves all.
    for (const { input } of description.operations) this.#collect(input, this.#requestTypes);
  }

  write(plan: Plan, paging: PagingType | undefined): Resource {
    const { operation, action, method, segments, objectName, pages } = plan;
    const answer = this.#answer(plan);
    const request = this.#request(plan);
    const isList = action === 'list';
    const hasSize = pages?.size !== undefined;
    if (isList && pages === undefined) this.#noteWholeList(plan, paging);
    const response = answer.shape;
    const model = modelOf(response, request.shape, this.#schemas.definitions, this.#modelTypes);
    const resource = {
      type: 'api',
      kind: 'eb',
      method,
      path: hubPath(this.#options, segments),
      vendorMethod: 'POST',
      vendorPath: this.#addresses.pathOf(operation),
      objectName,
      description: shorten(operation.description ?? describe(plan), 500),
      rootKey: answer.rootKey,
      ...(isList
        ? { paginationType: pages === undefined ? this.#unpaged(plan) : 'VENDOR_SUPPORTED' }
        : method === 'GET'
          ? { paginationType: 'NO_PAGINATION' }
          : {}),
      ...(pages?.type === 'cursor' && answer.next !== undefined
        ? {
            nextPageKey: ['body', 'soap:Envelope', 'soap:Body', operation.output?.name ?? '', ...answer.next].join('.'),
          }
        : {}),
      response: { contentType: 'application/json' },
      parameters: [...request.parameters, ...(isList && !hasSize ? platformPages(pages !== undefined) : [])],
      hooks: [],
      ...(model === undefined ? {} : { model }),
    };
    return resource;
  }

  /** A list that has parameters for pages in a way that is not the element's goes without pages. */
  #unpaged({ leaves }: Plan): string {
    return leaves.some(({ member }) => isPosition(member.name)) ? 'NO_PAGINATION' : 'VENDOR_NOT_SUPPORTED';
  }

  #noteWholeList({ operation }: Plan, paging: PagingType | undefined): void {
    const why = paging === undefined ? 'No parameter of' : 'Nothing in';
    this.#notes.add(
      operation.path,
      `${why} ${operation.name} says which page is wanted; its rows are divided into pages here.`,
    );
  }

  /** The hooks of the element, when all resources are written. */
  hooks(): NonNullable<Resource['hooks']> {
    const script = (type: string, body: string) => ({
      type,
      mimeType: 'application/javascript',
      isLegacy: false,
      body,
    });
    const requests = Object.keys(this.#requests).length > 0;
    return [
      ...(requests ? [script('preRequest', requestScript(this.#requestTypes, this.#requests))] : []),
      script('postRequest', answerScript(this.#answerTypes, this.#answers)),
    ];
  }

  /** Puts the types of a message into a table, and gives the row of its element. */
  #collect(root: Member, types: Record<string, Row[]>): Row {
    const waiting: ComplexType[] = [];
    const rowOf = (member: Member): Row => {
      const { type } = member;
      if (type.kind === 'complex') waiting.push(type);
      const often = (member.isRepeated ? '*' : member.required ? '' : '?') + (member.isNillable ? 'n' : '');
      return [member.name, typeNameOf(type), often, this.#prefixes.tag(member)];
    };
    const row = rowOf(root);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      types[next.name] ??= next.members.map(rowOf);
    }
    return row;
  }

  #answer(plan: Plan): {
    rootKey: string;
    shape: Shape | undefined;
    next: readonly string[] | undefined;
  } {
    const { operation, action, objectName, pages } = plan;
    const { output } = operation;
    const rows = action === 'list' ? rowsIn(output) : undefined;
    const members = membersOf(output?.type ?? { kind: 'any' });
    const [only] = members;
    // An answer of one record is that record; one of a single text keeps the name that it has.
    const isWrapped =
      members.length === 1 && only?.kind === 'element' && (only.isRepeated || only.type.kind === 'complex');
    const target = rows ?? (isWrapped && only !== undefined ? { path: [only.name], member: only } : undefined);
    const path = target?.path ?? [];
    const isList = target?.member.isRepeated === true;
    const type = target?.member.type ?? output?.type ?? { kind: 'any' };
    const next = pages === undefined ? undefined : scalarNamed(output, namesNextPage);
    const total = pages === undefined ? undefined : scalarNamed(output, saysTotal);
    if (output !== undefined) this.#collect(output, this.#answerTypes);
    this.#answers[this.#keyOf(operation)] ??= {
      path,
      type: typeNameOf(type),
      isList,
      missing: action === 'get' ? `There is no such ${readOperationName(operation.name).noun}.` : null,
      total: total ?? null,
      next: next ?? null,
    };
    const way = ['soap:Envelope', 'soap:Body', output?.name ?? '', ...path];
    const rootKey = output !== undefined && way.every((name) => /^[^.[\]|]+$/.test(name)) ? `|${way.join('.')}` : '';
    if (output === undefined || (members.length === 0 && output.type.kind === 'complex')) {
      return { rootKey, shape: undefined, next };
    }
    const schema = this.#schemas.schemaOf(type);
    this.#markId(type, plan);
    const name = isList ? objectName : type.kind === 'complex' ? type.name : objectName;
    return { rootKey, shape: isList ? { name, schema, isList } : { name, schema }, next };
  }

  /** The member of a record that its id is. */
  #markId(type: SchemaType, { objectName, operation, action }: Plan): void {
    if (type.kind !== 'complex') return;
    const noun = (readOperationName(operation.name).noun || objectName).replaceAll('-', '');
    const names = ['id', `${noun}id`, `${noun}key`, 'key', 'guid', `${noun}code`, `${noun}number`];
    const plainName = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
    const found = names.flatMap((name) => type.members.find((member) => plainName(member.name) === name) ?? [])[0];
    const [only] = type.members;
    const isNewId = action === 'create' && type.members.length === 1 && only?.type.kind === 'simple';
    const member = found ?? (isNewId ? only : undefined);
    const properties = this.#schemas.definitions.get(type.name)?.['properties'] as
      | Record<string, JsonSchema>
      | undefined;
    if (member !== undefined && properties?.[member.name] !== undefined) {
      properties[member.name] = { ...properties[member.name], 'x-primary-key': true };
    }
  }

  #request(plan: Plan): { parameters: Parameter[]; shape: Shape | undefined } {
    const { operation, method, id, pages } = plan;
    const prefixes = this.#prefixes;
    const parameters: Parameter[] = [];
    const places: RequestPlace[] = [];
    /** tokens of the template by the path of what they fill */
    const tokens = new Map<string, string>();
    const place = (leaf: Leaf, token: string, entry: RequestPlace, parameter: Parameter) => {
      tokens.set(keyOfPath(leaf.path), token);
      places.push(entry);
      parameters.push(parameter);
    };

    const takesBody = method === 'POST' || method === 'PATCH';
    if (id !== undefined) {
      place(id, 'path.id', ['path', 'id', id.path], {
        ...asked('id', 'path', 'path.id', true, id),
      });
    }
    for (const leaf of plan.credentials) {
      const key = this.#credential(leaf.member);
      place(leaf, key, ['setting', key, leaf.path], configured(key, key));
    }
    const others = plan.leaves.filter((leaf) => leaf !== id);
    if (!takesBody) {
      const used = new Set(['where', 'page', 'pageSize', 'nextPage']);
      for (const leaf of others) {
        const isPosition = leaf === pages?.position;
        if (isPosition || leaf === pages?.size) {
          const name = leaf === pages?.size ? 'pageSize' : pages?.type === 'cursor' ? 'nextPage' : 'page';
          const token = variableName(leaf.path.join('.'));
          place(leaf, token, ['template', tagOf(leaf, prefixes), leaf.path], {
            ...asked(name, 'query', token, false, leaf),
            description: name === 'pageSize' ? `How many records a page has, at most ${mostRows}` : pageAdvice,
            dataType: name === 'pageSize' ? 'integer' : 'string',
          });
          continue;
        }
        const name = queryName(leaf, others, used);
        const token = variableName(leaf.path.join('.'));
        place(leaf, token, ['query', name, leaf.path], asked(name, 'query', token, leaf.required, leaf));
      }
    }
    const body = takesBody ? this.#body(plan) : undefined;
    if (body !== undefined) {
      parameters.push({
        name: 'body',
        type: 'body',
        vendorName: 'body',
        vendorType: 'bodyToken',
        source: 'request',
        required: body.members.some(({ required }) => required) || body.members.length > 0,
        dataType: body.shape.name,
        description: body.shape.name,
      });
      for (const leaf of requiredLeaves(body.members)) {
        const name = leaf.path.join('.');
        if (!isRegular(leaf.path) || tokens.has(keyOfPath([...body.at, ...leaf.path]))) continue;
        parameters.push({ ...asked(name, 'bodyField', name, true, leaf), type: 'bodyField' });
      }
    }
    const writer = new TemplateWriter(prefixes, tokens, body?.at, this.#templateElements);
    const template = writer.write(operation.input);
    const header = this.#header(operation, prefixes, parameters);
    const envelope = `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="${envelopes[operation.version]}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${prefixes.declarations()}>${header}<soap:Body>${template.text}</soap:Body></soap:Envelope>`;
    parameters.push({
      name: envelope,
      type: 'value',
      vendorName: 'body',
      vendorType: 'body',
      source: 'request',
      required: false,
      dataType: 'string',
      description: 'The message',
    });
    parameters.push(...soapHeaders(operation));
    if (!template.isEnough || pages?.type === 'cursor') {
      const root = this.#collect(operation.input, this.#requestTypes);
      this.#requests[this.#keyOf(operation)] ??= { root, bodyAt: body?.at ?? null, places };
    }
    return { parameters, shape: body?.shape };
  }

  #keyOf(operation: SoapOperation): string {
    return operationKey(soapHeaders(operation).at(-1)?.name ?? '', this.#prefixes.tag(operation.input));
  }

  /** Where the caller's body stands: in the one record of the message, or it is the message without what others give. */
  #body({ operation, id, credentials }: Plan): { at: string[]; members: readonly Member[]; shape: Shape } | undefined {
    const elsewhere = new Set([...credentials, ...(id === undefined ? [] : [id])].map(({ path }) => path.join('/')));
    const members = membersOf(operation.input.type).filter(({ name }) => !elsewhere.has(name));
    const [only] = members;
    if (only === undefined) return undefined;
    if (members.length === 1 && only.kind === 'element' && only.type.kind === 'complex' && !only.isRepeated) {
      const schema = this.#schemas.schemaOf(only.type);
      return { at: [only.name], members: only.type.members, shape: { name: only.type.name, schema } };
    }
    const type = this.#schemas.compose(`${operation.name}Input`, members);
    return { at: [], members, shape: { name: type.name, schema: this.#schemas.schemaOf(type) } };
  }

  #credential({ name, description }: Member): string {
    const plainName = name.replace(/^@/, '');
    const key = /^(username|password)$/i.test(plainName) ? plainName.toLowerCase() : `soap.${variableName(plainName)}`;
    const secret = isSecretName(plainName);
    this.settings.set(
      key,
      setting(key, plainName, {
        type: secret ? 'PASSWORD' : 'TEXTFIELD_1000',
        description: shorten(description ?? plainName, 300),
      }),
    );
    return key;
  }

  /** The Header: what policies ask for, and the credentials of the description's own headers. */
  #header(operation: SoapOperation, prefixes: Prefixes, parameters: Parameter[]): string {
    let text = '';
    if (this.#description.security === 'usernameToken') {
      text += securityHeader;
      parameters.push(configured('username', 'wsse.username'), configured('password', 'wsse.password'));
    }
    for (const member of operation.headers) {
      const leaves = leavesOf(member.type).filter(
        ({ member: leaf }) => isCredential(leaf.name) || isSecretName(leaf.name),
      );
      const isText = member.type.kind === 'simple';
      if (leaves.length === 0 && !isText) {
        this.#notes.add(operation.path, `The header ${member.name} has no credential; it is left out.`);
        continue;
      }
      const keys = new Map<string, string>();
      if (isText) keys.set(keyOfPath([]), this.#credential(member));
      for (const leaf of leaves) keys.set(keyOfPath(leaf.path), this.#credential(leaf.member));
      for (const key of new Set(keys.values())) parameters.push(configured(key, key));
      text += new TemplateWriter(prefixes, keys, undefined, this.#templateElements).writeGiven(member);
    }
    return text === '' ? '' : `<soap:Header>${text}</soap:Header>`;
  }
}

const pageAdvice = 'The number of a page, or Elements-Next-Page-Token of the page before';

/** Pages that this platform divides, and the size of a vendor's page that it does not say. */
function platformPages(vendorPages: boolean): Parameter[] {
  const unsent = (name: string, description: string, dataType: string): Parameter => ({
    name,
    type: 'query',
    vendorName: name,
    vendorType: 'no-op',
    source: 'request',
    required: false,
    dataType,
    description,
  });
  if (vendorPages) return [];
  return [
    unsent('page', pageAdvice, 'string'),
    unsent('pageSize', `How many records a page has, at most ${mostRows}`, 'integer'),
  ];
}

function isPosition(name: string): boolean {
  const role = pageRole(name);
  return role !== undefined && role !== 'size';
}

function tagOf({ member }: Leaf, prefixes: Prefixes): string {
  return prefixes.tag(member);
}

function keyOfPath(path: readonly string[]): string {
  return path.join('/');
}

/** Whether names can be the dotted path of a placeholder. */
function isRegular(path: readonly string[]): boolean {
  return path.every((name) => /^[A-Za-z0-9_][\w-]*$/.test(name));
}

function asked(name: string, type: string, token: string, required: boolean, { member }: Leaf): Parameter {
  return {
    name,
    type,
    vendorName: token,
    vendorType: 'bodyToken',
    source: 'request',
    required,
    dataType: member.isRepeated ? 'array' : 'string',
    description: shorten(member.description ?? member.name.replace(/^@/, ''), 300),
  };
}

function configured(key: string, token: string): Parameter {
  return {
    name: key,
    type: 'configuration',
    vendorName: token,
    vendorType: 'bodyToken',
    source: 'request',
    required: true,
  };
}

/** The name of a query parameter: its last name where that is the only one, else all of them. */
function queryName(leaf: Leaf, others: readonly Leaf[], used: Set<string>): string {
  const text = leaf.path.at(-2) ?? 'value';
  const last = leaf.member.kind === 'text' ? text : leaf.member.name.replace(/^@/, '');
  const isOnly = others.filter(({ member }) => member.name === leaf.member.name).length === 1;
  const name = isOnly && !used.has(last) ? last : leaf.path.join('.').replace(/[@#]/g, '');
  return freeName(used.has(name) ? `vendor.${name}` : name, used);
}

function requiredLeaves(members: readonly Member[]): Leaf[] {
  const type: ComplexType = { kind: 'complex', name: '', members, isOpen: false };
  return leavesOf(type).filter(
    ({ required, member }) => required && !member.isRepeated && member.kind === 'element' && !member.isNillable,
  );
}

function describe({ operation, action }: Plan): string {
  const { noun, collection } = readOperationName(operation.name);
  switch (action) {
    case 'list':
      return `Search for ${collection.replaceAll('-', ' ')}`;
    case 'get':
      return `Retrieve a ${noun.replaceAll('-', ' ')}`;
    case 'create':
      return `Create a ${noun.replaceAll('-', ' ')}`;
    case 'update':
      return `Update a ${noun.replaceAll('-', ' ')}`;
    case 'delete':
      return `Delete a ${noun.replaceAll('-', ' ')}`;
    case 'other':
      return `Call ${operation.name}`;
  }
}

function soapHeaders({ version, action }: SoapOperation): Parameter[] {
  const clean = action.replace(/["\\\r\n]/g, '');
  if (version === '1.2') {
    const said = clean === '' ? '' : `; action="${clean}"`;
    return [fixedHeader('Content-Type', `application/soap+xml; charset=utf-8${said}`)];
  }
  return [fixedHeader('Content-Type', 'text/xml; charset=utf-8'), fixedHeader('SOAPAction', `"${clean}"`)];
}

/** Writes a message as a template with one placeholder in each element that holds a text. */
class TemplateWriter {
  readonly #prefixes: Prefixes;
  readonly #tokens: ReadonlyMap<string, string>;
  readonly #bodyAt: readonly string[] | undefined;
  readonly #mostElements: number;
  #elements = 0;
  /** whether every value is always there, once, and none is nil */
  #isEnough = true;

  constructor(
    prefixes: Prefixes,
    tokens: ReadonlyMap<string, string>,
    bodyAt: readonly string[] | undefined,
    mostElements: number,
  ) {
    this.#mostElements = mostElements;
    this.#prefixes = prefixes;
    this.#tokens = tokens;
    this.#bodyAt = bodyAt;
  }

  write(root: Member): { text: string; isEnough: boolean } {
    const text = this.#element(root, [], [], false);
    return { text, isEnough: this.#isEnough };
  }

  /** Only the elements that lead to a placeholder. */
  writeGiven(root: Member): string {
    return this.#element(root, [], [], true);
  }

  #element(member: Member, path: readonly string[], seen: readonly SchemaType[], onlyGiven: boolean): string {
    const { type } = member;
    const tag = this.#prefixes.tag(member);
    this.#elements += 1;
    const isTooMuch = this.#elements > this.#mostElements || seen.includes(type);
    if (type.kind !== 'complex' || isTooMuch) {
      if (type.kind !== 'simple') this.#isEnough = false;
      const token = type.kind === 'simple' ? this.#token(path) : undefined;
      if (token === undefined && onlyGiven) return '';
      if (token === undefined) this.#isEnough = false;
      return token === undefined ? `<${tag}/>` : `<${tag}>{${token}}</${tag}>`;
    }
    let attributes = '';
    let content = '';
    for (const inner of type.members) {
      const here = [...path, inner.name];
      const isOpenEnded = inner.isRepeated || inner.isNillable || !inner.required;
      if (isOpenEnded && !this.#isAlwaysGiven(here)) this.#isEnough = false;
      const token = inner.kind === 'element' ? undefined : this.#token(here);
      if (inner.kind === 'element') content += this.#element(inner, here, [...seen, type], onlyGiven);
      else if (token === undefined) this.#isEnough = false;
      else if (inner.kind === 'text') content += `{${token}}`;
      else attributes += ` ${this.#prefixes.tag(inner)}="{${token}}"`;
    }
    if (onlyGiven && content === '' && attributes === '') return '';
    return content === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${content}</${tag}>`;
  }

  #isAlwaysGiven(path: readonly string[]): boolean {
    const token = this.#tokens.get(keyOfPath(path));
    return token === 'path.id' || token?.startsWith('soap.') === true || token === 'username' || token === 'password';
  }

  /** The placeholder of a text: one of the parameters, or a member of the caller's body. */
  #token(path: readonly string[]): string | undefined {
    const known = this.#tokens.get(keyOfPath(path));
    if (known !== undefined) return known;
    const at = this.#bodyAt;
    if (at === undefined || !at.every((name, index) => path[index] === name)) return undefined;
    const inBody = path.slice(at.length);
    return inBody.length > 0 && isRegular(inBody) ? inBody.join('.') : undefined;
  }
}

/** A new account is tried by the first list that needs no parameter. */
function validationOf(
  plans: readonly Plan[],
  resources: readonly Resource[],
  options: ConversionOptions,
): Resource | undefined {
  const index = plans.findIndex(
    ({ action }, position) =>
      action === 'list' &&
      (resources[position]?.parameters ?? []).every(({ type, required }) => type !== 'query' || required !== true),
  );
  const resource = resources[index];
  if (resource === undefined) return undefined;
  const { objectName: _, model: __, nextPageKey: ___, ...members } = resource;
  return {
    ...members,
    type: 'provisionAuthValidation',
    path: hubPath(options, ['provision-auth-validation']),
    description: 'Check the credentials of a new account by reading a list',
  };
}
