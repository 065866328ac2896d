// Small element documents, each with something of its own: a way of paging, a way of writing bodies, a kind of credential.

import { tidyDocument } from '../../sandbox/generic/document.ts';
import type { ElementDocument, Resource, Setting } from '../../src/element/definition.ts';
import type { Parameter } from '../../src/element/parameter.ts';

type Parts = Partial<Omit<ElementDocument, 'configuration'>> & { settings?: Record<string, string>; asked?: string[] };

/** A document with the given parts; `settings` have defaults, `asked` are those that callers give. */
function documentOf(key: string, { settings = {}, asked = [], ...parts }: Parts): ElementDocument {
  const configuration: Setting[] = [
    ...Object.entries({ 'base.url': `https://${key}.vendor.test/api`, 'pagination.max': '100', ...settings }).map(
      ([name, defaultValue]) => ({ key: name, name, type: 'TEXTFIELD_1000', defaultValue }),
    ),
    ...asked.map((name) => ({
      key: name,
      name,
      type: secret.test(name) ? 'PASSWORD' : 'TEXTFIELD_128',
      required: true,
    })),
  ];
  const whole = { name: key, hub: 'general', authentication: { type: 'custom' }, ...parts, key, configuration };
  return tidyDocument(whole, key).document;
}

const secret = /password|secret|key/;

/** A parameter under the same name on both sides, unless the vendor's is given. */
function parameter(type: string, name: string, vendorType = type, vendorName = name, more = {}): Parameter {
  return { name, type, vendorName, vendorType, source: 'request', ...more };
}

const contact = {
  type: 'object',
  properties: {
    id: { type: 'string', 'x-primary-key': true },
    first_name: { type: 'string' },
    email: { type: 'string', format: 'email' },
    visits: { type: 'integer' },
    active: { type: 'boolean' },
    address: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

/** The model of a contact, of a list of them, or of both sides of a call. */
const contactModel = { name: 'contact', swagger: { contact } };
const contactsModel = { name: 'contacts', swagger: { contactsObject: contact } };

/** The five resources of contacts; `list` changes how they are listed. */
function contacts(list: Partial<Resource> = {}, roots = { one: '', many: '' }): Resource[] {
  const path = '/hubs/general/contacts';
  const id = parameter('path', 'id');
  const body = parameter('body', 'body', 'body', 'body', { required: true });
  const one = { type: 'api', rootKey: roots.one, model: contactModel };
  return [
    { method: 'GET', path, vendorPath: '/contacts', type: 'api', rootKey: roots.many, model: contactsModel, ...list },
    { ...one, method: 'POST', path, vendorPath: '/contacts', parameters: [body] },
    { ...one, method: 'GET', path: `${path}/{id}`, vendorPath: '/contacts/{id}', parameters: [id] },
    {
      ...one,
      method: 'PATCH',
      path: `${path}/{id}`,
      vendorPath: '/contacts/{id}',
      vendorMethod: 'PUT',
      parameters: [id, body],
    },
    { method: 'DELETE', path: `${path}/{id}`, vendorPath: '/contacts/{id}', type: 'api', parameters: [id] },
  ];
}

const byPage = [parameter('query', 'page'), parameter('query', 'pageSize', 'query', 'per_page')];
const byCursor = [parameter('query', 'nextPage', 'query', 'cursor'), parameter('query', 'pageSize', 'query', 'limit')];
const byOffset = [parameter('query', 'page', 'query', 'offset'), parameter('query', 'pageSize', 'query', 'limit')];

/** One document for each way in which vendors page. */
export const pagingDocuments: ElementDocument[] = [
  paged('bypage', 'page', { parameters: byPage }),
  paged('bypagezero', 'page 0', { parameters: byPage, rootKey: '|data.items' }),
  paged('byindex', 'page', { parameters: byPage }, { 'pagination.page.startindex': '0' }),
  paged('byoffset', 'offset', { parameters: byOffset, rootKey: '|contacts' }),
  paged('bybodycursor', 'cursor', { parameters: byCursor, rootKey: '|items', nextPageKey: 'body.meta.next' }),
  paged('byheader', 'cursor', { parameters: byCursor, nextPageKey: 'header.x-next-page' }),
  paged('bylink', 'page', { parameters: byPage, nextPageKey: 'header.link?page' }),
  paged('byurl', 'cursor', { parameters: byCursor, rootKey: '|items', nextPageKey: 'body.paging.next?cursor' }),
  paged('byfollowing', 'cursor', { parameters: [], rootKey: '|items', nextPageKey: 'body.next' }),
  paged('bytotal', 'offset', {
    parameters: [parameter('query', 'page', 'query', '$skip'), parameter('query', 'pageSize', 'query', '$top')],
    rootKey: '|value',
    valence: { totalKey: 'count' },
  }),
  paged('byplatform', 'page', { parameters: [], paginationType: 'VENDOR_NOT_SUPPORTED' }),
];

function paged(key: string, type: string, list: Partial<Resource>, settings = {}): ElementDocument {
  return documentOf(key, { settings: { 'pagination.type': type, ...settings }, resources: contacts(list) });
}

const soap = 'http://schemas.xmlsoap.org/soap/envelope/';

function message(name: string, content: string): Parameter[] {
  const text =
    `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="${soap}" xmlns:tns="urn:customers"><soap:Body>` +
    `<tns:${name}>${content}</tns:${name}></soap:Body></soap:Envelope>`;
  return [
    { name: text, type: 'value', vendorType: 'body', vendorName: 'body' },
    { name: `urn:customers#${name}`, type: 'value', vendorType: 'header', vendorName: 'SOAPAction' },
  ];
}

function soapResource(method: string, path: string, name: string, content: string, more: Partial<Resource>): Resource {
  const { parameters = [], ...rest } = more;
  return {
    method,
    vendorMethod: 'POST',
    path: `/hubs/general${path}`,
    type: 'api',
    rootKey: `|soap:Envelope.soap:Body.tns:${name}Response.${name}Result`,
    model: { name: 'customer', swagger: { customer } },
    ...rest,
    parameters: [...message(name, content), ...(parameters ?? [])],
  };
}

const customer = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    city: { type: 'string' },
    orders: { type: 'integer' },
  },
};

