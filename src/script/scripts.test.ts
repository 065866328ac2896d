// The contract of hooks (docs/hooks.md), against the real processes.

import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createScripts, type ScriptCall, type ScriptReply, type ScriptRequest } from './scripts.ts';

const limits = {
  scriptMs: 1000,
  scriptWallMs: 4000,
  scriptMemoryMb: 64,
  scriptIsolates: 4,
  scriptOutputBytes: 1_000_000,
  scriptRequests: 3,
};

let sent: ScriptRequest[] = [];
let reply: (request: ScriptRequest, signal: AbortSignal) => Promise<ScriptReply>;
const answers = async (status: number, body: string) => ({ status, headers: { 'content-type': 'x' }, body });

const scripts = createScripts({
  limits,
  send: (request, signal) => {
    sent.push(request);
    return reply(request, signal);
  },
});

beforeEach(() => {
  sent = [];
  reply = (request) => answers(200, JSON.stringify({ url: request.url }));
});

afterAll(() => scripts.close());

function run(source: string, variables: Record<string, unknown> = {}, more: Partial<ScriptCall> = {}) {
  return scripts.run({ owner: 'acme/1', source, legacy: false, variables, ...more });
}

async function resultOf(source: string, variables: Record<string, unknown> = {}, more: Partial<ScriptCall> = {}) {
  return (await run(source, variables, more)).result;
}

describe('variables', () => {
  test('are data of the sandbox, null when missing, and can be assigned', async () => {
    const source = `
      const seen = [response_body instanceof Array, configuration instanceof Object, request_expression === null];
      response_body = 'changed';
      done(seen.concat(response_body))`;
    const variables = { response_body: [1], configuration: {}, request_expression: undefined };
    expect(await resultOf(source, variables)).toEqual([true, true, true, 'changed']);
  });

  test('may be declared anew', async () => {
    expect(await resultOf('let events = [1]; done(events)', { events: null })).toEqual([1]);
    expect(await resultOf('const events = [2]; return done(events)', { events: null })).toEqual([2]);
    expect(await resultOf('var events = events || [3]; done(events)', { events: null })).toEqual([3]);
  });

  test('reach names that a script makes up', async () => {
    expect(await resultOf("done(eval('req' + 'uest_path'))", { request_path: '/a' })).toBe('/a');
    expect(await resultOf('done(arguments.length)', { request_path: '/a', request_id: 1 })).toBe(3);
    expect(await resultOf('done(\\u0072equest_path)', { request_path: '/a' })).toBe('/a');
  });

  test('of other hooks do not leak in', async () => {
    await expect(run('done(request_path)', {})).rejects.toThrow('request_path is not defined');
  });

  test('and results keep every JSON value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(await resultOf('done({ kept: response_body })', { response_body: value })).toEqual({ kept: plain });
      }),
      { numRuns: 200 },
    );
  });
});

describe('done', () => {
  test.each([
    ['done({a: 1}); done({a: 2})', { a: 1 }],
    ['if (response_iserror) done(); done({a: 1})', undefined],
    ["done({a: 1}); throw new Error('late')", { a: 1 }],
    ["done({a: 1}); Promise.reject(new Error('late'))", { a: 1 }],
    ['done({})', {}],
    ['done(true)', true],
    ['done(null)', null],
    ['done({when: new Date(0), gone: undefined})', { when: '1970-01-01T00:00:00.000Z' }],
    ['const out = {a: 1}; done(out); out.a = 2', { a: 1 }],
    ['return {a: 1}', undefined],
    ['', undefined],
    ['new Promise(() => {})', undefined],
    ['Promise.resolve().then(() => done({a: 1}))', { a: 1 }],
    ['(async () => { await null; done({a: 1}) })()', { a: 1 }],
    ['setTimeout(() => done({a: 1}), 5)', { a: 1 }],
    ['const timer = setTimeout(() => done({a: 2}), 5); clearTimeout(timer)', undefined],
  ])('%s', async (source, result) => {
    expect(await resultOf(source, { response_iserror: true })).toEqual(result);
  });

  test('never called while something is open ends at the limit of time', async () => {
    await expect(run('setTimeout(function again() { setTimeout(again, 5) }, 5)')).rejects.toMatchObject({
      code: 'scriptFailed',
      message: expect.stringContaining('done() was not called in 4000 ms'),
    });
  });

  test('is given nothing that is not JSON', async () => {
    await expect(run('const a = {}; a.a = a; done(a)')).rejects.toThrow('circular structure');
    await expect(run('done(1n)')).rejects.toThrow('BigInt');
    await expect(run("done('x'.repeat(1000001))")).rejects.toThrow('done() was given more than 1000000 bytes');
  });
});

