import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['{src,console,authoring,sandbox,demo,test,trials}/**/*.test.ts'],
    globalSetup: ['test/support/postgres-setup.ts', 'test/support/console-setup.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes soon or never; a busy machine may need longer than a second.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // isolated-vm, in which hooks run, needs it
    execArgv: ['--no-node-snapshot'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Machines of CI stand still now and then, and tests start processes and browsers: what fails is tried once more there.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});
