// How calls end: every operation lists the same statuses.

import type { Schema, SwaggerResponse } from './swagger.ts';

const failures: Record<string, SwaggerResponse> = Object.fromEntries(
  Object.entries({
    400: 'Bad Request - Often due to a missing request parameter',
    401: 'Unauthorized - An invalid element token, user secret and/or org secret provided',
    403: 'Forbidden - Access to the resource by the provider is forbidden',
    404: 'Not found - The requested resource is not found',
    405: 'Method not allowed - Incorrect HTTP verb used, e.g., GET used when POST expected',
    406: "Not acceptable - The response content type does not match the 'Accept' header value",
    409: 'Conflict - If a resource being created already exists',
    415: 'Unsupported media type - The server cannot handle the requested Content-Type',
    500: 'Server error - Something went wrong on the server',
    502: "Provider server error - Something went wrong on the Provider or Endpoint's server",
  }).map(([status, description]) => [status, { description }]),
);

/** All answers of an operation: the schema of success if it is known, a sample of it if there is one, and every failure. */
export function responsesOf(schema: Schema | undefined, sample?: unknown): Record<string, SwaggerResponse> {
  return {
    200: {
      description: 'OK - Everything worked as expected',
      ...(schema === undefined ? {} : { schema }),
      ...(sample === undefined || sample === null ? {} : { 'x-cloudelements-sample': sample }),
    },
    ...failures,
  };
}
