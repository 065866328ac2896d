// What every element answers by itself: which objects it has, and what is known of their fields.

import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import { assemble, describeElement } from '../describe/describe-element.ts';
import { type CommonResourceView, withCommonResources } from '../describe/describe-mapped-object.ts';
import type { SwaggerDocument } from '../describe/swagger.ts';
import { type Definition, declaredObjects, isCallable, withoutHub } from '../element/define.ts';
import type { Resource } from '../element/definition.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { InstanceMappings } from '../mapping/resolve.ts';

/** One field of an object, as `/objects/{object}/metadata` shows it. */
export interface FieldMetadata {
  vendorPath: string;
  type: string;
  vendorDisplayName?: string;
  vendorReadOnly?: boolean;
  vendorRequired?: boolean;
  mask?: string;
  primaryKey?: boolean;
}

/** The names of an element's objects, sorted: those it declares, and those that its collections are called. */
export function objectNames(definition: Definition): string[] {
  const names = new Set<string>();
  const { document } = definition;
  for (const object of declaredObjects(document)) {
    if (typeof object['name'] === 'string') names.add(object['name']);
  }
  for (const resource of document.resources ?? []) {
    if (!isApi(resource)) continue;
    if (resource.objectName) names.add(resource.objectName);
    const [, name, second] = withoutHub(resource.path).split('/');
    const isCollection = resource.method.toUpperCase() === 'GET' && second === undefined;
    if (isCollection && name !== undefined && /^[\w-]+$/.test(name) && !standard.has(name)) names.add(name);
  }
  return [...names].sort();
}

const standard = new Set(['ping', 'objects', 'bulk', 'me', 'search', 'storage']);

function isApi(resource: Resource): boolean {
  return isCallable(resource) && resource.type !== 'apiNoDocumentation';
}

/** The fields of an object, from its declaration or the model of its resources. Throws a Problem when there is none. */
export function objectMetadata(definition: Definition, name: string): { fields: FieldMetadata[] } {
  const declared = declaredObjects(definition.document).find(
    (object) => object['name'] === name || object['vendorName'] === name,
  );
  const fields = declared === undefined ? undefined : declared['fields'];
  if (Array.isArray(fields) && fields.length > 0) return { fields: fields.filter(isObject).map(declaredField) };
  const schema = schemaOf(definition, name);
  if (schema !== undefined) return { fields: schemaFields(schema.schema, schema.models, '', 0) };
  if (!objectNames(definition).includes(name)) {
    throw new Problem('notFound', `${definition.key} has no object ${name}; GET /objects lists them.`);
  }
  throw new Problem('badRequest', 'This API is not currently supported for this element');
}

function declaredField(field: Record<string, unknown>): FieldMetadata {
  return {
    vendorPath: textOf(field['name'], ''),
    type: textOf(field['type'], 'string'),
    ...(typeof field['displayName'] === 'string' ? { vendorDisplayName: field['displayName'] } : {}),
    vendorReadOnly: field['readOnly'] === true,
    vendorRequired: field['required'] === true,
    ...(typeof field['mask'] === 'string' ? { mask: field['mask'] } : {}),
    ...(field['primaryKey'] === true ? { primaryKey: true } : {}),
  };
}

/** A member of a document as text; documents may have anything in its place. */
function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

type Models = Record<string, unknown>;

/** The JSON schema of an object: that of reading one record, else of the list, else of creating one. */
function schemaOf(
  definition: Definition,
  name: string,
): { schema: Record<string, unknown>; models: Models } | undefined {
  const resources = (definition.document.resources ?? []).filter((resource) => {
    const segments = withoutHub(resource.path).split('/').slice(1);
    return isApi(resource) && (resource.objectName === name || (segments[0] === name && segments.length <= 2));
  });
  const rank = ({ method, path }: Resource) => (method.toUpperCase() === 'GET' ? 0 : 2) + (path.endsWith('}') ? 0 : 1);
  for (const resource of resources.sort((a, b) => rank(a) - rank(b))) {
    const { model } = resource;
    if (!isObject(model) || !isObject(model['swagger'])) continue;
    const models = model['swagger'];
    const modelName = String(model['name'] ?? '');
    // A list's model has no schema of its own: its rows have one, named `<model>Object`.
    const schema = [modelName, `${modelName}Object`].map((key) => models[key]).find(isObject);
    if (schema !== undefined) return { schema: rowsOf(schema, models), models };
  }
  return undefined;
}

