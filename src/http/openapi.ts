// How the platform API describes itself.

import type { SwaggerOptions } from '@fastify/swagger';
import { basePath } from './dispatch.ts';

type OpenApi = NonNullable<Extract<SwaggerOptions, { openapi?: unknown }>['openapi']>;

/** The frame of the OpenAPI 3.1 document; the routes fill in their operations. */
export function describeApi(publicUrl: string | undefined): OpenApi {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Valence',
      version: 'api-v2',
      description:
        'Connect your customers’ accounts at other vendors and call all of them through one API. ' +
        'Every success is 200; every error has the same body.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: [
      { name: 'Instances', description: 'Accounts connected at elements' },
      { name: 'OAuth', description: 'Connecting through a vendor’s consent page' },
      { name: 'Vendor applications', description: 'Your organization’s own applications at vendors' },
      { name: 'Connect', description: 'Links by which your customers connect accounts' },
      { name: 'Elements', description: 'The catalog of connectors' },
      { name: 'Element builder', description: 'The parts of elements, one by one' },
      { name: 'Hubs', description: 'Groups of elements of one kind' },
      { name: 'Element calls', description: `Calls with an element token, under ${basePath}/hubs/…` },
      { name: 'Common resources', description: 'One shape for an object over all vendors' },
      { name: 'Bulk', description: 'Many records at once' },
      { name: 'Events', description: 'What vendors tell, and what became of it' },
      { name: 'Notifications', description: 'What somebody should know, and who is told of it' },
      { name: 'Usage', description: 'Which calls were made, and how they ended' },
      { name: 'Jobs', description: 'Calls that are made at the times of a schedule' },
      { name: 'Authentication', description: 'Signing in' },
      { name: 'Organizations', description: 'Your organization' },
      { name: 'Accounts', description: 'Your customers' },
      { name: 'Users', description: 'People with secrets' },
      { name: 'Service', description: 'Health and measurements' },
    ],
    components: {
      securitySchemes: {
        secrets: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'User <user secret>, Organization <organization secret>[, Element <element token>]',
        },
        session: { type: 'http', scheme: 'bearer', description: 'the token of POST /authentication' },
      },
    },
  };
}

/** The security of routes by the credentials that they need. */
export const secured = {
  secrets: [{ secrets: [] as string[] }],
  session: [{ session: [] as string[] }],
  open: [] as Record<string, string[]>[],
};
