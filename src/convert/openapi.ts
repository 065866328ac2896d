// From an OpenAPI 3 or Swagger 2.0 description to an element document.

import { placeholders } from '../core/template.ts';
import type { ElementDocument, Resource, Setting } from '../element/definition.ts';
import {
  type Conversion,
  type ConversionOptions,
  createNotes,
  elementDocument,
  type Fault,
  type Notes,
  pagingSettings,
  refusal,
  setting,
} from './conversion.ts';
import { addressSettings } from './openapi-address.ts';
import { type Authentication, chooseAuthentication } from './openapi-authentication.ts';
import { type ApiDescription, type ApiOperation, readDescription } from './openapi-description.ts';
import { addModels } from './openapi-models.ts';
import { pagingTypeOf } from './openapi-paging.ts';
import { nameOurPaths, type Paths, readPath, shapeOf } from './openapi-path.ts';
import { type DescriptionTree, parseDescription, referenceFaults, specificationFaults } from './openapi-read.ts';
import { makeResource, type ReadOperation, readOperation } from './openapi-resource.ts';
import { createSchemas, type Schemas } from './openapi-schema.ts';

const kind = 'OpenAPI';
const defaultPageSize = 100;
/** faults against the specification that are told of a description which can be read all the same */
const mostSpecificationNotes = 20;

/**
 * Converts a description in JSON or YAML. Nothing is fetched: a reference to another file is a fault. Throws a Problem
 * (`badRequest`) that names every fault for a description that cannot be read; where it only breaks rules of its
 * specification that do not matter here, that is noted.
 */
export async function convertOpenApi(text: string, options: ConversionOptions): Promise<Conversion> {
  const tree = parseDescription(text);
  return convertTree(tree, await specificationFaults(tree), options);
}

/** The same for a description that has been parsed; `broken` is where it does not follow its specification. */
export function convertTree(tree: DescriptionTree, broken: readonly Fault[], options: ConversionOptions): Conversion {
  const notes = createNotes();
  const unresolved = referenceFaults(tree);
  const { api, faults } = readDescription(tree, options.source, notes);
  if (faults.length > 0 || unresolved.length > 0) {
    const told = new Set([...unresolved, ...faults].map(({ path }) => path));
    throw refusal(kind, [...unresolved, ...faults, ...broken.filter(({ path }) => !told.has(path))]);
  }
  if (api.operations.length === 0) {
    throw refusal(kind, [{ path: '/paths', message: 'there is no GET, POST, PUT, PATCH or DELETE to call.' }]);
  }
  for (const { path, message } of broken.slice(0, mostSpecificationNotes)) {
    notes.add(path, `is not as the specification wants it: ${message}`);
  }
  if (broken.length > mostSpecificationNotes) {
    notes.add('', `${broken.length - mostSpecificationNotes} more places are not as the specification wants them.`);
  }
  const document = makeDocument(api, options, notes);
  return { document, notes: notes.all() };
}

function makeDocument(api: ApiDescription, options: ConversionOptions, notes: Notes): ElementDocument {
  const schemas = createSchemas(api.resolve);
  const reads = readOperations(api, options, schemas, notes);
  const variables = new Set(reads.flatMap(({ paths }) => [...paths.variables.values()]));
  const address = addressSettings(api, options, variables, notes);
  const base = address.find(({ key }) => key === 'base.url')?.defaultValue ?? undefined;
  const authentication = chooseAuthentication(api, options, base, notes);
  const paged = reads.flatMap(({ paging }) => paging ?? []);
  const pagingType = pagingTypeOf(paged);
  const collections = new Set(reads.flatMap(({ answer, collection }) => (answer.isList ? (collection ?? []) : [])));
  const surroundings = { options, authentication, pagingType, collections, notes };
  const made = reads.map((read) => ({ read, resource: makeResource(read, surroundings) }));
  addModels(made, schemas, notes);
  const resources = made.map(({ resource }) => resource);
  return elementDocument({
    options,
    title: api.title,
    description: api.description,
    protocol: 'http',
    authentication: authentication.type,
    settings: withPlaceholders([...authentication.settings, ...address, ...pageSettings(reads, pagingType)]),
    parameters: authentication.parameters,
    resources: [
      ...authentication.resources,
      ...validation(made, authentication, notes),
      ...resources,
      ...updates(resources),
    ],
  });
}

/** The settings, and one for each variable of an address of OAuth, such as the customer's own tenant. */
function withPlaceholders(settings: readonly Setting[]): Setting[] {
  const known = new Set(settings.map(({ key }) => key));
  const addresses = settings.filter(({ key }) => /^oauth\..*url$/.test(key));
  const asked = new Set(addresses.flatMap(({ defaultValue }) => placeholders(defaultValue ?? '')));
  const missing = [...asked].filter((name) => !known.has(name));
  return [
    ...settings,
    ...missing.map((name) => setting(name, name, { description: `{${name}} of the addresses of OAuth` })),
  ];
}

