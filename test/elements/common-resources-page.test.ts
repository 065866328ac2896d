// docs/ready-made-common-resources.md is written from the mappings themselves. When one has changed,
// `npx vitest run test/elements/common-resources-page.test.ts -u` writes the page anew.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadCatalog } from '../../src/element/catalog.ts';
import { compileMapping } from '../../src/mapping/compile.ts';
import { fieldSettings } from '../../src/mapping/configuration.ts';
import type { Transformation, TransformationField } from '../../src/mapping/document.ts';
import type { FieldLaw } from '../../src/mapping/mapping.ts';
import { loadSystemResources, type SystemResource } from '../../src/mapping/ready-made.ts';

const folders = [fileURLToPath(new URL('../../elements', import.meta.url))];
const { elements } = await loadCatalog(folders);
const resources = loadSystemResources(folders, elements);
const hubOf = new Map(elements.map(({ key, document }) => [key, document.hub]));

const introduction = () => `# Ready-made common resources

Six objects have one shape over all elements that carry them, without any set-up: \`/hubs/<hub>/contact\` answers the same
fields, types and dates whether Salesforce, Zendesk, Desk.com or Act! stands behind it. They are the level \`system\` of
[common resources](common-resources.md): what an organization, an account or an instance says of an object of the same name
comes over it.

\`\`\`bash
curl -G 'http://127.0.0.1:8080/elements/api-v2/hubs/helpdesk/ticket' \\
  -H 'Authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>, Element <ELEMENT_TOKEN>' \\
  --data-urlencode "where=status = 'open' AND priority = 'high'" --data-urlencode 'fields=id,subject' -d pageSize=20

curl -X POST 'http://127.0.0.1:8080/elements/api-v2/hubs/helpdesk/ticket' \\
  -H 'Authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>, Element <ELEMENT_TOKEN>' \\
  -H 'Content-Type: application/json' \\
  -d '{ "subject": "Printer", "description": "On fire", "priority": "urgent", "requesterId": "1" }'
\`\`\`

The element’s own resources (\`/hubs/helpdesk/incidents\`) answer as ever, and so do the vendor’s objects under their own
names: names of objects are told apart by case, so that \`/hubs/crm/Contact\` is Salesforce’s object and
\`/hubs/crm/contact\` the common resource.

- Ids are text, dates are ISO 8601 in UTC with milliseconds, and there is nothing in a record but fields of the definition.
  What a vendor does not have is not there; fields that the definition does not have are not sent.
- \`where\`, \`fields\` and \`orderBy\` take the definition’s names. What a vendor can be asked for stays what it is: Desk.com
  finds people by name, address and number only, and says so.
- A write touches what the body has, and nothing else. Whatever was read can be written back, and nothing changes by it.
- An account may take a mapping further: a transformation of the same name with \`inherit\` adds and replaces fields.

## Words

Status and priority of tickets have the same words everywhere:

${wordTable()}

A word of the vendor that the table does not have (a picklist’s own entry, \`Escalated\`, the rank \`3\`) is left as it is, so
that it can be written back: an application treats a word that it does not know as another state, never as an error.

## Fields

- ✓: read and written; what is read is written back as it was, by the mapping alone.
- script: read and written by the mapping’s script. Every field of a mapping with a script is told as \`lawful: false\` by
  the API, because nothing can be proved of a script; for these mappings \`test/elements/common-resources.test.ts\` tries it.
- read: only read; in a body it is left out.
- A number leads to what is to be known of a field that is read and written.
`;

test('docs/ready-made-common-resources.md says what the mappings do', async () => {
  const sections = [...resources].sort(([a], [b]) => (a < b ? -1 : 1)).map(sectionOf);
  const page = [introduction(), ...sections, ending].join('\n');
  await expect(page).toMatchFileSnapshot('../../docs/ready-made-common-resources.md');
});

const ending = `## Add or change one

A mapping is a file: \`elements/common-resources/<object>/<element key>.json\`, in the form of an exported transformation, and
\`definition.json\` beside it; a script stands beside it as \`<element key>.js\` and may include others. A folder of your own
([\`VALENCE_ELEMENTS\`](configuration.md)) may have a \`common-resources/\`, too, with new objects or with mappings of your
elements for those that are there. All files are read at the start, which names every fault at once.
[CONTRIBUTING.md](../CONTRIBUTING.md#map-an-element-to-a-common-resource) shows the steps.
`;

/** Fields whose words a script changes. */
const scripted: Record<string, readonly string[]> = {
  'ticket desk': ['status', 'priority'],
  'ticket sfdcservicecloud': ['status', 'priority', 'channel'],
};