function rowsOf(schema: Record<string, unknown>, models: Models): Record<string, unknown> {
  const items = schema['type'] === 'array' ? resolve(schema['items'], models) : undefined;
  return items ?? schema;
}

function resolve(schema: unknown, models: Models): Record<string, unknown> | undefined {
  if (!isObject(schema)) return undefined;
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  const target = models[reference.split('/').at(-1) ?? ''];
  return isObject(target) ? target : undefined;
}

const deepest = 4;

function schemaFields(schema: Record<string, unknown>, models: Models, prefix: string, depth: number): FieldMetadata[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).flatMap(([name, property]): FieldMetadata[] => {
    const resolved = resolve(property, models) ?? {};
    const path = `${prefix}${name}`;
    const items = resolved['type'] === 'array' ? resolve(resolved['items'], models) : undefined;
    const inner = items ?? resolved;
    if (depth < deepest && isObject(inner['properties'])) {
      return schemaFields(inner, models, items === undefined ? `${path}.` : `${path}[*].`, depth + 1);
    }
    return [
      {
        vendorPath: path,
        type: typeOf(resolved),
        vendorReadOnly: resolved['readOnly'] === true,
        vendorRequired: required.includes(name),
        ...(resolved['x-primary-key'] === true ? { primaryKey: true } : {}),
        ...(typeof resolved['x-mask'] === 'string' ? { mask: resolved['x-mask'] } : {}),
      },
    ];
  });
}

function typeOf(schema: Record<string, unknown>): string {
  const format = schema['format'];
  if (format === 'date' || format === 'date-time') return 'date';
  const type = String(schema['type'] ?? 'string');
  return type === 'integer' ? 'number' : type;
}

/**
 * Swagger 2.0 of one object: its paths, their parameters, and the models that they name. Throws a Problem for no such
 * object.
 */
export function objectDocs(definition: Definition, name: string, host: string): SwaggerDocument {
  const address = { host, basePath: '/elements/api-v2', schemes: ['https'] };
  const document = describeElement(definition, { address, objectName: name });
  if (document !== undefined) return document;
  throw new Problem('notFound', `${definition.key} has no object ${name}; GET /objects lists them.`);
}

/** A field of a common resource, as `/objects/{object}/metadata` shows it. */
export interface MappedFieldMetadata {
  path: string;
  vendorPath?: string;
  type: string;
}

/** The fields of a common resource, nested ones by their dotted paths. */
export function mappedMetadata({ laws }: Mapping): { fields: MappedFieldMetadata[] } {
  return {
    fields: laws.map(({ path, vendorPath, type = 'string' }) => ({
      path,
      ...(vendorPath === undefined ? {} : { vendorPath }),
      type,
    })),
  };
}

/** The mappings that are shown beside an element's own objects. */
export function documentedMappings(mappings: InstanceMappings | undefined): Mapping[] {
  return (mappings?.names ?? []).flatMap((name) => {
    const mapping = mappings?.find(name);
    return mapping?.documented === true ? [mapping] : [];
  });
}

/** Swagger 2.0 of one common resource. */
export function mappedDocs(definition: Definition, mapping: Mapping, host: string): SwaggerDocument {
  const address = { host, basePath: '/elements/api-v2', schemes: ['https'] };
  const empty = assemble([], new Map(), address, { title: definition.key, version: 'api-v2' });
  return withCommonResources(empty, definition, [viewOf(mapping)]);
}

/** What descriptions need to know of a mapping. */
export function viewOf({ objectName, vendorName, laws }: Mapping): CommonResourceView {
  return { objectName, vendorName, fields: laws };
}
