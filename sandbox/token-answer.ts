// The last step of every OAuth 2 token endpoint: the answer as the vendor documents it, or bent as the settings say.

import type { VendorSettings } from './settings.ts';
import { type Answer, json } from './vendor.ts';

/** The fields of a token answer or error (RFC 6749 sections 5.1 and 5.2) in the form that the settings ask for. */
export function tokenAnswer(
  settings: VendorSettings,
  status: number,
  fields: Record<string, unknown>,
  headers: Record<string, string> = {},
): Answer {
  const bent: Record<string, unknown> = { ...fields };
  if (settings.omitTokenType === true) delete bent['token_type'];
  if (settings.omitExpiresIn === true) delete bent['expires_in'];
  if (settings.expiresInAsString === true && 'expires_in' in bent) bent['expires_in'] = String(bent['expires_in']);
  const answer = inFormat(settings, status, bent);
  Object.assign(answer.headers, { 'cache-control': 'no-store', pragma: 'no-cache' }, headers);
  if (settings.contentType !== undefined) answer.headers['content-type'] = settings.contentType;
  return answer;
}

function inFormat(settings: VendorSettings, status: number, fields: Record<string, unknown>): Answer {
  switch (settings.answerFormat) {
    case 'form': {
      const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)]);
      const body = new URLSearchParams(Object.fromEntries(pairs)).toString();
      return { status, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
    }
    case 'nested':
      return json(status, { data: fields });
    case 'errorIn200':
      return json(200, fields);
    default:
      return json(status, fields);
  }
}
