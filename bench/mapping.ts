// Records through a mapping of 20 fields on one core, both ways, beside the same mapping written by hand, and with a script.

import { limits } from '../src/config.ts';
import { runMappingScript } from '../src/engine/mapping-scripts.ts';
import { compileMapping } from '../src/mapping/compile.ts';
import type { Mapping } from '../src/mapping/mapping.ts';
import { createScripts } from '../src/script/scripts.ts';
import { usageOf } from './measure.ts';
import { quantile, type Row, type Scenario } from './scenario.ts';

const recordsPerRound = 200_000;
const asked = 100_000;
const scriptedPerRound = 40_000;
const askedWithScript = 20_000;
/** records that are mapped together, as those of a page are */
const pageRecords = 200;

/** Paths of ours and of the vendor, with types: flat and nested names, text, numbers, truth values and dates. */
const fields: [path: string, vendorPath: string, type: string, vendorType: string][] = [
  ['id', 'Id', 'string', 'string'],
  ['firstName', 'FirstName', 'string', 'string'],
  ['lastName', 'LastName', 'string', 'string'],
  ['email', 'Email', 'string', 'string'],
  ['phone', 'Phone', 'string', 'string'],
  ['mobile', 'MobilePhone', 'string', 'string'],
  ['title', 'Title', 'string', 'string'],
  ['department', 'Department', 'string', 'string'],
  ['accountId', 'AccountId', 'string', 'string'],
  ['source', 'LeadSource', 'string', 'string'],
  ['owner.id', 'OwnerId', 'string', 'string'],
  ['score', 'Score__c', 'number', 'string'],
  ['employees', 'Employees', 'number', 'number'],
  ['optedOut', 'HasOptedOutOfEmail', 'boolean', 'boolean'],
  ['address.street', 'MailingAddress.street', 'string', 'string'],
  ['address.city', 'MailingAddress.city', 'string', 'string'],
  ['address.postalCode', 'MailingAddress.postalCode', 'string', 'string'],
  ['address.country', 'MailingAddress.country', 'string', 'string'],
  ['createdAt', 'CreatedDate', 'date', 'date'],
  ['updatedAt', 'LastModifiedDate', 'date', 'date'],
];

/** A record of the vendor: the mapped fields and five others. */
const vendorRecord = (number: number) => ({
  Id: `003${number}`,
  FirstName: `Ada ${number}`,
  LastName: 'Lovelace',
  Email: `ada.${number}@example.com`,
  Phone: '+44 20 7946 0000',
  MobilePhone: '+44 7700 900000',
  Title: 'Countess',
  Department: 'Engines',
  AccountId: `001${number % 100}`,
  LeadSource: 'Web',
  OwnerId: `005${number % 7}`,
  Score__c: String(number % 101),
  Employees: number,
  HasOptedOutOfEmail: number % 2 === 0,
  MailingAddress: { street: '12 St James’s Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB', geo: null },
  CreatedDate: '2026-01-02T03:04:05.000Z',
  LastModifiedDate: '2026-02-03T04:05:06.000Z',
  SystemModstamp: '2026-02-03T04:05:06.000Z',
  IsDeleted: false,
  PhotoUrl: null,
  Description: 'The first to see that an engine is more than its sums',
  ReportsToId: `003${number + 1}`,
});

type Vendors = ReturnType<typeof vendorRecord>;

const number = (value: unknown) => (typeof value === 'number' ? value : Number(value));
const date = (value: string) => (Number.isNaN(Date.parse(value)) ? undefined : value);

/** What somebody would write who maps these records and no others. */
function byHand(record: Vendors) {
  const { Id, FirstName, LastName, Email, Phone, MobilePhone, Title, Department, AccountId, LeadSource } = record;
  const { OwnerId, Score__c, Employees, HasOptedOutOfEmail, CreatedDate, LastModifiedDate, ...others } = record;
  const { street, city, postalCode, country, ...place } = record.MailingAddress;
  return {
    ...{ ...others, MailingAddress: place },
    ...{ id: Id, firstName: FirstName, lastName: LastName, email: Email, phone: Phone, mobile: MobilePhone },
    ...{ title: Title, department: Department, accountId: AccountId, source: LeadSource, owner: { id: OwnerId } },
    ...{ score: number(Score__c), employees: number(Employees), optedOut: HasOptedOutOfEmail === true },
    address: { street, city, postalCode, country },
    ...{ createdAt: date(CreatedDate), updatedAt: date(LastModifiedDate) },
  };
}

