import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { documentFaults } from '../element/catalog.ts';
import { checkElement } from '../element/check.ts';
import type { Resource } from '../element/definition.ts';
import { convertOData } from './odata.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/descriptions/${name}`, import.meta.url), 'utf8');

/** A description of version 4 with these schema elements and container members. */
const version4 = (types: string, sets: string, more = '') =>
  `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="N" Alias="A" xmlns="http://docs.oasis-open.org/odata/ns/edm">${types}<EntityContainer Name="C">${sets}</EntityContainer>${more}</Schema></edmx:DataServices></edmx:Edmx>`;
const version2 = (types: string, sets: string) =>
  `<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices m:DataServiceVersion="2.0"><Schema Namespace="N" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">${types}<EntityContainer Name="C">${sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`;
const entity = (name: string, key: string, more = '') =>
  `<EntityType Name="${name}"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="${key}" Nullable="false"/>${more}</EntityType>`;

const resourcesOf = (text: string) => convertOData(text, { hub: 'crm' }).document.resources ?? [];
const find = (resources: readonly Resource[], call: string) =>
  resources.find(({ method, path }) => `${method} ${path.replace('/hubs/crm', '')}` === call);
const calls = (text: string) =>
  resourcesOf(text).map(({ method, path }) => `${method} ${path.replace('/hubs/crm', '')}`);
const vendorNames = ({ parameters }: Resource) =>
  (parameters ?? []).map(({ name, vendorName }) => `${name}>${vendorName}`);
const refusalOf = (text: string) => {
  try {
    convertOData(text, {});
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.message}`;
    throw error;
  }
  return 'converted';
};

describe.each(['trippin-v4.xml', 'odata-demo-v2.xml'])('%s', (file) => {
  const { document } = convertOData(fixture(file), { hub: 'crm' });

  test('has the shape of a document, without a finding', () => {
    expect(documentFaults(document)).toEqual([]);
    expect(checkElement(document)).toEqual([]);
  });

  test('has each method and path once', () => {
    const places = (document.resources ?? []).map(
      ({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`,
    );
    expect(new Set(places).size).toBe(places.length);
  });
});

test.each([
  ['Edm.String', "/Things('{id}')", "/Things('{id}')"],
  ['Edm.Int32', '/Things({id})', '/Things({id})'],
  ['Edm.Int64', '/Things({id})', '/Things({id}L)'],
  ['Edm.Guid', '/Things({id})', "/Things(guid'{id}')"],
  ['Edm.DateTimeOffset', '/Things({id})', "/Things(datetimeoffset'{id}')"],
])('a key of %s is written as its version wants it', (key, four, two) => {
  const set = '<EntitySet Name="Things" EntityType="N.Thing"/>';
  expect(find(resourcesOf(version4(entity('Thing', key), set)), 'GET /things/{id}')?.vendorPath).toBe(four);
  expect(find(resourcesOf(version2(entity('Thing', key), set)), 'GET /things/{id}')?.vendorPath).toBe(two);
});

test('a key of several properties is several variables', () => {
  const type =
    '<EntityType Name="Line"><Key><PropertyRef Name="Order"/><PropertyRef Name="Code"/></Key><Property Name="Order" Type="Edm.Int32" Nullable="false"/><Property Name="Code" Type="Edm.String" Nullable="false"/></EntityType>';
  const resource = find(
    resourcesOf(version4(type, '<EntitySet Name="Order_Lines" EntityType="A.Line"/>')),
    'GET /order-lines/{Order}/{Code}',
  );
  expect(resource?.vendorPath).toBe("/Order_Lines(Order={Order},Code='{Code}')");
});

