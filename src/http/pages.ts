// Pages of the platform's own lists: the query, the opaque token of the next page and the headers of the answer.

import type { FastifyReply } from 'fastify';
import { Problem } from '../core/errors.ts';

export interface PageQueryValues {
  page?: number;
  pageSize?: number;
  nextPage?: string;
}

/** Writes the headers of a list. `next` is the position after its last row, when there is more. */
export function pageHeaders(reply: FastifyReply, returned: number, total: number, next: number | undefined): void {
  reply.header('Elements-Returned-Count', returned);
  reply.header('Elements-Total-Count', total);
  if (next !== undefined) reply.header('Elements-Next-Page-Token', Buffer.from(`after:${next}`).toString('base64url'));
}

/** Reads the token of `pageHeaders`: the position after which a page begins; 0 without one. Throws a Problem. */
export function readPageToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const position = /^after:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  if (position !== undefined) return Number(position);
  throw new Problem(
    'badRequest',
    'nextPage is not a token of this server: take it from the Elements-Next-Page-Token header.',
  );
}

/** One page of rows that are all in memory; everything when the query names no page. Sets the headers. */
export function pageOf<Row>(reply: FastifyReply, rows: readonly Row[], query: PageQueryValues): Row[] {
  const size = query.pageSize ?? rows.length;
  const start = query.nextPage === undefined ? ((query.page ?? 1) - 1) * size : readPageToken(query.nextPage);
  const page = rows.slice(start, start + size);
  const end = start + page.length;
  pageHeaders(reply, page.length, rows.length, end < rows.length && page.length > 0 ? end : undefined);
  return page;
}
