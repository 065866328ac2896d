// The description of a whole element: its operations, what the platform adds, and the models.

import { describe, expect, test } from 'vitest';
import { defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import { describeElement } from './describe-element.ts';
import type { SwaggerDocument } from './swagger.ts';

const address = { host: 'api.test:8080', basePath: '/elements/api-v2', schemes: ['http'] };

function definition(more: Record<string, unknown>) {
  const document = {
    key: 'sample',
    name: 'Sample',
    hub: 'general',
    authentication: { type: 'basic' },
    configuration: [],
    ...more,
  };
  return defineElement(document as unknown as ElementDocument, 7, undefined);
}

function documentOf(more: Record<string, unknown>, part: { operationId?: string; objectName?: string } = {}) {
  const document = describeElement(definition(more), { address, ...part });
  if (document === undefined) throw new Error('nothing is described');
  return document;
}

const operation = (document: SwaggerDocument, method: string, path: string) => document.paths[path]?.[method];
const answer = (document: SwaggerDocument, method: string, path: string) =>
  operation(document, method, path)?.responses[200]?.schema;

const get = (path: string, more: Record<string, unknown> = {}) => ({
  method: 'GET',
  path: `/hubs/general${path}`,
  ...more,
});

describe('the frame', () => {
  test('says which element, where it is reached, and the groups of its paths', () => {
    const document = documentOf({ resources: [get('/contacts')] });
    expect(document).toMatchObject({
      swagger: '2.0',
      info: {
        title: 'sample',
        version: 'api-v2',
        'x-element-id': 7,
        'x-element-key': 'sample',
        'x-element-name': 'Sample',
        'x-element-hub': 'general',
      },
      host: 'api.test:8080',
      basePath: '/elements/api-v2',
      schemes: ['http'],
      tags: ['contacts', 'objects', 'ping', 'objectName'].map((name) => ({ name })),
    });
  });

  test('paths stand in the order of code units', () => {
    const paths = Object.keys(documentOf({ resources: [get('/b'), get('/a'), get('/B'), get('/a/{id}')] }).paths);
    expect(paths.slice(0, 4)).toEqual(['/B', '/a', '/a/{id}', '/b']);
    expect(paths).toEqual([...paths].sort());
  });
});

describe('resources', () => {
  test('those that callers reach are described, others are not', () => {
    const { paths } = documentOf({
      resources: [
        get('/shown', { type: 'api' }),
        get('/untyped'),
        get('/hidden', { type: 'apiNoDocumentation' }),
        get('/check', { type: 'provisionAuthValidation' }),
        get('/link', { valence: { internal: true } }),
        { method: 'COPY', path: '/hubs/general/copied' },
      ],
    });
    for (const path of ['/shown', '/untyped']) expect(paths).toHaveProperty([path]);
    for (const path of ['/hidden', '/check', '/link', '/copied']) expect(paths).not.toHaveProperty([path]);
  });

  test('an operation says what it does, to which group it belongs, and how it may end', () => {
    const document = documentOf({ resources: [get('/contacts/{id} ', { description: 'Read a contact' })] });
    expect(operation(document, 'get', '/contacts/{id}')).toMatchObject({
      operationId: 'getContactById',
      summary: 'Read a contact',
      tags: ['contacts'],
    });
    const statuses = Object.keys(operation(document, 'get', '/contacts/{id}')?.responses ?? {});
    expect(statuses).toEqual(['200', '400', '401', '403', '404', '405', '406', '409', '415', '500', '502']);
  });

  test('of two resources at one place the first counts, as for calls', () => {
    const resources = [get('/a', { description: 'first' }), get('/a', { description: 'second' })];
    expect(operation(documentOf({ resources }), 'get', '/a')?.summary).toBe('first');
  });

  test('operations of one name are numbered', () => {
    const resources = [get('/boards/{id}'), get('/boards/{x}/{id}')];
    const { paths } = documentOf({ resources });
    const names = Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
    expect(names).toContain('getBoardById2');
    expect(new Set(names).size).toBe(names.length);
  });

  test('a form is consumed as multipart', () => {
    const resources = [get('/files', { method: 'POST', parameters: [{ name: 'file', type: 'multipart' }] })];
    expect(operation(documentOf({ resources }), 'post', '/files')?.consumes).toEqual(['multipart/form-data']);
  });

  test('a sample of the answer is shown', () => {
    const resources = [get('/a', { response: { sampleData: '{}' } })];
    expect(operation(documentOf({ resources }), 'get', '/a')?.responses[200]).toMatchObject({
      'x-cloudelements-sample': '{}',
    });
  });
});

describe('what the platform adds', () => {
  const always = [
    '/objects',
    '/objects/{objectName}/docs',
    '/objects/{objectName}/metadata',
    '/ping',
    '/{objectName}',
    '/{objectName}/{objectId}',
    '/{objectName}/{objectId}/{childObjectName}',
    '/{objectName}/{objectId}/{childObjectName}/{childObjectId}',
  ];
  const jobs = ['/bulk/jobs', '/bulk/{id}/cancel', '/bulk/{id}/errors', '/bulk/{id}/status', '/bulk/{id}/{objectName}'];

  test('every element has the same sixteen operations', () => {
    const { paths } = documentOf({ resources: [] });
    expect(Object.keys(paths)).toEqual(always);
    expect(Object.values(paths).flatMap(Object.keys)).toHaveLength(16);
    expect(paths['/objects/{objectName}/docs']?.['get']?.operationId).toBe('getObjectsObjectNameDocs');
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['query', { bulkDownloadEnabled: true }, ['/bulk/query']],
    ['query of an object', { objects: [{ name: 'a', bulkDownloadEnabled: true }] }, ['/bulk/query']],
    ['download of an object', { objects: [{ name: 'a', hulkDownloadEnabled: true }] }, ['/bulk/download']],
    ['upload', { bulkUploadEnabled: true }, ['/bulk/{objectName}']],
    ['upload of an object', { objects: [{ name: 'a', bulkUploadEnabled: true }] }, ['/bulk/{objectName}']],
    ['nothing', { bulkDownloadEnabled: 'true', objects: ['bulkDownloadEnabled', null] }, []],
  ])('bulk %s brings its path, and that of jobs', (_what, more, expected) => {
    const paths = Object.keys(documentOf(more).paths).filter((path) => path.startsWith('/bulk'));
    expect(paths.sort()).toEqual([...expected, ...(expected.length === 0 ? [] : jobs)].sort());
  });

  test('what the element does by itself is not added, however it calls the parameters', () => {
    const document = documentOf({
      resources: [get('/ping', { description: 'my own' }), get('/{object}'), get('/{objectName}/{objectId}')],
    });
    expect(operation(document, 'get', '/ping')?.summary).toBe('my own');
    expect(operation(document, 'get', '/{objectName}')).toBeUndefined();
    expect(operation(document, 'post', '/{objectName}')).toBeDefined();
    expect(operation(document, 'patch', '/{objectName}/{objectId}')).toBeDefined();
  });

  test('versions of objects are known where the document is of the format that has them', () => {
    const names = (more: Record<string, unknown>) =>
      operation(documentOf(more), 'get', '/objects')?.parameters.map(({ name }) => name);
    expect(names({})).toEqual(['Authorization']);
    expect(names({ paginatorVersion: 'V2' })).toEqual(['Authorization', 'Elements-Version']);
  });

  test('fields can be selected of its lists, too', () => {
    const configuration = [{ key: 'allow.select.fields', defaultValue: 'true' }];
    const { paths } = documentOf({ configuration, bulkDownloadEnabled: true });
    const selecting = Object.entries(paths)
      .filter(([, methods]) => methods['get']?.parameters.some(({ name }) => name === 'fields'))
      .map(([path]) => path);
    expect(selecting).toEqual([
      '/bulk/jobs',
      '/bulk/{id}/errors',
      '/{objectName}',
      '/{objectName}/{objectId}/{childObjectName}',
    ]);
  });
});

describe('models', () => {
  const row = { properties: { id: { type: 'string' } } };
  const reference = (name: string) => ({ $ref: `#/definitions/${name}` });
  const answerOf = (...resources: Record<string, unknown>[]) => {
    const [first] = resources;
    return answer(documentOf({ resources }), String(first?.['method']).toLowerCase(), '/contacts');
  };

  test.each<[string, unknown, unknown]>([
    ['a record', { name: 'contact', swagger: { contact: row } }, reference('contact')],
    [
      'only rows',
      { name: 'contacts', swagger: { contactsObject: row } },
      { type: 'array', items: reference('contactsObject') },
    ],
    [
      'a list of rows by the name of their type',
      {
        name: 'contacts',
        swagger: { contactsObject: row, contacts: { type: 'array', items: { type: 'contactsObject' } } },
      },
      { type: 'array', items: reference('contactsObject') },
    ],
    ['a name that nothing describes', { name: 'contacts' }, undefined],
    ['nothing', null, undefined],
    ['a text', 'contacts', undefined],
    ['odd members', { name: 7, swagger: 'x' }, undefined],
  ])('the answer of a model with %s', (_what, model, expected) => {
    expect(answerOf(get('/contacts', { model }))).toEqual(expected);
  });

  test('a name may be described elsewhere in the element', () => {
    const described = get('/others', { model: { name: 'x', swagger: { contact: row } } });
    expect(answerOf(get('/contacts', { model: 'contact' }), described)).toEqual(reference('contact'));
  });

  test('without a model a resource answers what its neighbours do, when that is called like the path', () => {
    const list = get('/contacts', { model: { name: 'contacts', swagger: { contacts: row } } });
    const document = documentOf({ resources: [list, get('/contacts/{id}'), get('/other')] });
    expect(answer(document, 'get', '/contacts/{id}')).toEqual(reference('contacts'));
    expect(answer(document, 'get', '/other')).toBeUndefined();
  });

  test('a deletion answers nothing', () => {
    const model = { name: 'contact', swagger: { contact: row } };
    expect(answerOf(get('/contacts', { method: 'DELETE', model }))).toBeUndefined();
  });

  test('of models with one name the last path and method counts, and an answer before a request', () => {
    const model = (title: string, member = 'swagger') => ({ name: 'm', [member]: { contact: { title } } });
    const resources = [
      get('/b', { model: model('last path') }),
      get('/c', { method: 'POST', model: model('a request', 'requestSwagger') }),
      get('/b', { method: 'DELETE', model: model('method before') }),
      get('/a', { model: model('first path') }),
    ];
    expect(documentOf({ resources }).definitions['contact']).toEqual({ title: 'last path', type: 'object' });
  });

  test('a reference that leads nowhere finds an object of which nothing is known', () => {
    const resources = [get('/contacts', { parameters: [{ name: 'body', type: 'body', dataType: 'Lost' }] })];
    expect(documentOf({ resources }).definitions['Lost']).toEqual({ type: 'object' });
  });

  test('old ways of writing schemas become valid ones', () => {
    const contact = {
      id: 'contact',
      required: ['name', 'unknown'],
      properties: {
        name: { type: 'string', required: true, 'x-mask': 'a' },
        born: { type: 'dateTime' },
        friend: { $ref: 'contact' },
        phones: { type: 'array' },
        home: { type: ['Address', 'null'] },
        nothing: null,
      },
    };
    const resources = [get('/contacts', { model: { name: 'contact', swagger: { contact } } })];
    expect(documentOf({ resources }).definitions['contact']).toEqual({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', 'x-mask': 'a' },
        born: { type: 'string', format: 'date-time' },
        friend: reference('contact'),
        phones: { type: 'array', items: {} },
        home: reference('Address'),
        nothing: {},
      },
    });
  });

  test('names may be those of every object’s members', () => {
    const swagger = JSON.parse('{"__proto__":{"title":"a"},"constructor":{"title":"b"}}');
    const { definitions } = documentOf({ resources: [get('/contacts', { model: { name: '__proto__', swagger } })] });
    expect(Object.getOwnPropertyDescriptor(definitions, '__proto__')?.value).toEqual({ title: 'a', type: 'object' });
    expect(Object.hasOwn(definitions, 'constructor')).toBe(true);
  });
});

