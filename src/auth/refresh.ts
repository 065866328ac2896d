// Keeps access tokens fresh: one refresh at a time for each instance, over all processes, and never the same refresh
// token twice while an answer to its first use could still come.
//
// The order is: lease (the intent is written), token request, compare-and-set. Whoever finds the lease taken waits for
// the winner's tokens. A lease whose process is gone is followed by another only after its end time, because the
// vendor's answer could still have been on its way until then.

import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import type { HttpReply } from '../core/http.ts';
import { NotSent } from '../outbound/retry.ts';
import type { RefreshLease, StoredTokens, TokenStore, VendorTokens } from '../store/tokens.ts';
import { application, tokenTimeoutMs } from './application.ts';
import { isDue, tokenEnd } from './due.ts';
import { isRefusal, readTokenAnswer, requestToken, type TokenGrant, type TokenRefusal, vendorWords } from './oauth2.ts';
import type { Account } from './schemes.ts';
import type { VendorDoor } from './vendor-door.ts';

/** An instance whose tokens are kept fresh. */
export interface ConnectedAccount extends Account {
  organizationId: number;
  instanceId: number;
  tokens: StoredTokens;
}

/** Keeps tokens fresh. */
export interface Refresh {
  /** The account with tokens that are not due; makes no statement and takes no lock while they are fresh. */
  beforeCall<Kind extends ConnectedAccount>(account: Kind): Promise<Kind>;
  /** The account with other tokens than those that the vendor has just refused with 401. */
  afterRefusal(account: ConnectedAccount): Promise<ConnectedAccount>;
  /** Whether a refresh after a 401 is worth trying: not right after one that changed nothing. */
  mayHelp(account: ConnectedAccount): boolean;
  /** The vendor answered 401 to these fresh tokens, too; its reason is another one. */
  didNotHelp(account: ConnectedAccount): void;
}

/** What a refresh gave: tokens, and settings that the vendor's answer and the element's own resources brought. */
interface Fresh {
  tokens: StoredTokens;
  settings: Record<string, string>;
}

interface RefreshDependencies {
  store: TokenStore;
  door: VendorDoor;
  /** the element's own way to refresh; undefined when it has none. Throws its Problem. */
  refreshByElement(account: Account, tokens: VendorTokens): Promise<TokenGrant | undefined>;
  /** what the element does after each refresh; gives the settings that it brought */
  afterRefresh(account: Account, tokens: VendorTokens): Promise<Record<string, string>>;
  /** writes settings that the token answer filled */
  keepSettings(account: ConnectedAccount, settings: Record<string, string>): Promise<void>;
  clock: Clock;
  observe(outcome: 'refreshed' | 'shared' | 'refused' | 'failed'): void;
  /** told once that the vendor no longer accepts what an account's grant gave, after that is stored; never throws */
  grantRefused(account: ConnectedAccount, generation: number, reason: string): Promise<void>;
}

/** Time in which a lease is taken and its answer stored, in milliseconds, on top of the token endpoint's limit. */
const leaseSlackMs = 2000;

/** So long a refresh that did not help is not tried again, in milliseconds. */
const uselessMs = 60_000;