describe('errors', () => {
  test.each([
    ["throw new Error('no account')", 'no account (line 1)'],
    ['\n\nmissing.name', 'ReferenceError: missing is not defined (line 3)'],
    ["throw 'plain text'", 'plain text'],
    ["throw { code: 5, message: 'told' }", 'told'],
    ['throw null', 'null'],
    ['let fine;\nlet = = ;', "SyntaxError: Unexpected token '=' (line 2)"],
    ["Promise.reject(new Error('unheard'))", 'unheard'],
    ["setTimeout(() => { throw new Error('in a timer') }, 1)", 'in a timer (line 1)'],
    ["require('fs')", "Cannot find module 'fs': scripts may require lodash, "],
  ])('%s', async (source, message) => {
    await expect(run(source)).rejects.toMatchObject({
      code: 'scriptFailed',
      status: 500,
      message: expect.stringContaining(`Script execution failed with message: ${message}`),
    });
  });
});

describe('nothing that a run writes is seen by the next', () => {
  test.each([
    ['found = 1', 'typeof found'],
    ['this.found = 1', 'typeof found'],
    ['globalThis.found = 1', 'typeof found'],
    ["Object.defineProperty(globalThis, 'found', { value: 1 })", 'typeof found'],
    ['Object.preventExtensions(globalThis)', "(later = 'undefined')"],
    ['Object.setPrototypeOf(globalThis, { found: 1 })', 'typeof found'],
    ['Object.prototype.found = 1', 'typeof ({}).found'],
    ['({}).__proto__.found = 1', 'typeof ({}).found'],
    ['Array.prototype.map = 1', "typeof [].map === 'number' ? 'number' : 'undefined'"],
    ['(function* () {})().__proto__.__proto__.found = 1', 'typeof (function* () {})().found'],
    ['[].values().__proto__.found = 1', 'typeof [].values().found'],
    ['JSON.parse = () => 1', "JSON.parse('5') === 5 ? 'undefined' : 'changed'"],
    ['arguments.callee.found = 1', 'typeof arguments.callee.found'],
    ["/(secret)/.exec('secret')", "RegExp.$1 === '' ? 'undefined' : RegExp.$1"],
    ["RegExp.input = 'secret'", "RegExp.input === '' ? 'undefined' : RegExp.input"],
    ["require('lodash').found = 1", "typeof require('lodash').found"],
    ["require('lodash').prototype.found = 1", "typeof require('lodash')([]).found"],
    ["require('moment').fn.found = 1", "typeof require('moment')().found"],
    [
      "require('moment').updateLocale('en', { months: ['x'] })",
      "require('moment').months()[0] === 'x' ? 'x' : 'undefined'",
    ],
    ["require('axios').defaults.found = 1", "typeof require('axios').defaults.found"],
    ["require('http').request('http://x').__proto__.found = 1", "typeof require('http').request('http://x').found"],
    ["require('util').found = 1", "typeof require('util').found"],
    ["require('crypto').found = 1", "typeof require('crypto').found"],
    ['CE.found = 1', 'typeof CE.found'],
    ['CE.md5.found = 1', 'typeof CE.md5.found'],
    ['console.found = 1', 'typeof console.found'],
    ['Buffer.prototype.found = 1', "typeof Buffer.from('').found"],
    ['done.found = 1', 'typeof done.found'],
    ['Error.stackTraceLimit = 0', "Error.stackTraceLimit === 0 ? '0' : 'undefined'"],
  ])('%s', async (write, read) => {
    const owner = `writes ${write}`;
    await run(`try { ${write} } catch (error) {} done()`, {}, { owner });
    expect(await resultOf(`done(String(${read}))`, {}, { owner })).toBe('undefined');
    // the same program again: its function is kept
    const both = `const before = String(${read}); try { ${write} } catch (error) {} done(before)`;
    await run(both, {}, { owner });
    expect(await resultOf(both, {}, { owner })).toBe('undefined');
  });

  test('while an undeclared name works within a run, as for embedded libraries', async () => {
    const source = `
      (function (root, factory) {
        if (typeof exports === 'object') module.exports = exports = factory();
        else if (typeof define === 'function' && define.amd) define([], factory);
        else root.Library = factory();
      })(this, function () {
        var Base = { extend: function (own) { var made = Object.create(this); for (var name in own) made[name] = own[name];
          if (own.hasOwnProperty('toString')) made.toString = own.toString; return made } };
        return Base.extend({ toString: function () { return 'words' } });
      });
      counter = 1; counter++;
      done(Library + counter)`;
    expect(await resultOf(source)).toBe('words2');
  });

  test('and objects of a script may bear the names of built-in properties', async () => {
    const source = `
      'use strict';
      class Refused extends Error { constructor(text) { super(text); this.name = 'Refused' } }
      function Old() {} Old.prototype = Object.create(Error.prototype);
      Old.prototype.constructor = Old; Old.prototype.toString = function () { return 'old' };
      const plain = {}; plain.toString = () => 'plain'; plain.hasOwnProperty = 1; plain.constructor = 2; plain.valueOf = 3;
      function fn() {} fn.toString = () => 'fn'; fn.call = 1;
      done([String(new Refused('no')), String(new Old()), String(plain), Object.keys(plain), String(fn)])`;
    const names = ['toString', 'hasOwnProperty', 'constructor', 'valueOf'];
    expect(await resultOf(source)).toEqual(['Refused: no', 'old', 'plain', names, 'fn']);
  });
});

