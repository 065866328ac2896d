// Kills processes at random moments while they refresh tokens: none is spent twice while its answer could still come,
// and every caller of a surviving process gets its answer or is told what happened.

import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '../sandbox/server.ts';
import {
  accounts,
  connectAccount,
  ping,
  shortElements,
  type VendorSide,
  vendorView,
} from '../test/support/accounts.ts';
import { control } from '../test/support/consent.ts';
import { type Answer, createTestKeyring, platformEnvironment } from '../test/support/platform.ts';
import {
  makeDataFolder,
  type ServerProcess,
  startOwnPostgres,
  startServerProcess,
  until,
} from '../test/support/server-process.ts';
import { createChance, holds, type Trial } from './trial.ts';

const processCount = 3;
const callsPerProcess = 4;
/** `valence.oauth2.tokenTimeoutSeconds` of the short elements */
const tokenTimeoutMs = 2000;

/** Three processes over one database; each round expires a token, asks through all, and kills the one that was asked first. */
export const refreshKill: Trial = async (count, seed, report) => {
  const chance = createChance(seed);
  const sandbox = await startSandbox();
  const postgres = await startOwnPostgres();
  const dataFolder = await makeDataFolder();
  const environment = {
    ...platformEnvironment({
      databaseUrl: postgres.connectionString,
      keyring: createTestKeyring(),
      dataFolder,
      routes: sandbox.routes,
    }),
    VALENCE_ELEMENTS: shortElements,
  };
  const processes: ServerProcess[] = [];
  const totals = { calls: 0, answered: 0, told: 0, unanswered: 0, refreshes: 0, followed: 0 };
  try {
    for (let round = 1; round <= count; round++) {
      while (processes.length < processCount) processes.push(await startServerProcess(environment));
      await control(sandbox.url, 'POST', '/reset');
      const account = chance.pick<VendorSide>([accounts.shortRotating, accounts.shortKeeping]);
      const trouble = chance.pick<Round['trouble']>(['none', 'slow', 'slowAnswer']);
      const delayMs = chance.below(tokenTimeoutMs - 500);
      const othersAfterMs = chance.below(40);
      const killAfterMs = chance.below(100) + (trouble === 'none' ? 0 : chance.below(delayMs + 100));
      const victim = chance.below(processCount);
      const name = `round ${round}: ${account.element}, ${trouble} ${delayMs} ms, process ${victim} killed after ${killAfterMs} ms`;
      try {
        await playRound({
          sandboxUrl: sandbox.url,
          account,
          trouble,
          delayMs,
          othersAfterMs,
          killAfterMs,
          victim,
          processes,
          totals,
        });
      } catch (error) {
        throw new Error(`${name} (seed ${seed}): ${error instanceof Error ? error.message : error}`, { cause: error });
      }
      report(name);
    }
  } finally {
    await Promise.all(processes.map((process) => process.kill()));
    await postgres.stop();
    await sandbox.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
  const { calls, answered, told, unanswered, refreshes, followed } = totals;
  report(
    `${count} kills, ${calls} calls: ${answered} answered 200, ${told} told by 401 what happened, ${unanswered} of killed ` +
      `processes; ${refreshes} token requests, ${followed} of them after a killed one's end; no token spent twice in time`,
  );
};

interface Round {
  sandboxUrl: string;
  account: VendorSide;
  trouble: 'none' | 'slow' | 'slowAnswer';
  delayMs: number;
  /** when the other processes are asked, too */
  othersAfterMs: number;
  killAfterMs: number;
  victim: number;
  /** the killed one is taken out */
  processes: ServerProcess[];
  totals: Record<'calls' | 'answered' | 'told' | 'unanswered' | 'refreshes' | 'followed', number>;
}

async function playRound(round: Round): Promise<void> {
  const { sandboxUrl, account, trouble, delayMs, othersAfterMs, killAfterMs, processes, totals } = round;
  const [anyProcess] = processes;
  const victim = processes[round.victim];
  holds(anyProcess !== undefined && victim !== undefined, 'there are too few processes');
  const instance = await connectAccount(anyProcess, sandboxUrl, account);
  const view = vendorView(sandboxUrl, account);
  await control(sandboxUrl, 'POST', '/tokens/expire', { vendor: account.vendor });
  if (trouble !== 'none') await control(sandboxUrl, 'POST', '/faults', { path: '*/token', kind: trouble, delayMs });

  const callsOf = (process: ServerProcess) =>
    Array.from({ length: callsPerProcess }, async () => ({
      process,
      answer: await ping(process, account, instance).catch((): undefined => undefined),
    }));
  const calls = callsOf(victim);
  const killed = wait(killAfterMs).then(() => victim.kill());
  await wait(othersAfterMs);
  calls.push(...processes.filter((process) => process !== victim).flatMap(callsOf));
  await killed;
  processes.splice(round.victim, 1);
  const outcomes = await Promise.all(calls);
  // what a vendor that was slow still does on behalf of the killed process
  await until('the vendor is done', async () => (await view.refreshes()).every((request) => request.status !== null));

  for (const process of processes) {
    outcomes.push({ process, answer: await ping(process, account, instance).catch((): undefined => undefined) });
  }
  totals.calls += outcomes.length;
  for (const { process, answer } of outcomes) {
    if (answer === undefined) {
      holds(process === victim, 'a call of a surviving process was not answered');
      totals.unanswered += 1;
    } else if (answer.status === 200) totals.answered += 1;
    else {
      holds(
        account.vendor === 'act' && isTold(answer),
        `unexpected answer ${answer.status} ${JSON.stringify(answer.body)}`,
      );
      totals.told += 1;
    }
  }

  const requests = await view.refreshes();
  totals.refreshes += requests.length;
  totals.followed += requests.length - 1;
  for (const [index, request] of requests.entries()) {
    const before = requests[index - 1];
    if (before === undefined) continue;
    const apart = request.time - before.time;
    holds(apart >= tokenTimeoutMs, `a second token request came ${apart} ms after the first`);
  }
  const grant = await view.grant();
  holds(requests.length <= 2, `the vendor got ${requests.length} token requests`);
  const told = outcomes.some(({ answer }) => answer?.status === 401);
  holds(
    grant.refreshTokensSpentTwice === (told ? 1 : 0),
    `a refresh token was spent twice ${grant.refreshTokensSpentTwice} times; callers ${told ? 'were' : 'were not'} told`,
  );
}

/** Whether callers learn what happened and how to connect again. */
function isTold({ status, body }: Answer): boolean {
  return (
    status === 401 && /A refresh was interrupted at \S+ .*Connect the account again/.test(String(body?.message ?? ''))
  );
}