/** Makes the keeper of tokens. Its methods throw Problems: `grantLost` (401), or what the token endpoint's failure was. */
export function createRefresh(dependencies: RefreshDependencies): Refresh {
  const { store, clock } = dependencies;
  const inFlight = new Map<string, Promise<Fresh>>();
  /** by instance, the generation of tokens that was fresh and refused all the same */
  const useless = new LRUCache<number, number>({ max: 10_000, ttl: uselessMs });

  return {
    async beforeCall(account) {
      const age = tokenAge(account);
      if (account.tokens.refresh === undefined || !isDue(age, clock())) return account;
      try {
        return freshAccount(account, await shared(account));
      } catch (error) {
        const end = tokenEnd(age);
        const stillGood = end !== undefined && clock() < end;
        if (stillGood && error instanceof Problem && error.code !== 'grantLost') return account;
        throw error;
      }
    },
    async afterRefusal(account) {
      const current = await store.read(account.organizationId, account.instanceId);
      if (current !== undefined && current.generation !== account.tokens.generation) {
        return { ...account, tokens: current };
      }
      if (account.tokens.refresh === undefined) {
        const reason = 'The vendor no longer accepts the token, and gave none to refresh it with.';
        await store.refuse(account.instanceId, account.tokens.generation, reason);
        await dependencies.grantRefused(account, account.tokens.generation, reason);
        throw grantLost(reason);
      }
      return freshAccount(account, await shared(account));
    },
    mayHelp: ({ instanceId, tokens }) => useless.get(instanceId) !== tokens.generation,
    didNotHelp: ({ instanceId, tokens }) => void useless.set(instanceId, tokens.generation),
  };

  /** One refresh per instance and generation in this process, however many calls ask. */
  function shared(account: ConnectedAccount): Promise<Fresh> {
    const key = `${account.instanceId}/${account.tokens.generation}`;
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const started = replaceTokens(account).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  }

  /** The tokens that follow the account's generation: won by this process, or read from the one that won. */
  async function replaceTokens(account: ConnectedAccount): Promise<Fresh> {
    if (account.tokens.refusedReason !== undefined) throw grantLost(account.tokens.refusedReason);
    const timeoutMs = tokenTimeoutMs(account.definition);
    const giveUpAt = clock() + 2 * (timeoutMs + leaseSlackMs) + leaseSlackMs;
    for (let pauseMs = 20; clock() < giveUpAt; pauseMs = Math.min(pauseMs * 2, 250)) {
      const askedAt = clock();
      const lease = await store.lease(account.instanceId, account.tokens.generation, timeoutMs + leaseSlackMs);
      if (lease === 'missing')
        throw new Problem('credentialsWrong', 'The instance was deleted; its token is no longer valid.');
      if (lease === 'changed') {
        dependencies.observe('shared');
        return { tokens: await currentTokens(account), settings: {} };
      }
      if (lease === 'refused') throw grantLost((await currentTokens(account)).refusedReason ?? '');
      if (lease === 'busy') await wait(pauseMs);
      else if (clock() - askedAt > leaseSlackMs) await store.release(lease, false);
      else return spend(account, lease, timeoutMs);
    }
    throw new Problem('vendorTimeout', 'Another process has been refreshing the token for too long: try again.', {
      retryAfterSeconds: 5,
    });
  }

  /** Uses the leased refresh token, once, and stores what the vendor gives for it. */
  async function spend(account: ConnectedAccount, lease: RefreshLease, timeoutMs: number): Promise<Fresh> {
    const answer = await askVendor(account, lease, timeoutMs);
    if (isRefusal(answer)) return { tokens: await refused(account, lease, answer), settings: {} };

    const now = clock();
    const next: VendorTokens = {
      access: answer.access,
      refresh: answer.refresh ?? lease.tokens.refresh,
      secret: lease.tokens.secret,
    };
    const expiresAt = answer.expiresIn === undefined ? undefined : now + answer.expiresIn * 1000;
    const stored = await persist(() => store.complete(lease, next, { refreshedAt: now, expiresAt }));
    if (!stored) return { tokens: await currentTokens(account), settings: {} };
    dependencies.observe('refreshed');
    const settings = await settle(account, next, answer.settings);
    const tokens = {
      ...next,
      instanceId: account.instanceId,
      generation: lease.tokens.generation + 1,
      refreshedAt: now,
      expiresAt,
      uncertainSince: undefined,
      refusedReason: undefined,
    };
    return { tokens, settings };
  }

  /** What follows on a refresh; what the vendor's answer filled is kept also when the element's own resources fail. */
  async function settle(
    account: ConnectedAccount,
    tokens: VendorTokens,
    filled: Record<string, string>,
  ): Promise<Record<string, string>> {
    let settings = filled;
    try {
      settings = { ...filled, ...(await dependencies.afterRefresh(withSettings(account, filled), tokens)) };
    } finally {
      if (Object.keys(settings).length > 0) await dependencies.keepSettings(account, settings);
    }
    return settings;
  }

  async function askVendor(
    account: ConnectedAccount,
    lease: RefreshLease,
    timeoutMs: number,
  ): Promise<TokenGrant | TokenRefusal> {
    const { values, definition } = account;
    const quirks = definition.document.valence?.oauth2 ?? {};
    const own = await refreshByElement(account, lease);
    if (own !== undefined) return own;
    const url = values['oauth.token.refresh_url'] ?? values['oauth.token.url'];
    const refreshToken = lease.tokens.refresh;
    if (url === undefined || url === null || refreshToken === undefined) {
      await store.release(lease, false);
      throw grantLost('The instance has no refresh token or no token URL.');
    }
    let reply: HttpReply;
    try {
      const parameters = { refresh_token: refreshToken.reveal() };
      reply = await requestToken(
        (request) => dependencies.door.send(definition, request, timeoutMs),
        url,
        application(account),
        'refresh_token',
        parameters,
        quirks,
      );
    } catch (error) {
      const spent = !(error instanceof Problem && isNotSent(error));
      await persist(() => store.release(lease, spent));
      dependencies.observe('failed');
      throw error;
    }
    const answer = readTokenAnswer(reply, quirks);
    if (!isRefusal(answer) || isFinalRefusal(answer)) return answer;

    // an answer without a token may be one that could not be read
    const spent = reply.status >= 500 || reply.status < 400;
    await persist(() => store.release(lease, spent));
    dependencies.observe('failed');
    throw refreshFailure(answer);
  }

  async function refreshByElement(account: ConnectedAccount, lease: RefreshLease): Promise<TokenGrant | undefined> {
    try {
      return await dependencies.refreshByElement(account, lease.tokens);
    } catch (error) {
      const spent = !(error instanceof Problem && (isNotSent(error) || error.code === 'vendorRefused'));
      await persist(() => store.release(lease, spent));
      dependencies.observe('failed');
      throw error instanceof Problem && error.code === 'vendorRefused' ? refusedRefresh(error.providerMessage) : error;
    }
  }

  /** The vendor says that the grant is gone, unless a process that was taken for dead has stored newer tokens. */
  async function refused(account: ConnectedAccount, lease: RefreshLease, refusal: TokenRefusal): Promise<StoredTokens> {
    const current = await store.read(account.organizationId, account.instanceId);
    if (current !== undefined && current.generation !== lease.tokens.generation) return current;
    const said = refusal.description === undefined ? refusal.error : `${refusal.error} (${refusal.description})`;
    const since = lease.tokens.uncertainSince;
    const reason =
      since === undefined
        ? `The vendor no longer accepts the refresh token: ${said}.`
        : `A refresh was interrupted at ${new Date(since).toISOString()} before its answer was stored, and the vendor ` +
          `now says that the refresh token was used or withdrawn: ${said}.`;
    await persist(() => store.refuse(account.instanceId, lease.tokens.generation, reason));
    dependencies.observe('refused');
    await dependencies.grantRefused(account, lease.tokens.generation, reason);
    throw grantLost(reason, said);
  }

  async function currentTokens(account: ConnectedAccount): Promise<StoredTokens> {
    const current = await store.read(account.organizationId, account.instanceId);
    if (current === undefined)
      throw new Problem('credentialsWrong', 'The instance was deleted; its token is no longer valid.');
    return current;
  }
}

