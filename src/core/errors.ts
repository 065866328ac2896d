// What callers are told when something goes wrong: one error class and one table of codes.

/** Every code with its HTTP status. The message that goes with it says what to do next. */
export const problemStatuses = {
  badRequest: 400,
  credentialsMissing: 401,
  credentialsWrong: 401,
  grantLost: 401,
  forbidden: 403,
  instanceDisabled: 403,
  notFound: 404,
  methodNotAllowed: 405,
  requestTimeout: 408,
  conflict: 409,
  tooLarge: 413,
  unsupportedMediaType: 415,
  tooManyRequests: 429,
  vendorRefused: 400,
  vendorFailed: 502,
  vendorUnreachable: 502,
  vendorTimeout: 504,
  egressRefused: 400,
  overloaded: 503,
  scriptFailed: 500,
  notConfigured: 501,
  outcomeUnknown: 502,
} as const;

export type ProblemCode = keyof typeof problemStatuses;

interface ProblemDetail {
  /** overrides the table's status, for answers of a vendor that pass through */
  status?: number;
  /** what the vendor said, in its own words */
  providerMessage?: string;
  /** seconds after which a further try makes sense */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The one error that callers see; anything else that is thrown is a defect and answers 500. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly providerMessage: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, message: string, detail: ProblemDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = detail.status ?? problemStatuses[code];
    this.providerMessage = detail.providerMessage;
    this.retryAfterSeconds = detail.retryAfterSeconds;
  }
}
