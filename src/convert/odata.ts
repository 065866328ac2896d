// OData to an element document: sets of entities become resources whose where, pages, order and fields are the system
// query options. OData 4.01 Protocol and URL Conventions (OASIS); OData 2 and 3 (odata.org).

import { percentEncode } from '../core/http.ts';
import type { Resource } from '../element/definition.ts';
import type { Parameter } from '../element/parameter.ts';
import {
  baseUrlSetting,
  type Conversion,
  type ConversionOptions,
  createNotes,
  elementDocument,
  hubPath,
  type Notes,
  pagingSettings,
  passwordSettings,
  shorten,
  variableName,
} from './conversion.ts';
import { type Definitions, type JsonSchema, modelOf, referenceTo, type Shape } from './models.ts';
import { freeName, kebabCase } from './names.ts';
import {
  type EntitySet,
  type Navigation,
  type Operation,
  type Property,
  readMetadata,
  type Service,
  type StructuredType,
} from './odata-metadata.ts';

/** Rows that are asked for at once. */
const pageSize = 100;
/** Resources of an element at most; what is left out is noted. */
const mostResources = 2000;
/** Types that all models have together, about: an element must be small enough to be stored. */
const modelTypes = 2000;

/**
 * Converts the `$metadata` of an OData service, version 2, 3 or 4 (XML). The description says nothing about signing in:
 * the element asks for a user name and a password (noted). Calls go to `options.baseUrl`, else to the address that the
 * description came from, else the address is a setting. Throws a Problem `badRequest` that names every fault.
 */
export function convertOData(text: string, options: ConversionOptions): Conversion {
  const notes = createNotes();
  const service = readMetadata(text, notes);
  const base = serviceRoot(options);
  notes.add(
    '',
    'OData descriptions do not say how to sign in: the element asks for a user name and a password (basic).',
  );
  if (base === undefined) {
    notes.add('', 'OData descriptions do not say where the service is: each account is asked for its base.url.');
  }
  if (service.isSap) {
    notes.add(
      '',
      'SAP Gateway refuses writes without a token against forgery (X-CSRF-Token): add hooks that fetch it.',
    );
  }
  if (service.version === 2) notes.add('', 'Dates are those of OData 2: /Date(milliseconds)/.');
  const writer = new ResourceWriter(service, options, notes);
  const resources = writer.write();
  const document = elementDocument({
    options,
    title: service.container === '' ? service.namespace : titleOf(service),
    description: `OData ${service.version} service ${service.namespace}`,
    protocol: 'odata',
    authentication: 'basic',
    settings: [...passwordSettings(), baseUrlSetting(base), ...pagingSettings('offset', pageSize)],
    parameters: protocolHeaders(service),
    resources,
  });
  return { document, notes: notes.all() };
}

/** Namespaces say more than containers, which are mostly named so. */
function titleOf({ container, namespace }: Service): string {
  return /^(default)?(container|entitycontainer|entities)$/i.test(container) ? namespace : container;
}

