// What the original document format has no place for: the `valence` objects of an element and of its resources. Exports
// keep them, and other systems ignore them.

import { type Static, Type } from 'typebox';
import { BulkExtension } from './bulk-extension.ts';
import { Hook, Parameter } from './parameter.ts';

const optional = Type.Optional;
const strict = { additionalProperties: false } as const;

const Described = Type.Object(
  {
    vendorPath: Type.String({ description: 'asked for the description of {object}' }),
    rows: Type.String({ description: 'dotted path of its fields' }),
    name: Type.String({ description: 'the member that names a field' }),
  },
  { ...strict, description: 'where the vendor describes the fields of an object' },
);

const Statement = Type.Object(
  {
    object: Type.String({ description: 'what follows FROM: a name, or {objectName}, a parameter of the path' }),
    fields: optional(
      Type.Array(Type.String(), { minItems: 1, description: 'selected unless the caller names fields' }),
    ),
    described: optional(Described),
    conditions: optional(
      Type.Array(Type.Object({ field: Type.String(), parameter: Type.String() }, strict), {
        description: 'field = the value of a path parameter, joined to the caller’s where by AND',
      }),
    ),
    keyset: optional(
      Type.String({ description: 'the field by whose value pages follow each other when pagination.type is cursor' }),
    ),
  },
  { ...strict, description: 'the query statement that the converter toSoql makes' },
);
/** The query statement of a list. */
export type Statement = Static<typeof Statement>;

const ResourceVariant = Type.Object(
  {
    fields: optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description: 'taken when where names these fields and no others; without it, for all other conditions',
      }),
    ),
    vendorMethod: optional(Type.String()),
    vendorPath: optional(Type.String()),
    rootKey: optional(Type.String()),
    nextPageKey: optional(Type.String()),
    totalKey: optional(Type.String()),
    paginationType: optional(Type.String()),
    paging: optional(Type.Array(Type.String())),
    parameters: optional(Type.Array(Parameter)),
    hooks: optional(Type.Array(Hook)),
  },
  { ...strict, description: 'what is different when the caller gives `where`' },
);
/** What is different of a resource when the caller gives `where`. */
export type ResourceVariant = Static<typeof ResourceVariant>;

/** Schema of what a resource has beyond the original format. */
export const ResourceExtension = Type.Object(
  {
    answer: optional(
      Type.Object(
        {
          status: Type.Integer({ minimum: 200, maximum: 499 }),
          message: optional(Type.String({ description: 'what a refusal says' })),
        },
        { ...strict, description: 'the answer, given without asking the vendor' },
      ),
    ),
    internal: optional(
      Type.Boolean({ description: 'a link of chains or a step of bulk jobs only, which callers do not reach' }),
    ),
    download: optional(Type.Boolean({ description: 'the answer is streamed through as it is' })),
    totalKey: optional(Type.String({ description: 'where the vendor’s answer says how many rows there are in all' })),
    keep: optional(
      Type.Array(Type.Object({ field: Type.String(), value: Type.String() }, strict), {
        description: 'only rows with these values are given',
      }),
    ),
    pick: optional(
      Type.Object(
        { field: Type.String(), parameter: Type.String() },
        { ...strict, description: 'the one row of the vendor’s list whose field has the value of a path parameter' },
      ),
    ),
    sideLoads: optional(
      Type.Record(Type.String(), Type.Array(Type.String(), { minItems: 1 }), {
        description: 'lists beside the rows: each row gets those records that its members name by id',
      }),
    ),
    paging: optional(
      Type.Array(Type.String(), { description: 'the ways of valence.paging that the vendor has for this list' }),
    ),
    whenFiltered: optional(Type.Union([ResourceVariant, Type.Array(ResourceVariant, { minItems: 1 })])),
    statement: optional(Statement),
  },
  { ...strict, description: 'what the original format has no place for' },
);

const SiteAddress = Type.Object(
  {
    setting: Type.String({ description: 'the setting that siteAddress fills' }),
    form: Type.Enum(['label', 'host', 'origin'], {
      description: 'how it is stored: acme, acme.vendor.com or https://acme.vendor.com',
    }),
    suffixes: Type.Array(Type.String({ pattern: '^\\.[a-z0-9.-]+$' }), {
      minItems: 1,
      description: 'hosts allowed; the first completes a bare name',
    }),
    fills: optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'settings whose defaults name no host to fill: what they become when the address is given',
      }),
    ),
  },
  { ...strict, description: 'the setting that names the customer’s own host at the vendor' },
);
/** Which setting names the customer's own host at the vendor, in which form, and under which suffixes. */
export type SiteAddress = Static<typeof SiteAddress>;

