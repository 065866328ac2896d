// The schemas of routes are compiled when a request first needs them: all of them take half a second of each start.

import ajvCompiler, { type ErrorObject, type Options } from '@fastify/ajv-compiler';
import serializerCompiler from '@fastify/fast-json-stringify-compiler';
import type { Server } from './context.ts';

/** Has a server use Fastify’s own compilers, at a schema’s first use: one that cannot be compiled fails that request. */
export function compileSchemasAtFirstUse(server: Server, validation: Options): void {
  const validator = ajvCompiler()({}, { customOptions: validation });
  const serializer = serializerCompiler()({});
  server.setValidatorCompiler((route) => atFirstUse(() => validator(route)));
  server.setSerializerCompiler((route) =>
    atFirstUse(() => serializer({ ...route, httpStatus: route.httpStatus ?? 'default' })),
  );
}

interface Compiled<Result> {
  (input: unknown): Result;
  errors?: ErrorObject[] | null;
}

/** What was wrong with the last input stands in the `errors` of a validator, which Fastify reads after each use. */
function atFirstUse<Result>(compile: () => Compiled<Result>): Compiled<Result> {
  let compiled: Compiled<Result> | undefined;
  const used: Compiled<Result> = (input) => {
    compiled ??= compile();
    const result = compiled(input);
    used.errors = compiled.errors ?? null;
    return result;
  };
  return used;
}