/**
 * Writes the end of an attempt. What the vendor gave may be the only way back to it, and an attempt without an end keeps
 * all others waiting; so a database that is away for a moment is asked again for about half a minute.
 */
async function persist<Result>(write: () => Promise<Result>): Promise<Result> {
  for (let pauseMs = 50; ; pauseMs *= 2) {
    try {
      return await write();
    } catch (error) {
      if (pauseMs > 16_000) throw error;
      await wait(pauseMs);
    }
  }
}

function withSettings<Kind extends ConnectedAccount>(account: Kind, settings: Record<string, string>): Kind {
  return { ...account, values: { ...account.values, ...settings } };
}

function freshAccount<Kind extends ConnectedAccount>(account: Kind, { tokens, settings }: Fresh): Kind {
  return { ...withSettings(account, settings), tokens };
}

function tokenAge(account: ConnectedAccount) {
  const interval = Number(account.values['oauth.user.refresh_interval'] ?? Number.NaN);
  return {
    refreshedAt: account.tokens.refreshedAt,
    expiresAt: account.tokens.expiresAt,
    intervalSeconds: Number.isFinite(interval) && interval > 0 ? interval : undefined,
  };
}

/** Whether it is certain that the vendor did not get the refresh token. */
function isNotSent(problem: Problem): boolean {
  return problem.code === 'egressRefused' || problem.code === 'badRequest' || problem.cause instanceof NotSent;
}

/** Whether a refusal means that the grant itself is gone (RFC 6749 section 5.2), not that the request failed. */
function isFinalRefusal(refusal: TokenRefusal): boolean {
  return refusal.error === 'invalid_grant' || refusal.error === 'invalid_token';
}

function refreshFailure(refusal: TokenRefusal): Problem {
  const providerMessage = vendorWords(refusal);
  if (refusal.status === 429) {
    return new Problem('tooManyRequests', 'The vendor limits how often tokens are refreshed: wait and try again.', {
      providerMessage,
      retryAfterSeconds: refusal.retryAfterSeconds ?? 30,
    });
  }
  if (refusal.status >= 500 || refusal.status < 400) {
    return new Problem('vendorFailed', 'The vendor could not refresh the token: try again later.', { providerMessage });
  }
  return refusedRefresh(providerMessage);
}

/** Not `grantLost`: the grant may be as good as before, and so is an access token that has not ended yet. */
function refusedRefresh(providerMessage: string | undefined): Problem {
  return new Problem(
    'vendorRefused',
    'The vendor refused to refresh the token: check oauth.api.key and oauth.api.secret of the instance, or connect the account again.',
    { status: 401, ...(providerMessage === undefined ? {} : { providerMessage }) },
  );
}

function grantLost(reason: string, providerMessage?: string): Problem {
  return new Problem(
    'grantLost',
    `${reason} Connect the account again: send the user through the OAuth URL and PATCH the instance with the new providerData.`,
    providerMessage === undefined ? {} : { providerMessage },
  );
}