const OAuth2 = Type.Object(
  {
    authorizeParameters: optional(
      Type.Array(Type.String(), { description: 'order of the authorize URL; only those named are sent' }),
    ),
    spaces: optional(Type.Enum(['+', '%20'], { description: 'how a space is written in the authorize URL' })),
    pkce: optional(Type.Enum(['S256', 'plain'])),
    tokenFormat: optional(Type.Enum(['form', 'json'], { description: 'body of the token request' })),
    tokenScope: optional(Type.Boolean({ description: 'send the scope with the token request, too' })),
    tokenTimeoutSeconds: optional(Type.Number({ minimum: 1, maximum: 120, description: 'default 30' })),
    answer: optional(
      Type.Object(
        {
          accessToken: optional(Type.String()),
          refreshToken: optional(Type.String()),
          expiresIn: optional(Type.String()),
          error: optional(Type.String()),
          errorDescription: optional(Type.String()),
          settings: optional(Type.Record(Type.String(), Type.String())),
        },
        {
          additionalProperties: false,
          description: 'dotted paths in the token answer; settings maps a setting to the path that fills it',
        },
      ),
    ),
  },
  strict,
);
/** Where an OAuth 2 vendor differs from RFC 6749's defaults. */
export type OAuth2 = Static<typeof OAuth2>;