describe('legacy hooks', () => {
  test('return their result', async () => {
    const source = `
      var list = Java.from(getArray(response_body, 'items'));
      print('seen', list.length);
      return { response_body: list, one: getArray(response_body, 'one'), none: getArray(response_body, 'none'), auth: base64Encode('ä:b') }`;
    const outcome = await run(source, { response_body: { items: [1, 2], one: 3 } }, { legacy: true });
    expect(outcome.result).toEqual({ response_body: [1, 2], one: [3], none: [], auth: 'w6Q6Yg==' });
    expect(outcome.console).toEqual(['seen 2']);
    expect(await resultOf('var x = 1;', {}, { legacy: true })).toBeUndefined();
    await expect(run("Java.type('java.io.File')", {}, { legacy: true })).rejects.toThrow(
      'Java classes are not available',
    );
  });
});

describe('libraries', () => {
  test.each([
    ["require('lodash').map([{ a: 1 }], 'a')", [1]],
    ["require('lodash')([3, 1]).sortBy().map(x => x * 2).value()", [2, 6]],
    ["require('lodash').merge({ a: { b: 1 } }, { a: { c: 2 } })", { a: { b: 1, c: 2 } }],
    ["require('lodash').template('hi <%= name %>')({ name: 'you' })", 'hi you'],
    ["require('lodash/fp').flow(require('lodash/fp').filter('a'), require('lodash/fp').size)([{ a: 1 }, {}])", 1],
    ["require('moment').utc('2020-02-03T04:05:06Z').add(1, 'month').format('YYYY/MM/DD HH:mm')", '2020/03/03 04:05'],
    ["require('moment').duration(90, 'minutes').humanize()", '2 hours'],
    ["require('util').format('%s has %d %j', 'x', 2, { a: 1 })", 'x has 2 {"a":1}'],
    ["require('util').isArray([])", true],
    ["require('url').parse('https://me:pw@a.com:81/b/c?d=1&e=2#f', true).query.e", '2'],
    ["require('url').parse('https://me:pw@a.com:81/b/c?d=1#f').path", '/b/c?d=1'],
    [
      "require('url').format({ protocol: 'https', host: 'a.com', pathname: '/b', query: { c: 1 } })",
      'https://a.com/b?c=1',
    ],
    ["require('querystring').stringify({ a: [1, 2], b: 'x y' })", 'a=1&a=2&b=x%20y'],
    ["require('querystring').parse('a=1&a=2&b=x+y')", { a: ['1', '2'], b: 'x y' }],
    ["require('buffer').Buffer.from('ä').toString('hex')", 'c3a4'],
    ["Buffer.concat([Buffer.from('a'), Buffer.from('YmM=', 'base64')]).toString()", 'abc'],
    ["require('crypto').randomBytes(8).toString('hex').length", 16],
    [
      "/^[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}$/.test(require('crypto').randomUUID())",
      true,
    ],
    [
      'CE.currencyCode("US Dollar") + CE.currencyCode("€") + CE.currencySymbol("GBP") + CE.currencyCode("none")',
      'USDEUR£null',
    ],
    [
      'CE.iso2CountryCode("Germany") + CE.iso3CountryCode("de") + CE.iso2CountryCode("DEU") + CE.iso3CountryCode("x")',
      'DEDEUDEnull',
    ],
    ['CE.randomString() !== CE.randomString() && /^[a-z0-9]{16}@[a-z0-9]{16}\\.com$/.test(CE.randomEmail())', true],
  ])('%s', async (expression, result) => {
    expect(await resultOf(`done(${expression})`)).toEqual(result);
  });

  test('sign and encode as Node does', async () => {
    const source = `
      const crypto = require('crypto');
      const hashes = ['md5', 'sha1', 'sha256', 'sha512'].map((name) => [
        crypto.createHash(name).update(text).digest('hex'), CE.hmac(name)('base64')(secret, text),
        crypto.createHmac(name, secret).update(text).digest('base64')]);
      done([hashes, CE.md5(text), CE.b64(text), CE.decode64(CE.b64(text)), CE.hmacSha1Hex(secret, text),
        CE.hmacSha256Base64(secret, text), CE.hmacMd5Hex(secret, text), Buffer.from(text).toString('base64url')])`;
    const words = fc.string({ unit: 'grapheme', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(words, words, async (secret, text) => {
        const hash = (name: string) => createHash(name).update(text).digest('hex');
        const sign = (name: string, encoding: 'hex' | 'base64') =>
          createHmac(name, secret).update(text).digest(encoding);
        const bytes = Buffer.from(text);
        expect(await resultOf(source, { secret, text })).toEqual([
          ['md5', 'sha1', 'sha256', 'sha512'].map((name) => [hash(name), sign(name, 'base64'), sign(name, 'base64')]),
          hash('md5'),
          bytes.toString('base64'),
          bytes.toString(),
          sign('sha1', 'hex'),
          sign('sha256', 'base64'),
          sign('md5', 'hex'),
          bytes.toString('base64url'),
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test('console keeps what was printed, up to a bound', async () => {
    const outcome = await run(
      "console.log('a', { b: 1 }, null); print('c'); for (let i = 0; i < 1000; i++) console.warn(i); done()",
    );
    expect(outcome.console.slice(0, 3)).toEqual(['a {"b":1} null', 'c', '0']);
    expect(outcome.console).toHaveLength(200);
  });
});

describe('network', () => {
  test('axios sends and answers as axios does', async () => {
    const source = `
      const axios = require('axios').create({ baseURL: 'https://a.test/v1', headers: { common: { 'X-Common': '1' } } });
      axios.post('/things', { name: 'x' }, { params: { q: 'a b', list: [1, 2] }, headers: { 'X-Own': 2 }, auth: { username: 'u', password: 'p' } })
        .then((answer) => done([answer.status, answer.data, answer.config.method]))`;
    const url = 'https://a.test/v1/things?q=a%20b&list%5B%5D=1&list%5B%5D=2';
    expect(await resultOf(source)).toEqual([200, { url }, 'post']);
    expect(sent).toEqual([
      {
        method: 'POST',
        url,
        body: '{"name":"x"}',
        headers: {
          Accept: 'application/json, text/plain, */*',
          Authorization: 'Basic dTpw',
          'Content-Type': 'application/json',
          'X-Common': '1',
          'X-Own': '2',
        },
      },
    ]);
  });

  test('axios rejects what is no success, and what could not be sent', async () => {
    reply = () => answers(404, 'not here');
    const source =
      "require('axios').get('https://a.test').catch((error) => done([error.message, error.response && error.response.data]))";
    expect(await resultOf(source)).toEqual(['Request failed with status code 404', 'not here']);
    reply = () => Promise.reject(new Error('refused by the guard'));
    expect(await resultOf(source)).toEqual(['refused by the guard', null]);
    await expect(run("require('axios').get('https://a.test')")).rejects.toThrow('refused by the guard');
  });

  test.each(['http', 'https'])('%s', async (name) => {
    const source = `
      const request = require('${name}').request({ hostname: 'a.test', port: 81, path: '/p', method: 'POST', headers: { A: 'b' } }, (response) => {
        let body = ''; response.setEncoding('utf8');
        response.on('data', (chunk) => { body += chunk });
        response.on('end', () => done([response.statusCode, JSON.parse(body)]));
      });
      request.on('error', (error) => done(error.message));
      request.write('one '); request.end('two')`;
    expect(await resultOf(source)).toEqual([200, { url: `${name}://a.test:81/p` }]);
    expect(sent).toEqual([{ method: 'POST', url: `${name}://a.test:81/p`, headers: { A: 'b' }, body: 'one two' }]);
    reply = () => Promise.reject(new Error('refused by the guard'));
    expect(await resultOf(source)).toBe('refused by the guard');
  });

  test('is limited in requests and in bytes', async () => {
    const many = "const a = require('axios'); (async () => { for (;;) await a.get('https://a.test') })()";
    await expect(run(many)).rejects.toThrow('A script may send at most 3 requests');
    expect(sent).toHaveLength(3);
    reply = () => answers(200, 'x'.repeat(1_000_001));
    await expect(run("require('axios').get('https://a.test')")).rejects.toThrow('more than 1000000 bytes');
    await expect(run("require('axios').post('https://a.test', 'x'.repeat(1000001))")).rejects.toThrow(
      'at most 1000000 bytes',
    );
  });

  test('is cancelled with the end of the run', async () => {
    const cancelled = new Promise<void>((resolve) => {
      reply = (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            resolve();
            reject(signal.reason);
          });
        });
    });
    const source = "require('axios').get('https://a.test'); setTimeout(() => done(1), 5)";
    expect(await resultOf(source)).toBe(1);
    await cancelled;
  });
});

describe('runs', () => {
  test('end with the reason of their signal, and leave room for others', async () => {
    const controller = new AbortController();
    reply = async () => {
      controller.abort(new Error('the caller left'));
      return answers(200, '{}');
    };
    const source = "require('axios').get('https://a.test').then(() => setTimeout(() => done(1), 3000))";
    await expect(run(source, {}, { signal: controller.signal })).rejects.toThrow('the caller left');
    expect(await resultOf('done(2)')).toBe(2);
    await expect(run('done(1)', {}, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
  });

  test('of one account do not meet, though one waits while others compute', async () => {
    const started = performance.now();
    const runs = Array.from({ length: 12 }, (_, index) =>
      resultOf(
        index % 3 === 0
          ? "mine = id; require('axios').get('https://a.test').then(() => done([mine, id]))"
          : 'mine = id; Promise.resolve().then(() => done([mine, id]))',
        { id: index },
      ),
    );
    expect(await Promise.all(runs)).toEqual(runs.map((_, index) => [index, index]));
    expect(performance.now() - started).toBeLessThan(limits.scriptWallMs);
  });

  test('of many accounts share few isolates', async () => {
    const runs = Array.from({ length: 40 }, (_, index) =>
      resultOf('seen = typeof seen; done([seen, id])', { id: index }, { owner: `many/${index % 10}` }),
    );
    expect(await Promise.all(runs)).toEqual(runs.map((_, index) => ['undefined', index]));
  });

  test('of an account with slow scripts do not hold up those of others', async () => {
    const answered: string[] = [];
    const slow = Array.from({ length: 8 }, () =>
      run('const end = Date.now() + 300; while (Date.now() < end); done()', {}, { owner: 'slow' }).then(() =>
        answered.push('slow'),
      ),
    );
    const quick = Array.from({ length: 3 }, (_, index) =>
      run('done()', {}, { owner: `quick/${index}` }).then(() => answered.push('quick')),
    );
    await Promise.all([...slow, ...quick]);
    expect(answered.indexOf('slow')).toBeGreaterThan(answered.lastIndexOf('quick') - 2);
  });

  test('behind one that breaks their isolate begin anew', async () => {
    const owner = 'both';
    const looping = run('for (;;);', {}, { owner });
    const behind = Array.from({ length: 5 }, (_, index) => resultOf('done(id)', { id: index }, { owner }));
    await expect(looping).rejects.toThrow('timed out');
    expect(await Promise.all(behind)).toEqual([0, 1, 2, 3, 4]);
  });

  test('of an account that never rests leave their turn to others', async () => {
    const narrow = createScripts({ limits: { ...limits, scriptIsolates: 1 }, send: reply });
    const compute = (owner: string) =>
      narrow.run({
        owner,
        source: 'const end = Date.now() + 20; while (Date.now() < end); done(1)',
        legacy: false,
        variables: {},
      });
    let greedy = true;
    const streams = Array.from({ length: 6 }, async () => {
      while (greedy) await compute('greedy');
    });
    await compute('greedy');
    for (const owner of ['modest/1', 'modest/2', 'modest/1']) expect((await compute(owner)).result).toBe(1);
    greedy = false;
    await Promise.all(streams);
    await narrow.close();
  });

  test('begin anew when their process ends, unless they sent a request', async () => {
    const [first] = processes();
    expect(first).toBeDefined();
    const waiting = run('setTimeout(() => done(1), 500)');
    const asking = new Promise<void>((resolve) => {
      reply = () => {
        resolve();
        return new Promise(() => {});
      };
    });
    const sending = run("require('axios').get('https://a.test').then(() => done(2))", {}, { owner: 'acme/2' });
    await asking;
    process.kill(Number(first), 'SIGKILL');
    await expect(sending).rejects.toThrow('the process for scripts ended while it ran');
    expect((await waiting).result).toBe(1);
    expect(sent).toHaveLength(1);
    expect(processes()).not.toContain(first);
  });

  test('of an account that cost a thread have a process apart', async () => {
    const before = processes();
    await expect(run('new Array(2 ** 32 - 1).forEach((x) => x)', {}, { owner: 'costly' })).rejects.toThrow('timed out');
    await vi.waitFor(() => expect(processes()).not.toEqual(before), { timeout: 10_000 });
    expect(await resultOf('done(1)')).toBe(1);
    const [others] = processes();
    expect(await resultOf('done(2)', {}, { owner: 'costly' })).toBe(2);
    expect(processes()).toHaveLength(2);
    expect(processes()).toContain(others);
  });

  test('are refused once the server stops, and no process is left', async () => {
    const stopping = createScripts({ limits, send: reply });
    const before = processes();
    const running = stopping.run({ owner: 'a', source: 'for (;;);', legacy: false, variables: {} });
    const ended = expect(running).rejects.toMatchObject({ code: 'overloaded' });
    await stopping.close();
    await ended;
    await expect(stopping.run({ owner: 'a', source: '', legacy: false, variables: {} })).rejects.toMatchObject({
      code: 'overloaded',
    });
    expect(processes()).toEqual(before);
  });
});

/** The processes for scripts that this process started. */
function processes(): string[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return list
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => parent === String(process.pid) && args.join(' ').includes('script/process.ts'))
    .map(([pid]) => pid as string);
}
