// `npm run compare-docs -- <folder>`: describes each `<key>.json` of a folder and says where that is not what the
// `<key>.docs.json` beside it says. Differences that are meant stand here with their reason; any other fails.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../src/core/http.ts';
import { describeElement } from '../src/describe/describe-element.ts';
import { documentFaults } from '../src/element/catalog.ts';
import { defineElement } from '../src/element/define.ts';
import type { ElementDocument } from '../src/element/definition.ts';

type Open = Record<string, unknown>;

/** One place where the two descriptions are not equal; `undefined` on the side that lacks it. */
interface Difference {
  element: string;
  kind: string;
  where: string;
  ours: unknown;
  theirs: unknown;
}

/** A difference that is meant. */
interface Explanation {
  kind: string;
  reason: string;
  covers(difference: Difference): boolean;
}

const named = (...names: string[]) => {
  const known = new Set(names);
  return ({ where }: Difference) => known.has(where);
};

/** Why our descriptions differ from those of the original, which came from two generations of it. */
const explanations: Explanation[] = [
  {
    kind: 'info',
    reason: 'the address of the original’s support',
    covers: named('contact'),
  },
  {
    kind: 'info',
    reason: 'every description names its element; the older generation did not',
    covers: ({ where, theirs }) => where.startsWith('x-element-') && theirs === undefined,
  },
  {
    kind: 'frame',
    reason: 'where the service is reached follows from the request',
    covers: named('host', 'schemes'),
  },
  {
    kind: 'summary',
    reason: 'the newer generation names the parent where the child is created',
    covers: named('POST /{objectName}/{objectId}/{childObjectName}'),
  },
  {
    kind: 'parameters',
    reason: 'the document declares no parameter for what stands in the path; Swagger requires one',
    covers: ({ where, ours, theirs }) => {
      const [our, their] = [ours as string[], theirs as string[]];
      const added = our.filter((one) => !their.includes(one));
      const inPath = [...where.matchAll(/\{([^}]+)\}/g)].map(([, name]) => `${name} in path, required`);
      return (
        added.every((one) => inPath.includes(one)) &&
        isDeepStrictEqual(
          our.filter((one) => !added.includes(one)),
          their,
        )
      );
    },
  },
  {
    kind: 'parameters',
    reason: 'Swagger allows a body or a form, not both: the body is a part of the form',
    covers: ({ ours, theirs }) => {
      const [our, their] = [ours as string[], theirs as string[]];
      const body = 'body in body, required';
      const part = 'body in formData, required';
      const kept = (list: string[]) => list.filter((one) => one !== body && one !== part);
      return our.includes(part) && their.includes(body) && isDeepStrictEqual(kept(our), kept(their));
    },
  },
  {
    kind: 'produces',
    reason: 'the newer generation answers bulk results as lines of JSON, too',
    covers: ({ where, theirs }) =>
      where === 'GET /bulk/{id}/{objectName}' && isDeepStrictEqual(theirs, ['text/csv', 'application/json']),
  },
  {
    kind: 'description of an answer',
    reason: 'the original names itself',
    covers: ({ where, theirs }) => where.endsWith(' 500') && String(theirs).endsWith('on the Cloud Elements server'),
  },
  {
    kind: 'description of an answer',
    reason: 'the original’s text has an HTML entity at these paths',
    covers: ({ where, ours, theirs }) => where.endsWith(' 406') && String(theirs).replaceAll('&quot;', "'") === ours,
  },
  {
    kind: 'type of a parameter',
    reason: 'all but a body have a type; the original referred to a model that is none',
    covers: ({ ours, theirs }) => ours === 'string' && theirs === undefined,
  },
  {
    kind: 'type of a parameter',
    reason: 'the type of a body stands in its schema',
    covers: ({ ours, theirs }) => ours === undefined && theirs === 'string',
  },
  {
    kind: 'schema of a parameter',
    reason: 'the type of a body stands in its schema',
    covers: ({ ours, theirs }) => isDeepStrictEqual(ours, { type: 'string' }) && theirs === undefined,
  },
  {
    kind: 'schema of a parameter',
    reason: 'only a body has a schema; the original referred to a model that is none',
    covers: ({ ours, theirs }) => ours === undefined && isDeepStrictEqual(theirs, { $ref: '#/definitions/dateTime' }),
  },
  {
    kind: 'format of a parameter',
    reason: 'the original referred to a model dateTime that nothing describes',
    covers: ({ ours, theirs }) => ours === 'date-time' && theirs === undefined,
  },
  {
    kind: 'definition',
    reason: 'the shape of a Swagger document, which its specification describes',
    covers: ({ where }) => /^swagger[-a-z0-9]*$/i.test(where),
  },
  {
    kind: 'definition',
    reason: 'nothing describes this model: a reference must not lead nowhere',
    covers: ({ ours, theirs }) => isDeepStrictEqual(ours, { type: 'object' }) && theirs === undefined,
  },
  {
    kind: 'definition',
    reason: 'what this server answers',
    covers: named('Pong', 'BulkQuery', 'BulkUploadResponse', 'BulkJobList', 'bulkDownloadRequest'),
  },
  {
    kind: 'definition',
    reason: 'stands within the model that has it',
    covers: named('bulkDownloadRequestQuery', 'bulkDownloadRequestDocsHubDetails'),
  },
  {
    kind: 'definition',
    reason: 'Swagger requires that a list says what it holds',
    covers: ({ ours, theirs }) => isDeepStrictEqual(withoutEmptyItems(ours), theirs),
  },
  {
    kind: 'schema of an answer',
    reason: 'nothing describes the model that the resource names',
    covers: ({ ours, theirs }) =>
      ours === undefined &&
      ['collectionsAssetsList', 'organizationsBrandfolders'].some((name) => refersTo(theirs, name)),
  },
  {
    kind: 'schema of an answer',
    reason: 'the document describes the rows only; the original referred to a model that nothing describes',
    covers: ({ ours, theirs }) =>
      ['articles', 'article_versionsGetRes'].some(
        (name) => refersTo(theirs, name) && refersTo(objectOf(ours)['items'], `${name}Object`),
      ),
  },
  {
    kind: 'required of a parameter',
    reason: 'false is what its absence means',
    covers: ({ ours, theirs }) => ours === false && theirs === undefined,
  },
];

