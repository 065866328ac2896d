// What people see in a browser: the console and the other pages that `npm run build` makes into `console/dist`. A page is
// one HTML file, served at every path that it has a view for; its scripts and styles have names made of their contents.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Server } from './context.ts';
import { basePath } from './dispatch.ts';

/** Who may show a page in a frame, beside the page's own limits. */
export interface PagePolicy {
  /** origins whose pages may frame it; none for most */
  frameAncestors: readonly string[];
  /** whether the page of another origin that opened it in a window may hear from it */
  tellsOpener?: boolean;
}

/** A page that was built. */
export interface Page {
  /** Sends it, with a policy that allows what was built with it and nothing else (Content Security Policy Level 3). */
  send(reply: FastifyReply, policy?: PagePolicy): FastifyReply;
}

const builtFolder = fileURLToPath(new URL('../../console/dist', import.meta.url));
/** What the build writes where each answer has a nonce of its own; `console/vite.config.ts` has it, too. */
const noncePlace = /__PAGE_NONCE__/g;

/** Reads a page that was built, such as `index.html`; where nothing was built, one that says how to. */
export function readPage(file: string): Page {
  const html = readBuilt(file) ?? notBuilt;
  return {
    send(reply, { frameAncestors, tellsOpener = false } = { frameAncestors: [] }) {
      const nonce = randomBytes(16).toString('base64');
      return reply
        .headers({
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': contentSecurityPolicy(nonce, frameAncestors),
          'Cross-Origin-Opener-Policy': tellsOpener ? 'unsafe-none' : 'same-origin-allow-popups',
          'Referrer-Policy': 'no-referrer',
          'X-Content-Type-Options': 'nosniff',
          'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
          'Cache-Control': 'no-cache',
        })
        .serializer(String)
        .send(html.replace(noncePlace, nonce));
    },
  };
}

function contentSecurityPolicy(nonce: string, frameAncestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: https:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
  ].join('; ');
}

/** Serves the scripts and styles of all pages, compressed when they were built. */
export async function serveBuiltFiles(server: Server): Promise<void> {
  if (readBuilt('index.html') === undefined) return;
  await server.register(fastifyStatic, {
    root: join(builtFolder, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
    decorateReply: false,
  });
}

/** Whether a request is that of a browser that opens a page, and for no path of the API. */
export function opensPage({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (`${url}/`.startsWith(`${basePath}/`) || url.startsWith('/-/') || url.startsWith('/assets/')) return false;
  return (headers.accept ?? '').includes('text/html');
}

/** A file that was built, such as `connect.js`; undefined where nothing was built. */
export function readBuilt(file: string): string | undefined {
  try {
    return readFileSync(join(builtFolder, file), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Valence</title>
<h1>The console is not built</h1>
<p>Run <code>npm run build</code> and start the server again. The API answers without it: see <a href="/docs">/docs</a>.</p>
</html>
`;
