// When an access token is due for a refresh: a pure decision.

/** What the decision needs to know; times in milliseconds since 1970. */
export interface TokenAge {
  refreshedAt: number;
  /** when the vendor said that it ends */
  expiresAt: number | undefined;
  /** the instance's `oauth.user.refresh_interval` */
  intervalSeconds: number | undefined;
}

/** The moment when a token ends: by the vendor's word or by the interval, whichever is first; undefined for never. */
export function tokenEnd(age: TokenAge): number | undefined {
  const byInterval = age.intervalSeconds === undefined ? undefined : age.refreshedAt + age.intervalSeconds * 1000;
  if (age.expiresAt === undefined) return byInterval;
  return byInterval === undefined ? age.expiresAt : Math.min(age.expiresAt, byInterval);
}

/** Whether a token should be refreshed now: from its end minus the smaller of 60 s and 10 % of its lifetime. */
export function isDue(age: TokenAge, now: number): boolean {
  const end = tokenEnd(age);
  if (end === undefined) return false;
  const margin = Math.min(60_000, Math.max(0, end - age.refreshedAt) / 10);
  return now >= end - margin;
}
