// How a vendor's rate limit can be set to another one than is documented.

import { type Static, Type } from 'typebox';

/** A rate limit that is enforced. */
export const RateSettings = Type.Object(
  {
    requests: Type.Integer({ minimum: 1 }),
    seconds: Type.Number({ exclusiveMinimum: 0 }),
    /** Whose calls are counted together: those with one token, at one host, or of one application. */
    per: Type.Optional(Type.Enum(['caller', 'account', 'application'])),
    /** Windows that begin at whole multiples of their length, or the last seconds before each call. */
    window: Type.Optional(Type.Enum(['fixed', 'sliding'])),
  },
  { additionalProperties: false },
);

export type RateSettings = Static<typeof RateSettings>;