/** The address that `$metadata` is below of. */
function serviceRoot({ baseUrl, source }: ConversionOptions): string | undefined {
  if (baseUrl !== undefined && baseUrl !== '') return baseUrl;
  const root = /^(https?:\/\/.*?)\/(?:\$|%24)metadata(?:[?#].*)?$/i.exec(source ?? '')?.[1];
  return root;
}

function protocolHeaders({ version }: Service): Parameter[] {
  if (version === 4) return [fixed('header', 'OData-MaxVersion', '4.0')];
  return [
    fixed('header', 'MaxDataServiceVersion', `${version}.0`),
    // Version 3 has two forms of JSON; this is the one that version 2 has, too.
    ...(version === 3 ? [fixed('header', 'Accept', 'application/json;odata=verbose')] : []),
  ];
}

function fixed(place: 'header' | 'query', vendorName: string, value: string): Parameter {
  return { name: value, type: 'value', vendorName, vendorType: place, source: 'request', required: false };
}

/** A resource whose path is yet in segments. */
type NewResource = Omit<Partial<Resource>, 'path' | 'method' | 'parameters' | 'model'> & {
  method: string;
  segments: readonly string[];
  parameters: Parameter[];
  model?: unknown;
};

/** Where an entity is: path variables on our side, a key in parentheses on the vendor's. */
interface Address {
  segments: readonly string[];
  vendorPath: string;
  parameters: readonly Parameter[];
}

class ResourceWriter {
  readonly #service: Service;
  readonly #options: ConversionOptions;
  readonly #notes: Notes;
  readonly #definitions: Definitions;
  readonly #modelTypes: number;
  readonly #names = new Set<string>();
  readonly #resources: Resource[] = [];
  #leftOut = 0;

  constructor(service: Service, options: ConversionOptions, notes: Notes) {
    this.#service = service;
    this.#options = options;
    this.#notes = notes;
    this.#definitions = definitionsOf(service);
    const models = service.sets.reduce((sum, { type }) => sum + 4 + type.navigations.length, 0);
    this.#modelTypes = Math.max(3, Math.min(60, Math.floor(modelTypes / Math.max(1, models))));
  }

  write(): Resource[] {
    this.#writeValidation();
    for (const set of this.#service.sets) this.#writeSet(set);
    for (const operation of this.#service.operations) this.#writeOperation(operation);
    if (this.#leftOut > 0) {
      this.#notes.add('', `${this.#leftOut} resources beyond the first ${mostResources} are left out.`);
    }
    return this.#resources;
  }

  #add(resource: NewResource): void {
    if (this.#resources.length >= mostResources) {
      this.#leftOut += 1;
      return;
    }
    const { segments, model, ...members } = resource;
    const added = {
      type: 'api',
      kind: 'eb',
      vendorMethod: resource.method,
      ...members,
      path: hubPath(this.#options, segments),
      response: { contentType: 'application/json' },
      ...(model === undefined ? {} : { model }),
      hooks: [],
    };
    this.#resources.push(added);
  }

  /** A new account is tried by reading what costs least: one row of the first set, or the list of sets. */
  #writeValidation(): void {
    const set = this.#service.sets.find(
      ({ isSingleton, capabilities: can }) => !isSingleton && can.readable && can.top,
    );
    this.#names.add('provision-auth-validation');
    this.#add({
      method: 'GET',
      segments: ['provision-auth-validation'],
      type: 'provisionAuthValidation',
      vendorPath: set === undefined ? '/' : `/${percentEncode(set.name)}`,
      description: 'Check the credentials of a new account by reading one row',
      parameters: set === undefined ? [] : [fixed('query', '$top', '1')],
    });
  }

  #writeSet(set: EntitySet): void {
    const name = freeName(kebabCase(set.name) || 'entities', this.#names);
    if (set.isSingleton) {
      this.#writeEntity(set, name, { segments: [name], vendorPath: `/${percentEncode(set.name)}`, parameters: [] });
      return;
    }
    const { capabilities: can, type } = set;
    if (can.readable) this.#writeList(set, name, name, [name], `/${percentEncode(set.name)}`, []);
    else this.#notes.add(set.path, `${set.name} cannot be read by itself, so it has no list.`);
    if (can.insertable && !type.hasStream) {
      this.#add({
        method: 'POST',
        segments: [name],
        objectName: name,
        vendorPath: `/${percentEncode(set.name)}`,
        description: `Create a ${type.name}`,
        ...this.#single(),
        parameters: [bodyParameter(type), ...this.#wantsAnswer()],
        model: this.#model(shapeOf(type), shapeOf(type)),
      });
    } else if (type.hasStream) {
      this.#notes.add(set.path, `${set.name} holds files, which are created from their content; that is left out.`);
    }
    const address = this.#addressOf(set, name);
    if (address === undefined) {
      this.#notes.add(set.path, `${type.name} has no key that a path can hold, so single entities are not reached.`);
      return;
    }
    this.#writeEntity(set, name, address);
  }

  /** Reading, changing and deleting one entity, and what it leads to. */
  #writeEntity(set: EntitySet, name: string, { segments, vendorPath, parameters }: Address): void {
    const { capabilities: can, type } = set;
    const common = { segments, objectName: name, vendorPath };
    if (can.readable) {
      this.#add({
        ...common,
        method: 'GET',
        description: set.description ?? `Retrieve a ${type.name}`,
        ...this.#single(),
        parameters: [...parameters, ...this.#selecting(can.expandable)],
        model: this.#model(shapeOf(type), undefined),
      });
    }
    if (can.updatable) {
      const merge = this.#service.version === 2;
      this.#add({
        ...common,
        method: 'PATCH',
        // OData 2 changes by MERGE, which goes through a POST (Operations, 2.8): many ways lose that method.
        vendorMethod: merge ? 'POST' : 'PATCH',
        description: `Change a ${type.name}`,
        ...this.#single(),
        parameters: [
          ...parameters,
          bodyParameter(type, false),
          ...(merge ? [fixed('header', 'X-HTTP-Method', 'MERGE')] : []),
          ...this.#ifMatch(type),
          ...this.#wantsAnswer(),
        ],
        model: this.#model(shapeOf(type), shapeOf(type)),
      });
    }
    if (can.deletable && !set.isSingleton) {
      this.#add({
        ...common,
        method: 'DELETE',
        description: `Delete a ${type.name}`,
        parameters: [...parameters, ...this.#ifMatch(type)],
      });
    }
    if (type.hasStream && can.readable) {
      this.#add({
        method: 'GET',
        segments: [...segments, 'content'],
        objectName: name,
        vendorPath: `${vendorPath}/$value`,
        description: `Download the file of a ${type.name}`,
        parameters: [...parameters],
        valence: { download: true },
      });
    }
    const taken = new Set(['content']);
    for (const navigation of type.navigations) {
      this.#writeNavigation(navigation, set, { segments, vendorPath, parameters }, taken);
    }
  }

  #writeNavigation(
    { name, target, isCollection }: Navigation,
    set: EntitySet,
    address: Address,
    taken: Set<string>,
  ): void {
    const type = this.#service.types.get(target);
    if (type === undefined) {
      this.#notes.add(set.path, `${set.name}/${name} leads to ${target}, which is not in the description; left out.`);
      return;
    }
    const segment = freeName(kebabCase(name) || 'related', taken);
    const segments = [...address.segments, segment];
    const vendorPath = `${address.vendorPath}/${percentEncode(name)}`;
    if (isCollection) {
      const everything = { ...set, type, description: undefined, capabilities: allowed };
      this.#writeList(everything, segment, kebabCase(type.name), segments, vendorPath, address.parameters);
      return;
    }
    this.#add({
      method: 'GET',
      segments,
      objectName: kebabCase(type.name),
      vendorPath,
      description: `Retrieve the ${name} of a ${set.type.name}`,
      ...this.#single(),
      paginationType: 'NO_PAGINATION',
      parameters: [...address.parameters, ...this.#selecting(true)],
      model: this.#model(shapeOf(type), undefined),
    });
  }

  #writeList(
    { type, capabilities: can, description, path, name }: EntitySet,
    modelName: string,
    objectName: string,
    segments: readonly string[],
    vendorPath: string,
    parameters: readonly Parameter[],
  ): void {
    const { version } = this.#service;
    const pages = can.top && can.skip;
    if (!pages) this.#notes.add(path, `${name} cannot be asked for pages; the rows are divided into pages here.`);
    const counts = pages && can.countable;
    this.#add({
      method: 'GET',
      segments,
      objectName,
      vendorPath,
      description: description ?? `Search for ${type.name} records`,
      rootKey: version === 4 ? '|value' : '|d.results',
      paginationType: pages ? 'VENDOR_SUPPORTED' : 'VENDOR_NOT_SUPPORTED',
      parameters: [
        ...parameters,
        ...(can.filterable ? [whereParameter(version)] : []),
        query(
          'page',
          pages ? '$skip' : undefined,
          'The number of a page, or Elements-Next-Page-Token of the page before',
        ),
        {
          ...query('pageSize', pages ? '$top' : undefined, `How many records a page has, at most ${pageSize}`),
          dataType: 'integer',
        },
        ...(can.sortable ? [query('orderBy', '$orderby', 'What the rows are sorted by: Name, or Name desc')] : []),
        ...this.#selecting(can.expandable),
        ...(counts
          ? [version === 4 ? fixed('query', '$count', 'true') : fixed('query', '$inlinecount', 'allpages')]
          : []),
      ],
      model: this.#model({ ...shapeOf(type), name: modelName, isList: true }, undefined),
      ...(counts ? { valence: { totalKey: version === 4 ? '@odata.count' : 'd.__count' } } : {}),
    });
  }

  #selecting(isExpandable: boolean): Parameter[] {
    return [
      query('fields', '$select', 'The members that are wanted, separated by commas'),
      ...(isExpandable
        ? [query('expand', '$expand', 'Related records that are wanted, too, separated by commas')]
        : []),
    ];
  }

  /** Where a single record stands in an answer. */
  #single(): { rootKey?: string } {
    return this.#service.version === 4 ? {} : { rootKey: '|d' };
  }

  /** OData 4 may answer a write with nothing. */
  #wantsAnswer(): Parameter[] {
    return this.#service.version === 4 ? [fixed('header', 'Prefer', 'return=representation')] : [];
  }

  /**
   * Where versions are compared, a write must name one; `*` is whichever is there, and lets nothing be created.
   * The caller's own If-Match counts first. OData 2 refuses it for types without versions.
   */
  #ifMatch({ hasVersion }: StructuredType): Parameter[] {
    if (this.#service.version !== 4 && !hasVersion) return [];
    return [
      fixed('header', 'If-Match', '*'),
      {
        name: 'If-Match',
        type: 'header',
        vendorName: 'If-Match',
        vendorType: 'header',
        source: 'request',
        required: false,
        dataType: 'string',
        description: 'The version (ETag) that the record must still have',
      },
    ];
  }

  #model(response: Shape | undefined, request: Shape | undefined): Record<string, unknown> | undefined {
    return modelOf(response, request, this.#definitions, this.#modelTypes);
  }

  /** Undefined for a key that cannot stand in a path. */
  #addressOf({ name: setName, type }: EntitySet, name: string): Address | undefined {
    const keys = type.keys.flatMap((key) => type.properties.find((property) => property.name === key) ?? []);
    if (keys.length === 0) return undefined;
    const parts = keys.map((key) => {
      const variable = keys.length === 1 ? 'id' : variableName(key.name);
      return { key, variable, literal: this.#literal(key.type, `{${variable}}`) };
    });
    if (parts.some(({ literal }) => literal === undefined)) return undefined;
    const written = parts
      .map(({ key, literal }) => (keys.length === 1 ? literal : `${percentEncode(key.name)}=${literal}`))
      .join(',');
    return {
      segments: [name, ...parts.map(({ variable }) => `{${variable}}`)],
      vendorPath: `/${percentEncode(setName)}(${written})`,
      parameters: parts.map(({ key, variable }) => ({
        name: variable,
        type: 'path',
        vendorName: variable,
        vendorType: 'path',
        source: 'request',
        required: true,
        dataType: /^Edm\.(Byte|SByte|Int16|Int32)$/.test(key.type) ? 'integer' : 'string',
        description: key.description === undefined ? key.name : `${key.name}: ${shorten(key.description, 200)}`,
      })),
    };
  }

  /** A value in an address: OData 4.01 ABNF, primitiveLiteral; OData 2, Overview, 6. Undefined for what has no literal. */
  #literal(type: string, value: string): string | undefined {
    if (type === 'Edm.String') return `'${value}'`;
    if (this.#service.enums.has(type)) return `${percentEncode(type)}'${value}'`;
    if (!type.startsWith('Edm.') || /^Edm\.(Geo|Stream|Binary)/.test(type)) return undefined;
    if (this.#service.version === 4) return type === 'Edm.Duration' ? `duration'${value}'` : value;
    const quoted: Record<string, string> = {
      'Edm.Guid': 'guid',
      'Edm.DateTime': 'datetime',
      'Edm.DateTimeOffset': 'datetimeoffset',
      'Edm.Time': 'time',
    };
    const suffixes: Record<string, string> = {
      'Edm.Int64': 'L',
      'Edm.Decimal': 'M',
      'Edm.Single': 'f',
      'Edm.Double': 'd',
    };
    const prefix = quoted[type];
    return prefix === undefined ? `${value}${suffixes[type] ?? ''}` : `${prefix}'${value}'`;
  }

  #writeOperation(operation: Operation): void {
    const { version } = this.#service;
    const { name, kind, parameters, returns, path } = operation;
    const segment = freeName(kebabCase(name) || kind, this.#names);
    const response = returns === undefined ? undefined : this.#returned(segment, returns);
    const isList = returns?.isCollection === true;
    const rootKey =
      version === 4 ? (isList || response?.isValue === true ? '|value' : undefined) : isList ? '|d.results' : '|d';
    const common = {
      segments: [segment],
      description: `Call ${name}`,
      ...(rootKey === undefined || returns === undefined ? {} : { rootKey }),
    };
    if (kind === 'action') {
      const schema = objectSchema(parameters, this.#service);
      const takesBody = parameters.length > 0;
      this.#add({
        ...common,
        method: 'POST',
        vendorPath: `/${percentEncode(name)}`,
        parameters: takesBody ? [{ ...bodyParameter({ name: `${name}Request` }), required: true }] : [],
        model: this.#model(response?.shape, takesBody ? { name: `${name}Request`, schema } : undefined),
      });
      return;
    }
    const literals = parameters.map((parameter) => ({
      parameter,
      literal: parameter.isCollection ? undefined : this.#literal(parameter.type, `{${variableName(parameter.name)}}`),
    }));
    if (literals.some(({ literal }) => literal === undefined)) {
      this.#notes.add(path, `${name} takes parameters that an address cannot hold; it is left out.`);
      return;
    }
    const method = version !== 4 && operation.httpMethod === 'POST' ? 'POST' : 'GET';
    const inPath = version === 4;
    const written = literals.map(({ parameter, literal }) => `${percentEncode(parameter.name)}=${literal}`).join(',');
    this.#add({
      ...common,
      method,
      vendorPath: inPath ? `/${percentEncode(name)}(${written})` : `/${percentEncode(name)}`,
      ...(method === 'GET' ? { paginationType: isList ? 'VENDOR_NOT_SUPPORTED' : 'NO_PAGINATION' } : {}),
      parameters: literals.flatMap(({ parameter, literal }) => {
        const asked: Parameter = {
          name: parameter.name,
          type: 'query',
          vendorName: variableName(parameter.name),
          vendorType: inPath ? 'path' : 'bodyToken',
          source: 'request',
          required: true,
          dataType: dataTypeOf(parameter),
          description: parameter.description ?? parameter.name,
        };
        return inPath ? [asked] : [asked, fixed('query', parameter.name, literal ?? '')];
      }),
      model: this.#model(response?.shape, undefined),
    });
  }

  #returned(
    name: string,
    { type, isCollection }: { type: string; isCollection: boolean },
  ): { shape: Shape; isValue: boolean } {
    const structured = this.#service.types.get(type);
    const schema = schemaOfType(type, this.#service);
    const shape = { name: structured === undefined || isCollection ? name : structured.name, schema };
    return { shape: isCollection ? { ...shape, isList: true } : shape, isValue: structured === undefined };
  }
}

