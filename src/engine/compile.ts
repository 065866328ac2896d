// An element's document made ready for calls: templates and root keys read, parameters sorted by where they go.

import { type Converter, findConverter } from '../ceql/converters.ts';
import { compileTemplate, type Placeholder, type Template } from '../core/template.ts';
import { asVariant, type Definition, isList, variantsOf, withoutHub } from '../element/define.ts';
import type { Resource } from '../element/definition.ts';
import type { PagingWay } from '../element/extension.ts';
import type { Parameter } from '../element/parameter.ts';
import { type BodyTemplate, compileBodyTemplate, placeholdersInQuotes } from './body-template.ts';
import { type NextPageKey, parseNextPageKey } from './next-page-key.ts';
import { parseRootKey, type RootKey } from './root-key.ts';

/** One parameter: where its value comes from and where it goes. */
export interface CompiledParameter {
  /** the place on the caller's side: query, path, body, bodyField, header, form, multipart, value, configuration, prevBody … */
  from: string;
  /** its name there; for a value, the text itself */
  name: string;
  /** the place on the vendor's side */
  to: string;
  vendorName: string;
  required: boolean;
  isNumber: boolean;
  isFile: boolean;
  /** a file is written as base64 text */
  isBase64: boolean;
  converter: Converter | undefined;
  /** a `value`, read as a template */
  template: Template | undefined;
  /** its placeholders between single quotes, where a value must hold no quote */
  quoted: ReadonlySet<Placeholder>;
  /** a `value` for the body */
  body: BodyTemplate | undefined;
}

/** A script that runs before or after the vendor's call. */
export interface CompiledHook {
  source: string;
  legacy: boolean;
  level: 'element' | 'resource';
}

/** A resource ready to be called. */
export interface CompiledResource {
  resource: Resource;
  /** its path below the hub */
  path: string;
  method: string;
  vendorMethod: string;
  vendorPath: Template;
  /** its placeholders between single quotes, where a quote in a value is doubled */
  quotedInPath: ReadonlySet<Placeholder>;
  /** those that fill placeholders come first */
  parameters: readonly CompiledParameter[];
  /** copied from the vendor's answer into the configuration */
  responseParameters: readonly CompiledParameter[];
  rootKey: RootKey;
  nextPageKey: NextPageKey | undefined;
  nextResource: { method: string; path: string } | undefined;
  /** who divides the rows into pages: the vendor, this platform, nobody, or as the parameters show */
  paging: 'vendor' | 'platform' | 'none' | 'unsaid';
  totalKey: string | undefined;
  preRequest: readonly CompiledHook[];
  postRequest: readonly CompiledHook[];
  /** whether a hook before the call writes a placeholder of the platform's own addresses */
  hooksNameAddresses: boolean;
  /** the names of the caller's query parameters that go to the vendor */
  queryNames: ReadonlySet<string>;
  /** the caller's headers that go to the vendor, in lower case */
  headerNames: readonly string[];
  /** whether `where` reaches the vendor or a hook */
  readsWhere: boolean;
  /** whether a hook may read any header of the caller */
  hooksReadHeaders: boolean;
  /** the vendor's query parameters that the definition sets, which no `where` may touch */
  fixedNames: ReadonlySet<string>;
  /** those that its path or the page sets, which no `where` may touch either: pages would not fit together */
  reservedNames: ReadonlySet<string>;
  /** whether it gives rows, not one record */
  isList: boolean;
  isDownload: boolean;
  /** the resource as it is when the caller gives `where`; `fields` undefined stands for all conditions */
  filtered: readonly { fields: ReadonlySet<string> | undefined; resource: CompiledResource }[];
  /** the resource as it pages when the setting `pagination.type` has another value than by default */
  ways: ReadonlyMap<string, CompiledResource>;
  /** what asks the vendor which fields an object has, for statements that select them all */
  describe: CompiledResource | undefined;
}

/** An element ready to be called. Its resources are made ready when they are first asked for: few of many are. */
export interface CompiledElement {
  /** the resource at a place of the document's list */
  at(index: number): CompiledResource;
  /** the resource of a method and a path below the hub, for chains; the last of several */
  named(method: string, path: string): CompiledResource | undefined;
  /** values of `pagination.type` that only some of its resources know */
  otherWays: ReadonlySet<string>;
}

const compiled = new WeakMap<Definition, CompiledElement>();

/** The element ready to be called; made once for each definition. */
export function compileElement(definition: Definition): CompiledElement {
  const known = compiled.get(definition);
  if (known !== undefined) return known;
  const resources = definition.document.resources ?? [];
  const ready = new Map<number, CompiledResource>();
  let places: Map<string, number> | undefined;
  const at = (index: number): CompiledResource => {
    const before = ready.get(index);
    if (before !== undefined) return before;
    const resource = resources[index];
    if (resource === undefined) throw new RangeError(`${definition.key} has no resource ${index}`);
    const made = compileResource(definition, resource);
    ready.set(index, made);
    return made;
  };
  const element: CompiledElement = {
    at,
    named(method, path) {
      places ??= new Map(
        resources.map((resource, place) => [`${methodOf(resource)} ${pathBelowHub(resource)}`, place]),
      );
      const place = places.get(`${method} ${path}`);
      return place === undefined ? undefined : at(place);
    },
    otherWays: new Set([
      ...Object.keys(definition.document.valence?.paging ?? {}),
      ...(resources.some(({ valence }) => valence?.statement?.keyset !== undefined) ? ['cursor'] : []),
    ]),
  };
  compiled.set(definition, element);
  return element;
}

