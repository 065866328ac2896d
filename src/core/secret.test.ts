import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import pino from 'pino';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

const value = 'hunter2-hunter2';
const secret = new Secret(value);

test('only reveal gives the value', () => {
  expect(secret.reveal()).toBe(value);
});

test.each([
  ['String', () => String(secret)],
  ['a template literal', () => `${secret}`],
  ['joining to text', () => `key=${[secret].join()}`],
  ['JSON', () => JSON.stringify({ secret, list: [secret] })],
  ['util.inspect', () => inspect({ secret }, { depth: 9, showHidden: true })],
  ['util.inspect without custom inspection', () => inspect(secret, { customInspect: false, showHidden: true })],
  ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['an error message', () => new Error(`no ${secret}`).stack ?? ''],
  ['its own members', () => JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret)])],
])('%s does not show a secret', (_way, print) => {
  expect(print()).not.toContain(value);
});

test.each([
  ['String', String(secret)],
  ['JSON', JSON.parse(JSON.stringify(secret))],
  ['util.inspect', inspect(secret)],
])('%s prints [secret]', (_way, printed) => {
  expect(printed).toBe('[secret]');
});

test('the console prints [secret]', () => {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const console = new Console(stream, stream);
  console.log(secret, { secret }, `${secret}`);
  console.error('%s', secret);
  console.table([{ secret }]);
  expect(text).toContain('[secret]');
  expect(text).not.toContain(value);
});

test('a pino log line prints [secret]', () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  logger.info({ secret, nested: { list: [secret] } }, `opened ${secret}`);
  logger.error({ err: new Error(`failed with ${secret}`) });
  expect(lines.join('')).toContain('"secret":"[secret]"');
  expect(lines.join('')).not.toContain(value);
});
