// The parts of elements, one by one: in the document of an own element; for any other element in what the account
// adds to it, so that nothing that is not the account's changes.

import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import { checkExtension, emptyExtension } from '../element/extend.ts';
import { checkDocument } from '../element/import.ts';
import {
  addPart,
  type Part,
  type PartPlace,
  partsAt,
  removePart,
  replacePart,
  requirePart,
  withNumbers,
  withParts,
} from '../element/parts.ts';
import { firstOwnNumber } from '../element/server-members.ts';
import { catalogAccount } from '../element/view.ts';
import type { Elements } from '../engine/elements.ts';
import type { ExtensionStore } from '../store/element-extensions.ts';
import type { ElementAccount, ElementStore } from '../store/elements.ts';
import { notOwn } from './build.ts';
import { numberNewParts } from './numbers.ts';

/** Which element is meant, and by whom. */
export interface ElementOf {
  keyOrId: string;
  account: ElementAccount;
}

/** Reads and changes parts of elements. Every method throws a Problem for what is not there or cannot be. */
export interface Edit {
  /** The parts at a place; with `accountOnly` those that belong to the account. */
  list(
    keyOrId: string,
    viewer: ElementAccount | undefined,
    place: PartPlace,
    options?: { accountOnly?: boolean | undefined },
  ): Promise<Part[]>;
  /** One part. */
  get(keyOrId: string, viewer: ElementAccount | undefined, place: PartPlace, id: number): Promise<Part>;
  /** Adds a part and answers with it, its number included. */
  add(element: ElementOf, place: PartPlace, part: Part): Promise<Part>;
  /** Puts a part in place of another; it keeps the number. */
  replace(element: ElementOf, place: PartPlace, id: number, part: Part): Promise<Part>;
  remove(element: ElementOf, place: PartPlace, id: number): Promise<void>;
  /** Changes an own document, or an own resource of an extension, in another way; answers with the new whole. */
  change(element: ElementOf, place: PartPlace, change: (document: Part) => Part): Promise<Part>;
}

interface EditDependencies {
  elements: Elements;
  privateElements: ElementStore;
  extensions: ExtensionStore;
}

/** Makes the editor of parts. */
export function createEdit({ elements, privateElements, extensions }: EditDependencies): Edit {
  const isOwn = ({ owner }: Definition, { organizationId, accountId }: ElementAccount) =>
    owner?.organizationId === organizationId && owner.accountId === accountId;

  const change = async (element: ElementOf, place: PartPlace, edit: (document: Part) => Part): Promise<Part> => {
    const { keyOrId, account } = element;
    const definition = await elements.find(keyOrId, account);
    if (!isOwn(definition, account)) return changeExtension(definition, element, place, edit);
    const changed = await privateElements.change(account, definition.id, async (stored, partNumbers) => {
      const document = await numberNewParts(edit(withNumbers(stored.document)), partNumbers);
      return { key: stored.key, document: { ...checkDocument(document) } };
    });
    if (changed === undefined) throw await notOwn(elements, account, keyOrId);
    return withNumbers(changed.document);
  };

  const changeExtension = async (
    definition: Definition,
    { keyOrId, account }: ElementOf,
    place: PartPlace,
    edit: (document: Part) => Part,
  ): Promise<Part> => {
    const root = place.within?.list ?? place.list;
    if (root !== 'resources' && root !== 'objects') throw await notOwn(elements, account, keyOrId);
    const whole = withNumbers(definition.document);
    let result: Part = {};
    await extensions.change(account, definition.id, async (stored, partNumbers) => {
      const before: Part = { hub: definition.document.hub, ...(stored ?? emptyExtension) };
      const { hub: _, ...edited } = edit(withHolder(before, whole, place));
      result = await numberNewParts(edited, partNumbers);
      const { resources, objects } = checkExtension(result);
      return resources.length === 0 && objects.length === 0 ? undefined : result;
    });
    return result;
  };

  return {
    change,
    async list(keyOrId, viewer, place, { accountOnly } = {}) {
      const definition = await elements.find(keyOrId, viewer);
      const parts = partsAt(withNumbers(definition.document), place);
      const owned = await ownNumbers(definition, viewer, place);
      return parts
        .filter(({ id }) => accountOnly !== true || owned.has(Number(id)))
        .map((part) => withOwner(part, place, ownerOf(definition, owned.has(Number(part['id'])) ? viewer : undefined)));
    },
    async get(keyOrId, viewer, place, id) {
      const definition = await elements.find(keyOrId, viewer);
      const part = requirePart(withNumbers(definition.document), place, id);
      const owned = await ownNumbers(definition, viewer, place);
      return withOwner(part, place, ownerOf(definition, owned.has(id) ? viewer : undefined));
    },
    async add(element, place, part) {
      const document = await change(element, place, (before) => addPart(before, place, part));
      const added = partsAt(document, place).at(-1);
      if (added === undefined) throw new Error('A part that was added is not there');
      return withOwner(added, place, element.account.accountId);
    },
    async replace(element, place, id, part) {
      const document = await change(element, place, (before) => replacePart(before, place, id, part));
      return withOwner(requirePart(document, place, id), place, element.account.accountId);
    },
    async remove(element, place, id) {
      await change(element, place, (before) => removePart(before, place, id));
    },
  };

  /** The numbers of the parts at a place that belong to the account. */
  async function ownNumbers(
    definition: Definition,
    viewer: ElementAccount | undefined,
    place: PartPlace,
  ): Promise<ReadonlySet<number>> {
    if (viewer === undefined) return new Set();
    const isAll = isOwn(definition, viewer);
    const holder = isAll ? withNumbers(definition.document) : (await extensions.of(viewer)).get(definition.id);
    if (holder === undefined) return new Set();
    const { within } = place;
    if (within !== undefined && !partsAt(holder, { list: within.list }).some(({ id }) => id === within.id)) {
      return new Set();
    }
    const numbers = partsAt(holder, place).map(({ id }) => Number(id));
    // An object that the account only added fields to stands in its extension under the number that it has anyway.
    return new Set(isAll ? numbers : numbers.filter((id) => id >= firstOwnNumber));
  }
}

/**
 * The extension with what a change needs: the object that gets a field is there, if only by its name. A resource that is
 * not the account's is not there: its parts cannot be changed.
 */
function withHolder(extension: Part, whole: Part, { within }: PartPlace): Part {
  if (within === undefined) return extension;
  if (partsAt(extension, { list: within.list }).some(({ id }) => id === within.id)) return extension;
  const holder = requirePart(whole, { list: within.list }, within.id);
  if (within.list === 'objects') {
    const objects = partsAt(extension, { list: 'objects' });
    return withParts(extension, { list: 'objects' }, [
      ...objects,
      { id: holder['id'], name: holder['name'], fields: [] },
    ]);
  }
  throw new Problem(
    'notFound',
    `${String(holder['method'])} ${String(holder['path'])} is not a resource of your account and cannot be changed: POST one of the same type, method and path to use it instead.`,
  );
}

function ownerOf({ owner }: Definition, viewer: ElementAccount | undefined): number {
  return viewer?.accountId ?? owner?.accountId ?? catalogAccount;
}

function withOwner(part: Part, { list }: PartPlace, ownerAccountId: number): Part {
  const hasOwner = list === 'resources' || list === 'objects' || list === 'fields';
  return hasOwner ? { ...part, ownerAccountId } : part;
}
