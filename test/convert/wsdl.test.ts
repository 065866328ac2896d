// Elements converted from WSDL, on a real platform against vendors that read SOAP with a reader of their own.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { convertWsdl } from '../../src/convert/wsdl.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectDocument,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';
import { soapAnswer, soapCall, soapFault, soapHeader } from '../support/soap-vendor.ts';

let platform: Platform;
let vendor: RecordingVendor;
beforeAll(async () => {
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  vendor = await startRecordingVendor();
});
afterAll(async () => {
  await vendor.close();
  await platform.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
});

const fixture = (name: string) => readFileSync(new URL(`../fixtures/descriptions/${name}`, import.meta.url), 'utf8');

describe('a public service', () => {
  const users = new Map<string, { id: string; name?: string; age?: string }>();
  const userXml = (user: { id: string; name?: string; age?: string }) =>
    `<return>${Object.entries(user)
      .map(([name, value]) => `<${name}>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`)
      .join('')}</return>`;
  const answer = (content: string) => soapAnswer(content, 'http://services.sample.com/');
  let instance: TestInstance;

  beforeAll(async () => {
    vendor.reply = (request) => {
      const { operation, input } = soapCall(request);
      const { arg0, arg1 } = input as Record<string, Record<string, string> & string>;
      const known = typeof arg0 === 'string' ? users.get(arg0) : undefined;
      switch (operation) {
        case 'getUsers':
          return answer(`<ns2:getUsersResponse>${[...users.values()].map(userXml).join('')}</ns2:getUsersResponse>`);
        case 'getUser':
          return answer(`<ns2:getUserResponse>${known === undefined ? '' : userXml(known)}</ns2:getUserResponse>`);
        case 'addUser':
          if (users.has(String(arg0?.['id']))) return soapFault('Client', 'There is such a user already', 500);
          users.set(String(arg0?.['id']), { ...(arg0 as unknown as { id: string }) });
          return answer('<ns2:addUserResponse/>');
        case 'updateUser':
          if (known === undefined) return soapFault('Server', 'No such user', 200);
          Object.assign(known, arg1);
          return answer('<ns2:updateUserResponse/>');
        default:
          users.delete(String(arg0));
          return answer('<ns2:deleteUserResponse/>');
      }
    };
    const { document } = convertWsdl(fixture('user-service.wsdl'), { hub: 'crm', baseUrl: `${vendor.url}/soap/users` });
    instance = await connectDocument(platform, document);
  });
  beforeEach(() => {
    users.clear();
    for (const id of ['1', '2', '3', '4', '5']) users.set(id, { id, name: `User ${id}`, age: `${20 + Number(id)}` });
  });

  test('lists in pages, with numbers as numbers', async () => {
    const first = await instance.call('GET', '/users?pageSize=2');
    expect(first.body).toEqual([
      { id: '1', name: 'User 1', age: 21 },
      { id: '2', name: 'User 2', age: 22 },
    ]);
    const names: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await instance.call('GET', `/hubs/crm/users?pageSize=2${next === '' ? '' : `&nextPage=${next}`}`);
      names.push(...page.body.map(({ name }: { name: string }) => name));
      next = page.headers.get('elements-next-page-token');
    }
    expect(names).toEqual(['User 1', 'User 2', 'User 3', 'User 4', 'User 5']);
  });

  test.each([[0], [1]])('a list of %i is a list', async (count) => {
    for (const id of [...users.keys()].slice(count)) users.delete(id);
    expect((await instance.call('GET', '/users')).body).toHaveLength(count);
  });

  test('creates, reads, updates and deletes', async () => {
    const created = await instance.call('POST', '/users', { body: { id: '9', name: 'A & <B> "{name}"', age: 3 } });
    expect(created.status).toBe(200);
    expect((await instance.call('GET', '/users/9')).body).toEqual({ id: '9', name: 'A & <B> "{name}"', age: 3 });
    const updated = await instance.call('PATCH', '/users/9', { body: { name: 'C' } });
    expect(updated.status).toBe(200);
    expect(users.get('9')).toEqual({ id: '9', name: 'C', age: '3' });
    expect((await instance.call('DELETE', '/users/9')).status).toBe(200);
    expect((await instance.call('GET', '/users/9')).status).toBe(404);
  });

  test('leaves out what the caller did not give', async () => {
    await instance.call('POST', '/users', { body: { id: '7' } });
    expect(vendor.requests.at(-1)?.text).toContain('<m:addUser><arg0><id>7</id></arg0></m:addUser>');
  });

  test('names members that the message does not have', async () => {
    const refused = await instance.call('POST', '/users', { body: { id: '7', nmae: 'x' } });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toBe('There is no nmae in this message.');
    expect(vendor.requests).toHaveLength(0);
  });

  test('faults are errors, whatever their status', async () => {
    const twice = await instance.call('POST', '/users', { body: { id: '1' } });
    expect([twice.status, twice.body.message]).toEqual([400, 'There is such a user already']);
    const unknown = await instance.call('PATCH', '/users/77', { body: { name: 'x' } });
    expect([unknown.status, unknown.body.message]).toEqual([502, 'No such user']);
  });
});

