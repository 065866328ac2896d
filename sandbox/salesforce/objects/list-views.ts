// List views, which people make in Salesforce's own pages and the API only reads (Object Reference "ListView").

import { field, flag, object, pick, readOnly, type SObject, text } from './field.ts';

/** The objects that have list views from the start. */
export const viewedObjects = ['Account', 'Contact', 'Lead', 'Opportunity', 'Campaign', 'Case'] as const;

export const listViewObjects: readonly SObject[] = [
  object({
    name: 'ListView',
    keyPrefix: '00B',
    createable: false,
    updateable: false,
    deletable: false,
    fields: [
      text('Name', 80, { nillable: false, ...readOnly }),
      text('DeveloperName', 80, { nillable: false, ...readOnly }),
      text('NamespacePrefix', 15, readOnly),
      pick('SobjectType', viewedObjects, { restrictedPicklist: true, ...readOnly }),
      flag('IsSoqlCompatible', readOnly),
      field('datetime', 'LastViewedDate', readOnly),
      field('datetime', 'LastReferencedDate', readOnly),
    ],
  }),
];
