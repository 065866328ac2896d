import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { documentFaults } from '../element/catalog.ts';
import { checkElement } from '../element/check.ts';
import type { Resource } from '../element/definition.ts';
import { convertWsdl } from './wsdl.ts';
import { readOperationName } from './wsdl-names.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/descriptions/${name}`, import.meta.url), 'utf8');

/** An operation: what its message holds and what its answer does, as elements of XML Schema. */
interface Operation {
  name: string;
  input?: string;
  output?: string;
}

const scalar = (name: string, type = 'string', more = '') => `<s:element name="${name}" type="s:${type}" ${more}/>`;
const record = (name: string, type: string, more = '') => `<s:element name="${name}" type="t:${type}" ${more}/>`;
const many = 'minOccurs="0" maxOccurs="unbounded"';
const complexType = (name: string, content: string) =>
  `<s:complexType name="${name}"><s:sequence>${content}</s:sequence></s:complexType>`;
const customer = complexType('Customer', scalar('id', 'int') + scalar('name'));

/** A description of these operations, document style and wrapped. */
function describeService(
  operations: readonly Operation[],
  {
    types = customer,
    soap = 'http://schemas.xmlsoap.org/wsdl/soap/',
    more = '',
    address = 'https://v.example/soap',
  } = {},
): string {
  const wrapped = (name: string, content = '') =>
    `<s:element name="${name}"><s:complexType><s:sequence>${content}</s:sequence></s:complexType></s:element>`;
  const each = (write: (operation: Operation) => string) => operations.map(write).join('');
  return `<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:p="${soap}" xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">${more}
<w:types><s:schema targetNamespace="urn:t" elementFormDefault="qualified">${types}${each(({ name, input, output }) => wrapped(name, input) + wrapped(`${name}Response`, output))}</s:schema></w:types>
${each(({ name }) => `<w:message name="${name}In"><w:part name="p" element="t:${name}"/></w:message><w:message name="${name}Out"><w:part name="p" element="t:${name}Response"/></w:message>`)}
<w:portType name="P">${each(({ name }) => `<w:operation name="${name}"><w:input message="t:${name}In"/><w:output message="t:${name}Out"/></w:operation>`)}</w:portType>
<w:binding name="B" type="t:P"><p:binding transport="http://schemas.xmlsoap.org/soap/http"/>${each(({ name }) => `<w:operation name="${name}"><p:operation soapAction="urn:t/${name}"/><w:input><p:body use="literal"/></w:input><w:output><p:body use="literal"/></w:output></w:operation>`)}</w:binding>
<w:service name="Customers"><w:port name="P" binding="t:B"><p:address location="${address}"/></w:port></w:service></w:definitions>`;
}

