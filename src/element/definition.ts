// The shape of an element document: what `POST /elements` imports, `GET /elements/{key}/export` gives back and the
// folders of the catalog hold. Unknown members are kept everywhere, because real exported documents carry many.

import { type Static, type TProperties, Type } from 'typebox';

const open = { additionalProperties: true } as const;
const object = <Properties extends TProperties>(properties: Properties) => Type.Object(properties, open);
const optional = Type.Optional;
const optionalText = optional(Type.Union([Type.String(), Type.Null()]));

const Setting = object({
  key: Type.String({ minLength: 1 }),
  name: optional(Type.String()),
  description: optionalText,
  type: optional(Type.String()),
  defaultValue: optionalText,
  required: optional(Type.Boolean()),
  internal: optional(Type.Boolean()),
  hideFromConsole: optional(Type.Boolean()),
  active: optional(Type.Boolean()),
  companyConfig: optional(Type.Boolean()),
  resellerConfig: optional(Type.Boolean()),
  groupControl: optional(Type.Boolean()),
  displayOrder: optional(Type.Number()),
  options: optional(Type.Array(object({ value: optional(Type.String()), description: optional(Type.String()) }))),
});
/** One configuration entry of an element: a value that the caller gives or the platform writes. */
export type Setting = Static<typeof Setting>;

const Parameter = object({
  name: Type.String(),
  type: Type.String(),
  vendorName: optionalText,
  vendorType: optionalText,
  source: optionalText,
  required: optional(Type.Union([Type.Boolean(), Type.Null()])),
  dataType: optionalText,
  vendorDataType: optionalText,
  description: optionalText,
  converter: optionalText,
});
/** One parameter: takes `name` from the place `type` and puts it as `vendorName` at the place `vendorType`. */
export type Parameter = Static<typeof Parameter>;

const Hook = object({
  type: Type.String(),
  mimeType: optionalText,
  body: optionalText,
  isLegacy: optional(Type.Union([Type.Boolean(), Type.Null()])),
});

/** A script that runs before or after a vendor's call. */
export type Hook = Static<typeof Hook>;

const Parameters = Type.Union([Type.Array(Parameter), Type.Null()]);

const Statement = Type.Object(
  {
    object: Type.String({ description: 'what follows FROM' }),
    fields: Type.Array(Type.String(), { minItems: 1, description: 'selected unless the caller names fields' }),
    conditions: optional(
      Type.Array(Type.Object({ field: Type.String(), parameter: Type.String() }, { additionalProperties: false }), {
        description: 'field = the value of a path parameter, joined to the caller’s where by AND',
      }),
    ),
  },
  { additionalProperties: false, description: 'the query statement that the converter toSoql makes' },
);

const ResourceVariant = Type.Object(
  {
    vendorMethod: optional(Type.String()),
    vendorPath: optional(Type.String()),
    rootKey: optional(Type.String()),
    nextPageKey: optional(Type.String()),
    totalKey: optional(Type.String()),
    parameters: optional(Type.Array(Parameter)),
  },
  { additionalProperties: false, description: 'what is different when the caller gives `where`' },
);

const ResourceExtension = Type.Object(
  {
    download: optional(Type.Boolean({ description: 'the answer is streamed through as it is' })),
    totalKey: optional(Type.String({ description: 'where the vendor’s answer says how many rows there are in all' })),
    whenFiltered: optional(ResourceVariant),
    statement: optional(Statement),
  },
  { additionalProperties: false, description: 'what the original format has no place for' },
);

const Resource = object({
  method: Type.String({ minLength: 1 }),
  path: Type.String({ minLength: 1 }),
  vendorMethod: optionalText,
  vendorPath: optionalText,
  type: optionalText,
  description: optionalText,
  rootKey: optionalText,
  nextPageKey: optionalText,
  nextResource: optionalText,
  paginationType: optionalText,
  objectName: optionalText,
  kind: optionalText,
  parameters: optional(Parameters),
  hooks: optional(Type.Union([Type.Array(Hook), Type.Null()])),
  model: optional(Type.Unknown({ description: 'the name of a model, and JSON schemas by name' })),
  valence: optional(ResourceExtension),
});
/** One resource: a path of our API and the vendor's call behind it. */
export type Resource = Static<typeof Resource>;

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
  },
  { additionalProperties: false, description: 'the setting that names the customer’s own host at the vendor' },
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
  { additionalProperties: false },
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
  { additionalProperties: false },
);
const Valence = Type.Object(
  {
    siteAddress: optional(SiteAddress),
    oauth2: optional(OAuth2),
    oauth1: optional(OAuth1),
    hosts: optional(
      Type.Array(Type.String(), {
        description: 'host patterns (* matches any labels) that calls of this element may go to',
      }),
    ),
  },
  { additionalProperties: false, description: 'what the original format has no place for' },
);

/** Schema of an element document. */
export const ElementDocument = object({
  id: optional(Type.Integer({ minimum: 1 })),
  key: Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
  name: Type.String({ minLength: 1 }),
  description: optionalText,
  hub: Type.String({ minLength: 1 }),
  authentication: object({ type: Type.String() }),
  configuration: Type.Array(Setting),
  parameters: optional(Parameters),
  hooks: optional(Type.Union([Type.Array(Hook), Type.Null()])),
  resources: optional(Type.Array(Resource)),
  objects: optional(Type.Unknown({ description: 'objects with names, keys and fields' })),
  valence: optional(Valence),
});
export type ElementDocument = Static<typeof ElementDocument>;
