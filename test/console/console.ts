// A console to test: the platform beside the sandbox's vendors, whose pages a browser can walk, and a person signed in.

import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
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
  /** A page of the console at a path, the administrator signed in. */
  open(path: string, options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
}

/** Starts everything before the tests of a file and stops it after them. */
export function useConsole(environment: Record<string, string> = {}): ConsoleTrip {
  const trip = {} as ConsoleTrip;
  const contexts: BrowserContext[] = [];
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
      const watched = await openPage(await trip.visitor(options));
      await watched.page.goto(`/sign-in#code=${await trip.platform.app.signInCode(administrator.email)}`);
      await watched.page.getByRole('button', { name: 'Your account' }).waitFor();
      if (path !== '/') await watched.page.goto(path);
      return watched;
    };
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await trip.browser?.close();
    await trip.platform?.close();
    await trip.sandbox?.close();
  });
  return trip;
}