/** Every operation with its path; of two that serve the same calls only the first. */
function readOperations(
  api: ApiDescription,
  options: ConversionOptions,
  schemas: Schemas,
  notes: Notes,
): ReadOperation[] {
  const entries = api.operations.map((operation): [ApiOperation, { method: string; paths: Paths }] => [
    operation,
    { method: operation.method, paths: readPath(operation.address) },
  ]);
  const named = nameOurPaths(options, new Map(entries));
  const taken = new Map<string, string>();
  return entries.flatMap(([operation, { paths }]) => {
    const path = named.get(operation) ?? '';
    const call = `${operation.method} ${shapeOf(path)}`;
    const other = taken.get(call);
    if (other !== undefined) {
      notes.add(operation.path, `serves the same calls as ${other}; left out.`);
      return [];
    }
    taken.set(call, operation.address);
    return [readOperation(operation, paths, path, schemas)];
  });
}

/** How pages are counted, and how many rows they have: the usual number, and others by the name of the list. */
function pageSettings(reads: readonly ReadOperation[], pagingType: ReturnType<typeof pagingTypeOf>): Setting[] {
  const sizes = reads.flatMap(({ paging, collection }) =>
    paging?.largest === undefined || paging.obstacle !== undefined ? [] : [{ size: paging.largest, collection }],
  );
  const counts = new Map<number, number>();
  for (const { size } of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const usual = [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]?.[0] ?? defaultPageSize;
  const byList: Record<string, number> = {};
  for (const { size, collection } of sizes) {
    if (collection === undefined || collection === 'default' || collection === '__proto__') continue;
    const known = Object.hasOwn(byList, collection) ? (byList[collection] ?? size) : size;
    byList[collection] = Math.min(known, size);
  }
  const others = Object.fromEntries(Object.entries(byList).filter(([, size]) => size !== usual));
  const settings = pagingSettings(pagingType, usual);
  if (Object.keys(others).length === 0) return settings;
  const largest = JSON.stringify({ default: usual, ...others });
  return settings.map((one) =>
    one.key === 'pagination.max' ? { ...one, type: 'TEXTAREA', defaultValue: largest } : one,
  );
}

/** The call that tells whether credentials work: who one is, or else a small list that needs no parameter. */
function validation(
  made: readonly { read: ReadOperation; resource: Resource }[],
  authentication: Authentication,
  notes: Notes,
): Resource[] {
  const usable = made.filter(({ read: { operation, answer, path }, resource }) => {
    const isOpen = operation.security?.length === 0;
    const asks = (resource.parameters ?? []).some(({ type, required }) => required === true && type !== 'value');
    const isRead = operation.method === 'GET' && !operation.deprecated && !answer.isDownload;
    return isRead && !path.includes('{') && !asks && !isOpen && authentication.satisfies(operation.security);
  });
  const rank = ({ read }: { read: ReadOperation }) => {
    const below = read.path.split('/').slice(3).join('/').toLowerCase();
    const who = whoNames.indexOf(below);
    if (who >= 0) return who;
    return 100 + (read.answer.isList ? 0 : 10) + below.split('/').length;
  };
  const [best] = usable.sort((a, b) => rank(a) - rank(b));
  if (best === undefined) {
    notes.add(
      '',
      'no GET can be called without parameters, so credentials are not tried when an account is connected.',
    );
    return [];
  }
  const {
    model: _,
    operationId: __,
    objectName: ___,
    valence: ____,
    ...resource
  } = best.resource as Resource & {
    operationId?: string;
  };
  return [
    { ...resource, type: 'provisionAuthValidation', description: `Check the credentials: ${resource.description}` },
  ];
}

/** What vendors call the question who one is, the most telling first. */
const whoNames = [
  ...['me', 'user', 'users/me', 'whoami', 'account', 'accounts/me', 'self', 'users/self', 'myself', 'current_user'],
  ...['user/me', 'users/current', 'currentuser', 'current-user', 'users/@me', 'profile', 'profile/me', 'userinfo'],
  ...['auth/test', 'auth/me', 'oauth/userinfo', 'organization', 'organizations/me', 'company', 'account/info'],
];

/**
 * Callers of this platform update with PATCH. Where a vendor updates a record with PUT or POST only, PATCH sends that,
 * beside the vendor's own method.
 */
function updates(resources: readonly Resource[]): Resource[] {
  const known = new Map<string, Set<string>>();
  for (const { method, path } of resources) {
    known.set(shapeOf(path), (known.get(shapeOf(path)) ?? new Set()).add(method));
  }
  return resources.flatMap((resource) => {
    const methods = known.get(shapeOf(resource.path)) ?? new Set();
    if (!resource.path.endsWith('}') || methods.has('PATCH')) return [];
    const isUpdate =
      resource.method === 'PUT' || (resource.method === 'POST' && !methods.has('PUT') && methods.has('GET'));
    if (!isUpdate || !takesBody(resource)) return [];
    const { operationId: _, ...copy } = resource as Resource & { operationId?: string };
    const how = resource.method === 'PUT' ? 'the vendor replaces the whole record' : 'the vendor takes it as POST';
    return [{ ...copy, method: 'PATCH', description: `${resource.description} (${how})` }];
  });
}

function takesBody({ parameters }: Resource): boolean {
  return (parameters ?? []).some(({ vendorType }) => vendorType === 'body' || vendorType === 'multipart');
}
