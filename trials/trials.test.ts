// A few rounds of every trial with each test run; `npm run trials` makes many.

import { test } from 'vitest';
import { bulkKill } from './bulk-kill.ts';
import { eventsKill } from './events-kill.ts';
import { governor } from './governor.ts';
import { provisioningKill } from './provisioning-kill.ts';
import { refreshKill } from './refresh-kill.ts';

const rounds = 3;

test.each([
  [
    'provisioning, with server and database killed, loses no answered instance and leaves none by half',
    provisioningKill,
  ],
  ['a burst of webhooks, with processes and database killed, loses none that was answered 200', eventsKill],
  ['a vendor that limits its calls, overloaded, is called as often as it allows, and fairly', governor],
  ['an upload and a download, with processes killed, move each record once or name it as doubtful', bulkKill],
  ['refreshing, with processes killed, spends no token twice and tells callers what happened', refreshKill],
])(
  '%s',
  async (_name, trial) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const lines: string[] = [];
    try {
      await trial(rounds, seed, (line) => lines.push(line));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}\n${lines.join('\n')}`, {
        cause: error,
      });
    }
  },
  180_000,
);