function refersTo(value: unknown, name: string): boolean {
  return objectOf(value)['$ref'] === `#/definitions/${name}`;
}

function withoutEmptyItems(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyItems);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name, member]) => name !== 'items' || !isDeepStrictEqual(member, {}));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutEmptyItems(member)]));
}

function objectOf(value: unknown): Open {
  return isObject(value) ? value : {};
}

function read(file: string): Open {
  return objectOf(JSON.parse(readFileSync(file, 'utf8')));
}

/** Every difference between two descriptions of an element. */
function compareDocuments(element: string, ours: Open, theirs: Open): Difference[] {
  const found: Difference[] = [];
  const compare = (kind: string, where: string, one: unknown, other: unknown) => {
    if (!isDeepStrictEqual(one, other)) found.push({ element, kind, where, ours: one, theirs: other });
  };
  const both = (one: unknown, other: unknown) => {
    const [a, b] = [objectOf(one), objectOf(other)];
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().map((name) => [name, a[name], b[name]] as const);
  };
  for (const [name, one, other] of both(ours['info'], theirs['info'])) compare('info', name, one, other);
  for (const name of ['swagger', 'basePath', 'host', 'schemes']) compare('frame', name, ours[name], theirs[name]);
  compare('tags of the document', 'tags', tagNames(ours), tagNames(theirs));
  for (const [path, ourMethods, theirMethods] of both(ours['paths'], theirs['paths'])) {
    for (const [method, one, other] of both(ourMethods, theirMethods)) {
      const where = `${method.toUpperCase()} ${path}`;
      if (one === undefined || other === undefined) {
        compare('operation', where, one, other);
        continue;
      }
      const [our, their] = [objectOf(one), objectOf(other)];
      for (const name of ['operationId', 'summary', 'tags', 'consumes', 'produces']) {
        compare(name, where, our[name], their[name]);
      }
      const outlines = [our, their].map((operation) => parametersOf(operation).map(outline));
      compare('parameters', where, outlines[0], outlines[1]);
      for (const parameter of parametersOf(our)) {
        const same = parametersOf(their).find(
          (one) => one['name'] === parameter['name'] && one['in'] === parameter['in'],
        );
        if (same === undefined) continue;
        for (const [member, a, b] of both(parameter, same)) {
          compare(`${member} of a parameter`, `${where} ${parameter['name']}`, a, b);
        }
      }
      for (const [status, a, b] of both(our['responses'], their['responses'])) {
        for (const [member, x, y] of both(a, b)) compare(`${member} of an answer`, `${where} ${status}`, x, y);
      }
    }
  }
  for (const [name, one, other] of both(ours['definitions'], theirs['definitions']))
    compare('definition', name, one, other);
  const known = ['info', 'swagger', 'basePath', 'host', 'schemes', 'tags', 'paths', 'definitions'];
  for (const [name, one, other] of both(ours, theirs)) if (!known.includes(name)) compare('frame', name, one, other);
  compare(
    'order of paths',
    'paths',
    Object.keys(objectOf(ours['paths'])),
    Object.keys(objectOf(theirs['paths'])).sort(),
  );
  return found;
}

