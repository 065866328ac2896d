// What became of code that ran behind somebody's call (Object Reference "AsyncApexJob").

import { field, object, pick, readOnly, type SObject, text } from './field.ts';

/** Only the organization itself makes them. */
export const apexJobObjects: readonly SObject[] = [
  object({
    name: 'AsyncApexJob',
    keyPrefix: '707',
    createable: false,
    updateable: false,
    deletable: false,
    nameField: 'MethodName',
    fields: [
      field('reference', 'ApexClassId', { length: 18, ...readOnly }),
      text('MethodName', 255, readOnly),
      pick('JobType', ['Future'], readOnly),
      pick('Status', ['Queued', 'Completed', 'Failed'], readOnly),
      field('int', 'NumberOfErrors', { ...readOnly, defaultValue: 0 }),
      text('ExtendedStatus', 1000, readOnly),
    ],
  }),
];
