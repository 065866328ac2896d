// The two commands as their users run them: as processes, with what they print and their exit codes.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEmbeddedDatabase } from '../src/store/embedded.ts';
import { credentials, type Platform, startPlatform } from '../test/support/platform.ts';
import { makeDataFolder } from '../test/support/server-process.ts';

const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const program = fileURLToPath(new URL('main.ts', import.meta.url));
const catalog = fileURLToPath(new URL('../elements', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'valence-test-authoring-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  out: string;
  err: string;
}

const element = (...command: string[]): Promise<Ended> => elementIn({}, ...command);

function elementIn(environment: Record<string, string>, ...command: string[]): Promise<Ended> {
  const { DATABASE_URL: _, VALENCE_ELEMENTS: __, ...inherited } = process.env;
  const env = { ...inherited, ...environment };
  return new Promise((resolve) => {
    const ended = (error: { code?: unknown } | null, out: string, err: string) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    execFile(node, ['--no-node-snapshot', program, ...command], { env, encoding: 'utf8' }, ended);
  });
}

/** The folder of an element of the catalog as it would be in another, its document changed. */
function variant(name: string, change: (document: Record<string, unknown>) => void): string {
  const place = join(folder, name);
  cpSync(join(catalog, 'zendesk'), place, { recursive: true });
  // scripts that elements share
  cpSync(join(catalog, 'lib'), join(folder, 'lib'), { recursive: true });
  const file = join(place, 'element.json');
  const document = JSON.parse(readFileSync(file, 'utf8'));
  change(document);
  writeFileSync(file, JSON.stringify(document));
  return place;
}

describe('check', () => {
  test('finds nothing wrong with an element of the catalog, by its key', async () => {
    const { code, out, err } = await element('check', 'zendesk');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(join(catalog, 'zendesk', 'element.json'));
    expect(out).toContain('Nothing is wrong.');
  });

  test('says of a broken one where, what and how to mend it, script files included', async () => {
    const place = variant('broken', (document) => {
      document['id'] = undefined;
      document['hooks'] = [{ type: 'preRequest' }];
      document['valence'] = undefined;
      document['resources'] = [{ method: 'GET', path: '/x', vendorPath: '/x/{y}', type: 'api' }];
    });
    writeFileSync(join(place, 'preRequestHook.js'), 'done({');
    const { code, out } = await element('check', place);
    expect(code).toBe(1);
    expect(out).toMatch(/error {4}\/id\n {2}wrong: {2}an element in a folder needs an id/);
    expect(out).toMatch(
      /error {4}\/hooks\/0\/body\n {2}wrong: {2}the preRequest hook is no JavaScript: .* in line 1\n/,
    );
    expect(out).toMatch(
      /warning {2}\/resources\/0\/vendorPath\n {2}wrong: {2}nothing fills \{y\}.*\n {2}mend: {3}Name a variable/,
    );
    expect(out).toMatch(/\n2 errors, 1 warning\n$/);
  });

  test('names the files that a document asks for and that are not there', async () => {
    const place = variant('lacking', (document) => {
      document['resources'] = [{ method: 'GET', path: '/x', vendorPath: '/x', type: 'api', model: 'nowhere' }];
    });
    const { code, out } = await element('check', place);
    expect([code, out]).toEqual([1, expect.stringMatching(/nowhere\.json is not there.*\n.*Add the file/)]);
  });

  test('checks every element of a folder, and a single file', async () => {
    const several = join(folder, 'several');
    mkdirSync(several);
    for (const name of ['desk', 'zendesk', 'lib'])
      cpSync(join(catalog, name), join(several, name), { recursive: true });
    writeFileSync(join(several, 'desk', 'element.json'), '{ "key": }');
    const { code, out } = await element('check', several);
    expect(code).toBe(1);
    expect(out).toMatch(
      /desk\/element\.json.*this is no JSON: Unexpected token '}'.*zendesk\/element\.json.*Nothing is wrong/s,
    );
    expect((await element('check', join(several, 'zendesk', 'element.json'))).code).toBe(0);
  });

  test.each([
    [['check', '/nowhere/element.json'], /^There is no file \/nowhere\/element\.json\.\n$/],
    [['check', 'nosuchelement'], /no element of this key in .*elements.*Name the file/],
    [['check', folder], /holds no element\.json, and no folder that does/],
  ])('%j is not there', async (command, message) => {
    const empty = join(folder, 'empty');
    mkdirSync(empty, { recursive: true });
    const [verb = '', target = ''] = command;
    const { code, out, err } = await element(verb, target === folder ? empty : target);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
  });
});

describe('wrong use', () => {
  test.each([
    ['no command', ['teach', 'zendesk'], 'This is no command: teach zendesk'],
    ['too few words', ['try', 'zendesk', 'GET'], 'This is no command: try zendesk GET'],
    ['an unknown option', ['check', 'zendesk', '--fast'], "Unknown option '--fast'"],
  ])('%s prints the help', async (_name, command, message) => {
    const { code, out, err } = await element(...command);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain('Usage: npm run element -- <command>');
  });

  test('help is no mistake', async () => {
    const { code, out } = await element('--help');
    expect(code).toBe(0);
    expect(out).toContain('try <key> <method> <path>');
  });
});

describe('try', () => {
  let data: string;
  beforeAll(async () => {
    data = await makeDataFolder();
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  test('prints each step of the trip, and no secret, and leaves nothing running', { timeout: 180_000 }, async () => {
    const { code, out, err } = await element('try', 'zendesk', 'GET', '/incidents?pageSize=2', '--data', data);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const steps = [...out.matchAll(/^\d+\. (.+?) {2}\(/gm)].map(([, step]) => step);
    expect(steps).toEqual(['call', 'vendor request', 'vendor answer', 'answer']);
    expect(out).toContain('The resource is /hubs/helpdesk/incidents.');
    expect(out).toMatch(/ {3}GET https:\/\/acme\.zendesk\.com\/api\/v2\/tickets\.json\?\S*per_page=2/);
    expect(out).toContain('authorization: Bearer ***');
    expect(out).toMatch(/\d\. answer {2}\(after \d+ ms, \d+ ms of them one call to the vendor\)\n {3}200 OK/);
    expect(out).toContain('elements-returned-count: 2');
    for (const secret of Object.values(JSON.parse(readFileSync(join(data, 'admin.json'), 'utf8')))) {
      expect(out).not.toContain(secret);
    }
    expect(await findEmbeddedDatabase(data)).toBeUndefined();
  });

  test('of an element from another folder, a write that is refused', { timeout: 180_000 }, async () => {
    const place = variant('acmedesk', (document) => Object.assign(document, { key: 'acmedesk', id: 900_123 }));
    const body = join(folder, 'body.json');
    writeFileSync(body, JSON.stringify({ subject: '', description: '' }));
    const command = ['PATCH', 'incidents/99999999', '--body', `@${body}`, '--element', place, '--data', data];
    const { code, out, err } = await element('try', 'acmedesk', ...command);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('acmedesk: PATCH /hubs/helpdesk/incidents/99999999');
    expect(out).toMatch(/\d\. vendor answer {2}.*\n {3}404 Not Found/);
    expect(out).toMatch(/\d\. answer {2}.*\n {3}404 Not Found.*"requestId"/s);
  });

  test('CONTRIBUTING.md is right: its element has no fault and answers, its hook included', {
    timeout: 180_000,
  }, async () => {
    const guide = readFileSync(new URL('../CONTRIBUTING.md', import.meta.url), 'utf8');
    const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(guide)?.[1] ?? '';
    const place = join(folder, 'tickets');
    mkdirSync(join(place, 'resources', 'GET-tickets'), { recursive: true });
    writeFileSync(join(place, 'element.json'), block('json'));
    writeFileSync(join(place, 'resources', 'GET-tickets', 'postRequestHook.js'), block('js'));
    expect(await element('check', place)).toMatchObject({ code: 0, out: expect.stringContaining('Nothing is wrong.') });
    const { code, out, err } = await element('try', 'tickets', 'GET', '/tickets', '--element', place, '--data', data);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/4\. postRequest hook of the resource.*\n {3}done\(\n.*"isOpen": (true|false)/s);
    expect(out).toMatch(/5\. answer.*"isOpen": (true|false)/s);
  });

  test.each([
    ['an element that is not there', ['nosuch', 'GET', '/x'], /no element nosuch; there are .*zendesk.*--element/],
    ['a method that is none', ['zendesk', 'LIST', '/x'], /LIST is no method: use one of GET/],
    ['a body that is no JSON', ['zendesk', 'POST', '/x', '--body', '{a'], /body is no JSON: \{a/],
    ['a body in no file', ['zendesk', 'POST', '/x', '--body', '@/nowhere'], /no file \/nowhere/],
    ['a folder without an element', ['x', 'GET', '/x', '--element', tmpdir()], /holds no element\.json/],
  ])('%s is told before anything starts', async (_name, command, message) => {
    const { code, out, err } = await element('try', ...command, '--data', data);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
  });

  test('of a vendor that the sandbox does not play says whom it plays', async () => {
    const place = variant('elsewhere', (document) => {
      Object.assign(document, { key: 'elsewhere', id: 900_124, configuration: [], valence: undefined });
      document['configuration'] = [{ key: 'oauth.authorization.url', defaultValue: 'https://login.elsewhere.test/' }];
    });
    const { code, err } = await element('try', 'elsewhere', 'GET', '/x', '--element', place, '--data', data);
    expect(code).toBe(1);
    expect(err).toMatch(
      /elsewhere cannot be tried: .*no vendor at login\.elsewhere\.test\. It plays .*\*\.zendesk\.com/,
    );
    expect(existsSync(join(data, 'elements'))).toBe(true);
  });
});

describe('import and export', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.close());
  const against = (...command: string[]) =>
    elementIn({ VALENCE_URL: platform.url, VALENCE_AUTHORIZATION: credentials() }, ...command);

  test('bring a folder with its scripts to a server, wherever they stand, and take it away whole', async () => {
    const place = join(folder, 'foreign');
    const resource = (id: number, name: string) => ({
      id,
      method: 'GET',
      path: `/hubs/general/${name}/{id}`,
      hooks: [{ type: 'preRequest' }],
    });
    const document = {
      key: 'foreign',
      name: 'Foreign',
      hub: 'general',
      authentication: { type: 'custom' },
      configuration: [],
      hooks: [{ type: 'postRequest' }, { type: 'event' }],
      resources: [resource(12, 'a'), resource(13, 'b'), resource(14, 'c')],
    };
    for (const one of ['resources/12', 'resources/GET-b-id']) mkdirSync(join(place, 'one', one), { recursive: true });
    writeFileSync(join(place, 'one', 'element.json'), JSON.stringify(document));
    writeFileSync(join(place, 'one', 'postRequestHook.js'), 'done({ all: 1 });');
    writeFileSync(join(place, 'one', 'resources/12/preRequestHook.js'), 'done({ a: 1 });');
    writeFileSync(join(place, 'one', 'resources/GET-b-id/preRequestHook.js'), 'done({ b: 1 });');
    writeFileSync(join(place, 'one', 'resources/GET-c-id-preRequestHook.js'), 'done({ c: 1 });');
    mkdirSync(join(place, 'two'));
    writeFileSync(join(place, 'two', 'element.json'), '{"name":"Wrong","resources":[{}]}');

    const first = await against('import', place);
    expect(first.code).toBe(1);
    expect(first.out).toMatch(/one.element\.json: imported as foreign \(\d+\)/);
    expect(first.out).toMatch(/eventHook\.js is not there/);
    expect(first.out).toMatch(/two.element\.json: refused: 400 .*\/resources\/0/);
    expect((await against('import', join(place, 'one'))).out).toContain('replaced foreign');

    const file = join(folder, 'foreign.json');
    expect(await against('export', 'foreign', file)).toMatchObject({ code: 0, err: '' });
    const exported = JSON.parse(readFileSync(file, 'utf8'));
    expect(exported.hooks.map(({ body }: { body: string }) => body)).toEqual(['done({ all: 1 });', '']);
    expect(exported.resources.map(({ hooks }: { hooks: { body: string }[] }) => hooks[0]?.body)).toEqual([
      'done({ a: 1 });',
      'done({ b: 1 });',
      'done({ c: 1 });',
    ]);
    expect((await against('export', 'nobody')).code).toBe(1);
    const unreachable = await elementIn({ VALENCE_URL: 'http://127.0.0.1:1' }, 'export', 'foreign');
    expect(unreachable.err).toMatch(/VALENCE_AUTHORIZATION|VALENCE_URL/);
  });
});
