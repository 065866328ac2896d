// Shapes that many routes share.

import { type TSchema, Type } from 'typebox';

const ErrorBody = Type.Object(
  {
    requestId: Type.String({ description: 'also in the Elements-Request-Id header and in the log' }),
    message: Type.String({ description: 'what went wrong and what to do next' }),
    providerMessage: Type.Optional(Type.String({ description: 'what the vendor said, in its own words' })),
  },
  { description: 'every error has this form' },
);

/** Any JSON object: element documents carry members that no schema knows. */
export const OpenObject = Type.Object({}, { additionalProperties: true });

/** The query of lists. */
export const PageQuery = {
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
  nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
};

/** A row id in a path; one below 1 is that of no row, and answers 404 like any other that is not there. */
export const Id = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });

/** Text or null in an answer. */
export const Nullable = Type.Union([Type.String(), Type.Null()]);

/** The query of routes that show what is not active only to those who ask for it. */
export const IncludeInactive = Type.Object({ includeInactive: Type.Optional(Type.Boolean()) });

/** Text or null in a body. As one type with two names: of a union, validation would make an empty text of null. */
export function nullableText(options: { maxLength?: number } = {}) {
  return Type.Unsafe<string | null>({ type: ['string', 'null'], ...options });
}

/** The responses of a route: the given shape for success, the error body for everything else. */
export function responses<Shape extends TSchema>(success: Shape) {
  return { 200: success, '4xx': ErrorBody, '5xx': ErrorBody };
}

/** The response of a route that answers without a body. */
export const emptyResponse = {
  200: Type.Unknown({ description: 'done; the answer has no body' }),
  '4xx': ErrorBody,
  '5xx': ErrorBody,
};