function tagNames(document: Open): unknown[] {
  return listOf(document['tags'])
    .map((tag) => tag['name'])
    .sort();
}

function parametersOf(operation: Open): Open[] {
  return listOf(operation['parameters']);
}

function listOf(value: unknown): Open[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** What of a parameter decides how a call is made. */
function outline(parameter: Open): string {
  return `${parameter['name']} in ${parameter['in']}${parameter['required'] === true ? ', required' : ''}`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Give a folder of <key>.json and <key>.docs.json: npm run compare-docs -- <folder>');
  process.exit(2);
}
const keys = readdirSync(folder)
  .filter((name) => name.endsWith('.docs.json'))
  .map((name) => name.slice(0, -'.docs.json'.length))
  .sort();

let operations = 0;
let meant = 0;
let unexplained = 0;
for (const key of keys) {
  const document: unknown = read(join(folder, `${key}.json`));
  const faults = documentFaults(document);
  if (faults.length > 0) throw new Error(`${key}.json cannot be used: ${faults.join('; ')}`);
  const given = document as ElementDocument;
  const definition = defineElement(given, given.id ?? 1, undefined);
  const address = { host: undefined, basePath: '/elements/api-v2', schemes: ['https'] };
  // As callers get it: without members that are undefined.
  const ours = objectOf(JSON.parse(JSON.stringify(describeElement(definition, { address }))));
  const theirs = read(join(folder, `${key}.docs.json`));
  const differences = compareDocuments(key, ours, theirs);
  const count = Object.values(objectOf(ours['paths'])).reduce<number>(
    (sum, one) => sum + Object.keys(objectOf(one)).length,
    0,
  );
  operations += count;
  report(key, count, differences);
}
console.log(
  `${keys.length} elements, ${operations} operations: ${meant} differences are meant, ${unexplained} are not explained`,
);
process.exitCode = keys.length === 0 || unexplained > 0 ? 1 : 0;

function report(key: string, count: number, differences: Difference[]): void {
  const kinds = Map.groupBy(differences, ({ kind }) => kind);
  console.log(`${key}: ${count} operations`);
  for (const [kind, some] of kinds) {
    for (const difference of some) {
      const reason = explanations.find((one) => one.kind === kind && one.covers(difference))?.reason;
      if (reason === undefined) unexplained += 1;
      else meant += 1;
      console.log(`    ${kind}, ${difference.where}: ${reason === undefined ? 'NOT EXPLAINED' : reason}`);
      if (reason !== undefined) continue;
      console.log(`        ours   ${shown(difference.ours)}`);
      console.log(`        theirs ${shown(difference.theirs)}`);
    }
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)} …` : text;
}