/** Where an OAuth 1.0a vendor differs from RFC 5849's defaults. */
const OAuth1 = Type.Object(
  {
    signatureMethod: optional(Type.Enum(['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'PLAINTEXT'])),
    transmission: optional(Type.Enum(['header', 'query'])),
    tokenTimeoutSeconds: optional(Type.Number({ minimum: 1, maximum: 120 })),
  },
  strict,
);

const PagingWay = Type.Object(
  {
    page: Type.String({ description: 'the vendor’s parameter for the next page' }),
    pageSize: Type.String({ description: 'the vendor’s parameter for the size of a page' }),
    nextPageKey: Type.String(),
  },
  strict,
);
/** Another way in which a vendor pages. */
export type PagingWay = Static<typeof PagingWay>;

const timestampForms = ['iso', 'seconds', 'milliseconds'] as const;

const WebhookProof = Type.Object(
  {
    way: Type.Enum(['hmac', 'secret'], {
      description: 'a code made with a key that vendor and platform share, or the key itself',
    }),
    from: Type.String({
      description: 'the place where the vendor puts it: header.x-signature, query.token, body.secret',
    }),
    setting: Type.String({ description: 'the setting that holds the key' }),
    algorithm: optional(Type.Enum(['sha1', 'sha256', 'sha512'], { description: 'default sha256' })),
    encoding: optional(Type.Enum(['hex', 'base64'], { description: 'default hex' })),
    prefix: optional(Type.String({ description: 'what stands before the code, such as sha256=' })),
    signs: optional(
      Type.String({
        description: 'what the code is made of; {body} is the raw body, other places in braces. Default {body}',
      }),
    ),
    timestamp: optional(
      Type.Object(
        {
          from: Type.String({ description: 'the place where the vendor says when it signed' }),
          form: Type.Enum(timestampForms),
          toleranceSeconds: optional(Type.Integer({ minimum: 1, description: 'default 300' })),
        },
        { ...strict, description: 'webhooks signed longer ago are refused' },
      ),
    ),
  },
  { ...strict, description: 'how a webhook shows that it comes from the vendor' },
);
/** How a webhook shows that it comes from the vendor. */
export type WebhookProof = Static<typeof WebhookProof>;

const WebhookChallenge = Type.Object(
  {
    when: Type.Record(Type.String(), Type.String(), {
      description: 'values that places must have; {setting.key} stands for a setting, * for any value',
    }),
    answer: Type.Object(
      {
        status: optional(Type.Integer({ minimum: 200, maximum: 299 })),
        contentType: optional(Type.String()),
        headers: optional(Type.Record(Type.String(), Type.String())),
        body: optional(Type.String({ description: 'a text with places in braces' })),
      },
      strict,
    ),
  },
  { ...strict, description: 'a question by which the vendor asks whether an address takes its webhooks' },
);

const EventRule = Type.Object(
  {
    when: optional(
      Type.Record(Type.String(), Type.String(), { description: 'values that places must have; * for any' }),
    ),
    rows: optional(Type.String({ description: 'the place of a list: one event for each row' })),
    objectType: Type.String({ description: 'a text with places in braces' }),
    objectId: Type.String({ description: 'a text with places in braces' }),
    eventType: Type.Union([
      Type.Enum(['CREATED', 'UPDATED', 'DELETED']),
      Type.Object(
        {
          from: Type.String({ description: 'the place of the vendor’s word for what happened' }),
          map: Type.Record(Type.String(), Type.Enum(['CREATED', 'UPDATED', 'DELETED'])),
          otherwise: optional(Type.Enum(['CREATED', 'UPDATED', 'DELETED'])),
        },
        strict,
      ),
    ]),
    date: optional(Type.String({ description: 'when the vendor changed the object; default: when the webhook came' })),
  },
  { ...strict, description: 'what a webhook tells, for an element without an event hook' },
);
/** What a webhook tells, in the platform's terms. */
export type EventRule = Static<typeof EventRule>;

const Webhooks = Type.Object(
  {
    secret: optional(
      Type.String({ description: 'the setting that is filled with a random secret before onProvisionWebhook runs' }),
    ),
    verify: optional(Type.Array(WebhookProof, { minItems: 1, description: 'one that holds is enough' })),
    eventId: optional(
      Type.String({
        description: 'the place of what is unique for each event of the vendor; default: the body’s digest',
      }),
    ),
    sameBody: optional(
      Type.Boolean({ description: 'false: two webhooks with the same body within a day are two events' }),
    ),
    check: optional(
      Type.Object(
        {
          path: Type.String({
            description: 'the GET resource that asks the vendor for the subscription, below the hub',
          }),
          alive: optional(
            Type.Record(Type.String(), Type.String(), {
              description: 'values that dotted paths of its answer must have',
            }),
          ),
        },
        { ...strict, description: 'how it is found out that the vendor has ended the subscription' },
      ),
    ),
    challenges: optional(Type.Array(WebhookChallenge)),
    events: optional(Type.Array(EventRule, { description: 'the first whose `when` holds tells what happened' })),
  },
  {
    ...strict,
    description:
      'webhooks of the vendor. A place is method, header.<name>, query.<name>, body.<path>, row.<path> or setting.<key>',
  },
);
/** How an element's vendor sends webhooks. */
export type Webhooks = Static<typeof Webhooks>;

const RateLimitHeaders = Type.Object(
  {
    limit: optional(Type.String({ description: 'the header that says how many calls are allowed' })),
    remaining: optional(Type.String({ description: 'the header that says how many are left' })),
    reset: optional(Type.String({ description: 'the header that says when the window is over' })),
    form: optional(
      Type.Enum(['seconds', 'milliseconds', 'epochSeconds', 'epochMilliseconds', 'date'], {
        description: 'how reset is written; default: told from the number',
      }),
    ),
    usage: optional(Type.String({ description: 'a header that says used/limit in one' })),
  },
  { ...strict, description: 'the headers in which the vendor tells this limit; default: the usual ones' },
);

const RateLimit = Type.Object(
  {
    scope: Type.Enum(['application', 'instance'], {
      description: 'what the vendor counts: all calls of one application, or those of one customer’s account',
    }),
    by: optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description: 'settings whose values name it; default: oauth.api.key, and the instance',
      }),
    ),
    requests: optional(Type.Integer({ minimum: 1, description: 'calls in any span of so many seconds' })),
    seconds: optional(Type.Number({ minimum: 1, maximum: 86_400 })),
    concurrency: optional(Type.Integer({ minimum: 1, description: 'calls at the same time' })),
    paths: optional(
      Type.Array(Type.String(), {
        minItems: 1,
        description: 'paths of the resources that count, below the hub; * stands for anything. Default: all',
      }),
    ),
    methods: optional(Type.Array(Type.String(), { minItems: 1, description: 'of these resources; default: all' })),
    headers: optional(RateLimitHeaders),
  },
  { ...strict, description: 'how often the vendor may be called' },
);
/** How often an element's vendor may be called. */
export type RateLimit = Static<typeof RateLimit>;

/** Schema of what an element has beyond the original format. */
export const ElementExtension = Type.Object(
  {
    siteAddress: optional(SiteAddress),
    oauth2: optional(OAuth2),
    oauth1: optional(OAuth1),
    paging: optional(
      Type.Record(Type.String(), PagingWay, {
        description: 'other ways of paging, by the value of the setting pagination.type that chooses them',
      }),
    ),
    webhooks: optional(Webhooks),
    bulk: optional(BulkExtension),
    rateLimits: optional(Type.Array(RateLimit)),
    hosts: optional(
      Type.Array(Type.String(), {
        description: 'host patterns (* matches any labels) that calls of this element may go to',
      }),
    ),
  },
  { ...strict, description: 'what the original format has no place for' },
);
