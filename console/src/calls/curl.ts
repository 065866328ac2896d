// A call as a line for the shell, to be made again. Secrets stand in it by their names only.

import { basePath } from '../call.ts';
import type { TracedCall } from './queries.ts';

/** The line, and what of the call was not kept, so that whoever makes it again has to add it. */
export interface Replay {
  curl: string;
  missing: string | undefined;
}

/** The call at the server with this origin. Its query is known only where it was traced, its body never. */
export function replayOf(call: TracedCall, origin: string): Replay {
  const { method, requestURI, kind } = call;
  const asked = askedOf(call);
  const path = requestURI.startsWith(basePath) ? requestURI : `${basePath}${requestURI}`;
  const query = asked === undefined ? '' : queryText(asked.query);
  const secrets = ['User <user secret>', 'Organization <organization secret>'];
  if (kind === 'call') secrets.push('Element <element token>');
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${quoted(`${origin}${path}${query}`)}`,
    `-H ${quoted(`Authorization: ${secrets.join(', ')}`)}`,
  ];
  if (hasBody) {
    lines.push(`-H ${quoted(`Content-Type: ${asked?.contentType ?? 'application/json'}`)}`);
    lines.push(`--data-binary ${quoted('<body>')}`);
  }
  return { curl: lines.join(' \\\n  '), missing: missingOf(asked !== undefined, hasBody) };
}

function missingOf(isTraced: boolean, hasBody: boolean): string | undefined {
  if (isTraced) return hasBody ? 'The body of a call is not kept: put yours in its place.' : undefined;
  return `The query${hasBody ? ' and the body' : ''} of a call that was not traced ${hasBody ? 'are' : 'is'} not kept: add what it had.`;
}

interface Asked {
  query: Record<string, unknown>;
  contentType: string | undefined;
}

/** What the first step of the trace says of the call. */
function askedOf({ trace, kind }: TracedCall): Asked | undefined {
  const detail = kind === 'call' ? trace?.find(({ step }) => step === 'call')?.detail : undefined;
  if (typeof detail !== 'object' || detail === null) return undefined;
  const { query, headers } = detail as { query?: Record<string, unknown>; headers?: Record<string, unknown> };
  const contentType = headers?.['content-type'];
  return { query: query ?? {}, contentType: typeof contentType === 'string' ? contentType : undefined };
}

function queryText(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** A word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
