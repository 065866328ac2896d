// What recordShapes promises is a matter of V8, and so it is V8 that is asked.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What V8 keeps records as that are made member by member, after so many of which `hears` was told. */
function kinds(hears: boolean, names: number): boolean[] {
  const script = `
    import { recordShapes } from ${JSON.stringify(fileURLToPath(new URL('./record-shapes.ts', import.meta.url)))};
    const names = Array.from({ length: ${names} }, (_, at) => 'member' + at);
    const hear = recordShapes();
    const fast = [];
    for (let time = 0; time < 5; time++) {
      const record = {};
      for (const name of names) record[name] = time;
      fast.push(%HasFastProperties(record));
      if (${hears}) hear(record);
    }
    console.log(JSON.stringify(fast));`;
  const options = ['--allow-natives-syntax', '--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}

test('records of many members are no hash tables once one was heard of', () => {
  expect(kinds(false, 30)).toEqual([false, false, false, false, false]);
  expect(kinds(true, 30)).toEqual([false, true, true, true, true]);
});

test('a list of very many names stays what it is', () => {
  expect(kinds(true, 400)).toEqual([false, false, false, false, false]);
});
