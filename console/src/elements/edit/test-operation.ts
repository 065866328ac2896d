// A resource that is edited, as an operation that can be tried.

import { pathWithoutHub } from '../describe.ts';
import type { Operation, OperationParameter } from '../docs/description.ts';
import type { Resource } from '../queries.ts';

const places = new Set(['path', 'query', 'header']);

/** The operation that callers see of a resource: what its path and its parameters ask for. */
export function operationOf(resource: Resource): Operation {
  const path = pathWithoutHub(resource.path);
  const method = resource.method.toUpperCase();
  const declared = (resource.parameters ?? [])
    .filter(({ type, name, source }) => places.has(type) && name !== '' && (source ?? 'request') === 'request')
    .map(
      ({ name, type, description, required, dataType }): OperationParameter => ({
        name,
        in: type as OperationParameter['in'],
        description: description ?? '',
        required: required === true || type === 'path',
        schema: { type: dataType ?? 'string' },
      }),
    );
  const named = new Set(declared.map((one) => `${one.in} ${one.name}`));
  const inPath = [...path.matchAll(/\{([^{}]+)\}/g)]
    .map(([, name = '']): OperationParameter => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
    .filter(({ name }) => !named.has(`path ${name}`));
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return {
    name: `${method} ${path}`,
    method,
    path,
    summary: resource.description ?? '',
    group: '',
    parameters: [...inPath, ...declared],
    body: hasBody ? { description: '', required: false, content: { 'application/json': {} } } : undefined,
    answers: [],
  };
}
