// docs/elements.md is written from the conformance tables: each of its marks is a test of the element. When a table has
// changed, `npx vitest run test/elements/table.test.ts -u` writes the page anew.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actessentialsoauthConformance } from './actessentialsoauth-conformance.ts';
import { ciscosparkConformance } from './ciscospark-conformance.ts';
import {
  type Column,
  columns,
  type ElementConformance,
  neededColumns,
  type ResourceRow,
  rowsOf,
} from './conformance.ts';
import { deskConformance } from './desk-conformance.ts';
import { sfdcConformance } from './sfdc-conformance.ts';
import { sfdcdocumentsConformance } from './sfdcdocuments-conformance.ts';
import { sfdcmarketingcloudConformance } from './sfdcmarketingcloud-conformance.ts';
import { sfdcservicecloudConformance } from './sfdcservicecloud-conformance.ts';
import { zendeskConformance } from './zendesk-conformance.ts';

const elements: ElementConformance[] = [
  zendeskConformance,
  deskConformance,
  sfdcConformance,
  sfdcservicecloudConformance,
  sfdcmarketingcloudConformance,
  sfdcdocumentsConformance,
  actessentialsoauthConformance,
  ciscosparkConformance,
];

const introduction = `# The elements of the catalog

Every resource and method of the eight elements, and what is tried of it against the [sandbox](../sandbox/README.md) in
every test run. A mark is a test that passes: the page is written from the tests (\`test/elements/*-conformance.ts\`).

- **list**: rows come. **pages**: in pages every row comes once, and larger pages bring the same rows in the same order.
- **search**: \`where\` finds what filtering all rows finds. **create**, **read**, **update**, **delete**: what was
  written is read back, and what was deleted is gone.
- **error**: bad input gets the vendor’s refusal, with its words in \`providerMessage\`.

A number leads to the reason below the table why a mark is not there. The vendors’ faults (429, 500, slow, dropped, expired,
revoked, changed password) are tried through every element in \`test/elements/faults.test.ts\`; [calling.md](calling.md)
says what callers are told. How to register an application, settings, limits and the vendor’s pages: the README of each
element.
`;

test('docs/elements.md says what the tests try', async () => {
  await expect([introduction, ...elements.map(sectionOf)].join('\n')).toMatchFileSnapshot('../../docs/elements.md');
});

function sectionOf(conformance: ElementConformance): string {
  const { key, hub } = conformance;
  const { name } = JSON.parse(readFileSync(new URL(`../../elements/${key}/element.json`, import.meta.url), 'utf8'));
  const rows = rowsOf(conformance);
  const reasons = [...new Set(rows.flatMap(({ without }) => Object.values(without)))];
  const shown = columns.filter((column) => rows.some((row) => markOf(row, column, reasons) !== ''));
  const lines = rows.map((row) => [`\`${row.resource}\``, ...shown.map((column) => markOf(row, column, reasons))]);
  const widest = Math.max(...lines.map(([call = '']) => call.length));
  const line = ([call = '', ...marks]: string[], fill = ' ') =>
    `| ${[call.padEnd(widest, fill), ...marks.map((mark, index) => mark.padEnd(shown[index]?.length ?? 0, fill))].join(' | ')} |`;
  const table = [
    line(['call', ...shown]),
    line(['', ...shown.map(() => '')], '-'),
    ...lines.map((cells) => line(cells)),
  ];
  return [
    `## ${name} (\`${key}\`)`,
    `${rows.length} calls below \`/hubs/${hub}\`. [README](../elements/${key}/README.md)`,
    `${table.join('\n')}`,
    ...(reasons.length === 0 ? [] : [reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n')]),
    '',
  ].join('\n\n');
}

function markOf(row: ResourceRow, column: Column, reasons: readonly string[]): string {
  if (row.checks[column] !== undefined) return '✓';
  const reason = neededColumns(row).includes(column) ? row.without[column] : undefined;
  return reason === undefined ? '' : `[${reasons.indexOf(reason) + 1}]`;
}
