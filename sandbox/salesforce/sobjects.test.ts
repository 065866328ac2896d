// Simulated Salesforce's records beyond sales and service: activities, blobs, files' versions, users, relationships.

import { describe, expect, test } from 'vitest';
import { textOf } from '../test-client.ts';
import { expectRefused, useOrganization, version } from './test-organization.ts';

const { call, send, download, query, rowsOf, create } = useOrganization();

const idOf = async (object: string, where = ''): Promise<string> =>
  String((await rowsOf(`SELECT Id FROM ${object} ${where} LIMIT 1`))[0]?.['Id']);

const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 11) % 256));

function form(part: string, members: object, field: string, fileName: string): FormData {
  const body = new FormData();
  body.append(part, new Blob([JSON.stringify(members)], { type: 'application/json' }));
  body.append(field, new Blob([bytes], { type: 'application/x-test' }), fileName);
  return body;
}

/** A multipart body whose JSON part has no file name, as Salesforce documents it. */
function rawForm(part: string, members: object, field: string, fileName: string): RequestInit {
  const head = `--edge\r\ncontent-disposition: form-data; name="${part}"\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(members)}\r\n--edge\r\ncontent-disposition: form-data; name="${field}"; filename="${fileName}"\r\ncontent-type: application/x-test\r\n\r\n`;
  const body = new Uint8Array(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--edge--\r\n')]));
  return { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=edge' }, body };
}

describe('activities', () => {
  test('an event’s start, end and duration follow each other', async () => {
    const id = await create('Event', {
      subject: 'Visit',
      startDateTime: '2026-03-02T10:00:00Z',
      durationInMinutes: 90,
    });
    const read = async () => (await call('GET', `/sobjects/Event/${id}`)).json;
    expect(await read()).toMatchObject({
      EndDateTime: '2026-03-02T11:30:00.000+0000',
      ActivityDate: '2026-03-02',
      ShowAs: 'Busy',
    });
    await call('PATCH', `/sobjects/Event/${id}`, { StartDateTime: '2026-03-03T08:00:00Z' });
    expect(await read()).toMatchObject({ EndDateTime: '2026-03-03T09:30:00.000+0000', DurationInMinutes: 90 });
    await call('PATCH', `/sobjects/Event/${id}`, { EndDateTime: '2026-03-03T08:20:00Z' });
    expect(await read()).toMatchObject({ DurationInMinutes: 20 });
  });

  test('an activity’s account is that of what it belongs to, else its contact’s', async () => {
    const [contact] = await rowsOf('SELECT Id, AccountId FROM Contact LIMIT 1');
    const account = await idOf('Account', "WHERE Name = 'Globex Logistics 2'");
    const accountIdOf = async (members: object) =>
      (await rowsOf(`SELECT AccountId FROM Task WHERE Id = '${await create('Task', members)}'`))[0]?.['AccountId'];
    expect(await accountIdOf({ WhoId: contact?.['Id'] })).toBe(contact?.['AccountId']);
    expect(await accountIdOf({ WhoId: contact?.['Id'], WhatId: account })).toBe(account);
  });

  test.each([
    ['Event', { Subject: 'x' }, 'REQUIRED_FIELD_MISSING', '[DurationInMinutes, ActivityDateTime]'],
    [
      'Event',
      { StartDateTime: '2026-03-02T10:00:00Z', EndDateTime: '2026-03-02T09:00:00Z' },
      'FIELD_INTEGRITY_EXCEPTION',
      'duration',
    ],
    ['Task', { CallType: 'Shouted' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'Call Type: bad value'],
    ['Task', { WhoId: '0055g00000VaLe1AAK' }, 'FIELD_INTEGRITY_EXCEPTION', 'id value of incorrect type'],
    ['Note', { Title: 'x' }, 'REQUIRED_FIELD_MISSING', '[ParentId]'],
    ['Shipment__c', {}, 'REQUIRED_FIELD_MISSING', '[Account__c]'],
    ['User', { LastName: 'x' }, 'REQUIRED_FIELD_MISSING', '[Username, Email, Alias, TimeZoneSidKey'],
    ['Profile', { Name: 'x' }, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Profile'],
  ])('a new %s of %j is refused', async (object, members, code, words) => {
    await expectRefused(call('POST', `/sobjects/${object}`, members), 400, code, words);
  });

  test('a person is a campaign’s member once, and goes with the campaign', async () => {
    const CampaignId = await create('Campaign', { Name: 'x' });
    const ContactId = await idOf('Contact');
    const member = await create('CampaignMember', { CampaignId, ContactId });
    const again = call('POST', '/sobjects/CampaignMember', { CampaignId, ContactId });
    await expectRefused(again, 400, 'DUPLICATE_VALUE', 'Already a campaign member.');
    await expectRefused(
      call('POST', '/sobjects/CampaignMember', { CampaignId }),
      400,
      'FIELD_INTEGRITY_EXCEPTION',
      'lead or contact',
    );
    await call('DELETE', `/sobjects/Campaign/${CampaignId}`);
    expect((await call('GET', `/sobjects/CampaignMember/${member}`)).status).toBe(404);
  });
});

test('users are made and switched off, not deleted', async () => {
  const ProfileId = await idOf('Profile', "WHERE Name = 'Standard User'");
  const user = {
    Username: 'new@example.com',
    LastName: 'New',
    Email: 'new@example.com',
    Alias: 'new',
    TimeZoneSidKey: 'Europe/London',
    LocaleSidKey: 'en_GB',
    EmailEncodingKey: 'UTF-8',
    LanguageLocaleKey: 'en_US',
    ProfileId,
  };
  const id = await create('User', user);
  await expectRefused(call('POST', '/sobjects/User', user), 400, 'DUPLICATE_USERNAME', 'Duplicate Username');
  expect((await call('PATCH', `/sobjects/User/${id}`, { IsActive: false })).status).toBe(204);
  expect((await call('GET', `/sobjects/User/${id}?fields=IsActive`)).json).toMatchObject({ IsActive: false });
  await expectRefused(call('DELETE', `/sobjects/User/${id}`), 400, 'INSUFFICIENT_ACCESS_OR_READONLY', 'User');
});

test('list views are only read', async () => {
  const found = await rowsOf("SELECT Id, Name FROM ListView WHERE SobjectType = 'Campaign' ORDER BY Name");
  expect(found.map((view) => view['Name'])).toEqual([
    'All Campaigns',
    'My Campaigns',
    'New This Week',
    'Recently Viewed Campaigns',
  ]);
  const one = `/sobjects/ListView/${found[0]?.['Id']}`;
  expect((await call('GET', one)).json).toMatchObject({ DeveloperName: 'AllCampaigns', IsSoqlCompatible: true });
  await expectRefused(call('DELETE', one), 400, 'INSUFFICIENT_ACCESS_OR_READONLY', 'List View');
});

describe('attachments', () => {
  test('come as a form or as base64, and are read as they came', async () => {
    const ParentId = await idOf('Case');
    const parts = await send(
      `${version}/sobjects/Attachment/`,
      rawForm('entity_attachment', { Name: 'a.bin', ParentId }, 'Body', 'a.bin'),
    );
    expect(parts.status, parts.text).toBe(201);
    const id = textOf(parts.json, 'id');
    expect((await call('GET', `/sobjects/Attachment/${id}`)).json).toMatchObject({
      Body: `${version}/sobjects/Attachment/${id}/Body`,
      BodyLength: 3000,
      ContentType: 'application/x-test',
    });
    expect(await download(`/sobjects/attachment/${id}/body`)).toEqual({ type: 'application/x-test', bytes });
    const other = await create('Attachment', { name: 'b', parentId: ParentId, body: bytes.toString('base64') });
    expect((await download(`/sobjects/Attachment/${other}/Body`)).bytes).toEqual(bytes);
    const children = (await call('GET', `/sobjects/Case/${ParentId}/Attachments?fields=Name`)).json;
    expect(children).toMatchObject({
      totalSize: 2,
      records: expect.arrayContaining([expect.objectContaining({ Id: id })]),
    });
    await expectRefused(
      call('POST', '/sobjects/Attachment', { Name: 'x', ParentId }),
      400,
      'REQUIRED_FIELD_MISSING',
      '[Body]',
    );
  });

  test('a form without a JSON part is refused', async () => {
    const body = form('x', {}, 'Body', 'a.bin');
    const reply = send(`${version}/sobjects/Attachment`, { method: 'POST', body });
    await expectRefused(reply, 400, 'INVALID_MULTIPART_REQUEST', 'non-binary part');
  });
});

describe('files', () => {
  test('a version makes a document, a second one follows it, and all go together', async () => {
    const CaseId = await idOf('Case');
    const first = await send(
      `${version}/sobjects/ContentVersion`,
      rawForm(
        'entity_content',
        { PathOnClient: 'plan.bin', FirstPublishLocationId: CaseId },
        'VersionData',
        'plan.bin',
      ),
    );
    expect(first.status, first.text).toBe(201);
    const versionId = textOf(first.json, 'id');
    const [made] = await rowsOf(
      `SELECT Title, ContentDocumentId, VersionNumber, IsLatest, ContentSize FROM ContentVersion WHERE Id = '${versionId}'`,
    );
    expect(made).toMatchObject({ Title: 'plan', VersionNumber: '1', IsLatest: true, ContentSize: 3000 });
    const documentId = String(made?.['ContentDocumentId']);
    expect((await download(`/sobjects/ContentVersion/${versionId}/VersionData`)).bytes).toEqual(bytes);
    const links = await rowsOf(
      `SELECT LinkedEntityId, ShareType FROM ContentDocumentLink WHERE ContentDocumentId = '${documentId}'`,
    );
    expect(links.map((row) => row['LinkedEntityId']).sort()).toEqual(['0055g00000VaLe1AAK', CaseId].sort());

    const second = await create('ContentVersion', {
      ContentDocumentId: documentId,
      Title: 'plan B',
      PathOnClient: 'plan.txt',
      ReasonForChange: 'shorter',
      VersionData: Buffer.from('short').toString('base64'),
    });
    expect((await call('GET', `/sobjects/ContentDocument/${documentId}`)).json).toMatchObject({
      Title: 'plan B',
      LatestPublishedVersionId: second,
      ContentSize: 5,
    });
    expect((await download(`/connect/files/${documentId}/content`)).bytes.toString()).toBe('short');
    expect(await rowsOf(`SELECT Id FROM ContentVersion WHERE Id = '${versionId}' AND IsLatest = true`)).toEqual([]);
    expect((await call('DELETE', `/sobjects/ContentVersion/${second}`)).status).toBe(400);
    expect((await call('DELETE', `/sobjects/ContentDocument/${documentId}`)).status).toBe(204);
    expect((await call('GET', `/sobjects/ContentVersion/${second}`)).status).toBe(404);
  });

  test('links are found by what they link only, and are made once', async () => {
    const all = query('SELECT Id FROM ContentDocumentLink');
    await expectRefused(all, 400, 'MALFORMED_QUERY', 'requires a filter by a single Id');
    const link = {
      ContentDocumentId: await idOf('ContentDocument'),
      LinkedEntityId: await idOf('Case'),
      ShareType: 'V',
    };
    await create('ContentDocumentLink', link);
    await expectRefused(call('POST', '/sobjects/ContentDocumentLink', link), 400, 'DUPLICATE_VALUE', 'already linked');
    await expectRefused(
      call('POST', '/sobjects/ContentVersion', { Title: 'x', PathOnClient: 'x' }),
      400,
      'REQUIRED_FIELD_MISSING',
      '[VersionData]',
    );
  });
});

test('relationships lead to parents and to children', async () => {
  const [contact] = await rowsOf('SELECT Id, AccountId FROM Contact LIMIT 1');
  const parent = await call('GET', `/sobjects/Contact/${contact?.['Id']}/account?fields=Name`);
  expect(parent.json).toMatchObject({ Id: contact?.['AccountId'], Name: 'Acme Logistics 1' });
  const children = await call('GET', `/sobjects/Account/${contact?.['AccountId']}/Contacts`);
  expect(children.json).toMatchObject({ done: true, totalSize: 2, records: [{ Id: contact?.['Id'] }, {}] });
  await expectRefused(call('GET', `/sobjects/Contact/${contact?.['Id']}/Wives`), 404, 'NOT_FOUND', 'does not exist');
  await expectRefused(query('SELECT What.Amount FROM Task'), 400, 'INVALID_FIELD', "No such column 'Amount'");
  expect(await rowsOf('SELECT Who.Name, What.Name FROM Task LIMIT 2')).toMatchObject([
    { Who: { attributes: { type: 'Contact' }, Name: 'Ada Ahmed' } },
    { What: { attributes: { type: 'Account' } } },
  ]);
});

test('descriptions name children, custom fields and restricted values', async () => {
  const described = (await call('GET', '/sobjects/account/describe')).json;
  expect(described).toMatchObject({
    childRelationships: expect.arrayContaining([
      expect.objectContaining({ childSObject: 'Contact', field: 'AccountId', relationshipName: 'Contacts' }),
      expect.objectContaining({ childSObject: 'Shipment__c', relationshipName: 'Shipments__r', cascadeDelete: true }),
    ]),
    recordTypeInfos: [{ name: 'Master' }],
  });
  const shipment = (await call('GET', '/sobjects/shipment__C/describe')).json;
  expect(shipment).toMatchObject({
    custom: true,
    fields: expect.arrayContaining([
      expect.objectContaining({ name: 'Status__c', custom: true, restrictedPicklist: true, soapType: 'xsd:string' }),
      expect.objectContaining({ name: 'Is_Heavy__c', calculated: true, createable: false }),
      expect.objectContaining({ name: 'Account__c', relationshipName: 'Account__r', nillable: false }),
    ]),
  });
});

test('FIELDS() stands for the fields of its kind', async () => {
  const [row] = await rowsOf('SELECT FIELDS(CUSTOM), Id FROM Shipment__c LIMIT 1');
  expect(Object.keys(row ?? {})).toEqual(expect.arrayContaining(['Id', 'Weight__c']));
  expect(row).not.toHaveProperty('OwnerId');
  await expectRefused(query('SELECT FIELDS(ALL) FROM Account'), 400, 'MALFORMED_QUERY', 'LIMIT of at most 200');
});

test('rows go on by Id where an ordered page has stopped', async () => {
  const found: unknown[] = [];
  for (let last = '003000000000000AAA'; ; ) {
    const rows = await rowsOf(`SELECT Id FROM Contact WHERE Id > '${last}' ORDER BY Id LIMIT 70`);
    if (rows.length === 0) break;
    found.push(...rows.map((row) => row['Id']));
    last = String(rows.at(-1)?.['Id']);
  }
  expect([found.length, new Set(found).size]).toEqual([300, 300]);
});

test('answers tell how many calls are used up', async () => {
  const first = await call('GET', '/sobjects');
  const second = await call('GET', '/nothing');
  expect([first, second].map((reply) => reply.headers.get('sforce-limit-info'))).toEqual([
    'api-usage=1/100000',
    'api-usage=2/100000',
  ]);
});
