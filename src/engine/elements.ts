// Which elements an account can use: its own, those shared with it and the catalog's, each with what the account added.

import { Problem } from '../core/errors.ts';
import type { Catalog } from '../element/catalog.ts';
import { type Definition, defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import { type Extension, extendDocument } from '../element/extend.ts';
import { withReservedSettings } from '../element/reserved-settings.ts';
import type { AccountExtensions, ExtensionStore } from '../store/element-extensions.ts';
import type { ElementAccount, ElementStore, StoredElement } from '../store/elements.ts';

/** Whose elements are meant; undefined for a caller without credentials, who sees the catalog only. */
export type ElementViewer = ElementAccount | undefined;

/** Finds elements. */
export interface Elements {
  /** The element with a key or id; an own one wins over a shared one, and that over the catalog's. Throws a Problem when there is none. */
  find(keyOrId: string, viewer: ElementViewer): Promise<Definition>;
  /** The same, or undefined when there is none. */
  look(keyOrId: string, viewer: ElementViewer): Promise<Definition | undefined>;
  /**
   * The element that an instance was made with: the same definition each time, as long as neither its document nor what
   * the account added changes. Throws a Problem when it no longer exists.
   */
  byId(id: number, account: ElementAccount): Promise<Definition>;
  /** All elements that a viewer sees. */
  list(viewer: ElementViewer): Promise<Definition[]>;
  /** Every element with a key, whoever's it is: for what a vendor asks before there is an instance. */
  forVendor(key: string): Promise<Definition[]>;
  /** What a private element was in a version before its present one; undefined when that is no longer known. */
  atVersion(definition: Definition, version: number): Promise<Definition | undefined>;
}

interface ElementsDependencies {
  catalog: Catalog;
  privateElements: ElementStore;
  extensions: ExtensionStore;
}

interface ElementByIdDependencies extends Omit<ElementsDependencies, 'catalog'> {
  ofCatalog(id: number): Definition | undefined | Promise<Definition | undefined>;
}

/** Finds elements by id only, for those who do not have the whole catalog at hand (`Elements.byId`). */
export function createElementById(dependencies: ElementByIdDependencies): Elements['byId'] {
  return findById(dependencies, createDefinitions());
}

/** Makes the finder of elements. */
export function createElements({ catalog, privateElements, extensions }: ElementsDependencies): Elements {
  const byId = new Map(catalog.elements.map((element) => [element.id, element]));
  const byKey = new Map(catalog.elements.map((element) => [element.key, element]));
  const definitions = createDefinitions();
  const { define, extend } = definitions;
  const ofCatalog = (keyOrId: string) => byKey.get(keyOrId) ?? byId.get(/^\d+$/.test(keyOrId) ? Number(keyOrId) : 0);
  const look = async (keyOrId: string, viewer: ElementViewer): Promise<Definition | undefined> => {
    if (viewer === undefined) return ofCatalog(keyOrId);
    const stored = await privateElements.find(viewer, keyOrId);
    const base = stored === undefined ? ofCatalog(keyOrId) : define(stored);
    return base === undefined ? undefined : extend(base, await extensions.of(viewer));
  };

  return {
    look,
    async find(keyOrId, viewer) {
      const found = await look(keyOrId, viewer);
      if (found !== undefined) return found;
      throw new Problem('notFound', `No element found with the key or id ${keyOrId}; GET /elements/keys lists them.`);
    },
    byId: findById({ ofCatalog: (id) => byId.get(id), privateElements, extensions }, definitions),
    async list(viewer) {
      if (viewer === undefined) return [...catalog.elements];
      const added = await extensions.of(viewer);
      const stored = await privateElements.list(viewer);
      return [...stored.map(define), ...catalog.elements].map((base) => extend(base, added));
    },
    async forVendor(key) {
      const own = byKey.get(key);
      const stored = await privateElements.withKey(key);
      return [...(own === undefined ? [] : [own]), ...stored.map(define)];
    },
    async atVersion({ id, owner }, version) {
      if (owner === undefined) return undefined;
      const document = await privateElements.documentAt(owner.organizationId, id, version);
      return document === undefined ? undefined : definePrivate({ id, ...owner }, document);
    },
  };
}

function findById(
  { ofCatalog, privateElements, extensions }: ElementByIdDependencies,
  { define, extend }: Definitions,
): Elements['byId'] {
  return async (id, account) => {
    const own = await ofCatalog(id);
    const stored = own === undefined ? await privateElements.byId(account.organizationId, id) : undefined;
    const base = own ?? (stored === undefined ? undefined : define(stored));
    if (base !== undefined) return extend(base, await extensions.of(account));
    throw new Problem('notFound', `The element ${id} that the instance was made with no longer exists.`);
  };
}

/** Makes definitions, the same one each time for the same document and what the account added. */
interface Definitions {
  define(stored: StoredElement): Definition;
  extend(base: Definition, added: AccountExtensions): Definition;
}

function createDefinitions(): Definitions {
  const defined = new WeakMap<StoredElement, Definition>();
  const extended = new WeakMap<object, WeakMap<Definition, Definition>>();
  return {
    define(stored) {
      const known = defined.get(stored);
      if (known !== undefined) return known;
      const definition = definePrivate(stored, stored.document);
      defined.set(stored, definition);
      return definition;
    },
    extend(base, added) {
      const extension = added.get(base.id);
      if (extension === undefined) return base;
      const known = extended.get(extension)?.get(base);
      if (known !== undefined) return known;
      const document = extendDocument(base.document, extension as unknown as Extension);
      const definition = defineElement(document, base.id, base.owner, true);
      const bases = extended.get(extension) ?? new WeakMap<Definition, Definition>();
      extended.set(extension, bases.set(base, definition));
      return definition;
    },
  };
}

function definePrivate(
  { id, organizationId, accountId }: ElementAccount & { id: number },
  document: Record<string, unknown>,
): Definition {
  const whole = withReservedSettings(document as unknown as ElementDocument);
  return defineElement(whole, id, { organizationId, accountId });
}
