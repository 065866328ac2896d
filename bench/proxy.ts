// What Valence is compared with, a process of its own: fastify and undici alone, reading the upstream's JSON and writing it
// again. `node bench/proxy.ts http://upstream`.

import fastify from 'fastify';
import { Agent, request } from 'undici';

const [upstream = ''] = process.argv.slice(2);
const dispatcher = new Agent({ pipelining: 1, keepAliveTimeout: 10_000 });

const app = fastify();
app.get('/*', async (incoming, reply) => {
  const { statusCode, body } = await request(upstream + incoming.url, { dispatcher });
  return reply.code(statusCode).send(await body.json());
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