const convert = (text: string) => convertWsdl(text, { hub: 'crm' }).document;
const callOf = ({ method, path }: Resource) => `${method} ${path.replace('/hubs/crm', '')}`;
const calls = (text: string) => (convert(text).resources ?? []).filter(({ type }) => type === 'api').map(callOf);
const find = (text: string, call: string) => {
  const found = (convert(text).resources ?? []).find((resource) => callOf(resource) === call);
  if (found === undefined) throw new Error(`There is no ${call} among ${calls(text)}`);
  return found;
};
const template = ({ parameters }: Resource) => {
  const envelope =
    (parameters ?? []).find(({ type, vendorType }) => type === 'value' && vendorType === 'body')?.name ?? '';
  return /<soap:Body>(.*)<\/soap:Body>/.exec(envelope)?.[1];
};
const hookTypes = (text: string) => (convert(text).hooks ?? []).map(({ type }) => type);
const refusalOf = (text: string) => {
  try {
    convertWsdl(text, {});
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.message}`;
    throw error;
  }
  return 'converted';
};
const list = { name: 'GetCustomers', output: record('customer', 'Customer', many) };

describe('user-service.wsdl', () => {
  const { document } = convertWsdl(fixture('user-service.wsdl'), { hub: 'crm' });

  test('has the shape of a document, without a finding', () => {
    expect(documentFaults(document)).toEqual([]);
    expect(checkElement(document)).toEqual([]);
  });

  test('is a collection of a hub', () => {
    expect((document.resources ?? []).map(callOf)).toEqual([
      'GET /provision-auth-validation',
      'GET /users/{id}',
      'POST /users',
      'GET /users',
      'DELETE /users/{id}',
      'PATCH /users/{id}',
    ]);
  });
});

test.each([
  ['GetCustomers', 'list', 'customers'],
  ['ListCustomer', 'list', 'customers'],
  ['searchOrders', 'list', 'orders'],
  ['QueryOrderLine', 'list', 'order-lines'],
  ['getAllCompanies', 'list', 'companies'],
  ['GetCustomerList', 'list', 'customers'],
  ['customerCustomerList', 'list', 'customer-customers'],
  ['GetCustomerById', 'get', 'customers'],
  ['ReadAddress', 'get', 'addresses'],
  ['GetCustomersByName', 'list', 'customers-by-name'],
  ['GetForecastByZIP', 'get', 'forecasts-by-zip'],
  ['CreateCustomer', 'create', 'customers'],
  ['addCategory', 'create', 'categories'],
  ['ModifyCustomer', 'update', 'customers'],
  ['CancelOrder', 'delete', 'orders'],
  ['Ping', 'other', ''],
  ['Get', 'other', ''],
])('%s: %s of %s', (name, action, collection) => {
  expect(readOperationName(name)).toMatchObject({ action, collection });
});

test('a message whose values are always there needs no script', () => {
  const text = describeService([{ name: 'UpdateCustomer', input: scalar('customerId', 'int') + scalar('name') }]);
  const resource = find(text, 'PATCH /customers/{id}');
  expect(template(resource)).toBe(
    '<m:UpdateCustomer><m:customerId>{path.id}</m:customerId><m:name>{name}</m:name></m:UpdateCustomer>',
  );
  expect(hookTypes(text)).toEqual(['postRequest']);
  const required = (resource.parameters ?? []).filter((parameter) => parameter.required === true);
  expect(required.map(({ type, name }) => `${type} ${name}`)).toEqual(['path id', 'body body', 'bodyField name']);
});

test('a record of its own is the body', () => {
  const resource = find(
    describeService([{ name: 'CreateCustomer', input: record('customer', 'Customer') }]),
    'POST /customers',
  );
  expect(template(resource)).toBe(
    '<m:CreateCustomer><m:customer><m:id>{id}</m:id><m:name>{name}</m:name></m:customer></m:CreateCustomer>',
  );
  expect(resource.model).toMatchObject({ requestName: 'Customer' });
});

test.each([
  ['pageNumber', 'pageSize', 'page'],
  ['offset', 'limit', 'offset'],
  ['startIndex', 'maxResults', 'offset'],
  ['pageIndex', 'pageSize', 'page 0'],
])('pages by %s and %s are counted by %s', (position, size, type) => {
  const text = describeService([{ ...list, input: scalar(position, 'int') + scalar(size, 'int') }]);
  const { configuration } = convert(text);
  expect(configuration.find(({ key }) => key === 'pagination.type')?.defaultValue).toBe(type);
  const resource = find(text, 'GET /customers');
  expect(resource.paginationType).toBe('VENDOR_SUPPORTED');
  const pages = (resource.parameters ?? []).filter(({ type: place }) => place === 'query');
  expect(pages.map(({ name, vendorName }) => `${name}>${vendorName}`)).toEqual([
    `page>${position}`,
    `pageSize>${size}`,
  ]);
});

test('a token for the next page is found in the answer', () => {
  const text = describeService([
    {
      name: 'GetCustomers',
      input: scalar('nextToken', 'string', 'minOccurs="0"') + scalar('maxResults', 'int'),
      output: record('customer', 'Customer', many) + scalar('nextToken', 'string', 'minOccurs="0"'),
    },
  ]);
  expect(find(text, 'GET /customers').nextPageKey).toBe('body.soap:Envelope.soap:Body.GetCustomersResponse.nextToken');
});

test('without parameters for pages the rows are divided here', () => {
  expect(find(describeService([list]), 'GET /customers').paginationType).toBe('VENDOR_NOT_SUPPORTED');
});

test('operations that mean the same resource stand side by side', () => {
  expect(calls(describeService([list, { ...list, name: 'ListCustomers' }, { ...list, name: 'Ping' }]))).toEqual([
    'GET /customers',
    'POST /list-customers',
    'POST /ping',
  ]);
});

test('SOAP 1.2 says its action in the content type', () => {
  const text = describeService([list], { soap: 'http://schemas.xmlsoap.org/wsdl/soap12/' });
  const { parameters } = find(text, 'GET /customers');
  const names = (parameters ?? []).map(({ name }) => name);
  expect(names).toContain('application/soap+xml; charset=utf-8; action="urn:t/GetCustomers"');
  expect(names.some((name) => name.includes('http://www.w3.org/2003/05/soap-envelope'))).toBe(true);
});

test('rpc messages are named after the operation, and their parts have no namespace', () => {
  const text = `<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:p="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
<w:message name="In"><w:part name="id" type="s:string"/></w:message><w:message name="Out"><w:part name="name" type="s:string"/></w:message>
<w:portType name="P"><w:operation name="getUser"><w:input message="t:In"/><w:output message="t:Out"/></w:operation></w:portType>
<w:binding name="B" type="t:P"><p:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/><w:operation name="getUser"><p:operation soapAction=""/><w:input><p:body use="literal" namespace="urn:rpc"/></w:input><w:output><p:body use="literal" namespace="urn:rpc"/></w:output></w:operation></w:binding>
<w:service name="S"><w:port name="P" binding="t:B"><p:address location="http://v.example/"/></w:port></w:service></w:definitions>`;
  const resource = find(text, 'GET /users/{id}');
  expect(template(resource)).toBe('<m:getUser><id>{path.id}</id></m:getUser>');
  expect((resource.parameters ?? []).some(({ name }) => name.includes('xmlns:m="urn:rpc"'))).toBe(true);
});

test('a policy for user names puts them into the header', () => {
  const policy =
    '<x:Policy xmlns:x="http://www.w3.org/ns/ws-policy"><y:UsernameToken xmlns:y="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"/></x:Policy>';
  const { configuration, authentication, resources } = convert(describeService([list], { more: policy }));
  expect(authentication.type).toBe('custom');
  expect(configuration.map(({ key }) => key)).toEqual(expect.arrayContaining(['username', 'password']));
  expect(JSON.stringify(resources)).toContain('{wsse.password}');
});

test('credentials that every operation takes are settings', () => {
  const input = scalar('apiKey') + scalar('id', 'int');
  const document = convert(
    describeService([
      { name: 'GetCustomer', input, output: record('customer', 'Customer') },
      { name: 'DeleteCustomer', input },
    ]),
  );
  expect(document.configuration.find(({ key }) => key === 'soap.apiKey')).toMatchObject({
    type: 'PASSWORD',
    required: true,
  });
  expect(checkElement(document)).toEqual([]);
});

test('several services of one host are paths below it', () => {
  const [one, two] = [describeService([list]), describeService([{ ...list, name: 'GetOrders' }])];
  const merged = one
    .replace(
      '</w:types>',
      `</w:types>${/<w:message.*?(?=<w:portType)/s.exec(two)?.[0].replaceAll('GetOrdersOut"><w:part name="p" element="t:GetOrdersResponse', 'GetOrdersOut"><w:part name="p" element="t:GetCustomersResponse').replaceAll('t:GetOrders"', 't:GetCustomers"')}`,
    )
    .replace(
      '<w:service',
      `${/<w:portType.*<\/w:binding>/s.exec(two)?.[0].replaceAll('"P"', '"Q"').replaceAll('t:P"', 't:Q"').replaceAll('"B"', '"C"')}<w:service`,
    )
    .replace(
      '</w:service>',
      '</w:service><w:service name="Orders"><w:port name="Q" binding="t:C"><p:address location="https://v.example/orders"/></w:port></w:service>',
    );
  const { configuration } = convert(merged);
  expect(configuration.find(({ key }) => key === 'base.url')?.defaultValue).toBe('https://v.example');
  expect([find(merged, 'GET /customers').vendorPath, find(merged, 'GET /orders').vendorPath]).toEqual([
    '/soap',
    '/orders',
  ]);
});

test('types that contain or extend themselves end', () => {
  const types =
    customer +
    complexType('Tree', record('children', 'Tree', many) + record('parent', 'Tree')) +
    '<s:complexType name="Loop"><s:complexContent><s:extension base="t:Pool"><s:sequence/></s:extension></s:complexContent></s:complexType>' +
    '<s:complexType name="Pool"><s:complexContent><s:extension base="t:Loop"><s:sequence/></s:extension></s:complexContent></s:complexType>' +
    '<s:group name="g"><s:sequence><s:group ref="t:g"/></s:sequence></s:group>' +
    '<s:simpleType name="Self"><s:restriction base="t:Self"/></s:simpleType>' +
    '<s:complexType name="Grouped"><s:group ref="t:g"/></s:complexType>';
  const input = ['Tree', 'Loop', 'Grouped', 'Self'].map((type) => record(type.toLowerCase(), type)).join('');
  const document = convert(describeService([{ name: 'CreateTree', input, output: record('tree', 'Tree') }], { types }));
  expect(checkElement(document)).toEqual([]);
  expect(documentFaults(document)).toEqual([]);
});

test.each([
  ['another root', '<a/>', /root element is a/],
  ['WSDL 2.0', '<description xmlns="http://www.w3.org/ns/wsdl"/>', /WSDL 2\.0; WSDL 1\.1 is converted/],
  ['no service', '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', /no service/],
  [
    'what is imported',
    describeService([list])
      .replace('<w:types>', '<w:import location="types.wsdl"/><w:types>')
      .replace('<w:portType name="P">', '<w:portType name="Q">'),
    /portType "t:P" is not in the description; types\.wsdl is not fetched/,
  ],
  [
    'an element of another schema',
    describeService([list]).replace('element="t:GetCustomers"', 'element="t:Elsewhere"'),
    /message.*element "t:Elsewhere" is not in the description/,
  ],
  ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>', /document type/],
])('%s is refused', (_, text, message) => {
  expect(refusalOf(text)).toMatch(/^400 The WSDL description cannot be converted\. /);
  expect(refusalOf(text)).toMatch(message);
});

const whole = describeService([
  {
    ...list,
    input: scalar('pageNumber', 'int') + scalar('pageSize', 'int') + scalar('status', 'string', 'minOccurs="0"'),
  },
  { name: 'GetCustomer', input: scalar('id', 'int'), output: record('customer', 'Customer') },
  {
    name: 'CreateCustomer',
    input: record('customer', 'Customer') + scalar('tag', 'string', many),
    output: scalar('id', 'int'),
  },
  { name: 'UpdateCustomer', input: record('customer', 'Customer') },
  { name: 'DeleteCustomer', input: scalar('id', 'int') },
  { name: 'Ping', input: '<s:any/>', output: '<s:choice><s:element name="a" type="s:anyType"/></s:choice>' },
]);
const isTold = (outcome: string) => /^400 The WSDL description cannot be converted\. \/.*: \S/s.test(outcome);
const isSound = (text: string) => {
  const { document } = convertWsdl(text, { hub: 'crm' });
  const errors = checkElement(document).filter(({ level }) => level === 'error');
  return errors.length === 0 && documentFaults(document).length === 0 ? undefined : JSON.stringify(errors);
};

test('500 changed descriptions are converted whole or refused with a reason', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(whole, fixture('user-service.wsdl')),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), fc.string({ maxLength: 12 })), {
        minLength: 1,
        maxLength: 3,
      }),
      (text, edits) => {
        let changed = text;
        for (const [at, length, put] of edits) {
          const position = Math.floor(at * changed.length);
          changed = changed.slice(0, position) + put + changed.slice(position + length);
        }
        const outcome = refusalOf(changed);
        expect(outcome === 'converted' ? isSound(changed) : isTold(outcome) ? undefined : outcome).toBeUndefined();
      },
    ),
    { numRuns: 500 },
  );
});

test('500 changed attributes are converted whole or refused with a reason', () => {
  const values = fc.oneof(
    fc.constantFrom(
      '',
      '{x}',
      "a'b",
      'a b',
      '__proto__',
      's:string',
      'constructor',
      't:Customer',
      '0',
      'unbounded',
      'id',
    ),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(whole, fixture('user-service.wsdl')), fc.nat(), values, (text, pick, value) => {
      const attributes = [...text.matchAll(/="[^"]*"/g)];
      const chosen = attributes[pick % attributes.length];
      const at = chosen?.index ?? 0;
      const changed = `${text.slice(0, at)}="${value.replace(/[^ !#-%'-;=?-~]/g, '_')}"${text.slice(at + (chosen?.[0].length ?? 0))}`;
      const outcome = refusalOf(changed);
      expect(
        outcome === 'converted' ? isSound(changed) : isTold(outcome) ? undefined : outcome,
        changed.slice(Math.max(0, at - 60), at + 60),
      ).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