/** The path of a resource below the hub. */
export function pathBelowHub({ path }: Resource): string {
  return withoutHub(path.trim());
}

/** The method of a resource, in capitals. */
export function methodOf({ method }: Resource): string {
  return method.toUpperCase();
}

function compileResource(definition: Definition, resource: Resource): CompiledResource {
  return {
    ...compileForm(definition, resource),
    filtered: variantsOf(resource).map((variant) => ({
      fields: variant.fields === undefined ? undefined : new Set(variant.fields),
      resource: compileForm(definition, asVariant(resource, variant)),
    })),
  };
}

/** A resource in one form, with the other ways in which it can page. */
function compileForm(definition: Definition, resource: Resource): CompiledResource {
  const ways = new Map<string, CompiledResource>();
  for (const name of resource.valence?.paging ?? []) {
    const way = definition.document.valence?.paging?.[name];
    if (way !== undefined) ways.set(name, compileVariant(definition, pagedBy(resource, way)));
  }
  const described = resource.valence?.statement?.described;
  const describe =
    described === undefined
      ? undefined
      : compileVariant(definition, {
          method: 'GET',
          path: '/{object}',
          vendorPath: described.vendorPath,
          rootKey: `|${described.rows}`,
        });
  return { ...compileVariant(definition, resource), ways, describe };
}

function pagedBy(resource: Resource, { page, pageSize, nextPageKey }: PagingWay): Resource {
  const parameters = (resource.parameters ?? []).map((parameter) => {
    if (parameter.type !== 'query' || !pagingNames.has(parameter.name)) return parameter;
    return { ...parameter, vendorName: parameter.name === 'pageSize' ? pageSize : page };
  });
  return { ...resource, nextPageKey, parameters };
}

function compileVariant(definition: Definition, resource: Resource): CompiledResource {
  const path = pathBelowHub(resource);
  const method = methodOf(resource);
  const own = (resource.parameters ?? []).filter(isRequest).map(compileParameter);
  const requests = mergeParameters((definition.document.parameters ?? []).filter(isRequest).map(compileParameter), own);
  if (requests.some(saysForm)) for (const { body } of requests) if (body?.language === 'text') body.language = 'form';
  const hooks = hooksOf(definition, resource);
  const vendorPath = compileTemplate(resource.vendorPath ?? '');
  return {
    resource,
    path,
    method,
    vendorMethod: (resource.vendorMethod || method).toUpperCase(),
    vendorPath,
    quotedInPath: placeholdersInQuotes(vendorPath, "'"),
    parameters: requests.sort((a, b) => Number(fillsPlaceholder(b)) - Number(fillsPlaceholder(a))),
    responseParameters: [...(definition.document.parameters ?? []), ...(resource.parameters ?? [])]
      .filter((parameter) => !isRequest(parameter))
      .map(compileParameter),
    rootKey: parseRootKey(resource.rootKey),
    nextPageKey: parseNextPageKey(resource.nextPageKey),
    nextResource: parseNextResource(resource.nextResource),
    paging: pagingOf(resource),
    totalKey: resource.valence?.totalKey,
    ...hooks,
    hooksNameAddresses: hooks.preRequest.some(({ source }) => /webhookCallbackUrl|insert_base_url/.test(source)),
    queryNames: new Set(requests.filter((parameter) => parameter.from === 'query').map((parameter) => parameter.name)),
    headerNames: requests.filter(({ from }) => from === 'header').map(({ name }) => name.toLowerCase()),
    readsWhere: hooks.preRequest.length > 0 || requests.some(takesWhere),
    hooksReadHeaders: [...hooks.preRequest, ...hooks.postRequest].some(({ source }) => /request_headers/.test(source)),
    fixedNames: new Set(requests.filter(isFixed).map((parameter) => parameter.vendorName)),
    reservedNames: new Set([
      ...requests.filter(isPaging).map((parameter) => parameter.vendorName),
      ...queryNamesOf(resource.vendorPath ?? ''),
    ]),
    isList: isList(resource),
    isDownload: resource.valence?.download === true,
    filtered: [],
    ways: new Map(),
    describe: undefined,
  };
}

function takesWhere({ name, from, to, template }: CompiledParameter): boolean {
  if (name === 'where' && from === 'query') return to !== 'no-op';
  return template !== undefined && name.includes('{where}');
}

function isRequest(parameter: Parameter | undefined): boolean {
  return parameter?.source !== 'response';
}

