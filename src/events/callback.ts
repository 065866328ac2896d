// One callback to a customer: where it goes, with which headers, and whether it arrived.

import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import { isObject, parseJson, writeValue } from '../core/http.ts';
import type { Secret } from '../core/secret.ts';
import { signatureHeaders } from '../core/webhook-signature.ts';
import type { Outbound } from '../outbound/send.ts';

/** Where a callback goes, and what it brings. */
export interface CallbackTarget {
  url: string;
  /** the customer's own headers, names in lower case */
  headers: Record<string, string>;
  key: Secret | undefined;
}

/** What became of one attempt. */
export type CallbackResult = { arrived: true; status: number } | { arrived: false; reason: string };

/** Sends one callback. */
export type SendCallback = (target: CallbackTarget, id: string, body: string, at: number) => Promise<CallbackResult>;

const answerBytes = 1024 * 1024;

/** Makes the sender of callbacks: signed POSTs through the guarded door, so that none reaches a private address. */
export function createSendCallback(outbound: Outbound, timeoutMs: number): SendCallback {
  return async (target, id, body, at) => {
    const headers = {
      'user-agent': 'Valence',
      ...target.headers,
      'content-type': 'application/json; charset=utf-8',
      ...signatureHeaders(id, body, target.key, at),
    };
    try {
      const reply = await outbound.send({ method: 'POST', url: target.url, headers, body }, { timeoutMs, answerBytes });
      if (reply.status >= 200 && reply.status < 300) return { arrived: true, status: reply.status };
      return { arrived: false, reason: `The endpoint answered ${reply.status}.` };
    } catch (error) {
      if (error instanceof Problem) return { arrived: false, reason: error.message };
      throw error;
    }
  };
}

/** The target that an instance's settings name; undefined without a callback URL. `url` overrides that of the settings. */
export function callbackTarget({ values, secrets }: Account, url?: string): CallbackTarget | undefined {
  const address = url ?? values['event.notification.callback.url'] ?? '';
  if (address === '') return undefined;
  const headers = readHeaders(values['event.notification.callback.headers'] ?? '');
  const username = values['event.notification.basic.username'] ?? '';
  const password = secrets['event.notification.basic.password']?.reveal() ?? '';
  if (username !== '' || password !== '') {
    headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  return { url: address, headers, key: secrets['event.notification.signature.key'] };
}

/** Headers as customers write them: a JSON object, or `Name: value` on lines of their own. */
function readHeaders(text: string): Record<string, string> {
  if (text === '') return {};
  const json = parseJson(text);
  const pairs = isObject(json)
    ? Object.entries(json).map(([name, value]) => [name, writeValue(value)] as const)
    : text.split(/[\r\n]+/).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1)] as const;
      });
  const named = pairs.map(([name, value]) => [name.trim().toLowerCase(), value.trim()] as const);
  return Object.fromEntries(named.filter(([name]) => /^[!#$%&'*+.^_`|~\w-]+$/.test(name)));
}
