import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { noteStreamed } from './stream-memory.ts';

test('buffers that were passed on are freed as they pass', () => {
  const chunk = 64 * 1024;
  let highest = 0;
  const before = process.memoryUsage().arrayBuffers;
  for (let bytes = 0; bytes < 1024 * 1024 * 1024; bytes += chunk) {
    noteStreamed(Buffer.allocUnsafeSlow(chunk).length);
    highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
  }
  expect(highest).toBeLessThan(40 * 1024 * 1024);
});

test('no context made later has a collector to call', () => {
  noteStreamed(1024 * 1024 * 1024);
  expect(runInNewContext('typeof gc')).toBe('undefined');
});
