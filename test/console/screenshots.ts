// `npm run screenshots [part of a path]`: a server beside the sandbox with accounts, calls, events and jobs; every page of it
// and of Connect in light and dark, on a screen of 1280 and on a phone of 390 pixels, as pictures in `screenshots/`, to be
// looked at, with what axe finds in each.

import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { Locator, Page } from 'playwright-core';
import { startSandbox } from '../../sandbox/server.ts';
import { startServer } from '../../src/start.ts';
import { seriousViolations } from '../support/accessibility.ts';
import { openPage, startChromium } from '../support/chromium.ts';
import { makePhotographed } from './photographed.ts';

interface Look {
  colorScheme: 'light' | 'dark';
  width: number;
}

const looks: readonly Look[] = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'dark', width: 390 },
];

const wanted = process.argv[2] ?? '';
const target = fileURLToPath(new URL('../../screenshots', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'valence-screenshots-'));
// As root, PostgreSQL runs as another user, who must be able to pass through.
await chmod(folder, 0o711);

const sandbox = await startSandbox();
const server = await startServer(
  {
    VALENCE_PORT: '0',
    VALENCE_DATA: folder,
    VALENCE_ROUTES: JSON.stringify(sandbox.routes),
    VALENCE_ROUTE_BROWSER: 'true',
    VALENCE_EGRESS: 'any',
  },
  pino({ level: 'error' }),
);
const administrator = JSON.parse(await readFile(join(folder, 'admin.json'), 'utf8')) as Record<string, string>;
const authorization = `User ${administrator['userSecret']}, Organization ${administrator['organizationSecret']}`;
const browser = await startChromium();
try {
  await mkdir(target, { recursive: true });
  const ground = { serverUrl: server.url, sandboxUrl: sandbox.url, authorization };
  const { paths, links } = await makePhotographed(ground, looks.length);
  for (const [index, look] of looks.entries()) {
    await photographConsole(
      paths.filter((path) => path.includes(wanted)),
      look,
    );
    await photographConnect(links[index] ?? '', look);
  }
} finally {
  await browser.close();
  await server.stop();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** The sign-in, and every page behind it. */
async function photographConsole(paths: readonly string[], look: Look): Promise<void> {
  await withPage(look, async (page) => {
    await page.goto('/sign-in');
    await page.getByRole('heading', { name: 'Sign in to Valence' }).waitFor();
    await take(page, 'sign-in', look);
    await page.goto('about:blank');
    await page.goto(await server.signInLink(administrator['email'] ?? ''));
    await page.getByRole('button', { name: 'Your account' }).waitFor();
    for (const path of paths) {
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      await expectNone(page.locator('.mantine-Loader-root, .mantine-Skeleton-root'));
      await take(page, path === '/' ? 'home' : path, look);
    }
    await page.goto('/events');
    await page.getByRole('row').filter({ hasText: 'channels' }).first().click();
    await page.getByRole('region', { name: 'What came', exact: true }).waitFor();
    await take(page, 'event', look);
  });
}

/** What a customer's customer sees: the choice, a vendor's settings, the vendor's login and consent, and that it is done. */
async function photographConnect(link: string, look: Look): Promise<void> {
  await withPage(look, async (page) => {
    await page.goto(link);
    await page.getByRole('button', { name: /Zendesk/ }).waitFor();
    await take(page, 'connect-choice', look);
    await page.getByRole('button', { name: /Zendesk/ }).click();
    await page.getByLabel('Zendesk subdomain').fill('acme');
    await take(page, 'connect-settings', look);
    await page.getByRole('button', { name: 'Continue to Zendesk' }).click();
    await page.waitForURL((url) => url.origin !== new URL(server.url).origin);
    await page.locator('form button[type=submit]').first().waitFor();
    await take(page, 'connect-login', look);
    await page.locator('form button[type=submit]').first().click();
    const allow = page.locator('button[name=decision][value=allow]');
    await allow.waitFor();
    await take(page, 'connect-consent', look);
    await allow.click();
    await page
      .getByText(/is connected|connected/i)
      .first()
      .waitFor();
    await take(page, 'connect-done', look);
    await page.goto(link);
    await page.waitForLoadState('networkidle');
    await take(page, 'connect-used', look);
  });
}

async function withPage({ colorScheme, width }: Look, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, baseURL: server.url });
  const { page, faults } = await openPage(context);
  await work(page);
  for (const fault of faults) console.log(`${colorScheme} ${width}: ${fault}`);
  await context.close();
}

async function expectNone(waiting: Locator): Promise<void> {
  for (const one of await waiting.all()) await one.waitFor({ state: 'detached' });
}

async function take(page: Page, path: string, { colorScheme, width }: Look): Promise<void> {
  const name = path.replaceAll(/\W+/g, '-').replace(/^-|-$/g, '').slice(0, 60);
  const file = join(target, `${name}-${colorScheme}-${width}.png`);
  await page.screenshot({ path: file, fullPage: true });
  const overflow = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  const violations = await seriousViolations(page);
  console.log([file, ...(overflow ? ['WIDER THAN THE PAGE'] : []), ...violations].join('\n  '));
}