const allowed = {
  readable: true,
  insertable: true,
  updatable: true,
  deletable: true,
  filterable: true,
  sortable: true,
  expandable: true,
  countable: true,
  top: true,
  skip: true,
};

function query(name: string, vendorName: string | undefined, description: string): Parameter {
  return {
    name,
    type: 'query',
    vendorName: vendorName ?? name,
    vendorType: vendorName === undefined ? 'no-op' : 'query',
    source: 'request',
    required: false,
    dataType: 'string',
    description,
  };
}

function whereParameter(version: Service['version']): Parameter {
  return {
    ...query('where', '$filter', "The CEQL search expression, such as Name='Acme' AND Price>10"),
    converter: version === 4 ? 'toODataFilter' : 'toODataV3Filter',
  };
}

function bodyParameter({ name }: { name: string }, required = true): Parameter {
  return {
    name: 'body',
    type: 'body',
    vendorName: 'body',
    vendorType: 'body',
    source: 'request',
    required,
    dataType: name,
    description: name,
  };
}

function dataTypeOf({ type }: Property): string {
  if (/^Edm\.(Byte|SByte|Int16|Int32)$/.test(type)) return 'integer';
  return type === 'Edm.Boolean' ? 'boolean' : 'string';
}

function shapeOf(type: StructuredType): Shape {
  return { name: type.name, schema: referenceTo(type.fullName) };
}

