// The browser in which pages are tested: the system's own Chromium, installed from Debian's packages when it is missing.
// Where it cannot be had the tests of pages say so and are skipped; all others run.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The first is the same browser without what only people at a screen need; it starts in a third of the time. */
const places = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
];

/** Where a Chromium lies that can be started; undefined when there is none. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM'] ?? '', ...places].find((path) => path !== '' && existsSync(path));
}

/** Installs Debian's Chromium where this process may, unless there is one already. Gives back why there is none. */
export function installChromium(): string | undefined {
  if (findChromium() !== undefined) return undefined;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return 'there is no Chromium, and it cannot be installed here: the tests of pages are skipped';
  }
  try {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env: environment, stdio: 'ignore' as const, timeout: 300_000 };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium-headless-shell', 'fonts-liberation'],
      options,
    );
  } catch (error) {
    return `Chromium could not be installed (${String(error)}): the tests of pages are skipped`;
  }
  return findChromium() === undefined ? 'Chromium was installed and is not there' : undefined;
}

/** Starts the browser; without a window, and without the sandbox that root cannot use. */
export function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium: ask findChromium first');
  return chromium.launch({
    executablePath,
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/** A page whose faults are kept: errors of scripts, what its policy refused, and requests that got no answer. */
export interface WatchedPage {
  page: Page;
  faults: string[];
}

/** Opens a page in a context and listens for its faults. */
export async function openPage(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Answers of 400 and above are told here, too; which of them are wrong the tests know.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  return { page, faults };
}
