#!/usr/bin/env node
// `npm run valence -- <command>`: what operators do beside running the server.

import { setTimeout as wait } from 'node:timers/promises';
import { type Config, readConfig } from './config.ts';
import { Secret } from './core/secret.ts';
import { createRingKey, createVault } from './core/vault.ts';
import { loadCatalog } from './element/catalog.ts';
import { addRingKey, keyringCheckMs } from './keyring.ts';
import { migrate, openDatabase } from './store/database.ts';
import { findEmbeddedDatabase, startEmbeddedDatabase } from './store/embedded.ts';
import { resealAll } from './store/rotation.ts';

const commands = new Map<string, { does: string; run(config: () => Config): Promise<void> }>([
  ['migrate', { does: 'bring the database to the newest schema', run: migrateDatabase }],
  ['keys new', { does: 'print a fresh key for VALENCE_KEYS', run: async () => print(createRingKey()) }],
  ['keys rotate', { does: 'seal everything again with the first key, while servers run', run: rotateKeys }],
  ['elements check', { does: 'check the elements of the catalog and of VALENCE_ELEMENTS', run: checkElements }],
]);

const name = process.argv.slice(2).join(' ');
const command = commands.get(name);
if (command === undefined) {
  if (name !== '' && name !== 'help') print(`There is no command "${name}".\n`);
  print('Usage: npm run valence -- <command>\n');
  for (const [known, { does }] of commands) print(`  ${known.padEnd(16)}${does}`);
  process.exitCode = name === '' || name === 'help' ? 0 : 2;
} else {
  try {
    await command.run(() => readConfig(process.env));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

async function migrateDatabase(config: () => Config): Promise<void> {
  await withDatabase(config(), async (url) => {
    const database = openDatabase(url, 'valence migrate', 2);
    const applied = await migrate(database);
    await database.destroy();
    print(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
  });
}

/**
 * With an embedded database a fresh key is put first in the key file, and a running server is given the time to see it.
 * With VALENCE_KEYS the operator puts it there, in
 * every process, before this command runs: a process that does not know it could not open what is sealed with it.
 */
async function rotateKeys(readConfiguration: () => Config): Promise<void> {
  const config = readConfiguration();
  const keyring = config.keyring ?? addRingKey(config);
  const vault = createVault(keyring);
  await withDatabase(config, async (url) => {
    const database = openDatabase(url, 'valence keys', 2);
    if (config.keyring === undefined) await wait(4 * keyringCheckMs);
    const changed = await resealAll(database, vault);
    await database.destroy();
    for (const [table, rows] of Object.entries(changed)) print(`${table}: ${rows} sealed again`);
    print(
      `Everything is sealed with the key ${vault.currentKey()}. Keep the older keys for a day, then take them away.`,
    );
  });
}

async function checkElements(config: () => Config): Promise<void> {
  const catalog = await loadCatalog(config().elementFolders);
  for (const element of catalog.elements) print(`${element.key} (${element.id}): ${element.document.name}`);
  print(`${catalog.elements.length} elements are right.`);
}

/** Runs work on the configured database; an embedded one that is not running is started for it. */
async function withDatabase(config: Config, work: (url: Secret) => Promise<void>): Promise<void> {
  if (config.databaseUrl !== undefined) return work(config.databaseUrl);
  const running = await findEmbeddedDatabase(config.dataFolder);
  if (running !== undefined) return work(new Secret(running));
  const started = await startEmbeddedDatabase({ dataFolder: config.dataFolder, notice: print });
  try {
    await work(new Secret(started.connectionString));
  } finally {
    await started.stop();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
