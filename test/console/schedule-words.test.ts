// Schedules in words: what people read beside the expression.

import { expect, test } from 'vitest';
import { describeSchedule } from '../../console/src/jobs/schedule-words.ts';

test.each([
  ['0 0/15 * 1/1 * ? *', 'Every 15 minutes'],
  ['0 * * * * ?', 'Every minute'],
  ['0/5 * * * * ?', 'Every 5 seconds'],
  ['0 0 * * * ?', 'Every hour'],
  ['0 7 * * * ?', 'Every hour at minute 7'],
  ['0 0 0/6 * * ?', 'Every 6 hours'],
  ['0 0 20 ? * MON-FRI', 'At 20:00, from Monday to Friday'],
  ['0 30 8,20 * * ?', 'At 08:30 and 20:30, every day'],
  ['15 0 8 ? * 1', 'At 08:00:15, on Sunday'],
  ['0 30 2 L-3 * ?', 'At 02:30, 3 days before the last day of the month'],
  ['0 0 6 LW * ?', 'At 06:00, on the last working day of the month'],
  ['0 0 6 15W * ?', 'At 06:00, on the working day nearest to day 15 of the month'],
  ['0 0 6 1,15 JAN,JUL ?', 'At 06:00, on days 1 and 15 of the month, in January and July'],
  ['0 0 6 ? 6-8 6L', 'At 06:00, on the last Friday of the month, from June to August'],
  ['0 0 6 ? * MON#2 2027', 'At 06:00, on the second Monday of the month, in 2027'],
])('%s is %s', (expression, words) => {
  expect(describeSchedule(expression)).toBe(words);
});

test.each(['', '* * *', '0 0-5 8 * * ?', '0 0 8-17 * * ?', '0 0 8 ? FOO MON', '0 0 8 1 * MON', '0 0 8 * * ? 20-30'])(
  '%s has no simple words',
  (expression) => {
    expect(describeSchedule(expression)).toBeUndefined();
  },
);
