// Requests of the server to itself, which pass everything that a request from outside passes, but for the connection.

import type { InjectOptions } from 'fastify';
import type { SendToSelf } from '../jobs/make-call.ts';
import type { Server } from './context.ts';
import { basePath } from './dispatch.ts';

/** Makes the function that sends requests to a server. */
export function sendToServer(server: Server): SendToSelf {
  return async ({ method, url, headers, body }) => {
    const response = await server.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: basePath + url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
      payloadAsStream: true,
    });
    const answered: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers))
      if (value !== undefined) answered[name] = String(value);
    const stream = response.stream();
    // Who reads no further ends the call, as a client that closes its connection does.
    stream.once('close', () => {
      if (!stream.readableEnded) response.raw.res.destroy();
    });
    return { status: response.statusCode, headers: answered, body: stream };
  };
}
