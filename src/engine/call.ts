// An element call, step by step, once its resource is found: keep the token fresh, call the vendor (link by link in a
// chain), keep what settings it brought, and make the caller’s answer. Each step has its file in this folder.

import type { ConnectedAccount, Refresh } from '../auth/refresh.ts';
import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import type { VendorTokens } from '../store/tokens.ts';
import { answerCall, pageOf } from './answer.ts';
import { type CompiledResource, compileElement } from './compile.ts';
import { fileNameOf } from './decode.ts';
import type { ElementAnswer, ElementCall } from './element-call.ts';
import {
  callLink,
  type Link,
  type LinkAnswer,
  type LinkDependencies,
  type PreviousAnswer,
  Unauthorized,
} from './link.ts';
import type { Match } from './match.ts';
import { isStoredAccount, type Renewal, type StoredAccount } from './renewal.ts';
import { noSuchRow, pickedRow } from './rows.ts';

/** Calls vendors as resources say. */
export interface Engine {
  /**
   * Calls a resource for an instance: tokens are refreshed when due, and once after a 401. Throws a Problem for what
   * the caller must change and for a vendor's error.
   */
  call(account: ConnectedAccount | StoredAccount, match: Match, call: ElementCall): Promise<ElementAnswer>;
  /**
   * The same for what is no caller's call but a step of something longer: gives the vendor's answer with its status and
   * headers. A download is read to its end or destroyed by the caller.
   */
  step(account: ConnectedAccount | StoredAccount, match: Match, call: ElementCall): Promise<StepAnswer>;
  /**
   * Calls a resource with tokens that belong to no instance yet, or no longer: what runs by itself while an account is
   * provisioned, refreshed or deleted. Gives the settings that it brought; nothing is stored.
   */
  callWith(
    account: Account,
    tokens: VendorTokens | undefined,
    match: Match,
    call: ElementCall,
  ): Promise<{ body: unknown; settings: Record<string, string> }>;
}

/** What a vendor answered to a step. Header names in lower case. */
export type StepAnswer = Pick<LinkAnswer, 'status' | 'headers' | 'body' | 'download'>;

interface EngineDependencies extends LinkDependencies {
  refresh: Refresh;
  renewal: Renewal;
  /** keeps the settings that a call brought */
  keepSettings(account: StoredAccount, settings: Record<string, string>): Promise<void>;
}

/** Resources that one call may run, one after the other. */
const longestChain = 5;

/** Pages of a vendor's list that are read to find one row. */
const mostPickedPages = 100;

/** Makes the engine. */
export function createEngine(dependencies: EngineDependencies): Engine {
  const { refresh, renewal, pageTokens } = dependencies;

  return {
    async call(account, match, call) {
      const { answer, used } = await callFresh(account, match, call);
      return answerCall(answer, used.account, call, pageTokens);
    },
    async step(account, match, call) {
      const { answer } = await callFresh(account, match, call);
      const { status, headers, body, download } = answer;
      return { status, headers, body, download };
    },
    async callWith(account, tokens, match, call) {
      const { answer, settings } = await followChain({ account, tokens }, match, call, false);
      answer.download?.body.destroy();
      return { body: answer.body, settings };
    },
  };

  /** Calls with credentials that are not due to end, and keeps the settings that the call brought. */
  async function callFresh(
    account: ConnectedAccount | StoredAccount,
    match: Match,
    call: ElementCall,
  ): Promise<{ answer: LinkAnswer; used: Signing }> {
    const fresh = isConnected(account) ? await refresh.beforeCall(account) : await renewal.beforeCall(account);
    const { answer, used, settings } = await followChain(withTokens(fresh), match, call, true);
    const changed = changedSettings(account, settings);
    if (Object.keys(changed).length > 0) await dependencies.keepSettings(account, changed);
    return { answer, used };
  }

  /** Calls a resource and those that follow it; each sees the answer and the settings of the one before. */
  async function followChain(
    signing: Signing,
    match: Match,
    call: ElementCall,
    renews: boolean,
  ): Promise<{ answer: LinkAnswer; used: Signing; settings: Record<string, string> }> {
    const chain = chainOf(signing.account, match.resource);
    const settings: Record<string, string> = {};
    let used = signing;
    let answer: LinkAnswer | undefined;
    for (const resource of chain) {
      const earlier: LinkAnswer['download'] = answer?.download;
      const previous = answer === undefined ? undefined : previousOf(answer);
      const link = { resource, pathVariables: match.pathVariables, call, previous };
      const account = withSettings(used.account, settings);
      const calling = resource.resource.valence?.pick === undefined ? callRenewing : pickRow;
      // A download that the next resource has not sent on is not wanted.
      ({ answer, used } = await calling({ ...used, account }, link, renews).finally(() => earlier?.body.destroy()));
      Object.assign(settings, answer.settings);
    }
    if (answer === undefined) throw new Error('A chain has at least one resource');
    return { answer, used, settings };
  }

  /** The one row of a vendor's list that a call is about; its pages are followed until it is found. */
  async function pickRow(
    signing: Signing,
    link: Omit<Link, keyof Signing>,
    renews: boolean,
  ): Promise<{ answer: LinkAnswer; used: Signing }> {
    let used = signing;
    let page: Link['page'];
    for (let pages = 0; pages < mostPickedPages; pages++) {
      const asked = await callRenewing(used, page === undefined ? link : { ...link, page }, renews);
      const { answer } = asked;
      used = asked.used;
      const row = pickedRow(link.resource, link.pathVariables, answer.body);
      if (row !== undefined) return { answer: { ...answer, body: row }, used };
      const next = Array.isArray(answer.body) ? pageOf(answer, answer.body, link.call.query).next : undefined;
      if (next === undefined) break;
      page = { ...next, named: true, sized: true, warning: undefined };
    }
    throw noSuchRow(link.resource, link.pathVariables);
  }

  /** One link; when the vendor says that the access token is old, it is replaced and the call made once more. */
  async function callRenewing(
    signing: Signing,
    link: Omit<Link, keyof Signing>,
    renews: boolean,
  ): Promise<{ answer: LinkAnswer; used: Signing }> {
    try {
      return { answer: await callLink(dependencies, { ...link, ...signing }), used: signing };
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      const renewedAccount = renews ? await renewAccount(signing.account, error.problem) : undefined;
      if (renewedAccount === undefined) throw error.problem;
      const used = withTokens(renewedAccount);
      if (!error.isRepeatable) throw sendAgain(error.problem);
      link.call.trace.add('token refreshed after 401', () => undefined);
      return { answer: await callAgain(used, link), used };
    }
  }

  /** The account with new credentials, after the vendor refused the old ones; undefined when there is no way to get any. */
  async function renewAccount(account: Signing['account'], refusal: Problem): Promise<Signing['account'] | undefined> {
    try {
      if (isConnected(account)) return refresh.mayHelp(account) ? await refresh.afterRefusal(account) : undefined;
      return isStoredAccount(account) ? await renewal.afterRefusal(account) : undefined;
    } catch (error) {
      throw error instanceof Problem ? inVendorsWords(error, refusal) : error;
    }
  }

  async function callAgain(signing: Signing, link: Omit<Link, keyof Signing>): Promise<LinkAnswer> {
    try {
      return await callLink(dependencies, { ...link, ...signing });
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      // A fresh token did not help: the 401 has another reason, and the next one is not worth a refresh.
      if (isConnected(signing.account)) refresh.didNotHelp(signing.account);
      throw error.problem;
    }
  }
}

