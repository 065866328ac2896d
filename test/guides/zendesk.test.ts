// The Zendesk guide, step by step.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { consent } from '../support/consent.ts';
import { credentials, type Platform, startPlatform } from '../support/platform.ts';

let sandbox: Sandbox;
let platform: Platform;
beforeAll(async () => {
  sandbox = await startSandbox();
  platform = await startPlatform({ routes: sandbox.routes });
});
afterAll(async () => {
  await platform.close();
  await sandbox.close();
});

test('the three steps of the guide give an instance whose ping works', async () => {
  const { clientId, clientSecret } = sandboxApplications.zendesk;
  const query = new URLSearchParams({
    apiKey: clientId,
    apiSecret: clientSecret,
    siteAddress: 'acme',
    callbackUrl: 'http://www.my_cool_app.com/auth',
    state: 'zendesk',
  });
  const redirect = await platform.call('GET', `/elements/zendesk/oauth/url?${query}`, { authorization: undefined });
  expect(redirect.status).toBe(200);
  const { code } = await consent(sandbox.url, redirect.body.oauthUrl);
  const created = await platform.call('POST', '/instances', {
    body: {
      element: { key: 'zendesk' },
      providerData: { code },
      configuration: {
        'oauth.api.key': clientId,
        'oauth.api.secret': clientSecret,
        'oauth.callback.url': 'http://www.my_cool_app.com/auth',
        'zendesk.subdomain': 'acme',
      },
      tags: ['mine'],
      name: 'Test',
    },
  });
  expect(created.body).toMatchObject({ name: 'Test' });
  const pong = await platform.call('GET', '/hubs/helpdesk/ping', { authorization: credentials(created.body.token) });
  expect(pong.body).toMatchObject({ endpoint: 'zendesk' });
});
