// Connects an account by OAuth 1.0a, the three steps of the Desk.com guide.

import { sandboxApplications } from '../../sandbox/applications.ts';
import { consent } from './consent.ts';
import { callbackUrl, get, post, type Trip } from './guide.ts';
import type { Answer } from './platform.ts';

/** Lets a person consent and gives back the instance; `more` are settings besides those of the guide. */
export async function connectDesk(trip: Trip, more: Record<string, string> = {}): Promise<Answer['body']> {
  const { clientId, clientSecret } = sandboxApplications.desk;
  const query = { apiKey: clientId, apiSecret: clientSecret, callbackUrl, siteAddress: 'acme' };
  const first = (await get(trip, `/elements/desk/oauth/token?${new URLSearchParams(query)}`)).body;
  const asked = new URLSearchParams({ ...query, requestToken: first.token });
  const { oauthUrl } = (await get(trip, `/elements/desk/oauth/url?${asked}`)).body;
  const { oauth_token, oauth_verifier } = await consent(trip.sandbox.url, oauthUrl);
  const created = await post(trip, {
    element: { key: 'desk' },
    providerData: { oauth_token, oauth_verifier, secret: first.secret },
    configuration: {
      'oauth.api.key': clientId,
      'oauth.api.secret': clientSecret,
      'oauth.callback.url': callbackUrl,
      'site.address': 'acme.desk.com',
      ...more,
    },
    name: 'Test',
  });
  if (created.status !== 200) throw new Error(`Not connected: ${created.status} ${created.body.message}`);
  return created.body;
}
