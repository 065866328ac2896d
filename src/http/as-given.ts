// Checks bodies without changing them: what a document holds is stored as it was sent, also where a number stands as text.

import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Problem } from '../core/errors.ts';
import { shapeFault } from '../element/finding.ts';

/**
 * For the `validatorCompiler` of a route whose body becomes part of a document: the body must have the schema's types as
 * it is; path and query, which are text, are converted. Every fault is named at once.
 */
export const asGiven: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (data: unknown) => {
    const value = httpPart === 'body' ? data : check.Convert(data);
    if (check.Check(value)) return { value };
    const faults = check.Errors(value).map((error) => `${httpPart}${shapeFault(error)}`);
    return { error: new Problem('badRequest', `${faults.join('; ')}.`) };
  };
};
