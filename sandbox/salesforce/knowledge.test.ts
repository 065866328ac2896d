// Simulated Salesforce's knowledge, reports and custom objects.

import { describe, expect, test } from 'vitest';
import { expectRefused, useOrganization } from './test-organization.ts';

const organization = useOrganization();
const { call, send, query, rowsOf, create } = organization;

describe('knowledge', () => {
  const masters = '/knowledgeManagement/articleVersions/masterVersions';
  const publish = (id: string, publishStatus: string) => call('PATCH', `${masters}/${id}`, { publishStatus });

  test('a draft is published, edited beside what is online, archived and restored', async () => {
    const id = await create('Knowledge__kav', { title: 'How to sit', urlName: 'how-to-sit' });
    const read = async (which: string) => (await call('GET', `/sobjects/Knowledge__kav/${which}`)).json as never;
    expect(await read(id)).toMatchObject({ PublishStatus: 'Draft', VersionNumber: 1, ArticleType: 'Knowledge__kav' });
    const { KnowledgeArticleId: articleId } = await read(id);
    expect(articleId).toMatch(/^kA0/);
    expect((await publish(id, 'online')).status).toBe(204);
    await expectRefused(
      call('PATCH', `/sobjects/Knowledge__kav/${id}`, { Title: 'x' }),
      400,
      'INSUFFICIENT_ACCESS_OR_READONLY',
      'draft',
    );
    await expectRefused(call('DELETE', `/sobjects/Knowledge__kav/${id}`), 400, 'FIELD_INTEGRITY_EXCEPTION', 'online');
    const draft = (await call('POST', masters, { articleId })).json as { id: string };
    expect((await call('PATCH', `/sobjects/Knowledge__kav/${draft.id}`, { Title: 'How to sit down' })).status).toBe(
      204,
    );
    await call('PATCH', `${masters}/${draft.id}`, { publishStatus: 'Online', versionNumber: 'NextVersion' });
    const online = `PublishStatus = 'Online' AND KnowledgeArticleId = '${articleId}'`;
    expect(await rowsOf(`SELECT Title, VersionNumber FROM KnowledgeArticleVersion WHERE ${online}`)).toMatchObject([
      { Title: 'How to sit down', VersionNumber: 2 },
    ]);
    expect((await publish(draft.id, 'Archived')).status).toBe(204);
    await expectRefused(publish(draft.id, 'Online'), 400, 'INVALID_OPERATION', 'can’t become Online');
    expect((await publish(draft.id, 'Draft')).status).toBe(204);
    expect((await call('DELETE', `${masters}/${draft.id}`)).status).toBe(204);
  });

  test('is found by status or id only', async () => {
    await expectRefused(query('SELECT Id FROM KnowledgeArticleVersion'), 400, 'MALFORMED_QUERY', 'PublishStatus');
    const found = await rowsOf("SELECT Id, ArticleType FROM KnowledgeArticleVersion WHERE PublishStatus = 'Online'");
    expect(found.length).toBe(40);
    expect(new Set(found.map((row) => row['ArticleType'])).size).toBe(2);
  });

  test.each([
    [{ Title: 'x' }, 'REQUIRED_FIELD_MISSING', '[UrlName]'],
    [{ Title: 'x', UrlName: '-x' }, 'FIELD_INTEGRITY_EXCEPTION', 'URL Name'],
    [{ Title: 'x', UrlName: 'Reset-a-password-1' }, 'DUPLICATE_VALUE', 'URL Name'],
    [{ Title: 'x', UrlName: 'x', PublishStatus: 'Online' }, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'PublishStatus'],
  ])('a new article of %j is refused', async (members, code, words) => {
    await expectRefused(call('POST', '/sobjects/Knowledge__kav', members), 400, code, words);
  });
});

