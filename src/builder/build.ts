// Private elements as wholes: made from a document, replaced, cloned, shared, switched off, deleted.

import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import { type Extension, emptyExtension } from '../element/extend.ts';
import { exportDocument, importDocument, keyOfName } from '../element/import.ts';
import { withNumbers } from '../element/parts.ts';
import { keepNumbers } from '../element/server-members.ts';
import type { Elements } from '../engine/elements.ts';
import type { ExtensionStore } from '../store/element-extensions.ts';
import type { ElementAccount, ElementStore, StoredElement } from '../store/elements.ts';
import { numberNewParts } from './numbers.ts';

type Json = Record<string, unknown>;

/** Makes and changes the private elements of an account. */
export interface Build {
  /** Makes an element of what was sent. Throws a Problem naming every fault, or PostgreSQL's error for a key that is taken. */
  create(owner: ElementAccount, sent: Json): Promise<Definition>;
  /** Puts a document in place of that of an own element, whole or not at all; parts keep their numbers. */
  replace(owner: ElementAccount, keyOrId: string, sent: Json): Promise<Definition>;
  /** Makes a private copy of any element that the account sees, without the keys of an application. */
  clone(owner: ElementAccount, keyOrId: string, wanted: { key?: string; name?: string }): Promise<Definition>;
  /** Whether instances may be made with an own element. */
  setActive(owner: ElementAccount, keyOrId: string, active: boolean): Promise<void>;
  /** Deletes an own element. Throws a Problem (409) while there are instances of it. */
  remove(owner: ElementAccount, keyOrId: string): Promise<void>;
  /** An own element. Throws a Problem when the account has none with this key or id. */
  own(owner: ElementAccount, keyOrId: string): Promise<StoredElement>;
  /**
   * The document of any element that the account sees, as it is imported, or only what the account added to it. Asked
   * for by its id it begins with that.
   */
  exported(viewer: ElementAccount | undefined, keyOrId: string, extendedOnly: boolean): Promise<Json>;
}

interface BuildDependencies {
  elements: Elements;
  privateElements: ElementStore;
  extensions: ExtensionStore;
}