function saysForm({ from, name, to, vendorName }: CompiledParameter): boolean {
  if (from !== 'value' || to !== 'header' || vendorName.toLowerCase() !== 'content-type') return false;
  return name.toLowerCase().includes('x-www-form-urlencoded');
}

function isFixed({ from, to }: CompiledParameter): boolean {
  return to === 'query' && (from === 'value' || from === 'configuration');
}

function isPaging({ from, name, to }: CompiledParameter): boolean {
  return to === 'query' && from === 'query' && pagingNames.has(name);
}

const pagingNames = new Set(['page', 'pageSize', 'nextPage']);

/** The names of the query parameters that are written in an address. */
export function queryNamesOf(address: string): string[] {
  const query = address.slice(address.includes('?') ? address.indexOf('?') + 1 : address.length);
  return [...new URLSearchParams(query.split('#', 1)[0]).keys()];
}

function fillsPlaceholder({ to }: CompiledParameter): boolean {
  return to === 'bodyToken' || to === 'path';
}

/** The element's parameters, those that the resource overrides (same place and name at the vendor) left out. */
function mergeParameters(element: CompiledParameter[], own: CompiledParameter[]): CompiledParameter[] {
  const place = ({ to, vendorName }: CompiledParameter) =>
    `${to} ${to === 'header' ? vendorName.toLowerCase() : vendorName}`;
  const overridden = new Set(own.map(place));
  return [...element.filter((parameter) => !overridden.has(place(parameter))), ...own];
}

function compileParameter(parameter: Parameter): CompiledParameter {
  const { type, name, vendorType, vendorName } = straighten(parameter);
  const converter = parameter.converter || (vendorName.startsWith('converter:') ? vendorName : undefined);
  const template = type === 'value' ? compileTemplate(name) : undefined;
  const dataType = (parameter.dataType ?? '').toLowerCase();
  return {
    from: type,
    name,
    to: vendorType,
    vendorName: vendorName.startsWith('converter:')
      ? ''
      : vendorType === 'path'
        ? placeholderName(vendorName)
        : vendorName,
    required: parameter.required === true,
    isNumber: dataType === 'integer' || dataType === 'number',
    isFile: dataType === 'file',
    isBase64: parameter.vendorDataType === 'base64',
    converter: converter === undefined ? undefined : findConverter(converter),
    template,
    quoted: template === undefined ? new Set() : placeholdersInQuotes(template, "'"),
    body: type === 'value' && vendorType === 'body' ? compileBodyTemplate(name) : undefined,
  };
}

/** The placeholder `{:id}` is written `:id` in parameters, too. */
function placeholderName(vendorName: string): string {
  return vendorName.startsWith(':') ? vendorName.slice(1) : vendorName;
}

/** Some documents write a literal the other way round: its place and name on the caller's side, its text as vendorName. */
function straighten(parameter: Parameter): { type: string; name: string; vendorType: string; vendorName: string } {
  const { type, name } = parameter;
  const vendorType = parameter.vendorType || type;
  // A converter knows the parameter that is usual for its syntax.
  const vendorName = parameter.vendorName || (type === 'value' || parameter.converter ? '' : name);
  if (vendorType === 'value' && type !== 'value') {
    return { type: 'value', name: vendorName, vendorType: type, vendorName: name };
  }
  return { type, name, vendorType, vendorName };
}

function parseNextResource(text: string | null | undefined): CompiledResource['nextResource'] {
  const [, method, path] = /^\s*([A-Za-z]+):(\/\S*)\s*$/.exec(text ?? '') ?? [];
  return method === undefined || path === undefined
    ? undefined
    : { method: method.toUpperCase(), path: withoutHub(path) };
}

function pagingOf({ paginationType, valence }: Resource): CompiledResource['paging'] {
  // A statement says itself how many rows, and from where.
  if (valence?.statement !== undefined && !paginationType) return 'vendor';
  if (paginationType === 'VENDOR_NOT_SUPPORTED') return 'platform';
  if (paginationType === 'NO_PAGINATION') return 'none';
  return paginationType === 'VENDOR_SUPPORTED' || paginationType === 'supported' ? 'vendor' : 'unsaid';
}

/** Before the call the element's hook runs first, after it the resource's. */
function hooksOf(definition: Definition, resource: Resource): Pick<CompiledResource, 'preRequest' | 'postRequest'> {
  const pick = (type: string): { element: CompiledHook[]; own: CompiledHook[] } => {
    const read = (hooks: Resource['hooks'], level: CompiledHook['level']) =>
      (hooks ?? [])
        .filter((hook) => hook.type === type && (hook.body ?? '').trim() !== '')
        .map((hook) => ({ source: hook.body ?? '', legacy: hook.isLegacy === true, level }));
    const elementHooks = resource.type === 'onDelete' ? [] : definition.document.hooks;
    return { element: read(elementHooks, 'element'), own: read(resource.hooks, 'resource') };
  };
  const before = pick('preRequest');
  const after = pick('postRequest');
  return { preRequest: [...before.element, ...before.own], postRequest: [...after.own, ...after.element] };
}