/** Every type of the service as a schema, under its qualified name. */
function definitionsOf(service: Service): Definitions {
  const definitions = new Map<string, JsonSchema>();
  for (const type of service.types.values()) {
    const schema = objectSchema(type.properties, service);
    const properties = schema['properties'] as Record<string, JsonSchema>;
    for (const key of type.keys) {
      if (properties[key] !== undefined) properties[key] = { ...properties[key], 'x-primary-key': true };
    }
    definitions.set(type.fullName, schema);
  }
  return definitions;
}

function objectSchema(members: readonly Property[], service: Service): JsonSchema {
  const properties: Record<string, JsonSchema> = Object.create(null);
  for (const member of members) properties[member.name] = schemaOfProperty(member, service);
  const required = members.filter((one) => !one.nullable && !one.isCollection && !one.isReadOnly);
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required: required.map(({ name }) => name) }),
  };
}

function schemaOfProperty(property: Property, service: Service): JsonSchema {
  const one = schemaOfType(property.type, service);
  const more = {
    ...(property.description === undefined ? {} : { description: shorten(property.description, 300) }),
    ...(property.isReadOnly ? { readOnly: true } : {}),
  };
  if (property.isCollection) return { type: 'array', items: one, ...more };
  const length = property.maxLength !== undefined && one['type'] === 'string' ? { maxLength: property.maxLength } : {};
  return { ...one, ...length, ...more };
}

