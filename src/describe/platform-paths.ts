// What every element has beside its own resources: ping, objects, records of any object, and bulk jobs where they are on.

import { type Definition, declaredObjects } from '../element/define.ts';
import { operationIdOf, tagOf } from './operation-id.ts';
import { authorization, nextPage, withFields } from './parameters.ts';
import { responsesOf } from './responses.ts';
import { referenceTo } from './schema.ts';
import type { Described, Schema, SwaggerOperation, SwaggerParameter } from './swagger.ts';

type Place = SwaggerParameter['in'];

function text(name: string, place: Place, description: string, more: Partial<SwaggerParameter> = {}): SwaggerParameter {
  return { name, in: place, description, required: place === 'path', type: 'string', ...more };
}

const objectName = text('objectName', 'path', 'The name of the object');
const objectId = text('objectId', 'path', 'The {objectName} ID');
const childObjectName = text('childObjectName', 'path', 'The name of the childObjectName');
const childObjectId = text('childObjectId', 'path', 'The {childObjectName} ID');
const record = (description: string): SwaggerParameter => ({
  name: 'Body',
  in: 'body',
  description,
  required: true,
  schema: referenceTo('Object'),
});
const version = text(
  'Elements-Version',
  'header',
  'Elements Version to be used for getting metadata, possible options are Hydrogen, Helium. Default value is Hydrogen',
  { enum: ['Hydrogen', 'Helium'] },
);
const pageSize = (description: string) => text('pageSize', 'query', description, { format: 'int64', type: 'integer' });
const search = [
  text('where', 'query', 'The CEQL search expression.'),
  pageSize('The page size. Defaults to 200 if not provided. Maximum of 5000.'),
  nextPage,
];
const jobPageSize = pageSize('The page size for pagination, which defaults to 200 if not supplied');
const isTrue = (name: string, description: string) => text(name, 'query', description, { type: 'boolean' });
const callback = text(
  'Elements-Async-Callback-Url',
  'header',
  'The Url to send the notification to when the Job is completed',
);
const date = (name: string) =>
  text(name, 'query', "The created/updated date of the object to filter on - optional eg. '2014-10-06T13:22:17-08:00'");
const multipart = { consumes: ['multipart/form-data'] };

const aRecord = referenceTo('Object');
const records: Schema = { type: 'array', items: aRecord };
const texts: Schema = { type: 'array', items: { type: 'string' } };

/** One operation of the platform; its name follows from method and path unless it has one. */
interface PlatformOperation {
  at: string;
  summary: string;
  given?: SwaggerParameter[];
  answer?: Schema;
  more?: Partial<SwaggerOperation>;
}

const always: PlatformOperation[] = [
  {
    at: 'GET /ping',
    summary:
      'Ping the Element to confirm that the Hub Element has a heartbeat.  If the Element does not have a heartbeat, an error message will be returned.',
    answer: referenceTo('Pong'),
  },
  { at: 'GET /objects', summary: 'Get a list of all the available objects.', answer: texts },
  {
    at: 'GET /objects/{objectName}/docs',
    summary: 'Get swagger docs for an object.',
    given: [
      objectName,
      isTrue('discovery', 'Include discovery metadata in definitions'),
      isTrue('resolveReferences', 'Optionally resolve swagger references for an inline object definition'),
      isTrue('basic', 'Include only OpenAPI / Swagger properties in definitions'),
      text(
        'version',
        'query',
        'The element swagger version to get the corresponding element swagger, Passing in "-1" gives latest element swagger',
        { default: '-1' },
      ),
    ],
    answer: referenceTo('swaggerDocs'),
    more: { operationId: 'getObjectsObjectNameDocs' },
  },
  {
    at: 'GET /objects/{objectName}/metadata',
    summary: 'Get a list of all the field for an object.',
    given: [objectName],
    answer: referenceTo('objectsMetadata'),
    more: { operationId: 'getObjectsObjectNameMetadata' },
  },
  { at: 'GET /{objectName}', summary: 'Search for {objectName}', given: [objectName, ...search], answer: records },
  {
    at: 'POST /{objectName}',
    summary: 'Create an {objectName}',
    given: [objectName, record('The {objectName}')],
  },
  {
    at: 'GET /{objectName}/{objectId}',
    summary: 'Retrieve an {objectName}',
    given: [objectName, objectId],
    answer: aRecord,
    more: { produces: ['application/json', 'application/pdf'] },
  },
  ...['PATCH', 'PUT'].map((method) => ({
    at: `${method} /{objectName}/{objectId}`,
    summary: 'Update an {objectName}',
    given: [objectName, objectId, record('The {objectName}')],
    answer: aRecord,
  })),
  { at: 'DELETE /{objectName}/{objectId}', summary: 'Delete an {objectName}', given: [objectName, objectId] },
  {
    at: 'GET /{objectName}/{objectId}/{childObjectName}',
    summary: 'Search for {childObjectName}',
    given: [objectName, objectId, childObjectName, ...search],
    answer: records,
  },
  {
    at: 'POST /{objectName}/{objectId}/{childObjectName}',
    summary: 'Create an {childObjectName}',
    given: [
      objectName,
      objectId,
      { ...childObjectName, description: objectName.description },
      record('The {childObjectName}'),
    ],
  },
  {
    at: 'GET /{objectName}/{objectId}/{childObjectName}/{childObjectId}',
    summary: 'Retrieve an {childObjectName}',
    given: [objectName, childObjectName, objectId, childObjectId],
    answer: aRecord,
  },
  ...['PATCH', 'PUT'].map((method) => ({
    at: `${method} /{objectName}/{objectId}/{childObjectName}/{childObjectId}`,
    summary: 'Update an {childObjectName}',
    given: [objectName, childObjectName, objectId, childObjectId, record('The {objectName}')],
    answer: aRecord,
  })),
  {
    at: 'DELETE /{objectName}/{objectId}/{childObjectName}/{childObjectId}',
    summary: 'Delete an {childObjectName}',
    given: [objectName, childObjectName, objectId, childObjectId],
  },
];