/** Records a second of each way, and of the loop by hand; all of them take turns in every round. */
export const mapping: Scenario = async ({ rounds, scale, report }) => {
  const compiled = compileMapping({
    objectName: 'contact',
    definition: { fields: fields.map(([path, , type]) => ({ path, type })) },
    definitionNamed: () => undefined,
    transformation: {
      vendorName: 'Contact',
      fields: fields.map(([path, vendorPath, type, vendorType]) => ({ path, vendorPath, type, vendorType })),
    },
  });
  // Parsed, as records are that come from a vendor.
  const records: Vendors[] = JSON.parse(
    JSON.stringify(Array.from({ length: 2000 }, (_, index) => vendorRecord(index))),
  );
  const ours = records.map((record) => compiled.fromVendor(record).value);
  const count = Math.ceil(recordsPerRound * scale);
  const ways = [
    { name: 'from the vendor', rates: [] as number[], run: () => rateOf(records, count, compiled.fromVendor) },
    { name: 'to the vendor', rates: [] as number[], run: () => rateOf(ours, count, compiled.toVendor) },
    { name: 'by hand', rates: [] as number[], run: () => rateOf(records, count, byHand) },
  ];
  for (const { run } of ways) run();
  for (let round = 1; round <= rounds; round++) {
    report(`round ${round} of ${rounds}`);
    for (const { run, rates } of ways) rates.push(run());
  }
  const hand = quantile(ways.at(-1)?.rates ?? [], 0.5);
  const size = { rounds, scale };
  const scripted = [
    await withScript(compiled, records, small, 'that names the members it uses', size),
    await withScript(compiled, records, whole, 'that goes through all members', size),
  ];
  const rows = ways.slice(0, -1).map(({ name, rates }): Row => {
    const rate = quantile(rates, 0.5);
    return {
      what: `records of ${fields.length} fields ${name} on one core, others passing, without a script`,
      asked: `${asked} a second`,
      seen: `${rate.toFixed(0)} a second; by hand, from the vendor, ${hand.toFixed(0)}`,
      holds: rate >= asked,
    };
  });
  return [...rows, ...scripted];
};

const small = {
  body: `if (fromVendor) {
  transformedObject.name = (originalObject.FirstName + ' ' + originalObject.LastName).trim();
  transformedObject.isLead = originalObject.LeadSource === 'Web' && transformedObject.score > 50;
}
done(transformedObject);`,
  legacy: false,
  filterEmptyResponse: false,
};

/** The same, with a record that goes through the script as a whole. */
const whole = { ...small, body: `for (const name in transformedObject) originalObject[name] = 1;\n${small.body}` };

/** Records a second through mapping and script; CPU of this process and of the one that runs scripts, added up. */
async function withScript(
  compiled: Mapping,
  records: readonly Vendors[],
  script: typeof small,
  what: string,
  { rounds, scale }: { rounds: number; scale: number },
): Promise<Row> {
  const scripts = createScripts({ limits, send: () => Promise.reject(new Error('The script sends nothing')) });
  const scene = { scripts, owner: 'bench', fromVendor: true, configuration: {}, signal: undefined };
  const pages = Math.ceil((scriptedPerRound * scale) / pageRecords);
  const run = async () => {
    const [begin, before] = [performance.now(), usageOf(process.pid).cpuMs];
    for (let page = 0; page < pages; page++) {
      const at = (page * pageRecords) % records.length;
      const originals = records.slice(at, at + pageRecords);
      const mapped = originals.map((original) => ({ original, transformed: compiled.fromVendor(original).value }));
      const outcomes = await runMappingScript(scene, script, mapped);
      if (outcomes.some(({ fault }) => fault !== undefined)) throw new Error('The script failed');
    }
    const count = (pages * pageRecords) / 1000;
    return {
      perCpu: count / ((usageOf(process.pid).cpuMs - before) / 1e6),
      perWall: count / ((performance.now() - begin) / 1e6),
    };
  };
  try {
    const seen = [];
    await run();
    for (let round = 0; round < rounds; round++) seen.push(await run());
    const median = (values: number[]) => quantile(values, 0.5);
    const perCpu = median(seen.map((one) => one.perCpu));
    return {
      what: `records of ${fields.length} fields from the vendor with a script ${what}, a second of one core (server and script process)`,
      asked: `${askedWithScript} a second`,
      seen: `${perCpu.toFixed(0)}; by the clock ${median(seen.map((one) => one.perWall)).toFixed(0)}`,
      holds: perCpu >= askedWithScript,
    };
  } finally {
    await scripts.close();
  }
}

/** Records in a second of this thread's CPU time; what is made is looked at, so that none of it is left out. */
function rateOf<Given>(records: readonly Given[], count: number, map: (record: Given) => unknown): number {
  const begin = process.threadCpuUsage();
  let made = 0;
  for (let index = 0; index < count; index++) {
    if (map(records[index % records.length] as Given) !== null) made++;
  }
  const { user, system } = process.threadCpuUsage(begin);
  return (made / (user + system)) * 1e6;
}
