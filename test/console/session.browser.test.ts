// The first sign-in, in a real browser: with the password, with a link, and what a session may and may not be used for.

import { afterEach, describe, expect, test } from 'vitest';
import { findChromium, openPage } from '../support/chromium.ts';
import { administrator } from '../support/platform.ts';
import { useConsole } from './console.ts';

describe.skipIf(findChromium() === undefined)('a browser', () => {
  const trip = useConsole();
  const seen: string[] = [];
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  test('signs in with email and password, is told when they are wrong, and signs out', async () => {
    const { page, faults } = await openPage(await trip.visitor());
    await page.goto('/secrets');
    await page.getByLabel('Email').fill(administrator.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The user name or the password is wrong.').waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Secrets' }).waitFor();
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Valence' }).waitFor();
    seen.push(...faults);
  });

  test('a link signs in once, and is gone from the address', async () => {
    const link = `/sign-in#code=${await trip.platform.app.signInCode(administrator.email)}`;
    const first = await openPage(await trip.visitor());
    await first.page.goto(link);
    await first.page.getByRole('heading', { name: 'Home' }).waitFor();
    expect(first.page.url()).toBe(`${trip.platform.url}/`);
    const second = await openPage(await trip.visitor());
    await second.page.goto(link);
    await second.page.getByRole('alert').getByText('This link has been used or is too old').waitFor();
    await first.page.goto('about:blank');
    await first.page.goto(link);
    await first.page.getByRole('alert').getByText('This link has been used or is too old').waitFor();
    await first.page.getByRole('link', { name: `Go on as ${administrator.email}` }).click();
    await first.page.getByRole('heading', { name: 'Home' }).waitFor();
    seen.push(...first.faults, ...second.faults);
  });

  test('shows secrets only when asked, and replaces them', async () => {
    const { page, faults } = await trip.open('/secrets');
    await page.getByRole('heading', { name: 'Secrets' }).waitFor();
    expect(await page.content()).not.toContain(administrator.organizationSecret);
    await page.getByRole('button', { name: 'Show the organization secret' }).click();
    await page.getByText(administrator.organizationSecret).waitFor();
    await page
      .getByRole('region', { name: 'The organization secret' })
      .getByRole('button', { name: 'Replace…' })
      .click();
    await page.getByRole('button', { name: 'Replace it' }).click();
    await page.getByText(administrator.organizationSecret).waitFor({ state: 'detached' });
    expect((await trip.platform.call('GET', '/organizations/me')).status).toBe(401);
    seen.push(...faults);
  });

  test('keeps its session from scripts, and sends it for no other page', async () => {
    const { page } = await trip.open('/');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'valence-session', httpOnly: true, sameSite: 'Strict', path: '/' });
    const url = `${trip.platform.url}/elements/api-v2/organizations/me`;
    const withCookie = (headers: Record<string, string>) =>
      fetch(url, { headers: { cookie: `valence-session=${cookie?.value}`, ...headers } });
    expect((await withCookie({ 'valence-page': '1' })).status).toBe(200);
    expect((await withCookie({})).status).toBe(401);
    expect((await withCookie({ 'valence-page': '1', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await withCookie({ 'valence-page': '1', 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });

  test('gets a new session with each sign-in, and the one before ends (session fixation)', async () => {
    const context = await trip.visitor();
    const planted = 'A'.repeat(43);
    await context.addCookies([{ name: 'valence-session', value: planted, url: trip.platform.url }]);
    const { page } = await openPage(context);
    const before: string[] = [];
    for (let time = 0; time < 2; time++) {
      await page.goto('about:blank');
      await page.goto(`${trip.platform.url}/sign-in#code=${await trip.platform.app.signInCode(administrator.email)}`);
      await page.getByRole('heading', { name: 'Home' }).waitFor();
      const [cookie] = await context.cookies();
      expect(cookie?.value).toHaveLength(43);
      expect([planted, ...before]).not.toContain(cookie?.value);
      before.push(cookie?.value ?? '');
    }
    const status = async (token: string | undefined) =>
      (
        await fetch(`${trip.platform.url}/console/session`, {
          headers: { cookie: `valence-session=${token}`, 'valence-page': '1' },
        })
      ).status;
    expect(await Promise.all([planted, ...before].map(status))).toEqual([401, 401, 200]);
  });

  test('is given a policy without inline code, and no page of another origin may frame it', async () => {
    const response = await fetch(`${trip.platform.url}/elements`, { headers: { accept: 'text/html' } });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(response.status).toBe(200);
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const answer = await fetch(trip.platform.url, { headers: { accept: 'text/html' } });
        return /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
      }),
    );
    expect(nonces[0]).toBeDefined();
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  test('an instance is named by a header only with a session', async () => {
    const call = (headers: Record<string, string>) =>
      fetch(`${trip.platform.url}/elements/api-v2/hubs/helpdesk/ping`, {
        headers: { 'valence-instance': '1', ...headers },
      });
    expect((await call({})).status).toBe(401);
    const { page } = await trip.open('/');
    const [cookie] = await page.context().cookies();
    const answer = await call({ cookie: `valence-session=${cookie?.value}`, 'valence-page': '1' });
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
      404,
      'There is no instance 1.',
    ]);
  });
});