const download: PlatformOperation = {
  at: 'POST /bulk/download',
  summary: 'Create a new bulk download job (asynchronous)',
  given: [
    {
      name: 'body',
      in: 'body',
      description: 'The object body',
      required: true,
      schema: referenceTo('bulkDownloadRequest'),
    },
  ],
  answer: referenceTo('BulkQuery'),
};
const query: PlatformOperation = {
  at: 'POST /bulk/query',
  summary: 'Create an asynchronous bulk query job.',
  given: [
    callback,
    text(
      'q',
      'query',
      'The CEQL query. When this parameter is omitted, all objects of the given type are returned via the bulk job. Endpoint limiters may still apply.',
    ),
    text(
      'lastRunDate',
      'query',
      "The last time this query was run. This is optional. You can also have this parameter in the query and leave this blank - optional eg. '2014-10-06T13:22:17-08:00'",
    ),
    date('from'),
    date('to'),
    text(
      'metaData',
      'formData',
      'Optional JSON MetaData that contains callback-payload, ex: {"callback-payload" : <Json> }. callback-payload - is passed back in bulk job notification ',
    ),
  ],
  answer: referenceTo('BulkQuery'),
  more: multipart,
};
const upload: PlatformOperation = {
  at: 'POST /bulk/{objectName}',
  summary: 'Upload a file of objects to be bulk uploaded to the provider.',
  given: [
    callback,
    { ...objectName, description: 'The name of the object for which data needs to be uploaded.' },
    text(
      'metaData',
      'formData',
      'Optional JSON MetaData that contains callback-payload, path or format, ex: {"path" : <path for the sub resource>, "format": <json/csv>, "callback-payload":<json>}. path - is passed to the endpoint for bulk loading the data into a nested object. Optional JSON Metadata that contains identifierFieldName, action, listId or campaignId. The identifierField name is used for upserts and the optional fields like listId or campaignId. Example: {"listId":"1014","action":"upsert"}. If the Upload format is JSON pass metadata as {"format":"json"}. callback-payload - is passed back in bulk job notification ',
    ),
    text(
      'file',
      'formData',
      'The file of objects to bulk load. If the JSON file upload, each JSON record should be in a single line',
      { type: 'file' },
    ),
  ],
  answer: referenceTo('BulkUploadResponse'),
  more: multipart,
};
const jobId = (description: string) => text('id', 'path', description);
const jobs: PlatformOperation[] = [
  {
    at: 'GET /bulk/jobs',
    summary: 'Fetch all the bulk jobs for an instance',
    given: [
      text(
        'where',
        'query',
        "The CEQL search expression, or the where clause, without the WHERE keyword, in a typical SQL query. For example to get all upload jobs the expression would be where=job_direction='UPLOAD'. The following fields are valid search fields 'object_name', 'job_status', 'job_direction', 'record_count'",
      ),
      nextPage,
      jobPageSize,
    ],
    answer: referenceTo('BulkJobList'),
  },
  {
    at: 'PUT /bulk/{id}/cancel',
    summary: 'Cancel an asynchronous bulk query job.',
    given: [jobId('The ID of the bulk job to cancel.')],
    answer: referenceTo('BulkStatus'),
  },
  {
    at: 'GET /bulk/{id}/errors',
    summary: 'Retrieve the errors of a bulk job.',
    given: [jobId('The ID of the bulk job to retrieve its errors.'), jobPageSize, nextPage],
    answer: texts,
  },
  {
    at: 'GET /bulk/{id}/status',
    summary: 'Retrieve the status of a bulk job.',
    given: [jobId('The ID of the bulk job to retrieve its status.')],
    answer: referenceTo('BulkStatus'),
  },
  {
    at: 'GET /bulk/{id}/{objectName}',
    summary: 'Retrieve the results of an asynchronous bulk query.',
    given: [jobId('The ID of the bulk job'), objectName],
    answer: { type: 'file' },
    more: { produces: ['text/csv', 'application/json', 'application/jsonl'] },
  },
];

