import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { readTime } from './times.ts';

const now = Date.parse('2025-11-22T10:00:00Z');
const read = (text: string) => new Date(readTime('from', text, now)).toISOString();

test.each([
  ['now', '2025-11-22T10:00:00.000Z'],
  ['-7d', '2025-11-15T10:00:00.000Z'],
  ['-90s', '2025-11-22T09:58:30.000Z'],
  ['-5m', '2025-11-22T09:55:00.000Z'],
  ['-1h', '2025-11-22T09:00:00.000Z'],
  ['-2w', '2025-11-08T10:00:00.000Z'],
  ['2025-11-01', '2025-11-01T00:00:00.000Z'],
  ['2025-11-01T12:30', '2025-11-01T12:30:00.000Z'],
  ['2025-11-01 12:30:15', '2025-11-01T12:30:15.000Z'],
  ['2025-11-01T12:30:15.250Z', '2025-11-01T12:30:15.250Z'],
  ['2025-11-01T12:30:00+02:00', '2025-11-01T10:30:00.000Z'],
  ['2025-11-01T12:30:00 02:00', '2025-11-01T10:30:00.000Z'],
  ['2025-11-01T12:30:00-0230', '2025-11-01T15:00:00.000Z'],
  ['1763805600000', '2025-11-22T10:00:00.000Z'],
])('%s means %s', (text, moment) => {
  expect(read(text)).toBe(moment);
});

test.each(['', 'yesterday', '7d', '-7', '-7y', '2025-13-01', '2025-11-01T25:00', '12', '-9999999d', '999999999999999'])(
  '%j is refused, and the parameter is named',
  (text) => {
    expect(() => readTime('to', text, now)).toThrow(/^to is no time/);
  },
);

test('any other text is refused or means a moment that PostgreSQL knows', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9:TZ. dwhms]{1,30}$/)), (text) => {
      try {
        expect(new Date(readTime('from', text, now)).getUTCFullYear()).toBeLessThanOrEqual(9999);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }),
  );
});
