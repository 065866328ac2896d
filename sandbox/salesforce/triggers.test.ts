// Simulated Salesforce tells of changed records by the Apex that was deployed into it: what it takes, what it sends, what it
// refuses, and what becomes of a callout that fails.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { textOf } from '../test-client.ts';
import { apexClass, apexTrigger } from './test-apex.ts';
import { expectRefused, useOrganization } from './test-organization.ts';

const { sandbox, authorization, call, query, rowsOf, create } = useOrganization();

interface Received {
  path: string;
  headers: Record<string, unknown>;
  body: { objects: Record<string, unknown>[]; action: string };
}

let received: Received[] = [];
let status = 200;
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    received.push({ path: String(request.url), headers: request.headers, body });
    response.writeHead(status).end();
  });
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(() => receiver.close());
beforeEach(() => {
  received = [];
  status = 200;
});

const options = () => ({ name: 'ValenceEvents', endpoint: `${origin}/events/sfdc`, instanceId: '42', secret: "it's" });
const settle = () => sandbox().control('POST', 'webhooks/settle', { vendor: 'salesforce' });
const jobs = () => rowsOf('SELECT Status, NumberOfErrors, ExtendedStatus, MethodName, JobType FROM AsyncApexJob');

async function deploy(kind: string, members: object): Promise<string> {
  const reply = await call('POST', `/tooling/sobjects/${kind}`, members);
  expect(reply.status, reply.text).toBe(201);
  return textOf(reply.json, 'id');
}

const deployClass = () => deploy('ApexClass', { Name: 'ValenceEvents', Body: apexClass(options()) });
const deployTrigger = (objectName: string, more: object = {}) => {
  const Body = apexTrigger(options(), objectName);
  return deploy('ApexTrigger', { Name: `ValenceEvents_${objectName}`, TableEnumOrId: objectName, Body, ...more });
};
const deploySite = (more: object = {}) => {
  const Metadata = { url: `${origin}/ignored`, isActive: true, disableProtocolSecurity: false, ...more };
  return deploy('RemoteProxy', { FullName: 'Valence', Metadata });
};

async function deployAll(): Promise<void> {
  await deployClass();
  await deployTrigger('Account');
  await deploySite();
}

