// `npm run screenshots [part of a path]`: a server beside the sandbox with accounts, calls, events and jobs; every page of it
// in light and dark, on a screen of 1280 and on a phone of 390 pixels, as pictures in `screenshots/`, to be looked at.

import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { guides } from '../../demo/guides.ts';
import { walkGuide } from '../../demo/walk.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { startServer } from '../../src/start.ts';
import { openPage, startChromium } from '../support/chromium.ts';

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
  },
  pino({ level: 'error' }),
);
const administrator = JSON.parse(await readFile(join(folder, 'admin.json'), 'utf8')) as Record<string, string>;
const authorization = `User ${administrator['userSecret']}, Organization ${administrator['organizationSecret']}`;
const browser = await startChromium();
try {
  await mkdir(target, { recursive: true });
  const paths = await fill();
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) await photograph(paths, colorScheme, width);
  }
} finally {
  await browser.close();
  await server.stop();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** Makes what the pages show, and gives back the paths of all pages. */
async function fill(): Promise<string[]> {
  const quiet = { title() {}, line() {}, command() {}, answer() {}, table() {} };
  const accounts = [];
  for (const guide of guides) {
    accounts.push(
      await walkGuide({ guide, terminal: quiet, serverUrl: server.url, sandboxUrl: sandbox.url, authorization }),
    );
  }
  const [first] = accounts;
  if (first === undefined) throw new Error('No account could be connected');
  for (const { instance, token } of accounts) {
    await call('PUT', `/instances/${instance}/trace-logging`);
    await call('GET', '/ping', token);
    await call('GET', '/nothing-of-the-kind', token);
  }
  const failed = await call('GET', '/hubs/helpdesk/incidents/999999999', first.token);
  const listed = await call('GET', "/hubs/helpdesk/incidents?where=status='open'", first.token);
  const bulk = await call('POST', '/hubs/helpdesk/bulk/query?q=select * from incidents', first.token);
  const { id: bulkId } = (await bulk.json()) as { id: string };
  const traced = listed.headers.get('elements-request-id');
  await waitForUsage([failed.headers.get('elements-request-id'), traced]);
  return [
    '/',
    '/elements',
    `/elements/${first.element}`,
    `/elements/${first.element}?tab=resources`,
    `/elements/${first.element}/docs`,
    '/elements/import',
    '/instances',
    `/instances/${first.instance}`,
    '/instances/connect',
    `/instances/connect/${first.element}`,
    '/common-resources',
    '/common-resources/contact',
    '/calls',
    `/calls/${traced}`,
    '/events',
    '/jobs',
    '/bulk',
    `/bulk/${bulkId}`,
    '/notifications',
    '/applications',
    '/connect-links',
    '/secrets',
    '/no-such-page',
  ].filter((path) => path.includes(wanted));
}

async function photograph(paths: readonly string[], colorScheme: 'light' | 'dark', width: number): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, baseURL: server.url });
  const { page, faults } = await openPage(context);
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Sign in to Valence' }).waitFor();
  await page.screenshot({ path: join(target, `sign-in-${colorScheme}-${width}.png`) });
  await page.goto('about:blank');
  await page.goto(await server.signInLink(administrator['email'] ?? ''));
  await page.getByRole('button', { name: 'Your account' }).waitFor();
  for (const path of paths) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    const name = path === '/' ? 'home' : path.replaceAll(/\W+/g, '-').replace(/^-|-$/g, '').slice(0, 60);
    const file = join(target, `${name}-${colorScheme}-${width}.png`);
    await page.screenshot({ path: file, fullPage: true });
    const overflow = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    console.log(`${file}${overflow ? '  WIDER THAN THE PAGE' : ''}`);
  }
  for (const fault of faults) console.log(`${colorScheme} ${width}: ${fault}`);
  await context.close();
}

/** Records of calls are written once a second. */
async function waitForUsage(ids: readonly (string | null)[]): Promise<void> {
  for (const id of ids) {
    for (let tries = 0; tries < 20 && (await call('GET', `/usage/${id}`)).status !== 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function call(method: string, path: string, token?: string): Promise<Response> {
  return fetch(`${server.url}/elements/api-v2${path}`, {
    method,
    headers: { authorization: token === undefined ? authorization : `${authorization}, Element ${token}` },
  });
}