/** What the platform adds to an element: always the same, and bulk jobs as the element and its objects allow. */
export function platformOperations(definition: Definition): Described[] {
  const { document } = definition;
  const element: Record<string, unknown> = document;
  const objects = declaredObjects(document);
  const some = (flag: string) => objects.some((object) => object[flag] === true);
  const bulk = [
    ...(some('hulkDownloadEnabled') ? [download] : []),
    ...(element['bulkDownloadEnabled'] === true || some('bulkDownloadEnabled') ? [query] : []),
    ...(element['bulkUploadEnabled'] === true || some('bulkUploadEnabled') ? [upload] : []),
  ];
  return [...always, ...bulk, ...(bulk.length === 0 ? [] : jobs)].map((one) => describe(definition, one));
}

/** Documents of the format that says how pages are read know versions of `/objects`; older ones came before them. */
function hasVersions({ document }: Definition): boolean {
  return Object.hasOwn(document, 'paginatorVersion');
}

const versioned = new Set(['GET /objects', 'GET /objects/{objectName}/metadata']);

function describe(definition: Definition, { at, summary, given = [], answer, more }: PlatformOperation): Described {
  const [method = '', path = ''] = at.split(' ');
  const known = [authorization, ...given, ...(versioned.has(at) && hasVersions(definition) ? [version] : [])];
  return {
    method: method.toLowerCase(),
    path,
    operation: {
      operationId: operationIdOf(method, path),
      summary,
      tags: [tagOf(path)],
      ...more,
      parameters: withFields(definition, method.toLowerCase(), known),
      responses: responsesOf(answer),
    },
  };
}

const object = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  ...more,
  properties,
});
const string = { type: 'string' };
const integer = { type: 'integer', format: 'int64' };
const number = { type: 'number' };
const told = (type: Schema, description: string): Schema => ({ ...type, description });

/** The models of what the platform answers. */
export const platformModels: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ['Pong', object({ dateTime: { type: 'string', format: 'date-time' }, endpoint: string })],
  [
    'Object',
    object(
      { objectField: string },
      {
        description:
          'Fields for the object. There will be fields associated with an Object, which are not all described here.',
      },
    ),
  ],
  ['objectsMetadata', object({ fields: { type: 'array', items: referenceTo('objectsMetadataFields') } })],
  [
    'objectsMetadataFields',
    object({
      vendorPath: string,
      vendorDisplayName: string,
      vendorReadOnly: { type: 'boolean' },
      vendorRequired: { type: 'boolean' },
      type: string,
      mask: string,
    }),
  ],
  ['swaggerDocs', { type: 'object', title: 'swaggerDocs', description: 'a description in Swagger 2.0' }],
  [
    'bulkDownloadRequest',
    object(
      {
        objectName: string,
        format: { type: 'string', enum: ['application/json', 'txt/csv', 'application/jsonl'] },
        selectFields: string,
        where: string,
        query: { type: 'object' },
        from: { type: 'string', format: 'date-time' },
        to: { type: 'string', format: 'date-time' },
        filterDateField: string,
        filterNulls: { type: 'boolean' },
        limit: integer,
        pageSize: integer,
        apiLimit: integer,
        continueFromJobId: integer,
        notificationUrl: string,
        docsHubDetails: object({ instanceId: string, path: string }),
      },
      { title: 'bulkDownloadRequest', required: ['objectName', 'format'] },
    ),
  ],
  [
    'BulkQuery',
    object({
      id: told(string, 'Id of the bulk job'),
      instanceId: number,
      status: told(string, 'Status of the bulk job'),
    }),
  ],
  [
    'BulkUploadResponse',
    object(
      {
        id: told(string, 'Id of the bulk job'),
        instanceId: told(integer, 'Instance Id of the bulk job'),
        status: told(string, 'Status of the bulk job'),
      },
      { description: 'BulkLoad response of bulk download.' },
    ),
  ],
  [
    'BulkStatus',
    object(
      {
        batchId: told(number, 'Contact/Leads loaded'),
        status: told(string, 'Status of the bulk job'),
        message: string,
        numOfLeadsProcessed: told(number, 'Contact/Leads loaded'),
        numOfRowsFailed: told(number, 'Failed count'),
        numOfRowsWithWarning: told(number, 'Contact/Leads that had warnings'),
      },
      { description: 'Status of the bulk upload.' },
    ),
  ],
  [
    'BulkJobList',
    object(
      {
        id: integer,
        instanceId: integer,
        object_name: string,
        status: string,
        job_direction: string,
        job_query: string,
        job_state: string,
        job_reset_attempt: integer,
        record_count: integer,
        error_count: integer,
        createdDate: integer,
        completion_time: integer,
        fileFormat: string,
        notification_url: string,
      },
      { title: 'BulkJobList' },
    ),
  ],
]);
