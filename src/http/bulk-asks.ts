// What callers ask of bulk jobs, as members of a query or a body, and what that means.

import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { QueryDates } from '../bulk/query.ts';
import { Problem } from '../core/errors.ts';
import { Id } from './shapes.ts';
import { readTime } from './times.ts';

const Dates = {
  from: Type.Optional(Type.String({ description: 'records changed at this moment or after it' })),
  to: Type.Optional(Type.String({ description: 'records changed at this moment or before it' })),
  lastRunDate: Type.Optional(Type.String({ description: 'records changed since, as bulk.query.operator compares' })),
};
/** POST /bulk/query */
export const BulkQuery = Type.Object({
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 20_000, description: 'CEQL: select … from … where …' })),
  ...Dates,
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  fileFormat: Type.Optional(Type.String({ description: 'json, csv, jsonl or parquet' })),
  continueFromJobId: Type.Optional(Id),
});
/** The body of POST /bulk/download */
export const BulkDownload = Type.Object({
  objectName: Type.String({ minLength: 1, maxLength: 200 }),
  format: Type.Optional(Type.String({ description: 'application/json, text/csv, application/jsonl' })),
  selectFields: Type.Optional(Type.String()),
  where: Type.Optional(Type.String()),
  query: Type.Optional(
    Type.Record(Type.String({ maxLength: 200 }), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: 'further parameters of the list, such as {"status": "open"}',
    }),
  ),
  from: Dates.from,
  to: Dates.to,
  filterDateField: Type.Optional(Type.String({ minLength: 1, description: 'what from and to are compared with' })),
  filterNulls: Type.Optional(Type.Boolean({ description: 'leave out members without a value' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, description: 'records after which the job ends' })),
  apiLimit: Type.Optional(Type.Integer({ minimum: 1, description: 'calls to the vendor after which the job ends' })),
  continueFromJobId: Type.Optional(Id),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  notificationUrl: Type.Optional(Type.String()),
  docsHubDetails: Type.Optional(
    Type.Union([
      Type.Object(
        {
          instanceId: Id,
          path: Type.String({
            minLength: 2,
            maxLength: 2000,
            pattern: '^/',
            description: 'of the file; of a folder that is there, when it ends with a slash',
          }),
          overwrite: Type.Optional(Type.Boolean({ description: 'make another version of a file that is there' })),
        },
        { description: 'puts the file into an account of the documents hub, too' },
      ),
      Type.Null(),
    ]),
  ),
});
/** A copy in the body of POST /bulk/workflows */
export const Copy = Type.Object({
  sourceConfiguration: Type.Optional(Type.Unknown({ description: 'what is copied; its members may stand beside it' })),
  targetConfiguration: Type.Object({
    token: Type.String({ minLength: 1, description: 'the element token of the account that gets the records' }),
    objectName: Type.Optional(Type.String({ minLength: 1 })),
    path: Type.Optional(Type.String({ minLength: 1, description: 'such as /hubs/crm/bulk/contacts' })),
    identifierFieldName: Type.Optional(Type.String({ minLength: 1 })),
    metaData: Type.Optional(Type.Unknown({ description: 'as an upload has it' })),
  }),
});
const CopySource = Type.Object({
  query: Type.Optional(Type.String({ minLength: 1 })),
  q: Type.Optional(Type.String({ minLength: 1 })),
  objectName: Type.Optional(Type.String({ minLength: 1 })),
  ...Dates,
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
});
/** The body of POST /bulk/workflows */
export const Copies = Type.Union([Copy, Type.Array(Copy, { minItems: 1, maxItems: 50 })]);

/** Parameters of a list that a download has members of its own for. */
const ownParameters = new Map([
  ['where', 'where'],
  ['fields', 'selectFields'],
  ['orderBy', 'POST /bulk/query'],
  ['pageSize', 'pageSize'],
  ['page', 'continueFromJobId'],
  ['nextPage', 'continueFromJobId'],
]);

/** Parameters of a list as a download names them. Throws a Problem that names those it says in members of its own. */
export function readParameters(query: Static<typeof BulkDownload>['query']): Record<string, string> | undefined {
  const given = Object.entries(query ?? {});
  if (given.length === 0) return undefined;
  const own = given.flatMap(([name]) => (ownParameters.has(name) ? `${name} (${ownParameters.get(name)})` : []));
  if (own.length > 0) {
    throw new Problem('badRequest', `query must not have ${own.join(', ')}: say it in the member that is named.`);
  }
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** A field list, an object and a condition as one query. */
export function queryText({ objectName, selectFields, where, limit }: Static<typeof BulkDownload>): string {
  const fields = selectFields === undefined || selectFields.trim() === '' ? '*' : selectFields;
  const condition = where === undefined ? '' : ` where ${where}`;
  return `select ${fields} from \`${objectName}\`${condition}${limit === undefined ? '' : ` limit ${limit}`}`;
}

/** The dates of a query at `now`, all in milliseconds since 1970. Throws a Problem for one that is none. */
export function readDates(
  { from, to, lastRunDate }: { from?: string; to?: string; lastRunDate?: string },
  now: number,
): QueryDates {
  const read = (name: string, text: string | undefined) => (text === undefined ? undefined : readTime(name, text, now));
  return {
    from: read('from', from),
    to: read('to', to),
    lastRunDate: read('lastRunDate', lastRunDate),
    dateField: undefined,
  };
}

/** What is copied. Throws a Problem that names what is wrong with it. */
export function readSource(value: unknown): Static<typeof CopySource> {
  if (Value.Check(CopySource, value)) return value;
  const faults = [...Value.Errors(CopySource, value)].map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Problem('badRequest', `sourceConfiguration: ${faults.join('; ')}.`);
}
