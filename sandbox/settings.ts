// How a vendor can be bent away from its documented behaviour, for tests of a client that must read off-standard answers.

import { type Static, Type } from 'typebox';
import { RateSettings } from './rate-settings.ts';
import { type VendorKey, vendorKeys } from './vendor.ts';
import { WebhookSettings } from './webhooks.ts';

const seconds = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]);

/** The settings of one vendor; a setting that is not given leaves the vendor's documented behaviour. */
export const VendorSettings = Type.Object(
  {
    /** Lifetime of new access tokens; null: they never expire. */
    accessTokenSeconds: Type.Optional(seconds),
    /** Lifetime of new refresh tokens; null: they never expire. */
    refreshTokenSeconds: Type.Optional(seconds),
    /** Whether a refresh gives a new refresh token and kills the one that was used (RFC 6749 section 6). */
    rotateRefreshTokens: Type.Optional(Type.Boolean()),
    /** Whether the use of a rotated refresh token revokes the grant (RFC 9700 section 4.14.2). */
    revokeOnRefreshReuse: Type.Optional(Type.Boolean()),
    /** Form-encoded token answers; errors with status 200; or the answer inside `{"data": …}`. */
    answerFormat: Type.Optional(Type.Enum(['json', 'form', 'errorIn200', 'nested'])),
    omitTokenType: Type.Optional(Type.Boolean()),
    omitExpiresIn: Type.Optional(Type.Boolean()),
    expiresInAsString: Type.Optional(Type.Boolean()),
    /** Whether calls above the vendor's documented rate are answered 429. */
    enforceRateLimit: Type.Optional(Type.Boolean()),
    /** Another limit than the documented one; it is enforced. */
    rateLimit: Type.Optional(RateSettings),
    /** Bytes of an upload that the vendor takes; left out: as documented. */
    largestUploadBytes: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Of the production organization of Salesforce; left out: `developer`. */
    edition: Type.Optional(Type.Enum(['developer', 'enterprise'])),
    /** How often a deployment of Salesforce is still under way when somebody asks. */
    deploymentChecks: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    /** How long bulk jobs of Salesforce take; a job with more records than `failAfterRecords` fails after so many; objects in `unsupported` have none. */
    bulk: Type.Optional(
      Type.Object(
        {
          queueSeconds: Type.Optional(Type.Number({ minimum: 0 })),
          recordsPerSecond: Type.Optional(Type.Integer({ minimum: 1 })),
          failAfterRecords: Type.Optional(Type.Integer({ minimum: 0 })),
          unsupported: Type.Optional(Type.Array(Type.String())),
        },
        { additionalProperties: false },
      ),
    ),
    /** Another content type on token answers than the right one. */
    contentType: Type.Optional(Type.String({ minLength: 1 })),
    /** How what the vendor sends of its own accord is bent. */
    webhooks: Type.Optional(WebhookSettings),
  },
  { additionalProperties: false },
);

export type VendorSettings = Static<typeof VendorSettings>;

export type AllSettings = Record<VendorKey, VendorSettings>;

/** No setting for any vendor: everything as documented. */
export function documentedSettings(): AllSettings {
  return Object.fromEntries(vendorKeys.map((key) => [key, {}])) as AllSettings;
}
