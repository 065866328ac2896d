// A console to test: the platform beside the sandbox's vendors, whose pages a browser can walk, and a person signed in.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { openPage, startChromium, type WatchedPage } from '../support/chromium.ts';
import { administrator, type Platform, startPlatform } from '../support/platform.ts';

/** What tests of pages have; there from the first test on. */
export interface ConsoleTrip {
  sandbox: Sandbox;
  platform: Platform;
  browser: Browser;
  /** A fresh browser in which nobody is signed in. */
  visitor(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** A page of the console at a path, the administrator signed in; in the same browser as the others without options. */
  open(path: string, options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
}

/** Starts everything before the tests of a file and stops it after them. */
export function useConsole(environment: Record<string, string> = {}): ConsoleTrip {
  const trip = {} as ConsoleTrip;
  const contexts: BrowserContext[] = [];
  const pages: Page[] = [];
  let signedIn: BrowserContext | undefined;
  const signIn = async (options?: Parameters<Browser['newContext']>[0]) => {
    const context = await trip.visitor(options);
    const answer = await fetch(`${trip.platform.url}/console/session/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'valence-page': '1' },
      body: JSON.stringify({ code: await trip.platform.app.signInCode(administrator.email) }),
    });
    const [, value = ''] = /^valence-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
    const { hostname: domain } = new URL(trip.platform.url);
    const cookie = { name: 'valence-session', value, domain, path: '/', httpOnly: true, sameSite: 'Strict' } as const;
    await context.addCookies([cookie]);
    return context;
  };
  beforeAll(async () => {
    trip.sandbox = await startSandbox();
    trip.platform = await startPlatform({
      routes: trip.sandbox.routes,
      environment: { VALENCE_ROUTE_BROWSER: 'true', ...environment },
    });
    trip.browser = await startChromium();
    trip.visitor = async (options) => {
      const context = await trip.browser.newContext({ baseURL: trip.platform.url, ...options });
      contexts.push(context);
      return context;
    };
    trip.open = async (path, options) => {
      if (options === undefined) signedIn ??= await signIn();
      const watched = await openPage(options === undefined && signedIn ? signedIn : await signIn(options));
      pages.push(watched.page);
      await watched.page.goto(path);
      await watched.page.getByRole('button', { name: 'Your account' }).waitFor();
      return watched;
    };
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await trip.browser?.close();
    await trip.platform?.close();
    await trip.sandbox?.close();
  });
  return trip;
}