const written = '<tns:name>{name}</tns:name><tns:city>{city}</tns:city>';
const tokens = [parameter('body', 'body', 'bodyToken', 'body')];
const idToken = parameter('path', 'id', 'bodyToken', 'id');

/** A vendor that speaks SOAP: every call goes to one address. */
export const soapDocument = documentOf('soapcustomers', {
  settings: { 'pagination.type': 'page' },
  parameters: [{ name: 'text/xml', type: 'value', vendorType: 'header', vendorName: 'Content-Type' }],
  resources: [
    soapResource('GET', '/customers', 'ListCustomers', '<tns:page>{page}</tns:page><tns:size>{pageSize}</tns:size>', {
      rootKey: '|soap:Envelope.soap:Body.tns:ListCustomersResponse.ListCustomersResult.customer',
      model: { name: 'customers', swagger: { customersObject: customer } },
      parameters: [
        parameter('query', 'page', 'bodyToken', 'page'),
        parameter('query', 'pageSize', 'bodyToken', 'pageSize'),
      ],
    }),
    soapResource('POST', '/customers', 'CreateCustomer', written, { parameters: tokens }),
    soapResource('GET', '/customers/{id}', 'GetCustomer', '<tns:id>{id}</tns:id>', { parameters: [idToken] }),
    soapResource('PATCH', '/customers/{id}', 'UpdateCustomer', `<tns:id>{id}</tns:id>${written}`, {
      parameters: [idToken, ...tokens],
    }),
    soapResource('DELETE', '/customers/{id}', 'DeleteCustomer', '<tns:id>{id}</tns:id>', { parameters: [idToken] }),
  ],
});

/** A vendor that reads and writes XML without envelopes. */
export const xmlDocument = documentOf('xmlcontacts', {
  settings: { 'pagination.type': 'page' },
  parameters: [
    { name: 'application/xml', type: 'value', vendorType: 'header', vendorName: 'Content-Type' },
    { name: 'application/xml', type: 'value', vendorType: 'header', vendorName: 'Accept' },
  ],
  resources: contacts({ parameters: byPage }, { one: 'contact|contact', many: '|contacts.contact' }),
});

const product = {
  type: 'object',
  properties: { ID: { type: 'integer', 'x-primary-key': true }, Name: { type: 'string' }, Rating: { type: 'integer' } },
};

/** A vendor that speaks OData. */
export const odataDocument = documentOf('odataproducts', {
  settings: { 'pagination.type': 'offset' },
  resources: ['GET', 'POST', 'GET one', 'PATCH one', 'DELETE one'].map((name): Resource => {
    const [method = '', one] = name.split(' ');
    const isList = name === 'GET';
    const paging = [
      parameter('query', 'page', 'query', '$skip'),
      parameter('query', 'pageSize', 'query', '$top'),
      { ...parameter('query', 'where', 'query', '$filter'), converter: 'toODataFilter' },
    ];
    return {
      method,
      path: `/hubs/general/products${one === undefined ? '' : '/{id}'}`,
      vendorPath: `/Products${one === undefined ? '' : '({id})'}`,
      type: 'api',
      rootKey: isList ? '|value' : '',
      model: { name: 'product', swagger: { [isList ? 'productObject' : 'product']: product } },
      parameters: [
        ...(isList ? paging : []),
        ...(one === undefined ? [] : [parameter('path', 'id')]),
        ...(method === 'POST' || method === 'PATCH' ? [parameter('body', 'body')] : []),
      ],
    };
  }),
});

