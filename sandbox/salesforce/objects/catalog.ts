// The objects of a Salesforce organization and their standard fields (Object Reference for Salesforce), as data. Compound
// fields (addresses) and fields of features that must be switched on are left out.

import { apexJobObjects } from './apex-jobs.ts';
import { contentObjects } from './content.ts';
import { feedObjects } from './feeds.ts';
import type { Field, SObject, Value } from './field.ts';
import { knowledgeObjects } from './knowledge.ts';
import { listViewObjects } from './list-views.ts';
import { peopleObjects } from './people.ts';
import { salesObjects } from './sales.ts';
import { serviceObjects } from './service.ts';

/** Every kind of record that the sandbox's organizations have. */
export const salesforceObjects: readonly SObject[] = [
  ...salesObjects,
  ...serviceObjects,
  ...peopleObjects,
  ...contentObjects,
  ...feedObjects,
  ...knowledgeObjects,
  ...listViewObjects,
  ...apexJobObjects,
];

const byName = new Map(salesforceObjects.map((object) => [object.name.toLowerCase(), object]));
const byPrefix = new Map(salesforceObjects.map((object) => [object.keyPrefix, object]));

/** The object of this name, in any case; undefined when the organization has none. */
export function findObject(name: string): SObject | undefined {
  return byName.get(name.toLowerCase());
}

/** The object that a record belongs to, by the first three characters of its id. */
export function objectOfId(id: Value | undefined): SObject | undefined {
  return byPrefix.get(String(id ?? '').slice(0, 3));
}

/** The field of this name, in any case; undefined when the object has none. */
export function findField(object: SObject, name: string): Field | undefined {
  return object.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

/** A reference of another object to this one, under the name that this one knows its children by. */
export interface ChildRelationship {
  child: SObject;
  field: Field;
  name: string | null;
}

/** The references of all objects to this one. */
export function childRelationships(object: SObject): ChildRelationship[] {
  return salesforceObjects
    .filter((child) => child.views.length === 0)
    .flatMap((child) =>
      child.fields
        .filter((field) => field.referenceTo.includes(object.name))
        .map((field) => ({ child, field, name: field.childrenName })),
    );
}
