// How an organization shows itself: the original's branding with its errors, what Connect adds, and images that cannot run.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { administrator, createTestKeyring, credentials, type Platform, startPlatform } from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';

let platform: Platform;
let stranger: string;

beforeAll(async () => {
  const keyring = createTestKeyring();
  platform = await startPlatform({ keyring });
  stranger = await addOrganization(platform, keyring);
});
afterAll(() => platform?.close());

const path = '/organizations/branding';
const whole = {
  headerFont: 'Helvetica',
  headerColor: '#586f75',
  bodyFont: 'Helvetica',
  bodyColor: '#aedce7',
  themePrimaryColor: '#586f75',
  themeSecondaryColor: '#aedce7',
  themeHighlightColor: '#468499',
  buttonPrimaryBackgroundColor: '#c64',
  buttonPrimaryTextColor: '#aedce7',
  buttonSecondaryBackgroundColor: '#aedce7',
  buttonSecondaryTextColor: '#cc6649',
  buttonDeleteBackgroundColor: '#eee',
  buttonDeleteTextColor: '#FFF',
  logoBackgroundColor: '#ffffff',
  topBarBackgroundColor: '#aedce7',
  navigationBackgroundColor: '#aedce7',
  contextBackgroundColor: '#aedce7',
};
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const svg = '<?xml version="1.0"?><!-- ours --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

async function send(kind: 'logo' | 'favicon', content: Buffer | string, authorization = credentials()) {
  const form = new FormData();
  form.append(
    'file',
    new Blob([typeof content === 'string' ? content : Uint8Array.from(content)], { type: 'image/png' }),
    'x.png',
  );
  const response = await fetch(`${platform.url}/elements/api-v2${path}/${kind}`, {
    method: 'PATCH',
    headers: { authorization },
    body: form,
  });
  const body = (await response.json()) as { logo: string; favicon: string };
  return { status: response.status, body };
}

test('is set whole, read, set again and taken away', async () => {
  expect((await platform.call('GET', path)).status).toBe(404);
  expect((await platform.call('DELETE', path)).status).toBe(404);
  const set = await platform.call('PUT', path, { body: whole });
  expect(set).toMatchObject({ status: 200, body: { bodyFont: 'Helvetica', buttonPrimaryBackgroundColor: '#c64' } });
  expect((await platform.call('PUT', path, { body: { ...whole, bodyFont: 'Arial' } })).body.bodyFont).toBe('Arial');
  expect((await platform.call('GET', path)).body.bodyFont).toBe('Arial');
  expect((await platform.call('DELETE', path)).status).toBe(200);
  expect((await platform.call('GET', path)).status).toBe(404);
});

test('everything that is missing or wrong is named at once', async () => {
  const missing = await platform.call('PUT', path, { body: { headerFont: 'Helvetica', bodyColor: '' } });
  expect(missing.status).toBe(400);
  expect(missing.body.message).toContain('Branding missing required field(s)');
  for (const member of Object.keys(whole).filter((member) => member !== 'headerFont')) {
    expect(missing.body.message).toContain(member);
  }
  const wrong = await platform.call('PUT', path, {
    body: {
      ...whole,
      headerColor: 'blah',
      bodyColor: 'red;background:url(//evil.example)',
      bodyFont: 'x;}',
      connectOrigins: ['https://*.example.com', 'https://app.example.com'],
      connectCallbacks: ['javascript:alert(1)', 'https://app.example.com/done'],
    },
  });
  expect(wrong.status).toBe(400);
  expect(wrong.body.message).toContain('Branding contains invalid color field(s): headerColor, bodyColor');
  expect(wrong.body.message).toContain('Branding contains invalid field(s): headerColor, bodyColor, bodyFont');
  expect(wrong.body.message).toContain('connectOrigins holds "https://*.example.com"');
  expect(wrong.body.message).toContain('connectCallbacks holds "javascript:alert(1)"');
  expect((await platform.call('GET', path)).status).toBe(404);
});

test('Connect’s own members are set alone, and clients of the original leave them', async () => {
  const changed = await platform.call('PATCH', path, {
    body: { connectName: 'Acme', connectOrigins: ['https://App.example.com/'], themePrimaryColor: '0A0B0C' },
  });
  expect(changed.body).toEqual({
    connectName: 'Acme',
    connectOrigins: ['https://app.example.com'],
    themePrimaryColor: '#0a0b0c',
  });
  const put = await platform.call('PUT', path, { body: whole });
  expect(put.body).toMatchObject({ connectName: 'Acme', themePrimaryColor: '#586f75' });
  const taken = await platform.call('PATCH', path, { body: { connectName: '' } });
  expect(taken.body.connectName).toBeUndefined();
  expect(taken.body.connectOrigins).toEqual(['https://app.example.com']);
});

test('is the organization’s own, and only its administrators change it', async () => {
  expect((await platform.call('GET', path, { authorization: stranger })).status).toBe(404);
  const { body: account } = await platform.call('POST', '/accounts', { body: { externalId: 'branding' } });
  const { body: user } = await platform.call('POST', `/accounts/${account.id}/users`, {
    body: { email: 'member@example.test', password: 'long enough' },
  });
  const authorization = `User ${user.secret}, Organization ${administrator.organizationSecret}`;
  expect((await platform.call('GET', path, { authorization })).status).toBe(200);
  expect((await platform.call('PUT', path, { authorization, body: whole })).status).toBe(403);
  expect((await platform.call('PATCH', path, { authorization, body: {} })).status).toBe(403);
  expect((await platform.call('DELETE', path, { authorization })).status).toBe(403);
  expect((await send('logo', png, authorization)).status).toBe(403);
});

test('images are shown at an address that changes with them, whatever their sender says of them', async () => {
  const first = await send('logo', png);
  const { logo } = first.body;
  expect(logo).toMatch(/\/branding\/logo-[0-9a-f]{32}\.png$/);
  const shown = await fetch(logo.replace(/^https?:\/\/[^/]+/, platform.url));
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png);
  expect(shown.headers.get('content-type')).toBe('image/png');

  const { logo: next, favicon } = (await send('favicon', svg)).body;
  expect(next).toBe(logo);
  expect(favicon).toMatch(/\.svg$/);
  const drawn = await fetch(favicon.replace(/^https?:\/\/[^/]+/, platform.url));
  expect(drawn.headers.get('content-type')).toBe('image/svg+xml');
  expect(drawn.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(drawn.headers.get('x-content-type-options')).toBe('nosniff');

  await send('logo', Buffer.concat([png, Buffer.from('2')]));
  expect((await fetch(logo.replace(/^https?:\/\/[^/]+/, platform.url))).status).toBe(404);
});

test('what is no image, or too large, is refused', async () => {
  expect(await send('logo', '<html><script>alert(1)</script>')).toMatchObject({ status: 415 });
  expect(await send('logo', `${'<!---->'.repeat(2000)}<html>`)).toMatchObject({ status: 415 });
  expect(await send('logo', Buffer.concat([png, Buffer.alloc(512 * 1024)]))).toMatchObject({ status: 413 });
  const json = await platform.call('PATCH', `${path}/logo`, { body: { logo: 'x' } });
  expect(json).toMatchObject({ status: 400, body: { message: expect.stringContaining('multipart/form-data') } });
});