/** A service in the style of .NET with pages, credentials in a header, arrays and optional members. */
const orders = `<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://orders.example/" targetNamespace="http://orders.example/" name="Orders">
<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="http://orders.example/">
<s:element name="AuthHeader" type="tns:AuthHeader"/>
<s:complexType name="AuthHeader"><s:sequence><s:element minOccurs="0" name="Username" type="s:string"/><s:element minOccurs="0" name="Password" type="s:string"/><s:element minOccurs="0" name="Culture" type="s:string"/></s:sequence></s:complexType>
<s:complexType name="Line"><s:sequence><s:element name="Sku" type="s:string"/><s:element name="Quantity" type="s:int"/><s:element minOccurs="0" maxOccurs="unbounded" name="Parts" type="tns:Line"/></s:sequence><s:attribute name="gift" type="s:boolean"/></s:complexType>
<s:complexType name="ArrayOfLine"><s:sequence><s:element minOccurs="0" maxOccurs="unbounded" name="Line" nillable="true" type="tns:Line"/></s:sequence></s:complexType>
<s:complexType name="Order"><s:sequence><s:element minOccurs="0" name="OrderId" type="s:long"/><s:element minOccurs="0" name="Note" nillable="true" type="s:string"/><s:element minOccurs="0" name="Total" type="s:decimal"/><s:element minOccurs="0" name="Lines" type="tns:ArrayOfLine"/><s:element minOccurs="0" maxOccurs="unbounded" name="Tag" type="s:string"/></s:sequence></s:complexType>
<s:complexType name="ArrayOfOrder"><s:sequence><s:element minOccurs="0" maxOccurs="unbounded" name="Order" nillable="true" type="tns:Order"/></s:sequence></s:complexType>
<s:element name="GetOrders"><s:complexType><s:sequence><s:element minOccurs="0" name="status" type="s:string"/><s:element name="pageNumber" type="s:int"/><s:element name="pageSize" type="s:int"/></s:sequence></s:complexType></s:element>
<s:element name="GetOrdersResponse"><s:complexType><s:sequence><s:element minOccurs="0" name="GetOrdersResult" type="tns:ArrayOfOrder"/><s:element name="totalCount" type="s:int"/></s:sequence></s:complexType></s:element>
<s:element name="CreateOrder"><s:complexType><s:sequence><s:element minOccurs="0" name="order" type="tns:Order"/></s:sequence></s:complexType></s:element>
<s:element name="CreateOrderResponse"><s:complexType><s:sequence><s:element name="CreateOrderResult" type="s:long"/></s:sequence></s:complexType></s:element>
</s:schema></wsdl:types>
<wsdl:message name="GetOrdersIn"><wsdl:part name="parameters" element="tns:GetOrders"/></wsdl:message>
<wsdl:message name="GetOrdersOut"><wsdl:part name="parameters" element="tns:GetOrdersResponse"/></wsdl:message>
<wsdl:message name="CreateOrderIn"><wsdl:part name="parameters" element="tns:CreateOrder"/></wsdl:message>
<wsdl:message name="CreateOrderOut"><wsdl:part name="parameters" element="tns:CreateOrderResponse"/></wsdl:message>
<wsdl:message name="Auth"><wsdl:part name="AuthHeader" element="tns:AuthHeader"/></wsdl:message>
<wsdl:portType name="OrdersSoap">
<wsdl:operation name="GetOrders"><wsdl:input message="tns:GetOrdersIn"/><wsdl:output message="tns:GetOrdersOut"/></wsdl:operation>
<wsdl:operation name="CreateOrder"><wsdl:input message="tns:CreateOrderIn"/><wsdl:output message="tns:CreateOrderOut"/></wsdl:operation>
</wsdl:portType>
<wsdl:binding name="OrdersSoap" type="tns:OrdersSoap"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="GetOrders"><soap:operation soapAction="http://orders.example/GetOrders" style="document"/><wsdl:input><soap:body use="literal"/><soap:header message="tns:Auth" part="AuthHeader" use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
<wsdl:operation name="CreateOrder"><soap:operation soapAction="http://orders.example/CreateOrder" style="document"/><wsdl:input><soap:body use="literal"/><soap:header message="tns:Auth" part="AuthHeader" use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
</wsdl:binding>
<wsdl:service name="Orders"><wsdl:port name="OrdersSoap" binding="tns:OrdersSoap"><soap:address location="http://orders.example/orders.asmx"/></wsdl:port></wsdl:service>
</wsdl:definitions>`;

