// What the views of common resources ask of the server.

import { useQuery } from '@tanstack/react-query';
import { CallError, call, callForList } from '../call.ts';
import type { ConnectedAccount } from '../components/connected-accounts.ts';
import type { ElementSummary } from '../components/known-elements.ts';
import type { Definition, DefinitionField, Level, MappingField, OwnLevel, Transformation } from './documents.ts';

/** A common resource, the fields of all levels that one sees in one list. */
export interface CommonResource {
  name: string;
  level: Level;
  fields?: DefinitionField[];
  mappedElementKeys: string[];
}

/** A connected account, and the element that it is connected at. */
export interface MappedAccount extends ConnectedAccount {
  element: ElementSummary;
}

/** An object of a vendor, and where its records are listed. */
export interface VendorObject {
  name: string;
  path?: string;
}

export interface VendorField {
  vendorPath: string;
  type: string;
  vendorDisplayName?: string;
  vendorReadOnly?: boolean;
  vendorRequired?: boolean;
  primaryKey?: boolean;
  /** only this account has it, as its vendor or its records tell */
  isCustom?: boolean;
}

/** The key of everything that is asked for here. */
export const resourcesKey = ['common-resources'];

export function useCommonResources() {
  return useQuery({
    queryKey: [...resourcesKey, 'list'],
    queryFn: async () => (await callForList<CommonResource>('GET', '/common-resources')).body,
  });
}

export function useCommonResource(name: string) {
  return useQuery({
    queryKey: [...resourcesKey, 'one', name],
    queryFn: () => call<CommonResource>('GET', `/common-resources/${encodeURIComponent(name)}`),
  });
}

/** The mappings of an object with all levels that one sees, one for each element. */
export function useMappings(name: string) {
  return useQuery({
    queryKey: [...resourcesKey, 'mappings', name],
    queryFn: async () => {
      const path = `/vdrs/${encodeURIComponent(name)}/transformations`;
      return (await callForList<Transformation & { elementKey: string; level: Level }>('GET', path)).body;
    },
  });
}

/** Where something is said in paths of the API. */
export interface Place {
  level: OwnLevel;
  elementKey: string | undefined;
  instanceId: number | undefined;
}

/** The path of what a place says of an object; undefined while an instance or element is missing. */
export function definitionPath(objectName: string, { level, instanceId }: Place): string | undefined {
  const object = encodeURIComponent(objectName);
  if (level === 'instance') {
    return instanceId === undefined ? undefined : `/instances/${instanceId}/objects/${object}/definitions`;
  }
  return `/${level}s/objects/${object}/definitions`;
}

/** The same of its mapping. */
export function transformationPath(objectName: string, { level, elementKey, instanceId }: Place): string | undefined {
  const object = encodeURIComponent(objectName);
  if (elementKey === undefined) return undefined;
  if (level === 'instance') {
    return instanceId === undefined ? undefined : `/instances/${instanceId}/transformations/${object}`;
  }
  return `/${level}s/elements/${encodeURIComponent(elementKey)}/transformations/${object}`;
}

/** What is saved at a place, and at no other. */
export interface Saved {
  definition: Definition | undefined;
  transformation: Transformation | undefined;
}

export function useSaved(objectName: string, place: Place) {
  return useQuery({
    queryKey: [...resourcesKey, 'saved', objectName, place],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => readSaved(objectName, place),
  });
}

/** Reads what is saved at a place. */
async function readSaved(objectName: string, place: Place): Promise<Saved> {
  const [definition, transformation] = await Promise.all([
    readIfThere<Definition>(definitionPath(objectName, place)),
    readIfThere<Transformation>(transformationPath(objectName, place)),
  ]);
  return { definition, transformation };
}

async function readIfThere<Document>(path: string | undefined): Promise<Document | undefined> {
  if (path === undefined) return undefined;
  try {
    return await call<Document>('GET', path);
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return undefined;
    throw error;
  }
}

export function useVendorObjects(elementKey: string | undefined) {
  return useQuery({
    queryKey: ['vendor-objects', elementKey],
    enabled: elementKey !== undefined,
    staleTime: 60_000,
    queryFn: async () => (await callForList<VendorObject>('GET', vendorObjectsPath(elementKey))).body,
  });
}

/** The fields of a vendor’s object: those of the element’s models, and with an account those that only it has. */
export function useVendorFields(
  elementKey: string | undefined,
  vendorName: string,
  account: MappedAccount | undefined,
  /** the account knows it under this name as our object, not as the vendor’s */
  isShadowed: boolean,
) {
  return useQuery({
    queryKey: ['vendor-fields', elementKey, vendorName, account?.id, isShadowed],
    enabled: elementKey !== undefined && vendorName !== '',
    staleTime: 60_000,
    queryFn: async () => {
      const path = `${vendorObjectsPath(elementKey)}/${encodeURIComponent(vendorName)}`;
      const known = await fieldsAt(path, undefined);
      if (account === undefined || account.disabled || isShadowed) return known;
      const own = `/hubs/${account.element.hub}/objects/${encodeURIComponent(vendorName)}/metadata`;
      const ofAccount = await fieldsAt(own, account.id);
      const paths = new Set(known.map(({ vendorPath }) => vendorPath));
      const custom = ofAccount.filter(({ vendorPath }) => !paths.has(vendorPath));
      return [...known, ...custom.map((field) => ({ ...field, isCustom: known.length > 0 }))];
    },
  });
}

