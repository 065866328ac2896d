// An element document made ready for use: its settings by key, its resources by path.

import { isObject } from '../core/http.ts';
import type { ElementDocument, Resource, Setting } from './definition.ts';
import type { ResourceVariant } from './extension.ts';

/** Who owns a private element. */
export interface ElementOwner {
  organizationId: number;
  accountId: number;
}

/** An element as the program uses it. */
export interface Definition {
  readonly id: number;
  readonly key: string;
  readonly document: ElementDocument;
  /** undefined for an element of the catalog, which everybody sees */
  readonly owner: ElementOwner | undefined;
  /** whether the account that it is defined for added to it */
  readonly extended: boolean;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** Makes a checked document ready for use. */
export function defineElement(
  document: ElementDocument,
  id: number,
  owner: ElementOwner | undefined,
  extended = false,
): Definition {
  return {
    id,
    key: document.key,
    document,
    owner,
    extended,
    settings: new Map(document.configuration.map((setting) => [setting.key, setting])),
  };
}

/** The resources of a document; some documents say null instead of none. */
export function resourcesOf({ resources }: ElementDocument): readonly Resource[] {
  return resources ?? [];
}

/** The resources of one lifecycle type, such as `provisionAuthValidation`, in the document's order. */
export function lifecycleResources(definition: Definition, type: string): Resource[] {
  return resourcesOf(definition.document).filter((resource) => resource.type === type);
}

/** Whether callers reach a resource: those of the lifecycle run by themselves, internal ones as links of chains. */
export function isCallable({ type, valence }: Resource): boolean {
  if (valence?.internal === true) return false;
  return type === undefined || type === null || callableTypes.has(type);
}

/** The types of resources that callers reach; without a type they do, too. */
export const callableTypes: ReadonlySet<string> = new Set(['api', 'apiNoDocumentation']);

/** Whether a resource gives rows: a list, also of records of any kind, or one from which a row is picked. */
export function isList({ method, path, valence }: Resource): boolean {
  if (method.toUpperCase() !== 'GET') return false;
  const last = /\{:?([^{}]*)\}$/.exec(path.trim())?.[1];
  return last === undefined || last === 'objectName' || last === 'childObjectName' || valence?.pick !== undefined;
}

/** A path without its decorative `/hubs/<hub>`. */
export function withoutHub(path: string): string {
  return path.replace(/^\/hubs\/[^/]+(?=\/|$)/, '');
}

/** The forms that a resource has when the caller gives `where`; those for certain fields come first. */
export function variantsOf({ valence }: Resource): readonly ResourceVariant[] {
  const { whenFiltered = [] } = valence ?? {};
  if (!Array.isArray(whenFiltered)) return [whenFiltered];
  return whenFiltered.toSorted((a, b) => Number(a.fields === undefined) - Number(b.fields === undefined));
}

/** A resource as it is in one of its forms: the variant's members in place of its own. */
export function asVariant(resource: Resource, variant: ResourceVariant): Resource {
  const { totalKey, paging, fields: _, ...members } = variant;
  const { paging: __, whenFiltered: ___, ...extension } = resource.valence ?? {};
  const valence = {
    ...extension,
    ...(totalKey === undefined ? {} : { totalKey }),
    ...(paging === undefined ? {} : { paging }),
  };
  return { ...resource, ...members, valence };
}

/** What the vendor calls an object of an element: `vendorName` of its declaration, or undefined where it has none. */
export function vendorObjectName({ document }: Definition, name: string): string | undefined {
  const found = declaredObjects(document).find((object) => object['name'] === name)?.['vendorName'];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The objects that a document declares. */
export function declaredObjects({ objects }: ElementDocument): Record<string, unknown>[] {
  return Array.isArray(objects) ? objects.filter(isObject) : [];
}