describe('a deployed trigger', () => {
  test('tells of a record that is made, changed and deleted', async () => {
    await deployAll();
    const id = await create('Account', { Name: 'Acme' });
    await call('PATCH', `/sobjects/Account/${id}`, { Name: 'Acme Limited' });
    await settle();
    expect(received.map(({ path, headers, body }) => [path, headers['element-instances'], body.action])).toEqual(
      expect.arrayContaining([
        ['/events/sfdc', '42', 'create'],
        ['/events/sfdc', '42', 'update'],
      ]),
    );
    expect(received[0]?.headers).toMatchObject({ 'x-valence-secret': "it's", 'content-type': 'application/json' });
    const updated = received.find(({ body }) => body.action === 'update');
    expect(updated?.body.objects).toEqual([
      expect.objectContaining({
        attributes: { type: 'Account', url: `/services/data/v40.0/sobjects/Account/${id}` },
        Id: id,
        Name: 'Acme Limited',
        IsDeleted: false,
        LastModifiedDate: '2026-03-01T12:00:00.000+0000',
      }),
    ]);
    expect(updated?.body.objects[0]).not.toHaveProperty('Phone');

    received = [];
    await call('DELETE', `/sobjects/Account/${id}`);
    await settle();
    expect(received.map(({ body }) => [body.action, body.objects[0]?.['Name']])).toEqual([['delete', 'Acme Limited']]);
    expect(await jobs()).toEqual(
      Array.from({ length: 3 }, () =>
        expect.objectContaining({ Status: 'Completed', NumberOfErrors: 0, MethodName: 'send', JobType: 'Future' }),
      ),
    );
  });

  test('says nothing of other objects, of refused changes, and of records that go with a deleted one', async () => {
    await deployClass();
    await deployTrigger('Contact');
    await deploySite();
    const AccountId = await create('Account', { Name: 'Acme' });
    await create('Contact', { LastName: 'Novák', AccountId });
    await call('POST', '/sobjects/Contact', { FirstName: 'x' });
    await call('DELETE', `/sobjects/Account/${AccountId}`);
    await settle();
    expect(received.map(({ body }) => body.action)).toEqual(['create']);
  });

  test('is silent while inactive, and after it was deleted', async () => {
    await deployClass();
    await deploySite();
    await deployTrigger('Lead', { Status: 'Inactive' });
    const trigger = await deployTrigger('Account');
    expect((await call('DELETE', `/tooling/sobjects/ApexTrigger/${trigger}`)).status).toBe(204);
    await create('Account', { Name: 'Acme' });
    await create('Lead', { LastName: 'x', Company: 'y' });
    await settle();
    expect(received).toEqual([]);
    expect((await call('GET', `/tooling/sobjects/ApexTrigger/${trigger}`)).status).toBe(404);
  });

  test('does not repeat a callout that was answered badly', async () => {
    await deployAll();
    status = 503;
    await create('Account', { Name: 'Acme' });
    await settle();
    expect(received).toHaveLength(1);
    expect(await jobs()).toMatchObject([{ Status: 'Completed' }]);
  });

  test('has a failed job when nobody answers', async () => {
    await deployAll();
    const closed = await new Promise<string>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(`http://127.0.0.1:${port}`));
      });
    });
    await deploy('RemoteProxy', { FullName: 'Closed', Metadata: { url: closed, isActive: true } });
    const other = { ...options(), name: 'Other', endpoint: `${closed}/x` };
    await deploy('ApexClass', { Body: apexClass(other) });
    await deploy('ApexTrigger', { TableEnumOrId: 'Lead', Body: apexTrigger(other, 'Lead') });
    await create('Lead', { LastName: 'x', Company: 'y' });
    await settle();
    expect(await jobs()).toMatchObject([{ Status: 'Failed', NumberOfErrors: 1 }]);
  });

  test.each([['none'], ['inactive'], ['other']])('calls no endpoint whose remote site is %s', async (site) => {
    await deployClass();
    await deployTrigger('Account');
    if (site === 'inactive') await deploySite({ isActive: false });
    if (site === 'other') await deploySite({ url: 'https://other.example' });
    await create('Account', { Name: 'Acme' });
    await settle();
    expect(received).toEqual([]);
    const ExtendedStatus = `System.CalloutException: Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = ${origin}/events/sfdc`;
    expect(await jobs()).toMatchObject([{ Status: 'Failed', NumberOfErrors: 1, ExtendedStatus }]);
  });

  test('can be sent twice or never, as settings have it', async () => {
    await sandbox().control('POST', 'settings', { vendor: 'salesforce', webhooks: { copies: 2 } });
    await deployAll();
    await create('Account', { Name: 'Acme' });
    await settle();
    expect(received).toHaveLength(2);
    await sandbox().control('POST', 'settings', { vendor: 'salesforce', webhooks: { dropRate: 1 } });
    await create('Account', { Name: 'Acme' });
    await settle();
    expect(received).toHaveLength(2);
  });
});

