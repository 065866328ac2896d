// Routes of the organization's branding, and of its images, which everybody sees who is given their addresses.

import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { colorMembers, fontMembers, readBranding } from '../../core/branding.ts';
import { Problem } from '../../core/errors.ts';
import type { BrandingImageKind, StoredBranding } from '../../store/branding.ts';
import { elementCallParsers, readCallBody } from '../call-body.ts';
import { requireAdministrator, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { imageTypeOf } from '../image-type.ts';
import { secured } from '../openapi.ts';
import { emptyResponse, responses } from '../shapes.ts';

/** Where images are served. */
export const brandingImagePath = '/branding';

const text = (description: string) => Type.Optional(Type.String({ description, maxLength: 1000 }));
const addresses = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { description, maxItems: 100 }));
const members = {
  ...Object.fromEntries(colorMembers.map((member) => [member, text('a colour such as #1a2b3c')])),
  ...Object.fromEntries(fontMembers.map((member) => [member, text('the name of a font')])),
  connectName: text('what your customers know you as; by default the name of the organization'),
  connectOrigins: addresses('origins of pages that may open Connect: https://app.example.com'),
  connectCallbacks: addresses('where Connect may send a person back to: addresses, or origins for all of their pages'),
};
const Branding = Type.Object(members);
const BrandingBody = Type.Object({
  ...members,
  logo: text('where the logo is shown'),
  favicon: text('where the favicon is shown'),
});
/** Members that only Connect has: clients of the original do not know them, and do not take them away. */
const ownMembers = ['connectName', 'connectOrigins', 'connectCallbacks'];

/** Adds the routes of branding. */
export function brandingRoutes(server: Server, context: RouteContext): void {
  const { branding, limits, publicUrl } = context;
  const path = `${basePath}/organizations/branding`;
  const describe = { tags: ['Organizations'], security: secured.secrets };

  server.get(
    path,
    { schema: { ...describe, summary: 'Your branding', response: responses(BrandingBody) } },
    async (request) => {
      const stored = await branding.of(requireIdentity(request.caller).organization.id);
      if (stored === undefined) throw noBranding();
      return show(stored);
    },
  );

  server.put(
    path,
    {
      schema: {
        ...describe,
        summary: 'Set your branding; every colour and font of the original must be there',
        body: Branding,
        response: responses(BrandingBody),
      },
    },
    async (request) => {
      const { organization } = requireAdministrator(request.caller);
      const given = readBranding(knownMembers(request.body), { whole: true });
      const change = (before: Record<string, unknown>) => ({ ...pick(before, ownMembers), ...given });
      return show(await branding.change(organization.id, change));
    },
  );

  server.patch(
    path,
    {
      schema: {
        ...describe,
        summary: 'Change some of your branding',
        body: Branding,
        response: responses(BrandingBody),
      },
    },
    async (request) => {
      const { organization } = requireAdministrator(request.caller);
      const given = readBranding(knownMembers(request.body), { whole: false });
      const taken = Object.keys(request.body).filter((member) => given[member] === undefined);
      return show(
        await branding.change(organization.id, (before) => {
          const kept = Object.entries(before).filter(([member]) => !taken.includes(member));
          return { ...Object.fromEntries(kept), ...given };
        }),
      );
    },
  );

  server.delete(
    path,
    { schema: { ...describe, summary: 'Take your branding away', response: emptyResponse } },
    async (request, reply) => {
      if (!(await branding.remove(requireAdministrator(request.caller).organization.id))) throw noBranding();
      return reply.send();
    },
  );

  server.register(async (scope) => {
    elementCallParsers(scope);
    for (const kind of ['logo', 'favicon'] as const) {
      scope.patch(
        `${path}/${kind}`,
        {
          schema: {
            ...describe,
            summary: `Set your ${kind}: one file in a form, PNG, JPEG, GIF, WebP, ICO or SVG`,
            consumes: ['multipart/form-data'],
            response: responses(BrandingBody),
          },
        },
        async (request) => putImage(request, kind),
      );
    }
  });

  server.get(
    `${brandingImagePath}/:name`,
    { schema: { hide: true, params: Type.Object({ name: Type.String({ maxLength: 100 }) }) } },
    async (request, reply) => {
      const image = await branding.image(request.params.name);
      if (image === undefined) throw new Problem('notFound', 'There is no such image.');
      return reply
        .headers({
          'Content-Type': image.contentType,
          // An SVG that is opened as a page of its own runs nothing and has no origin.
          'Content-Security-Policy': "default-src 'none'; sandbox",
          'X-Content-Type-Options': 'nosniff',
          'Cross-Origin-Resource-Policy': 'cross-origin',
          'Cache-Control': 'public, max-age=31536000, immutable',
        })
        .send(image.content);
    },
  );

  async function putImage(request: FastifyRequest, kind: BrandingImageKind) {
    const { organization } = requireAdministrator(request.caller);
    const body = await readCallBody(request);
    if (body.kind !== 'multipart' || body.file === undefined) {
      throw new Problem('badRequest', `There is no file: send the ${kind} as a file of multipart/form-data.`);
    }
    const content = await readImage(body.file.stream, limits.brandingImageBytes);
    for await (const part of body.rest) if (part.kind === 'file') part.stream.resume();
    const type = imageTypeOf(content);
    if (type === undefined) {
      throw new Problem('unsupportedMediaType', 'The file is no image: send PNG, JPEG, GIF, WebP, ICO or SVG.');
    }
    await branding.putImage(organization.id, kind, { contentType: type.contentType, content }, type.ending);
    const stored = await branding.of(organization.id);
    if (stored === undefined) throw noBranding();
    return show(stored);
  }

  function show({ document, images }: StoredBranding) {
    const addresses = Object.entries(images).map(([kind, name]) => [
      kind,
      `${publicUrl()}${brandingImagePath}/${name}`,
    ]);
    return { ...document, ...Object.fromEntries(addresses) };
  }
}

function knownMembers(body: Record<string, unknown>): Record<string, unknown> {
  return pick(body, Object.keys(members));
}

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

async function readImage(stream: Readable, atMost: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > atMost) throw new Problem('tooLarge', `An image may have ${atMost / 1024} KB: send a smaller one.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function noBranding(): Problem {
  return new Problem('notFound', 'Your organization has no branding: set one with PUT /organizations/branding.');
}