/** What the next resource of a chain sees of an answer. */
function previousOf({ body, headers, download }: LinkAnswer): PreviousAnswer {
  const file = download && {
    name: 'file',
    fileName: fileNameOf(download.headers['content-disposition'] ?? ''),
    contentType: download.headers['content-type'] ?? 'application/octet-stream',
    stream: download.body,
  };
  return { body, headers, file };
}

type Signing = Pick<Link, 'account' | 'tokens'>;

function withTokens(account: ConnectedAccount | Account): Signing {
  return { account, tokens: isConnected(account) ? account.tokens : undefined };
}

function isConnected(account: ConnectedAccount | Account): account is ConnectedAccount {
  return 'tokens' in account;
}

/** The resources of a call. Throws a Problem for a chain that is too long or leads nowhere, before anything is sent. */
function chainOf(account: Account, first: CompiledResource): CompiledResource[] {
  const element = compileElement(account.definition);
  const chain = [first];
  for (let next = first.nextResource; next !== undefined; ) {
    const resource = element.named(next.method, next.path);
    if (resource === undefined) {
      throw new Problem(
        'badRequest',
        `The chain of ${first.path} leads to ${next.method} ${next.path}, which the element does not have.`,
      );
    }
    if (chain.length === longestChain) {
      throw new Problem(
        'badRequest',
        `The chain of ${first.path} has more than ${longestChain} resources: shorten it.`,
      );
    }
    chain.push(resource);
    next = resource.nextResource;
  }
  return chain;
}

function withSettings<Kind extends Account>(account: Kind, settings: Record<string, string>): Kind {
  if (Object.keys(settings).length === 0) return account;
  return { ...account, values: { ...account.values, ...settings } };
}

function changedSettings(account: Account, settings: Record<string, string>): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    const present = Object.hasOwn(account.values, key) ? account.values[key] : undefined;
    const secret = Object.hasOwn(account.secrets, key) ? account.secrets[key]?.reveal() : undefined;
    if (present !== value && secret !== value) changed[key] = value;
  }
  return changed;
}

/** A Problem with what the vendor said before, where it has no words of the vendor itself. */
function inVendorsWords(problem: Problem, { providerMessage }: Problem): Problem {
  if (problem.providerMessage !== undefined || providerMessage === undefined) return problem;
  const { code, message, status, retryAfterSeconds } = problem;
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new Problem(code, message, { status, providerMessage, ...wait, cause: problem });
}

/** A file that was streamed cannot be sent a second time from here. */
function sendAgain(refusal: Problem): Problem {
  return new Problem('overloaded', 'The access token had ended and has been refreshed: send the upload again.', {
    retryAfterSeconds: 1,
    ...(refusal.providerMessage === undefined ? {} : { providerMessage: refusal.providerMessage }),
  });
}
