// The two token requests of OAuth 1.0a: temporary credentials (RFC 5849 section 2.1) and the token itself (section 2.3).

import { Problem } from '../core/errors.ts';
import type { HttpReply } from '../core/http.ts';
import { type Signer, signingMoment, signRequest } from './oauth1.ts';
import type { Send } from './oauth2.ts';

/**
 * Asks an endpoint for a token and its secret. `extra` is the protocol parameter that the step adds (`oauth_callback` or
 * `oauth_verifier`); `now` in milliseconds since 1970. Throws a Problem with the vendor's reason.
 */
export async function requestOAuth1Token(
  send: Send,
  url: string,
  signer: Signer,
  now: number,
  extra: Record<string, string>,
): Promise<{ token: string; secret: string }> {
  const unsigned = { method: 'POST', url, headers: { accept: '*/*', 'user-agent': 'Valence' } };
  return readFormAnswer(await send(signRequest(unsigned, signer, signingMoment(now), extra)));
}

/** Both answers are form-encoded. */
function readFormAnswer(reply: HttpReply): { token: string; secret: string } {
  const body = reply.body.toString('utf8');
  const form = new URLSearchParams(body.trim());
  const [token, secret] = [form.get('oauth_token'), form.get('oauth_token_secret')];
  if (reply.status < 300 && token !== null && token !== '' && secret !== null) return { token, secret };
  const failed = reply.status >= 500;
  throw new Problem(
    failed ? 'vendorFailed' : 'vendorRefused',
    failed
      ? `The vendor failed with status ${reply.status}: try again later.`
      : 'The vendor refused the OAuth 1.0a request: check the API key, the API secret, and that the request token and its ' +
          'verifier are fresh.',
    {
      ...(failed || reply.status < 400 ? {} : { status: reply.status }),
      providerMessage: form.get('oauth_problem') ?? body.slice(0, 500),
    },
  );
}
