// Reads a list of a help desk to its end, page by page, and checks what the headers say of each page.

import { expect } from 'vitest';
import type { Answer } from '../support/platform.ts';

/** A row of a list. */
export interface Row {
  id: number;
  [member: string]: unknown;
}

/** All rows in the order of the pages, and how many pages there were. */
export async function everyRow(
  call: (method: string, path: string) => Promise<Answer>,
  path: string,
  query: Record<string, string> = {},
): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  const totals = new Set<string | null>();
  let pages = 0;
  let nextPage: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, ...(nextPage !== null && { nextPage }) });
    const answer: Answer = await call('GET', `${path}?${asked}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
    totals.add(answer.headers.get('elements-total-count'));
    rows.push(...answer.body);
    pages += 1;
    nextPage = answer.headers.get('elements-next-page-token');
  } while (nextPage !== null);
  expect([...totals]).toEqual([String(rows.length)]);
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  return { rows, pages };
}

/** The ids of rows, in their order. */
export function idsOf(rows: readonly Row[]): number[] {
  return rows.map((row) => row.id);
}
