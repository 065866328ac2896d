// Texts on the organization's colours can be read, whatever colours it chose.

import { expect, test } from 'vitest';
import { readableOn } from './brand.ts';

test.each([
  ['#4c3fd1', '#ffffff', '#ffffff'],
  ['#4c3fd1', '#ffd54a', '#ffd54a'],
  ['#ffd54a', '#ffffff', '#000000'],
  ['#123', '#112233', '#ffffff'],
  ['#fff', undefined, '#000000'],
  ['#000', undefined, '#ffffff'],
])('on %s, %s becomes %s', (background, wished, shown) => {
  expect(readableOn(background, wished)).toBe(shown);
});