/** Collections below records, forms, and files. */
export const mixedDocument = documentOf('mixedbodies', {
  settings: { 'pagination.type': 'page' },
  resources: [
    ...contacts({ parameters: byPage, rootKey: '|contacts' }, { one: 'contact|contact', many: '|contacts' }),
    {
      method: 'GET',
      path: '/hubs/general/contacts/{contactId}/notes',
      vendorPath: '/contacts/{contactId}/notes',
      type: 'api',
      parameters: [parameter('path', 'contactId')],
    },
    {
      method: 'POST',
      path: '/hubs/general/contacts/{contactId}/notes',
      vendorPath: '/contacts/{contactId}/notes',
      type: 'api',
      parameters: [parameter('path', 'contactId'), parameter('bodyField', 'text', 'form')],
    },
    {
      method: 'GET',
      path: '/hubs/general/contacts/{contactId}/notes/{noteId}',
      vendorPath: '/contacts/{contactId}/notes/{noteId}',
      type: 'api',
      parameters: [parameter('path', 'contactId'), parameter('path', 'noteId')],
    },
    { method: 'GET', path: '/hubs/general/files', vendorPath: '/files', type: 'api' },
    {
      method: 'POST',
      path: '/hubs/general/files',
      vendorPath: '/files',
      type: 'api',
      parameters: [
        parameter('multipart', 'file', 'multipart', 'file', { dataType: 'file' }),
        parameter('multipart', 'title', 'multipart'),
      ],
    },
    {
      method: 'GET',
      path: '/hubs/general/files/{id}',
      vendorPath: '/files/{id}',
      type: 'api',
      parameters: [parameter('path', 'id')],
    },
    {
      method: 'GET',
      path: '/hubs/general/files/{id}/content',
      vendorPath: '/files/{id}/content',
      type: 'api',
      parameters: [parameter('path', 'id')],
      valence: { download: true },
    },
  ],
});

const oauthAddresses = (key: string) => ({
  'oauth.authorization.url': `https://${key}.vendor.test/authorize`,
  'oauth.token.url': `https://${key}.vendor.test/token`,
});

/** One document for each kind of credential. */
export const credentialDocuments: ElementDocument[] = [
  documentOf('asbasic', { authentication: { type: 'basic' }, asked: ['username', 'password'], resources: contacts() }),
  documentOf('askeyheader', {
    asked: ['api.key'],
    parameters: [{ name: 'api.key', type: 'configuration', vendorType: 'header', vendorName: 'X-Api-Key' }],
    resources: contacts(),
  }),
  documentOf('askeyquery', {
    asked: ['api.key'],
    parameters: [{ name: '{api.key}', type: 'value', vendorType: 'query', vendorName: 'api_key' }],
    resources: contacts(),
  }),
  documentOf('asencoded', {
    asked: ['username', 'password'],
    parameters: [
      {
        type: 'header',
        name: 'Authorization',
        vendorType: 'value',
        vendorName: 'Basic CE.b64({username}:{password})',
      },
    ],
    resources: contacts(),
  }),
  documentOf('asoauth2', {
    authentication: { type: 'oauth2' },
    settings: { ...oauthAddresses('asoauth2'), 'oauth.basic.header': 'true', 'oauth.user.refresh_interval': '3600' },
    asked: ['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url'],
    resources: contacts(),
  }),
  documentOf('aspassword', {
    authentication: { type: 'oauth2Password' },
    settings: { 'oauth.token.url': 'https://aspassword.vendor.test/token' },
    asked: ['oauth.api.key', 'oauth.api.secret', 'username', 'password'],
    resources: contacts(),
  }),
  documentOf('asoauth1', {
    authentication: { type: 'oauth1' },
    settings: { ...oauthAddresses('asoauth1'), 'oauth.request.url': 'https://asoauth1.vendor.test/request' },
    asked: ['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url'],
    resources: contacts(),
  }),
  documentOf('assession', {
    asked: ['username', 'password'],
    settings: { 'session.token': '' },
    parameters: [{ name: 'session.token', type: 'configuration', vendorType: 'header', vendorName: 'X-Session' }],
    resources: [
      {
        method: 'POST',
        path: '/hubs/general/login',
        vendorPath: '/login',
        type: 'onProvision',
        parameters: [
          parameter('configuration', 'username', 'bodyField', 'user'),
          parameter('configuration', 'password', 'bodyField', 'password'),
          {
            name: 'session.token',
            type: 'configuration',
            vendorType: 'bodyField',
            vendorName: 'data.session',
            source: 'response',
          },
        ],
      },
      ...contacts(),
    ],
  }),
];
