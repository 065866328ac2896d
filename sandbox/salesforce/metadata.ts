// The objects that an organization can make itself: read by the Tooling API, where "CustomObject" has only Query and GET,
// and written by the Metadata API, which is SOAP (Metadata API Developer Guide "createMetadata()", "updateMetadata()",
// "deleteMetadata()", "CustomObject").

import { recordId } from './record-id.ts';

/** An object that the organization made. */
export interface CustomObject {
  id: string;
  /** `Shipment__c`, `Knowledge__kav`. */
  fullName: string;
  label: string;
  pluralLabel: string;
  description: string | null;
  createdDate: string;
}

/** The custom objects of one organization. */
export interface CustomObjects {
  all(): readonly CustomObject[];
  find(fullName: string): CustomObject | undefined;
  add(object: Omit<CustomObject, 'id'>): CustomObject;
  remove(object: CustomObject): void;
}

/** Those that every organization of the sandbox has from the start. */
const first = [
  { fullName: 'Shipment__c', label: 'Shipment', pluralLabel: 'Shipments' },
  { fullName: 'Knowledge__kav', label: 'Knowledge', pluralLabel: 'Knowledge' },
  { fullName: 'Support__Discussion__kav', label: 'Discussion', pluralLabel: 'Discussions' },
  ...['Manual', 'Recall', 'Release Note', 'Policy', 'Price List', 'Checklist', 'How To', 'Glossary', 'Offer'].map(
    (label) => ({ fullName: `${label.replaceAll(' ', '_')}__kav`, label, pluralLabel: `${label}s` }),
  ),
];

/** An organization's custom objects, those that it has from the start. */
export function createCustomObjects(): CustomObjects {
  let made = 0;
  let objects: CustomObject[] = [];
  function add(object: Omit<CustomObject, 'id'>): CustomObject {
    made += 1;
    const added = { ...object, id: recordId('01I', made) };
    objects.push(added);
    return added;
  }
  for (const object of first) add({ ...object, description: null, createdDate: '2023-01-02T08:00:00.000+0000' });
  return {
    all: () => objects,
    find: (fullName) => objects.find((object) => object.fullName.toLowerCase() === fullName.toLowerCase()),
    add,
    remove(object) {
      objects = objects.filter((one) => one !== object);
    },
  };
}