function wordTable(): string {
  const all = (...words: string[]) => words.map((word) => `\`${word}\``).join(', ');
  return tableOf(
    ['field', 'words', 'Zendesk', 'Salesforce Service Cloud', 'Desk.com'],
    [
      [
        'status',
        all('new', 'open', 'pending', 'hold', 'solved', 'closed'),
        'the same',
        'new is `New`, open is `Working`, hold is `On Hold`, closed is `Closed`',
        'solved is `resolved`; no hold',
      ],
      [
        'priority',
        all('low', 'normal', 'high', 'urgent'),
        'the same',
        all('Low', 'Medium', 'High', 'Critical'),
        '2, 4, 7 and 10 of its ranks 1 to 10',
      ],
      [
        'channel',
        `${all('email', 'phone', 'web')} …`,
        'its own',
        all('Email', 'Phone', 'Web'),
        `its own: ${all('email', 'chat', 'twitter', 'phone', 'facebook', 'qna')}`,
      ],
    ],
  );
}

function sectionOf([objectName, resource]: [string, SystemResource]): string {
  const keys = [...resource.transformations.keys()].sort();
  const reasons: string[] = [];
  const columns = keys.map((key) => columnOf(objectName, resource, key, reasons));
  const rows = (resource.definition.fields ?? []).map(({ path, type }) => [
    `\`${path}\``,
    type ?? '',
    ...columns.map((column) => column.get(path) ?? ''),
  ]);
  const places = keys.map((key) => {
    const { vendorName } = resource.transformations.get(key) as Transformation;
    return `- \`${key}\`: \`/hubs/${hubOf.get(key)}/${placeOf[objectName]?.[key] ?? objectName}\`, of its \`${vendorName}\`${note(objectName, key)}`;
  });
  const table = tableOf(['field', 'type', ...keys.map((key) => `\`${key}\``)], rows);
  const legend = reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n');
  return [`### ${objectName}`, places.join('\n'), table, ...(legend === '' ? [] : [legend])].join('\n\n').concat('\n');
}

/** Where objects stand that are parts of others. */
const placeOf: Record<string, Record<string, string>> = {
  message: {
    ciscospark: 'channels/{id}/message',
    desk: 'ticket/{id}/message',
    zendesk: 'ticket/{id}/message',
  },
  file: { desk: 'ticket/{id}/file', zendesk: 'ticket/{id}/file' },
};

const notes: Record<string, string> = {
  'contact desk': 'cannot be deleted',
  'contact zendesk': 'firstName and lastName are given together, because Zendesk keeps one name',
  'account desk': 'cannot be deleted',
  'ticket desk': 'a new one needs subject, description and requesterId; its description is also its first message',
  'ticket zendesk': 'description is the first comment, which later writes leave as it is',
  'user ciscospark': 'written whole, with PUT and displayName',
  'user desk': 'cannot be created or deleted here',
  'user sfdc': 'a new one needs more than the definition has (user name, alias, locales, profile): use `/users`',
  'user sfdcservicecloud': 'a new one needs more than the definition has: use `/agents`',
  'user zendesk': 'firstName and lastName are given together, because Zendesk keeps one name',
  'message ciscospark': 'single ones at `/message/{id}`, edited with PUT and roomId',
  'message desk': 'only drafts are changed and deleted',
  'message zendesk': 'stays as it was written: no changes, no deleting',
  'file desk': 'uploaded as a form',
  'file sfdc': 'uploaded as a form; renamed at `/file/{id}/metadata`',
  'file sfdcdocuments':
    'uploaded as a form with `?path=`, read and renamed at `/file/{id}/metadata`; `/file/{id}` downloads, and lists are those of `/folders`',
  'file zendesk': 'uploaded as a form; single ones at `/file/{id}`',
};

function note(objectName: string, key: string): string {
  const found = notes[`${objectName} ${key}`];
  return found === undefined ? '' : `; ${found}`;
}

/** What is said of each field at one element. */
function columnOf(
  objectName: string,
  { definition, transformations }: SystemResource,
  key: string,
  reasons: string[],
): Map<string, string> {
  const { script: _, ...transformation } = transformations.get(key) as Transformation;
  const definitionNamed = (name: string) => resources.get(name)?.definition;
  const { laws } = compileMapping({ objectName, definition, transformation, definitionNamed });
  const byPath = new Map(laws.map((law) => [law.path, law]));
  return new Map(
    (transformation.fields ?? []).map((field) => {
      const law = byPath.get(field.path ?? '') as FieldLaw;
      const isScripted = scripted[`${objectName} ${key}`]?.includes(law.path) === true;
      return [law.path, isScripted ? 'script' : cellOf(field, law, reasons)];
    }),
  );
}

function cellOf(field: TransformationField, { lawful, vendorPath, reason }: FieldLaw, reasons: string[]): string {
  if (vendorPath === undefined) return 'script';
  if (fieldSettings(field).remove.toVendor) return 'read';
  if (lawful) return '✓';
  const text = `${reason}.`.replace(/^./, (letter) => letter.toUpperCase());
  if (!reasons.includes(text)) reasons.push(text);
  return `[${reasons.indexOf(text) + 1}]`;
}

function tableOf(head: string[], rows: string[][]): string {
  const widths = head.map((cell, index) => Math.max(cell.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: string[], fill = ' ') =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0, fill)).join(' | ')} |`;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n');
}
