// Builds the console before its tests when what lies there is older than its sources, and sees to a browser.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installChromium } from './chromium.ts';

const folder = fileURLToPath(new URL('../../console', import.meta.url));

/** Called by vitest once before all tests. */
export async function setup(): Promise<void> {
  const why = installChromium();
  if (why !== undefined) console.warn(why);
  if (isBuilt()) return;
  // As it is built for use: in the mode of tests its pages would draw everything twice.
  execFileSync(process.execPath, [join(folder, 'prepare.ts')], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: 'inherit',
  });
}

function isBuilt(): boolean {
  const page = join(folder, 'dist/index.html');
  if (!existsSync(page)) return false;
  const builtAt = statSync(page).mtimeMs;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('dist'))
    .every((path) => statSync(join(folder, path)).mtimeMs <= builtAt);
}
