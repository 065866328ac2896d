// What vendors publish of their APIs becomes elements that nothing needs to be mended of.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Conversion } from '../src/convert/conversion.ts';
import { convertDescription } from '../src/convert/convert.ts';
import { documentFaults } from '../src/element/catalog.ts';
import { checkElement } from '../src/element/check.ts';
import { isCallable } from '../src/element/define.ts';

/** The text of a description in test/fixtures/descriptions. */
function descriptionOf(file: string): string {
  return gunzipSync(readFileSync(new URL(`./fixtures/descriptions/${file}`, import.meta.url))).toString('utf8');
}

const cases = [
  { file: 'figma.yaml.gz', operations: 54, type: 'oauth2', paging: 'cursor', most: 1_000_000 },
  { file: 'netlify.json.gz', operations: 181, type: 'custom', paging: 'page', most: 1_000_000 },
  { file: 'github.json.gz', operations: 1223, type: 'custom', paging: 'page', most: 6_000_000 },
];

describe.each(cases)('$file', ({ file, operations, type, paging, most }) => {
  let conversion: Conversion;
  beforeAll(async () => {
    conversion = await convertDescription(descriptionOf(file), undefined, {});
  });
  const callable = () => (conversion.document.resources ?? []).filter(isCallable);

  test('is an element without a fault, and small enough to be stored', () => {
    expect(documentFaults(conversion.document)).toEqual([]);
    expect(checkElement(conversion.document)).toEqual([]);
    expect(JSON.stringify(conversion.document).length).toBeLessThan(most);
  });

  test('has every operation, each once', () => {
    const own = callable().filter(({ method, vendorMethod }) => method === vendorMethod);
    expect(own).toHaveLength(operations);
    const calls = callable().map(({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`);
    expect(new Set(calls).size).toBe(calls.length);
  });

  test('signs in, pages and tries its credentials', () => {
    const { authentication, configuration, resources } = conversion.document;
    expect(authentication.type).toBe(type);
    expect(configuration.find(({ key }) => key === 'pagination.type')?.defaultValue).toBe(paging);
    expect(resources?.some((resource) => resource.type === 'provisionAuthValidation')).toBe(true);
    const paged = callable().filter(({ paginationType }) => paginationType === 'VENDOR_SUPPORTED');
    expect(paged.length).toBeGreaterThan(operations / 20);
  });
});