/** How JSON carries the values: OData 4.01 JSON Format, 7.1; OData 2 writes 64 bits and decimals as text. */
function schemaOfType(type: string, service: Service): JsonSchema {
  if (service.types.has(type)) return referenceTo(type);
  const members = service.enums.get(type)?.members;
  if (members !== undefined) return { type: 'string', enum: [...members] };
  switch (type) {
    case 'Edm.Boolean':
      return { type: 'boolean' };
    case 'Edm.Byte':
    case 'Edm.SByte':
    case 'Edm.Int16':
    case 'Edm.Int32':
      return { type: 'integer', format: 'int32' };
    case 'Edm.Int64':
      return service.version === 4 ? { type: 'integer', format: 'int64' } : { type: 'string' };
    case 'Edm.Decimal':
      return service.version === 4 ? { type: 'number' } : { type: 'string' };
    case 'Edm.Single':
      return service.version === 4 ? { type: 'number', format: 'float' } : { type: 'string' };
    case 'Edm.Double':
      return service.version === 4 ? { type: 'number', format: 'double' } : { type: 'string' };
    case 'Edm.Date':
      return { type: 'string', format: 'date' };
    case 'Edm.DateTimeOffset':
      return service.version === 4 ? { type: 'string', format: 'date-time' } : { type: 'string' };
    case 'Edm.Binary':
      return { type: 'string', format: 'byte' };
    case 'Edm.Guid':
      return { type: 'string', format: 'uuid' };
    default:
      return type.startsWith('Edm.Geo') || !type.startsWith('Edm.') ? { type: 'object' } : { type: 'string' };
  }
}
