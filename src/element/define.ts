// An element document made ready for use: its settings by key, its resources by path.

import type { ElementDocument, Resource, Setting } from './definition.ts';

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
  readonly settings: ReadonlyMap<string, Setting>;
}

/** Makes a checked document ready for use. */
export function defineElement(document: ElementDocument, id: number, owner: ElementOwner | undefined): Definition {
  return {
    id,
    key: document.key,
    document,
    owner,
    settings: new Map(document.configuration.map((setting) => [setting.key, setting])),
  };
}

/** The resources of one lifecycle type, such as `provisionAuthValidation`, in the document's order. */
export function lifecycleResources(definition: Definition, type: string): Resource[] {
  return (definition.document.resources ?? []).filter((resource) => resource.type === type);
}

/** A path without its decorative `/hubs/<hub>`. */
export function withoutHub(path: string): string {
  return path.replace(/^\/hubs\/[^/]+(?=\/|$)/, '');
}