/** The fields that are known at a path; none where nothing is known. */
async function fieldsAt(path: string, instance: number | undefined): Promise<VendorField[]> {
  try {
    const options = instance === undefined ? {} : { instance };
    const { fields = [] } = await call<{ fields?: VendorField[] }>('GET', path, options);
    return fields.filter(({ vendorPath }) => typeof vendorPath === 'string' && vendorPath !== '');
  } catch (error) {
    if (error instanceof CallError && error.status >= 400 && error.status < 500) return [];
    throw error;
  }
}

function vendorObjectsPath(elementKey: string | undefined): string {
  return `/elements/${encodeURIComponent(elementKey ?? '')}/vendor-objects`;
}

/** A record to choose from a list. */
export interface RecordChoice {
  id: string;
  label: string;
}

/** The first records of a vendor’s object at an account. */
export function useRecords(
  account: MappedAccount | undefined,
  object: VendorObject | undefined,
  idPath: string | undefined,
) {
  return useQuery({
    queryKey: ['records', account?.id, object?.path, idPath],
    enabled: account !== undefined && !account.disabled && object?.path !== undefined,
    staleTime: 60_000,
    queryFn: async () => {
      const path = `/hubs/${account?.element.hub}${object?.path}`;
      const options = { instance: account?.id ?? 0, query: { pageSize: 20 } };
      const { body } = await callForList<Record<string, unknown>>('GET', path, options);
      return (Array.isArray(body) ? body : []).flatMap((record) => choiceOf(record, idPath));
    },
  });
}

const naming = /^(?:name|title|subject|display_?name|full_?name|email)$/i;

function choiceOf(record: Record<string, unknown>, idPath: string | undefined): RecordChoice[] {
  const key = [idPath ?? 'id', 'id', 'Id', 'ID'].find((name) => ['string', 'number'].includes(typeof record[name]));
  if (key === undefined) return [];
  const id = String(record[key]);
  const named = Object.entries(record).find(([name, value]) => naming.test(name) && typeof value === 'string');
  return [{ id, label: named === undefined ? id : `${String(named[1]).slice(0, 60)} (${id})` }];
}

/** What a mapping did with one record, as the API tells it. */
export interface Trial {
  vendorName: string;
  original: unknown;
  transformed?: unknown;
  fields: {
    path: string;
    from?: string;
    by: 'field' | 'default' | 'passThrough';
    before?: unknown;
    after?: unknown;
    lost?: string;
  }[];
  dropped: string[];
  faults: { path: string; message: string }[];
  scriptFaults: string[];
  laws: Law[];
}

/** Whether a field can be written back as it was read. */
export interface Law {
  path: string;
  vendorPath?: string;
  type?: string;
  lawful: boolean;
  reason?: string;
}

/** What is tried: a draft at its level, at an element or one of its accounts. */
export interface TrialPlace {
  objectName: string;
  level: OwnLevel;
  elementKey: string;
  instanceId: number | undefined;
  definition: Definition | undefined;
  transformation: Transformation | undefined;
}

/** Tries a draft on a record or a payload; nothing is written. */
export function tryDraft(
  { objectName, elementKey, instanceId, ...draft }: TrialPlace,
  input: { payload: object; method: 'GET' | 'PUT' } | { recordId: string },
): Promise<Trial> {
  const where = instanceId === undefined ? { elementId: elementKey } : { elementInstanceId: instanceId };
  return call<Trial>('POST', `/transformations/${encodeURIComponent(objectName)}/execute`, {
    body: { ...where, ...draft, ...input },
  });
}

export interface Suggestion {
  path: string;
  best?: { vendorPath: string; confidence: number; reason: string };
}

/** Proposals for fields, from models and, where an account is chosen, from some of its records. */
export function useSuggestions(asked: {
  elementKey: string | undefined;
  instanceId: number | undefined;
  vendorName: string;
  fields: { path: string; type?: string | undefined }[];
}) {
  const { elementKey, instanceId, vendorName, fields } = asked;
  return useQuery({
    queryKey: ['suggestions', elementKey, instanceId, vendorName, fields],
    enabled: elementKey !== undefined && vendorName !== '' && fields.length > 0,
    placeholderData: (previous: Map<string, NonNullable<Suggestion['best']>> | undefined) => previous,
    queryFn: async () => {
      const body = { vendorName, fields: fields.slice(0, 500) };
      const suggest = (where: object) =>
        call<Suggestion[]>('POST', '/transformations/suggest', { body: { ...body, ...where } });
      const offline = () => suggest({ elementId: elementKey });
      // A vendor that cannot be asked now is no reason to propose nothing.
      const found = await (instanceId === undefined
        ? offline()
        : suggest({ elementInstanceId: instanceId, liveSamples: 10 }).catch(offline));
      return new Map(found.flatMap(({ path, best }) => (best === undefined ? [] : [[path, best] as const])));
    },
  });
}

/** What levels above a place say of an object's mapping, by the field's path. */
export function inheritedFields(
  mapping: Transformation | undefined,
  isAbove: (level: Level) => boolean,
): Map<string, MappingField> {
  const fields = (mapping?.fields ?? []).filter(({ associatedLevel }) => isAbove(associatedLevel ?? 'system'));
  return new Map(fields.flatMap((field) => (field.path ? [[field.path, field] as const] : [])));
}
