// The route that makes an element document of a vendor's own description of its API.

import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { isObject, parseJson } from '../../core/http.ts';
import { decodeText } from '../../outbound/read-address.ts';
import { readCallBody } from '../call-body.ts';
import { requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { OpenObject, responses } from '../shapes.ts';

const ConvertQuery = Type.Object({
  type: Type.Optional(
    Type.String({ maxLength: 40, description: 'of the description; without it found by its content' }),
  ),
  name: Type.Optional(
    Type.String({ maxLength: 200, description: 'of the element; else the title of the description' }),
  ),
  key: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$', description: 'else made of the name' }),
  ),
  hub: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$', description: 'else general' })),
  baseUrl: Type.Optional(
    Type.String({ maxLength: 1000, pattern: '^https?://[^\\s]+$', description: 'in place of the description’s own' }),
  ),
});

/** A description as it came, and where from. */
interface Given {
  text: string;
  source: string | undefined;
}

const multipart = /^multipart\/form-data/i;

/** Adds the route that converts descriptions. */
export function convertRoutes(server: Server, { conversions, readAddress, limits }: RouteContext): void {
  // A scope of its own: a description is taken as text, whatever its content type.
  server.register(async (scope: Server) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(multipart, (_request, _payload, done) => done(null));
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, String(body)));
    scope.post(
      `${basePath}/elements/convert`,
      {
        bodyLimit: limits.elementBodyBytes,
        schema: {
          tags: ['Elements'],
          security: secured.secrets,
          summary: 'Make an element document of an API description: a file, its content, or its URL',
          description:
            'The body is the description itself (JSON, YAML or XML), a form with `file` or `url`, or JSON with `url` or ' +
            '`content`. The answer can be given to POST /elements; its `conversionNotes` say what was not carried over.',
          consumes: ['application/json', 'application/yaml', 'application/xml', 'multipart/form-data'],
          querystring: ConvertQuery,
          response: responses(OpenObject),
        },
      },
      async (request, reply) => {
        requireIdentity(request.caller);
        const { type, ...options } = request.query;
        const { text, source } = await readDescription(request);
        const { json, notes } = await conversions.convert({
          text,
          type,
          options: { ...options, ...(source === undefined ? {} : { source }) },
        });
        return reply
          .header('Elements-Conversion-Notes', notes)
          .type('application/json; charset=utf-8')
          .send(Buffer.from(json));
      },
    );
  });

  async function readDescription(request: FastifyRequest): Promise<Given> {
    if (multipart.test(request.headers['content-type'] ?? '')) return readForm(request);
    const text = typeof request.body === 'string' ? request.body : '';
    // A description is not read here: it may be large, and is read beside this thread.
    if (!/^\s*\{\s*"(url|content)"\s*:/.test(text)) return { text, source: undefined };
    const given = parseJson(text);
    const { url, content, ...others } = isObject(given) ? given : {};
    const unknown = Object.keys(others);
    if (unknown.length > 0 || (url === undefined) === (content === undefined)) {
      throw new Problem('badRequest', 'Give either url or content as the only member; all else goes into the query.');
    }
    if (content !== undefined) {
      return { text: typeof content === 'string' ? content : JSON.stringify(content), source: undefined };
    }
    return readUrl(url);
  }

  async function readForm(request: FastifyRequest): Promise<Given> {
    const body = await readCallBody(request);
    if (body.kind !== 'multipart') throw new Problem('badRequest', 'The form is empty: give a file or a url.');
    const { file, fields } = body;
    if (file !== undefined) return { text: decodeText(await readFile(file.stream)), source: undefined };
    if (fields['url'] !== undefined) return readUrl(fields['url']);
    if (fields['file'] !== undefined) return { text: fields['file'], source: undefined };
    throw new Problem('badRequest', 'The form has neither a file nor a url.');
  }

  async function readUrl(url: unknown): Promise<Given> {
    if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw new Problem('badRequest', 'url must be the http or https address of a description.');
    }
    return { text: await readAddress(url), source: url };
  }

  async function readFile(stream: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limits.elementBodyBytes) {
        throw new Problem('tooLarge', `The file is larger than ${limits.elementBodyBytes} bytes.`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}
