// The models of resources: what each answers and takes, with the schemas that these name. All of them together stay
// small enough for `POST /elements` and for the memory of a server, so those of huge descriptions reach less far.

import { isObject } from '../core/http.ts';
import type { Resource } from '../element/definition.ts';
import type { Notes } from './conversion.ts';
import type { Schema } from './openapi-description.ts';
import { modelName, type ReadOperation } from './openapi-resource.ts';
import type { Models, Reach, Schemas } from './openapi-schema.ts';

/** bytes of all models of an element */
const mostBytes = 4 * 1024 * 1024;

/** How far models reach, from what is best to what is least. */
const reaches: readonly Reach[] = [
  { depth: 8, models: 60 },
  { depth: 3, models: 25 },
  { depth: 2, models: 12 },
  { depth: 1, models: 6 },
  { depth: 0, models: 0 },
];

/** What a resource answers or takes, in the form of models. */
interface Part {
  name: string;
  model: Schema;
}

/** Gives resources their models. */
export function addModels(
  resources: readonly { resource: Resource; read: ReadOperation }[],
  schemas: Schemas,
  notes: Notes,
): void {
  const parts = resources.map(({ resource, read }) => ({
    resource,
    isList: read.answer.isList,
    answer: partOf(read.answer.schema, schemas, read, read.answer.isList ? 'Row' : 'Answer'),
    request: partOf(read.request?.schema, schemas, read, 'Request'),
  }));
  for (const [index, reach] of reaches.entries()) {
    const models = parts.map(({ answer, request, isList }) => modelOf(answer, request, isList, schemas, reach));
    const bytes = models.reduce((sum, model) => sum + (model === undefined ? 0 : JSON.stringify(model).length), 0);
    if (bytes > mostBytes && index < reaches.length - 1) continue;
    if (index > 0) {
      notes.add(
        '/components/schemas',
        `models show ${reach.depth} levels of schemas only: all of them would be too large.`,
      );
    }
    if (bytes > mostBytes) {
      notes.add('/components/schemas', 'the models are left out: even alone they would be too large.');
      return;
    }
    for (const [position, { resource }] of parts.entries()) {
      const model = models[position];
      if (model !== undefined) Object.assign(resource, { model });
      const name = model?.['requestName'];
      const body = (resource.parameters ?? []).find(({ type, vendorType }) => type === 'body' && vendorType === 'body');
      if (body !== undefined && typeof name === 'string') body.dataType = name;
    }
    return;
  }
}

function partOf(schema: unknown, schemas: Schemas, read: ReadOperation, role: string): Part | undefined {
  const { kind, properties } = schemas.shapeOf(schema);
  const says = kind === 'list' || (kind === 'object' && Object.keys(properties).length > 0);
  if (schema === undefined || !says) return undefined;
  const { name, model } = schemas.modelOf(schema);
  return { name: name ?? modelName(read.operation.method.toLowerCase(), read.collection ?? '', role), model };
}

function modelOf(
  answer: Part | undefined,
  request: Part | undefined,
  isList: boolean,
  schemas: Schemas,
  reach: Reach,
): Record<string, unknown> | undefined {
  if (answer === undefined && request === undefined) return undefined;
  return {
    ...(answer === undefined ? {} : answered(answer, isList, schemas, reach)),
    ...(request === undefined
      ? {}
      : { requestName: request.name, requestSwagger: withClosure(request.name, request.model, schemas, reach) }),
  };
}

/** The model of a list has no schema of its own: its rows have one, named `<model>Object`. */
function answered({ name, model }: Part, isList: boolean, schemas: Schemas, reach: Reach): Record<string, unknown> {
  if (!isList) return { name, swagger: withClosure(name, model, schemas, reach) };
  const closure = schemas.closureOf(model, reach);
  let listName = name;
  // a schema of the list's own name would be taken for that of the answer
  while (Object.hasOwn(closure, listName) || Object.hasOwn(closure, `${listName}Object`)) listName += 'List';
  return { name: listName, swagger: { [`${listName}Object`]: schemas.prune(model, closure), ...closure } };
}

function withClosure(name: string, model: Schema, schemas: Schemas, reach: Reach): Models {
  const closure = schemas.closureOf(model, reach);
  // A schema that stands in itself is there already.
  const known = isObject(closure[name]) ? closure : { ...closure, [name]: model };
  return { ...closure, [name]: schemas.prune(model, known) };
}
