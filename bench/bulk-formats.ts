// Reading and writing records in bulk beside the bare loops of the library that reads CSV, and how fast the rest of a file's
// way is: the other formats, and sealing.

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import Papa from 'papaparse';
import { columnsOf } from '../src/bulk/formats/columns-of-records.ts';
import { type Format, type ReadableFormat, readRecords, writeRecords } from '../src/bulk/formats/formats.ts';
import { isFault } from '../src/bulk/formats/row.ts';
import { createFileSeal } from '../src/bulk/seal.ts';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import { createRingKey, createVault } from '../src/core/vault.ts';
import { quantile, type Row, type Scenario } from './scenario.ts';

const allRecords = 200_000;
const groupLength = 1000;
const pieceBytes = 64 * 1024;
const asked = 0.8;

/** Ours and the bare loop in turn, in this process. Bare, there are no nested members, no limits and no faults to look for. */
export const bulkFormats: Scenario = async ({ rounds, scale, report }) => {
  const records = Array.from({ length: Math.ceil(allRecords * scale) }, (_, at) => recordOf(at));
  const columns = await columnsOf('csv', groupsOf(records), limits.bulkRow.columns);
  const names = columns.map(({ name }) => name);
  const flat = records.map(flattened);
  const csv = await written('csv', records);
  const rows: Row[] = [];
  const compare = async (what: string, bare: () => Promise<number>, ours: () => Promise<number>) => {
    const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
    for (let round = 0; round <= rounds; round++) {
      report(`${what}, ${round === 0 ? 'to warm up' : `round ${round} of ${rounds}`}`);
      const [first, second] = [await timed(bare, records.length), await timed(ours, records.length)];
      if (round === 0) continue;
      times.bare.push(first);
      times.ours.push(second);
    }
    const [bareMs, oursMs] = [quantile(times.bare, 0.5), quantile(times.ours, 0.5)];
    const share = bareMs / oursMs;
    rows.push({
      what,
      asked: `at least ${asked} of the library's own bare loop`,
      seen: `${share.toFixed(2)}: ${rate(csv.length, oursMs)}, ${perSecond(records.length, oursMs)}; bare ${rate(csv.length, bareMs)}`,
      holds: share >= asked,
    });
  };
  const measure = async (what: string, bytes: number, once: () => Promise<number>, expected: number) => {
    report(what);
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) times.push(await timed(once, expected));
    const ms = quantile(times.slice(1), 0.5);
    const seen = expected === records.length ? `${rate(bytes, ms)}, ${perSecond(expected, ms)}` : rate(bytes, ms);
    rows.push({ what, asked: 'report', seen, holds: true });
  };

  await compare(
    'CSV is read',
    () => readBare(csv),
    () => read('csv', csv),
  );
  await compare(
    'CSV is written',
    () => writeBare(flat, names),
    () => write('csv', records, columns),
  );
  for (const format of ['jsonLines', 'jsonArray'] as const) {
    const bytes = await written(format, records);
    await measure(`${format} is read`, bytes.length, () => read(format, bytes), records.length);
  }
  const known = await columnsOf('parquet', groupsOf(records), limits.bulkRow.columns);
  await measure(
    'Parquet is written (bytes of the CSV)',
    csv.length,
    () => write('parquet', records, known),
    records.length,
  );
  const seal = createFileSeal(createVault(new Secret(createRingKey())));
  const large = randomBytes(Math.ceil(64 * 1024 * 1024 * scale));
  const sealAndOpen = () => countBytes(seal.open(seal.seal(piecesOf(large), 'a place'), 'a place'));
  await measure('a file is sealed and opened', large.length, sealAndOpen, large.length);
  return rows;
};

function recordOf(at: number) {
  return {
    ...{ id: String(at), name: `Name ${at}`, email: `user${at}@example.com`, active: at % 2 === 0, amount: at * 1.5 },
    address: { city: `City ${at % 1000}`, street: `Street ${at}, No "${at % 7}"` },
    notes: at % 5 === 0 ? 'line one\nline two' : 'a note of some length',
    ...{ created: '2026-11-29T01:02:03Z', phone: `+49 30 ${at}` },
  };
}

function flattened({ address, ...rest }: ReturnType<typeof recordOf>) {
  return { ...rest, 'address.city': address.city, 'address.street': address.street };
}

async function* groupsOf<Of>(records: readonly Of[]): AsyncGenerator<Of[]> {
  for (let start = 0; start < records.length; start += groupLength) yield records.slice(start, start + groupLength);
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
}

async function written(format: Format, records: readonly unknown[]): Promise<Buffer> {
  const columns = format === 'csv' ? await columnsOf(format, groupsOf(records), limits.bulkRow.columns) : undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of writeRecords(format, groupsOf(records), columns)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function read(format: ReadableFormat, bytes: Uint8Array): Promise<number> {
  let count = 0;
  for await (const rows of readRecords(format, piecesOf(bytes), limits.bulkRow)) {
    for (const row of rows) if (!isFault(row)) count++;
  }
  return count;
}

/** The library reads a stream and makes records of it; nothing else is done. */
function readBare(bytes: Uint8Array): Promise<number> {
  let count = 0;
  return new Promise((resolve, reject) => {
    Papa.parse<Record<string, string>>(Readable.from(piecesOf(bytes), { objectMode: false }).setEncoding('utf8'), {
      header: true,
      skipEmptyLines: true,
      chunk: ({ data }) => {
        count += data.length;
      },
      complete: () => resolve(count),
      error: reject,
    });
  });
}

async function write(
  format: Format,
  records: readonly unknown[],
  columns: Parameters<typeof writeRecords>[2],
): Promise<number> {
  await countBytes(writeRecords(format, groupsOf(records), columns));
  return records.length;
}

/** The library writes groups of flat records as bytes. */
async function writeBare(records: readonly object[], columns: string[]): Promise<number> {
  let count = 0;
  for await (const group of groupsOf(records)) {
    Buffer.from(Papa.unparse(group, { columns, header: false }));
    count += group.length;
  }
  return count;
}

async function countBytes(content: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const piece of content) bytes += piece.length;
  return bytes;
}

/** The milliseconds of one run. Throws an Error when it did not do all. */
async function timed(run: () => Promise<number>, expected: number): Promise<number> {
  const started = performance.now();
  const done = await run();
  if (done !== expected) throw new Error(`${done} were done, not ${expected}`);
  return performance.now() - started;
}

function rate(bytes: number, milliseconds: number): string {
  return `${(bytes / 1e3 / milliseconds).toFixed(0)} MB/s`;
}

function perSecond(records: number, milliseconds: number): string {
  return `${(records / milliseconds).toFixed(0)},000 records/s`;
}