/** Makes the maker of private elements. */
export function createBuild({ elements, privateElements, extensions }: BuildDependencies): Build {
  const define = (stored: StoredElement) =>
    elements.byId(stored.id, { organizationId: stored.organizationId, accountId: stored.accountId });
  const own = async (owner: ElementAccount, keyOrId: string): Promise<StoredElement> => {
    const stored = await privateElements.find(owner, keyOrId);
    if (stored?.accountId === owner.accountId) return stored;
    throw await notOwn(elements, owner, keyOrId);
  };
  const store = async (owner: ElementAccount, document: Json): Promise<Definition> => {
    const whole = await numberNewParts(document, privateElements.partNumbers);
    return define(await privateElements.create(owner, String(document['key']), whole));
  };
  const change = async (
    owner: ElementAccount,
    keyOrId: string,
    make: (before: Json) => Json,
  ): Promise<StoredElement> => {
    const { id } = await own(owner, keyOrId);
    const changed = await privateElements.change(owner, id, async (stored, partNumbers) => {
      const document = make(withNumbers(stored.document));
      return { key: String(document['key']), document: await numberNewParts(document, partNumbers) };
    });
    if (changed === undefined) throw await notOwn(elements, owner, keyOrId);
    return changed;
  };

  return {
    own,
    create: (owner, sent) => store(owner, importDocument(sent)),
    async replace(owner, keyOrId, sent) {
      const changed = await change(owner, keyOrId, (before) => {
        const numbered = keepNumbers({ key: before['key'], ...sent }, before);
        refuseLegacy(before, numbered);
        return keepNumbers(importDocument({ ...sent, key: sent['key'] ?? before['key'] }), numbered);
      });
      return define(changed);
    },
    async clone(owner, keyOrId, wanted) {
      const original = await elements.find(keyOrId, owner);
      const name = wanted.name ?? `${original.document.name} Copy`;
      const document: Json = { ...exportDocument(await documentOf(original)), name };
      document['configuration'] = (document['configuration'] as Json[]).map(withoutApplication);
      document['private'] = true;
      document['extended'] = false;
      document['key'] = wanted.key ?? (await freeKey(owner, keyOfName(name) || `${original.key}copy`));
      return store(owner, importDocument(document));
    },
    async setActive(owner, keyOrId, active) {
      await change(owner, keyOrId, (before) => ({ ...before, active }));
    },
    async remove(owner, keyOrId) {
      const { id, key } = await own(owner, keyOrId);
      const outcome = await privateElements.remove(owner, id);
      if (outcome === 'absent') throw await notOwn(elements, owner, keyOrId);
      if (outcome === 'removed') return;
      throw new Problem(
        'conflict',
        `${outcome.instances} instances were made with ${key}: delete them first, or DELETE /elements/${key}/active, so that no more are made.`,
      );
    },
    async exported(viewer, keyOrId, extendedOnly) {
      const definition = await elements.find(keyOrId, viewer);
      // Clients that ask by id go on by the id of what they got: one deletes by it.
      const asked = keyOrId === String(definition.id) ? { id: definition.id } : {};
      const document = await documentOf(definition);
      if (!extendedOnly || viewer === undefined) return { ...asked, ...exportDocument(document) };
      const added = (await extensions.of(viewer)).get(definition.id) ?? emptyExtension;
      const none = { configuration: [], parameters: [], hooks: [], models: [] };
      // A client that uploads it looks for an extension only when nothing is said of `private`.
      const { private: _, ...exported } = exportDocument({ ...document, ...none, ...(added as Extension) });
      return { ...asked, ...exported, extended: true };
    },
  };

  /** The document as it is stored, without what the platform adds to it when it reads it. */
  async function documentOf(definition: Definition): Promise<Definition['document']> {
    if (definition.owner === undefined) return definition.document;
    const stored = await privateElements.byId(definition.owner.organizationId, definition.id);
    return (stored?.document as Definition['document'] | undefined) ?? definition.document;
  }

  async function freeKey(owner: ElementAccount, key: string): Promise<string> {
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? key : `${key}${number}`;
      if ((await elements.look(candidate, owner)) === undefined) return candidate;
    }
  }
}

/** Why an account cannot change an element: it sees it, but it is not its own, or there is none. */
export async function notOwn(elements: Elements, viewer: ElementAccount, keyOrId: string): Promise<Problem> {
  const { key } = await elements.find(keyOrId, viewer);
  return new Problem(
    'notFound',
    `${key} is not an element of your account and cannot be changed: POST /elements/${key}/clone makes a copy that can, and POST /elements/${key}/resources adds to it for your account.`,
  );
}

const applicationKeys = new Set(['oauth.api.key', 'oauth.api.secret']);

function withoutApplication(setting: Json): Json {
  if (!applicationKeys.has(String(setting['key'])) || setting['defaultValue'] === undefined) return setting;
  return { ...setting, defaultValue: null };
}

/** Throws a Problem when a hook that was not legacy would become so. */
function refuseLegacy(before: Json, after: Json): void {
  const legacy = (document: Json, flag: boolean) => {
    const holders = [document, ...(Array.isArray(document['resources']) ? document['resources'] : [])].filter(isObject);
    return holders
      .flatMap((holder) => (Array.isArray(holder['hooks']) ? holder['hooks'] : []))
      .filter(isObject)
      .filter((hook) => (hook['isLegacy'] === true) === flag && typeof hook['id'] === 'number')
      .map((hook) => Number(hook['id']));
  };
  const modern = new Set(legacy(before, false));
  if (legacy(after, true).some((id) => modern.has(id))) {
    throw new Problem('badRequest', 'A hook that is not legacy cannot become legacy: leave isLegacy false.');
  }
}
