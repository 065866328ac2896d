// Which elements an account can use: the catalog's and its own.

import { Problem } from '../core/errors.ts';
import type { Catalog } from '../element/catalog.ts';
import { type Definition, defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import type { ElementStore, StoredElement } from '../store/elements.ts';

/** Whose elements are meant; undefined for a caller without credentials, who sees the catalog only. */
export type ElementViewer = { organizationId: number; accountId: number } | undefined;

/** Finds elements. */
export interface Elements {
  /** The element with a key or id; a private one wins over the catalog's. Throws a Problem when there is none. */
  find(keyOrId: string, viewer: ElementViewer): Promise<Definition>;
  /** The element that an instance was made with: the same definition each time, as long as its document does not change. */
  byId(id: number, viewer: NonNullable<ElementViewer>): Promise<Definition>;
  /** All elements that a viewer sees. */
  list(viewer: ElementViewer): Promise<Definition[]>;
}

/** Makes the finder of elements from the catalog and the store of private ones. */
export function createElements(catalog: Catalog, store: ElementStore): Elements {
  const catalogById = new Map(catalog.elements.map((element) => [element.id, element]));

  const defined = new WeakMap<StoredElement, Definition>();

  const define = (stored: StoredElement): Definition => {
    const { id, organizationId, accountId } = stored;
    const known = defined.get(stored);
    if (known !== undefined) return known;
    const definition = defineElement(stored.document as unknown as ElementDocument, id, { organizationId, accountId });
    defined.set(stored, definition);
    return definition;
  };
  const own = async (viewer: ElementViewer): Promise<Definition[]> =>
    viewer === undefined ? [] : (await store.list(viewer.organizationId, viewer.accountId)).map(define);
  const list = async (viewer: ElementViewer) => [...(await own(viewer)), ...catalog.elements];

  return {
    list,
    async find(keyOrId, viewer) {
      return pickElement(await list(viewer), keyOrId);
    },
    async byId(id, viewer) {
      const found = catalogById.get(id);
      if (found !== undefined) return found;
      const stored = await store.byId(viewer.organizationId, viewer.accountId, id);
      if (stored !== undefined) return define(stored);
      throw new Problem('notFound', `The element ${id} that the instance was made with no longer exists.`);
    },
  };
}

/** The first of these elements with a key or id; private ones stand before the catalog's. Throws a Problem when none has. */
export function pickElement(elements: readonly Definition[], keyOrId: string): Definition {
  const found = elements.find((element) => element.key === keyOrId || String(element.id) === keyOrId);
  if (found !== undefined) return found;
  throw new Problem('notFound', `No element found with the key or id ${keyOrId}; GET /elements/keys lists them.`);
}
