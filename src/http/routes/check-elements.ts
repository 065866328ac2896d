// The route that says what is wrong with an element document, so that people see it before their customers do.

import { Type } from 'typebox';
import { checkElement } from '../../element/check.ts';
import { requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { OpenObject, responses } from '../shapes.ts';

const Findings = Type.Array(
  Type.Object({
    level: Type.String({
      description: 'error: it cannot work as it is written; warning: it works, perhaps not as meant',
    }),
    path: Type.String({ description: 'a JSON pointer (RFC 6901) into the document' }),
    message: Type.String({ description: 'what is wrong' }),
    advice: Type.String({ description: 'how to mend it' }),
  }),
);

/** How many findings are told: who has more mends these first. */
const mostFindings = 500;

/** Adds the route that checks documents. */
export function checkElementRoutes(server: Server, { limits }: RouteContext): void {
  server.post(
    `${basePath}/elements/check`,
    {
      bodyLimit: limits.elementBodyBytes,
      schema: {
        tags: ['Elements'],
        security: secured.secrets,
        summary: 'What is wrong with an element document, and how to mend it; nothing is stored',
        body: OpenObject,
        response: responses(Findings),
      },
    },
    async (request) => {
      requireIdentity(request.caller);
      return checkElement(request.body).slice(0, mostFindings);
    },
  );
}