describe('reports', () => {
  interface Results {
    factMap: Record<string, { rows?: { dataCells: { value: unknown }[] }[]; aggregates: { value: number }[] }>;
  }

  test('are listed, described and run', async () => {
    const list = (await call('GET', '/analytics/reports')).json as { id: string; name: string; url: string }[];
    expect(list.map((report) => report.name)).toContain('Opportunities by Stage');
    const [accounts, deals] = list.map((report) => report.id);
    expect((await call('GET', `/analytics/reports/${accounts}/describe`)).json).toMatchObject({
      reportMetadata: { reportFormat: 'TABULAR', detailColumns: expect.arrayContaining(['ACCOUNT.NAME']) },
      reportTypeMetadata: { categories: [{ columns: { RATING: { dataType: 'picklist' } } }] },
    });
    const reportMetadata = { reportFilters: [{ column: 'RATING', operator: 'equals', value: 'Hot' }] };
    const run = (await call('POST', `/analytics/reports/${accounts}`, { reportMetadata })).json as Results;
    expect([run.factMap['T!T']?.rows?.length, run.factMap['T!T']?.aggregates[0]?.value]).toEqual([58, 58]);
    const summary = (await call('POST', `/analytics/reports/${deals}?includeDetails=false`, {})).json as Results;
    expect(summary.factMap['0!T']).not.toHaveProperty('rows');
    expect(summary.factMap['T!T']?.aggregates[1]?.value).toBe(120);
  });

  test('refuse columns and ids that they do not know', async () => {
    const [first] = (await call('GET', '/analytics/reports')).json as { id: string }[];
    const reportMetadata = { reportFilters: [{ column: 'NOPE', operator: 'equals', value: 'x' }] };
    await expectRefused(
      call('POST', `/analytics/reports/${first?.id}`, { reportMetadata }),
      400,
      'BAD_REQUEST',
      'NOPE',
    );
    await expectRefused(call('GET', '/analytics/reports/00O000000000000'), 404, 'NOT_FOUND', 'unavailable');
  });
});

describe('custom objects', () => {
  function soap(operation: string, session = organization.authorization().replace('Bearer ', '')) {
    const namespace = 'http://soap.sforce.com/2006/04/metadata';
    const body = `<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><env:Header><SessionHeader xmlns="${namespace}"><sessionId>${session}</sessionId></SessionHeader></env:Header><env:Body>${operation}</env:Body></env:Envelope>`;
    const headers = { 'content-type': 'text/xml', soapaction: '""' };
    return send('/services/Soap/m/36.0', { method: 'POST', headers, body });
  }
  const component = (call: string, fullName: string, label: string) =>
    `<${call} xmlns="http://soap.sforce.com/2006/04/metadata"><metadata xsi:type="CustomObject"><fullName>${fullName}</fullName><label>${label}</label><pluralLabel>${label}s</pluralLabel></metadata></${call}>`;

  test('are made, changed and deleted by the Metadata API and read by the Tooling API', async () => {
    expect((await soap(component('createMetadata', 'Tip__kav', 'Tip'))).text).toContain('<success>true</success>');
    const [found] = (
      (
        await call(
          'GET',
          `/tooling/query?q=${encodeURIComponent("SELECT Id FROM CustomObject WHERE DeveloperName = 'Tip'")}`,
        )
      ).json as { records: { Id: string }[] }
    ).records;
    const path = `/tooling/sobjects/CustomObject/${found?.Id}`;
    await soap(component('updateMetadata', 'Tip__kav', 'Hint &amp; tip'));
    expect((await call('GET', path)).json).toMatchObject({ FullName: 'Tip__kav', Metadata: { label: 'Hint & tip' } });
    expect((await soap(component('createMetadata', 'Tip__kav', 'Tip'))).text).toContain('DUPLICATE_DEVELOPER_NAME');
    const removal =
      '<deleteMetadata xmlns="http://soap.sforce.com/2006/04/metadata"><type>CustomObject</type><fullNames>Tip__kav</fullNames></deleteMetadata>';
    expect((await soap(removal)).text).toContain('<success>true</success>');
    expect((await call('GET', path)).status).toBe(404);
    expect((await soap(removal)).text).toContain('no CustomObject named Tip__kav found');
    await expectRefused(
      call('POST', '/tooling/sobjects/CustomObject', { FullName: 'X__c' }),
      400,
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      'Custom Object',
    );
  });

  test('need a session', async () => {
    const refused = await soap(component('createMetadata', 'Tip__kav', 'Tip'), 'none');
    expect([refused.status, refused.text]).toEqual([500, expect.stringContaining('sf:INVALID_SESSION_ID')]);
    expect((await call('GET', '/tooling/nothing')).status).toBe(404);
  });
});