describe('a part', () => {
  const resources = [
    get('/contacts/{id}', {
      model: { name: 'contact', swagger: { contact: { properties: { home: { $ref: 'address' } } }, address: {} } },
    }),
    get('/notes', { objectName: 'contacts', model: { name: 'note', swagger: { note: {} } } }),
    get('/others', { model: { name: 'other', swagger: { other: {} } } }),
  ];

  test('is one operation with the models that it needs', () => {
    const document = documentOf({ resources }, { operationId: 'getContactById' });
    expect(Object.keys(document.paths)).toEqual(['/contacts/{id}']);
    expect(Object.keys(document.definitions)).toEqual(['contact', 'address']);
    expect(document.tags).toEqual([{ name: 'contacts' }]);
  });

  test('is an operation of the platform, too', () => {
    const document = documentOf({ resources }, { operationId: 'getPing' });
    expect([Object.keys(document.paths), Object.keys(document.definitions)]).toEqual([['/ping'], ['Pong']]);
  });

  test('is the resources of an object, by path or by name, without those of the platform', () => {
    const document = documentOf({ resources }, { objectName: 'contacts' });
    expect(Object.keys(document.paths)).toEqual(['/contacts/{id}', '/notes']);
    expect(Object.keys(document.definitions)).toEqual(['contact', 'address', 'note']);
  });

  test.each([{ operationId: 'getNothing' }, { objectName: 'nothing' }, { objectName: 'objects' }])(
    '%j is none',
    (part) => {
      expect(describeElement(definition({ resources }), { address, ...part })).toBeUndefined();
    },
  );
});