describe('deploying', () => {
  test('what is deployed is read and found by its name', async () => {
    const id = await deployClass();
    await deployTrigger('Account');
    const site = await deploySite();
    expect((await call('GET', `/tooling/sobjects/ApexClass/${id}`)).json).toMatchObject({
      attributes: { type: 'ApexClass' },
      Name: 'ValenceEvents',
      Body: apexClass(options()),
      ApiVersion: 40,
      Status: 'Active',
    });
    expect((await call('GET', `/tooling/sobjects/RemoteProxy/${site}`)).json).toMatchObject({
      FullName: 'Valence',
      Metadata: { url: `${origin}/ignored`, isActive: true },
    });
    const find = async (soql: string) => (await call('GET', `/tooling/query?q=${encodeURIComponent(soql)}`)).json;
    expect(await find("SELECT Id FROM ApexClass WHERE Name = 'ValenceEvents'")).toMatchObject({
      size: 1,
      entityTypeName: 'ApexClass',
      records: [{ Id: id }],
    });
    const triggers = "SELECT TableEnumOrId FROM ApexTrigger WHERE Name LIKE 'Valence%' AND UsageAfterUndelete = true";
    expect(await find(triggers)).toMatchObject({ records: [{ TableEnumOrId: 'Account' }] });
    expect(await find("SELECT Id FROM RemoteProxy WHERE SiteName = 'Valence'")).toMatchObject({
      records: [{ Id: site }],
    });
  });

  test('a class stays while a trigger uses it', async () => {
    const id = await deployClass();
    const trigger = await deployTrigger('Account');
    const path = `/tooling/sobjects/ApexClass/${id}`;
    await expectRefused(call('DELETE', path), 400, 'DELETE_FAILED', 'ValenceEvents_Account');
    await call('DELETE', `/tooling/sobjects/ApexTrigger/${trigger}`);
    expect((await call('DELETE', path)).status).toBe(204);
  });

  test('a name is taken once', async () => {
    await deployClass();
    const again = call('POST', '/tooling/sobjects/ApexClass', { Body: apexClass(options()) });
    await expectRefused(again, 400, 'DUPLICATE_VALUE', 'duplicate value found');
  });

  test.each([
    ['public class A { Integer x; }', "Unexpected token 'Integer'. (Line: 1, Column: 18)"],
    ['public class A {\n  "x"\n}', `Unrecognized symbol '"', which is not a valid Apex identifier. (Line: 2`],
    ['public class A {', "Unexpected token '<EOF>'."],
    [
      "public class A { public static void f(List<SObject> r, String a) { g(JSON.serialize(new Map<String, Object>{ 'o' => r })); } }",
      'void g(String) from the type A',
    ],
  ])('%s does not compile', async (Body, words) => {
    await expectRefused(call('POST', '/tooling/sobjects/ApexClass', { Body }), 400, 'INVALID_INPUT', words);
  });

  test.each([
    ['trigger T on Account (around insert) {}', 'Account', "Unexpected token 'around'."],
    ["trigger T on Nothing (after insert) { A.f(Trigger.new, 'x'); }", 'Nothing', 'Invalid SObject type name: Nothing'],
    ["trigger T on Account (after insert) { A.f(Trigger.new, 'x'); }", 'Account', 'Variable does not exist: A'],
    [
      "trigger T on Account (after insert) { ValenceEvents.f(Trigger.new, 'x'); }",
      'Account',
      'void f(List<Account>, String) from the type ValenceEvents',
    ],
  ])('%s does not compile', async (Body, TableEnumOrId, words) => {
    await deployClass();
    const reply = call('POST', '/tooling/sobjects/ApexTrigger', { TableEnumOrId, Body });
    await expectRefused(reply, 400, 'INVALID_INPUT', words);
  });

  test('what must be given is demanded', async () => {
    await expectRefused(call('POST', '/tooling/sobjects/ApexClass', {}), 400, 'REQUIRED_FIELD_MISSING', 'Body');
    const site = call('POST', '/tooling/sobjects/RemoteProxy', { FullName: 'x' });
    await expectRefused(site, 400, 'REQUIRED_FIELD_MISSING', 'Metadata');
    const named = call('POST', '/tooling/sobjects/ApexClass', { Name: 'B', Body: apexClass(options()) });
    await expectRefused(named, 400, 'FIELD_INTEGRITY_EXCEPTION', 'Name');
  });

  test('an active production organization takes no Apex by the Tooling API, but remote sites', async () => {
    await sandbox().control('POST', 'settings', { vendor: 'salesforce', edition: 'enterprise' });
    const words = 'Save or update not supported in active organizations';
    const code = 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY';
    await expectRefused(call('POST', '/tooling/sobjects/ApexClass', { Body: 'x' }), 400, code, words);
    await expectRefused(call('POST', '/tooling/sobjects/ApexTrigger', { Body: 'x' }), 400, code, words);
    await deploySite();
  });

  test('a remote site comes and goes by the Metadata API, too', async () => {
    await deployClass();
    await deployTrigger('Account');
    const soap = async (body: string) => {
      const session = authorization().replace('Bearer ', '');
      const url = 'https://valence-dev-ed.my.salesforce.com/services/Soap/m/40.0';
      const envelope = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Header><SessionHeader><sessionId>${session}</sessionId></SessionHeader></e:Header><e:Body>${body}</e:Body></e:Envelope>`;
      return (await sandbox().call(url, { method: 'POST', headers: { 'content-type': 'text/xml' }, body: envelope }))
        .text;
    };
    const made = `<createMetadata><metadata xsi:type="RemoteSiteSetting"><fullName>Valence</fullName><url>${origin}</url><isActive>true</isActive><disableProtocolSecurity>false</disableProtocolSecurity></metadata></createMetadata>`;
    expect(await soap(made)).toContain('<success>true</success>');
    expect(await soap(made)).toContain('<statusCode>DUPLICATE_VALUE</statusCode>');
    await create('Account', { Name: 'Acme' });
    await settle();
    expect(received).toHaveLength(1);
    const gone = '<deleteMetadata><type>RemoteSiteSetting</type><fullNames>Valence</fullNames></deleteMetadata>';
    expect(await soap(gone)).toContain('<success>true</success>');
    expect(await soap(gone)).toContain('no RemoteSiteSetting named Valence found');
    await create('Account', { Name: 'Acme' });
    await settle();
    expect(received).toHaveLength(1);
  });

  test('jobs are only read', async () => {
    expect((await query('SELECT Id FROM AsyncApexJob')).status).toBe(200);
    const made = call('POST', '/sobjects/AsyncApexJob', {});
    await expectRefused(made, 400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'cannot be inserted');
  });
});