test('restrictions take away what they forbid', () => {
  const annotation = (term: string, property: string) =>
    `<Annotation Term="Org.OData.Capabilities.V1.${term}"><Record><PropertyValue Property="${property}" Bool="false"/></Record></Annotation>`;
  const set = `<EntitySet Name="Things" EntityType="N.Thing">${annotation('InsertRestrictions', 'Insertable')}${annotation('SortRestrictions', 'Sortable')}<Annotation Term="Org.OData.Capabilities.V1.TopSupported" Bool="false"/></EntitySet>`;
  const apart = `<Annotations Target="A.C/Things">${annotation('DeleteRestrictions', 'Deletable')}</Annotations>`;
  const text = version4(entity('Thing', 'Edm.Int32'), set, apart);
  expect(calls(text)).toEqual([
    'GET /provision-auth-validation',
    'GET /things',
    'GET /things/{id}',
    'PATCH /things/{id}',
  ]);
  const list = find(resourcesOf(text), 'GET /things');
  expect(list?.paginationType).toBe('VENDOR_NOT_SUPPORTED');
  expect(vendorNames(list as Resource)).toEqual([
    'where>$filter',
    'page>page',
    'pageSize>pageSize',
    'fields>$select',
    'expand>$expand',
  ]);
});

test('SAP says the same in attributes of its own', () => {
  const set =
    '<EntitySet Name="Things" EntityType="N.Thing" sap:creatable="false" sap:deletable="false" sap:updatable="false"/>';
  const { document, notes } = convertOData(version2(entity('Thing', 'Edm.Int32'), set), {});
  expect((document.resources ?? []).map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  expect(notes.map(({ message }) => message).join()).toContain('X-CSRF-Token');
});

test('types inherit members and key, and may lead to themselves', () => {
  const types = `${entity('Base', 'Edm.Int32', '<Property Name="Name" Type="Edm.String"/>')}<EntityType Name="Thing" BaseType="A.Base"><Property Name="More" Type="Collection(A.Part)"/><NavigationProperty Name="Parent" Type="N.Thing"/></EntityType><ComplexType Name="Part"><Property Name="Inner" Type="N.Part"/></ComplexType>`;
  const resource = find(
    resourcesOf(version4(types, '<EntitySet Name="Things" EntityType="N.Thing"/>')),
    'GET /things/{id}',
  );
  expect(resource?.model).toEqual({
    name: 'Thing',
    swagger: {
      Thing: {
        type: 'object',
        required: ['Id'],
        properties: {
          Id: { type: 'integer', format: 'int32', 'x-primary-key': true },
          Name: { type: 'string' },
          More: { type: 'array', items: { $ref: '#/definitions/N.Part' } },
        },
      },
      'N.Part': { type: 'object', properties: { Inner: { $ref: '#/definitions/N.Part' } } },
    },
  });
});

test('types that inherit from each other end', () => {
  const types =
    '<EntityType Name="Thing" BaseType="N.Other"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32"/></EntityType><EntityType Name="Other" BaseType="N.Thing"/>';
  const { notes } = convertOData(version4(types, '<EntitySet Name="Things" EntityType="N.Thing"/>'), {});
  expect(notes.map(({ message }) => message).join()).toContain('inherits from itself');
});

test('files are downloaded, and functions and actions called', () => {
  const types = `<EntityType Name="Photo" HasStream="true"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32"/></EntityType><Function Name="Nearest"><Parameter Name="lat" Type="Edm.Double"/><Parameter Name="name" Type="Edm.String"/><ReturnType Type="Collection(N.Photo)"/></Function><Action Name="Reset"><Parameter Name="hard" Type="Edm.Boolean"/></Action>`;
  const sets =
    '<EntitySet Name="Photos" EntityType="N.Photo"/><FunctionImport Name="Nearest" Function="N.Nearest"/><ActionImport Name="Reset" Action="A.Reset"/><Singleton Name="Cover" Type="N.Photo"/>';
  const resources = resourcesOf(version4(types, sets));
  expect(find(resources, 'GET /photos/{id}/content')).toMatchObject({
    vendorPath: '/Photos({id})/$value',
    valence: { download: true },
  });
  expect(find(resources, 'POST /photos')).toBeUndefined();
  expect(find(resources, 'GET /nearest')?.vendorPath).toBe("/Nearest(lat={lat},name='{name}')");
  expect(find(resources, 'POST /reset')?.vendorPath).toBe('/Reset');
  expect(find(resources, 'PATCH /cover')?.vendorPath).toBe('/Cover');
});

test('the address is what $metadata is below of, or a setting', () => {
  const text = version4(entity('Thing', 'Edm.Int32'), '<EntitySet Name="Things" EntityType="N.Thing"/>');
  const base = (options: { source?: string; baseUrl?: string }) =>
    convertOData(text, options).document.configuration.find(({ key }) => key === 'base.url');
  expect(base({ source: 'https://x.example/odata/$metadata?sap-language=en' })?.defaultValue).toBe(
    'https://x.example/odata',
  );
  expect(base({ source: 'https://x.example/odata/$metadata', baseUrl: 'https://y.example/v4' })?.defaultValue).toBe(
    'https://y.example/v4',
  );
  expect(base({})).toMatchObject({ required: true });
});

test.each([
  ['JSON', '{"$Version":"4.0"}', /JSON; \$metadata is read as XML/],
  ['another root', '<a/>', /\/a: The root element is a, not Edmx/],
  ['no schema', '<edmx:Edmx xmlns:edmx="x"/>', /no DataServices/],
  ['no set', version4(entity('Thing', 'Edm.Int32'), ''), /no EntitySet/],
  ['an unknown type', version4('', '<EntitySet Name="T" EntityType="X.Y"/>'), /EntitySet: T has the entity type "X.Y"/],
  ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>', /document type/],
  ['unfinished XML', '<edmx:Edmx xmlns:edmx="x">', /not closed/],
])('%s is refused', (_, text, message) => {
  expect(refusalOf(text)).toMatch(/^400 The OData description cannot be converted\. /);
  expect(refusalOf(text)).toMatch(message);
});

test('500 changed descriptions are converted whole or refused with a reason', () => {
  const texts = [fixture('trippin-v4.xml'), fixture('odata-demo-v2.xml')];
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), fc.string({ maxLength: 12 })), {
        minLength: 1,
        maxLength: 4,
      }),
      (text, edits) => {
        let changed = text;
        for (const [at, length, put] of edits) {
          const position = Math.floor(at * changed.length);
          changed = changed.slice(0, position) + put + changed.slice(position + length);
        }
        const outcome = refusalOf(changed);
        if (outcome !== 'converted') return /^400 The OData description cannot be converted\. \/.*: \S/s.test(outcome);
        const { document } = convertOData(changed, { hub: 'crm' });
        return documentFaults(document).length === 0 && checkElement(document).every(({ level }) => level !== 'error');
      },
    ),
    { numRuns: 500 },
  );
});

test('500 changed attributes are converted whole or refused with a reason', () => {
  const texts = [fixture('trippin-v4.xml'), fixture('odata-demo-v2.xml')];
  const values = fc.oneof(
    fc.constantFrom('', '{x}', "a'b", 'a b', '__proto__', 'Edm.String', 'constructor'),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), values, (text, pick, value) => {
      const attributes = [...text.matchAll(/="[^"]*"/g)];
      const chosen = attributes[pick % attributes.length];
      const at = chosen?.index ?? 0;
      const escaped = value.replace(/[^ !#-%'-;=?-~]/g, '_');
      const changed = `${text.slice(0, at)}="${escaped}"${text.slice(at + (chosen?.[0].length ?? 0))}`;
      const outcome = refusalOf(changed);
      if (outcome !== 'converted') return /^400 The OData description cannot be converted\. \/.*: \S/s.test(outcome);
      const { document } = convertOData(changed, { hub: 'crm' });
      const errors = checkElement(document).filter(({ level }) => level === 'error');
      expect(errors, changed.slice(at - 60, at + 60)).toEqual([]);
      return documentFaults(document).length === 0;
    }),
    { numRuns: 500 },
  );
});