describe('a service with pages, headers and arrays', () => {
  let instance: TestInstance;
  beforeAll(async () => {
    vendor.reply = (request) => {
      const { operation, input } = soapCall(request);
      if (operation === 'CreateOrder') {
        return soapAnswer(
          '<CreateOrderResponse xmlns="http://orders.example/"><CreateOrderResult>41</CreateOrderResult></CreateOrderResponse>',
          '',
        );
      }
      const page = Number(input['pageNumber']);
      const size = Number(input['pageSize']);
      const rows = [1, 2, 3, 4, 5].slice((page - 1) * size, page * size);
      const xml = rows
        .map((id) => `<Order><OrderId>${id}</OrderId><Note xsi:nil="true" xmlns:xsi="i"/></Order>`)
        .join('');
      return soapAnswer(
        `<GetOrdersResponse xmlns="http://orders.example/"><GetOrdersResult>${xml}</GetOrdersResult><totalCount>5</totalCount></GetOrdersResponse>`,
        '',
      );
    };
    const { document } = convertWsdl(orders, { hub: 'erp', baseUrl: `${vendor.url}/orders.asmx` });
    // A new element drops nulls unless it says otherwise.
    document.configuration.push({ key: 'filter.response.nulls', defaultValue: 'false', internal: true });
    instance = await connectDocument(platform, document, { username: 'ann', password: 'p<&>w' });
  });

  test('asks for the vendor’s pages', async () => {
    const pages: unknown[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await instance.call(
        'GET',
        `/orders?status=open&pageSize=2${next === '' ? '' : `&nextPage=${next}`}`,
      );
      expect(page.headers.get('elements-total-count')).toBe('5');
      pages.push(page.body.map(({ OrderId }: { OrderId: number }) => OrderId));
      next = page.headers.get('elements-next-page-token');
    }
    expect(pages).toEqual([[1, 2], [3, 4], [5]]);
    expect(vendor.requests.map((request) => soapCall(request).input['pageNumber'])).toEqual(['1', '2', '3']);
    expect(vendor.requests[0]?.headers['soapaction']).toBe('"http://orders.example/GetOrders"');
    expect(soapCall(vendor.requests[0] as never).input).toEqual({ status: 'open', pageNumber: '1', pageSize: '2' });
  });

  test('reads nil as null', async () => {
    const { body } = await instance.call('GET', '/orders?pageSize=1');
    expect(body).toEqual([{ OrderId: 1, Note: null, Tag: [] }]);
  });

  test('sends the credentials of the header, and none of its other members', async () => {
    await instance.call('GET', '/orders');
    expect(soapHeader(vendor.requests[0] as never)).toEqual({ AuthHeader: { Username: 'ann', Password: 'p<&>w' } });
  });

  test('writes arrays, attributes, nil and records within records in the schema’s order', async () => {
    const body = {
      Tag: ['a', 'b'],
      Note: null,
      Lines: { Line: [{ '@gift': true, Quantity: 2, Sku: 'x', Parts: [{ Sku: 'y', Quantity: 1 }] }, null] },
    };
    const created = await instance.call('POST', '/orders', { body });
    expect([created.status, created.body]).toEqual([200, { CreateOrderResult: 41 }]);
    expect(vendor.requests[0]?.text).toContain(
      '<m:CreateOrder><m:order><m:Note xsi:nil="true"/><m:Lines><m:Line gift="true"><m:Sku>x</m:Sku>' +
        '<m:Quantity>2</m:Quantity><m:Parts><m:Sku>y</m:Sku><m:Quantity>1</m:Quantity></m:Parts></m:Line>' +
        '<m:Line xsi:nil="true"/></m:Lines><m:Tag>a</m:Tag><m:Tag>b</m:Tag></m:order></m:CreateOrder>',
    );
  });
});
