// The law of ready-made mappings, by generated records of vendors: what is read and written back is, where it is sent, what
// the vendor has. Mappings without scripts prove it of each field (`laws`); here their scripts are held to it, too.

import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCatalog } from '../../src/element/catalog.ts';
import { compileMapping } from '../../src/mapping/compile.ts';
import { loadSystemResources } from '../../src/mapping/ready-made.ts';

const folders = [fileURLToPath(new URL('../../elements', import.meta.url))];
const { elements } = await loadCatalog(folders);
const resources = loadSystemResources(folders, elements);

type Row = Record<string, unknown>;

/** A record through a mapping and its script, as the engine runs them. */
function through(objectName: string, key: string): (record: Row, direction: 'fromVendor' | 'toVendor') => Row {
  const resource = resources.get(objectName);
  const transformation = resource?.transformations.get(key);
  if (resource === undefined || transformation === undefined) throw new Error(`${objectName} of ${key} is not mapped`);
  const definitionNamed = (name: string) => resources.get(name)?.definition;
  const mapping = compileMapping({ objectName, definition: resource.definition, transformation, definitionNamed });
  return (record, direction) => {
    const { value, faults } = mapping[direction](record);
    expect(faults).toEqual([]);
    let result: Row = value;
    const done = (given?: Row) => {
      result = given ?? result;
    };
    for (const { body } of mapping.scripts) {
      const originalObject = structuredClone(record);
      const transformedObject = structuredClone(result);
      runInNewContext(`(function () {${body}\n})()`, {
        originalObject,
        transformedObject,
        fromVendor: direction === 'fromVendor',
        isWhere: false,
        done,
      });
    }
    return JSON.parse(JSON.stringify(result));
  };
}

/** Records of a vendor: members that a mapping knows, each of them there or not. */
const some = (members: Record<string, fc.Arbitrary<unknown>>) => fc.record(members, { requiredKeys: [] });
const word = fc.string({ minLength: 1, maxLength: 12 });
const time = fc.constant('2025-01-07T10:00:00Z');
const id = fc.integer({ min: 1, max: 2 ** 40 });
const linkTo = (kind: string) => id.map((number) => ({ href: `/api/v2/${kind}s/${number}`, class: kind }));

const records: [objectName: string, key: string, record: fc.Arbitrary<Row>][] = [
  [
    'contact',
    'zendesk',
    some({
      id,
      name: fc.oneof(word, fc.string({ unit: 'grapheme' })),
      email: word,
      organization_id: id,
      created_at: time,
    }),
  ],
  ['user', 'zendesk', some({ id, name: word, alias: word, role: word, active: fc.boolean(), updated_at: time })],
  ['user', 'desk', some({ id, name: word, public_name: word, level: word })],
  ['user', 'ciscospark', some({ id: word, emails: fc.tuple(word), firstName: word, title: word, created: time })],
  [
    'ticket',
    'desk',
    some({
      id,
      subject: word,
      status: fc.constantFrom('new', 'open', 'pending', 'resolved', 'closed'),
      priority: fc.integer({ min: 1, max: 10 }),
      type: fc.constantFrom('email', 'chat'),
      labels: fc.array(word),
      created_at: time,
      _links: some({ customer: linkTo('customer'), assigned_user: linkTo('user') }),
    }),
  ],
  [
    'ticket',
    'sfdcservicecloud',
    some({
      Id: word,
      Subject: word,
      Status: fc.constantFrom('New', 'Working', 'Escalated', 'On Hold', 'Closed', 'Of its own'),
      Priority: fc.constantFrom('Low', 'Medium', 'High', 'Critical', 'P1'),
      Origin: fc.constantFrom('Phone', 'Email', 'Web', 'Facebook'),
    }),
  ],
  ['contact', 'sfdc', some({ Id: word, LastName: word, MailingCity: word, Birthdate: word, AccountId: word })],
  ['account', 'zendesk', some({ id, name: word, domain_names: fc.array(word), details: word, tags: fc.array(word) })],
];

test.each(records)('%s of %s: what is written back is what was read', (objectName, key, record) => {
  const map = through(objectName, key);
  fc.assert(
    fc.property(record, (given) => {
      const vendors: Row = JSON.parse(JSON.stringify(given));
      const ours = map(vendors, 'fromVendor');
      const back = map(ours, 'toVendor');
      // Whoever writes labels of a case says that they are all of them.
      const { label_action: _, ...sent } = back;
      for (const [member, value] of Object.entries(sent)) expect(value, member).toEqual(vendors[member]);
      expect(map({ ...vendors, ...sent }, 'fromVendor')).toEqual(ours);
    }),
    { numRuns: 300 },
  );
});
