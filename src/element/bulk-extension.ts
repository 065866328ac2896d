// How a vendor's own bulk API is used, as data (`valence.bulk`): which internal resources make its jobs, load them, ask
// for their states and fetch what came of them, and where their answers say so.

import { type Static, Type } from 'typebox';

const optional = Type.Optional;
const strict = { additionalProperties: false } as const;

const StepName = (does: string) =>
  Type.String({ description: `METHOD:/path of an internal resource of the element, which ${does}` });

const Place = (tells: string) =>
  Type.String({
    pattern: '^(status|header\\.[A-Za-z0-9-]+|body(\\..+)?)$',
    description: `${tells}: status (the HTTP status), header.<name>, body or body.<path>`,
  });

const Word = Type.String({ minLength: 1 });
const Words = Type.Array(Word, { minItems: 1 });

const ResultFormat = Type.Enum(['csv', 'jsonLines', 'jsonArray']);

const Creating = Type.Object(
  {
    resource: StepName('makes a job'),
    job: Place('where the answer names the job'),
    jobAfter: optional(
      Type.String({ minLength: 1, description: 'the job’s name is what follows the last such text, such as /' }),
    ),
  },
  { ...strict, description: 'how a job is made' },
);

const Finding = Type.Object(
  {
    resource: StepName('lists jobs'),
    job: Type.String({ description: 'the member of a row that names the job' }),
    reference: Type.String({ description: 'the member that holds {reference}, which the job was made with' }),
  },
  { ...strict, description: 'how a job is found whose making was not answered' },
);

const Polling = Type.Object(
  {
    resource: StepName('tells the state of {job}'),
    state: Place('where the state stands'),
    done: Words,
    failed: optional(Words),
    waiting: optional(
      Type.Array(Word, {
        minItems: 1,
        description: 'states of a job that was not started yet, so that nothing was done',
      }),
    ),
    message: optional(Place('why a job failed')),
    processed: optional(Place('how many records were gone through')),
    rejected: optional(Place('how many of them failed')),
    seconds: optional(Type.Number({ minimum: 0.1, maximum: 600, description: 'before it is asked first; default 1' })),
    mostSeconds: optional(
      Type.Number({ minimum: 0.1, maximum: 3600, description: 'the pause doubles up to this; default 30' }),
    ),
  },
  { ...strict, description: 'how it is seen what has become of a job; states that are not named mean that it runs' },
);
/** How it is seen what has become of a job. */
export type Polling = Static<typeof Polling>;

const Fetching = Type.Object(
  {
    resource: StepName('gives results of {job}, those behind {locator} where there is one, {rows} at a time'),
    format: ResultFormat,
    next: optional(Place('the locator of the next results')),
    last: optional(Type.Array(Type.String(), { description: 'what stands there when there are no more' })),
    rows: optional(Type.Integer({ minimum: 1, description: 'how many records are asked for at a time' })),
  },
  { ...strict, description: 'how results are fetched' },
);
/** How results are fetched. */
export type Fetching = Static<typeof Fetching>;

const objects = optional(
  Type.Record(Type.String(), Type.String(), {
    description:
      'what the bulk API calls each object, by the name in its path; without it, the object of the list’s statement',
  }),
);

const shared = {
  objects,
  create: Creating,
  find: optional(Finding),
  unsupported: optional(
    Type.Array(Word, {
      minItems: 1,
      description: 'words by which the vendor refuses an object that it has no bulk for; such go page by page',
    }),
  ),
  poll: Polling,
  abort: optional(StepName('ends {job} early')),
};

const Download = Type.Object(
  {
    ...shared,
    fetch: Fetching,
    described: optional(
      Type.Object(
        {
          type: Type.String({ description: 'the member of a described field that tells its type' }),
          numbers: optional(Words),
          booleans: optional(Words),
          without: optional(
            Type.Array(Word, { minItems: 1, description: 'types of fields that the bulk API does not give' }),
          ),
        },
        { ...strict, description: 'what the description of the fields (statement.described) says of their values' },
      ),
    ),
  },
  { ...strict, description: 'records by a job of the vendor' },
);
/** How records come by a job of the vendor. */
export type BulkDownload = Static<typeof Download>;

const Outcome = Type.Object(
  {
    ...Fetching.properties,
    means: Type.Enum(['written', 'failed', 'notSent'], { description: 'what became of the rows that stand there' }),
    written: optional(
      Type.Record(Type.String(), Words, {
        description: 'rows whose members have one of these values were written, whatever `means` says',
      }),
    ),
    error: optional(Type.String({ description: 'the member that says why a row failed' })),
    row: optional(
      Type.Object(
        { member: Type.String(), first: Type.Integer({ minimum: 0, maximum: 2 }) },
        {
          ...strict,
          description: 'the member that tells the row’s number; without it rows are known by their own members',
        },
      ),
    ),
  },
  { ...strict, description: 'where it is told what became of rows' },
);
/** Where it is told what became of rows. */
export type BulkOutcome = Static<typeof Outcome>;

const Upload = Type.Object(
  {
    ...shared,
    operations: Type.Object(
      { create: optional(Word), upsert: optional(Word) },
      { ...strict, minProperties: 1, description: 'the vendor’s word, {operation}, for what is done with rows' },
    ),
    load: optional(StepName('takes the rows of {job} as its body; without it, create takes them')),
    start: optional(StepName('starts {job}; without it a job runs when its rows are there')),
    format: ResultFormat,
    contentType: Type.String(),
    empty: optional(Type.String({ description: 'what is written for null, which empties a field' })),
    largest: Type.Object(
      { rows: Type.Integer({ minimum: 1, maximum: 100_000 }), bytes: Type.Integer({ minimum: 1024 }) },
      { ...strict, description: 'of one job' },
    ),
    outcomes: Type.Array(Outcome, { minItems: 1 }),
  },
  { ...strict, description: 'rows by jobs of the vendor' },
);
/** How rows go by jobs of the vendor. */
export type BulkUpload = Static<typeof Upload>;

/** Schema of `valence.bulk`. */
export const BulkExtension = Type.Object(
  { download: optional(Download), upload: optional(Upload) },
  {
    ...strict,
    description:
      'the vendor’s own bulk API. In its resources {object}, {operation}, {statement}, {fields}, {identifier}, {reference}, {job}, {locator} and {rows} stand for what they say, as parameters of the path',
  },
);
/** The vendor's own bulk API. */
export type BulkExtension = Static<typeof BulkExtension>;
