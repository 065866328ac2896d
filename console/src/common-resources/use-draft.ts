// The draft that is edited: it begins with what is saved, and is saved as a whole.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { CallError, call } from '../call.ts';
import { scriptsOf } from './documents.ts';
import type { Change, Draft } from './draft.ts';
import { definitionPath, type Place, resourcesKey, type Saved, transformationPath, tryDraft } from './queries.ts';

/** A draft, what may be done with it, and how its saving goes. */
export interface DraftState {
  draft: Draft;
  isChanged: boolean;
  change(step: Change): void;
  discard(): void;
  save(): Promise<void>;
  isSaving: boolean;
  saveError: Error | null;
}

/** The draft of an object at a place; it begins anew when what is saved has changed. */
export function useDraft(objectName: string, place: Place, saved: Saved): DraftState {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => begin(saved));
  const hasFailed = useRef(false);
  useEffect(() => {
    // What was refused is kept, also when the other half was saved.
    if (!hasFailed.current) setDraft(begin(saved));
  }, [saved]);
  const saving = useMutation({
    mutationFn: () => saveDraft(objectName, place, saved, draft),
    onError: () => {
      hasFailed.current = true;
    },
    onSuccess: () => {
      hasFailed.current = false;
    },
    // Also when only the first half was saved.
    onSettled: () => client.invalidateQueries({ queryKey: resourcesKey }),
  });
  return {
    draft,
    isChanged: isChanged(saved, draft),
    change(step) {
      saving.reset();
      setDraft(step);
    },
    discard() {
      hasFailed.current = false;
      saving.reset();
      setDraft(begin(saved));
    },
    save: () =>
      saving.mutateAsync().then(
        () => undefined,
        () => undefined,
      ),
    isSaving: saving.isPending,
    saveError: saving.error,
  };
}

function begin({ definition, transformation }: Saved): Draft {
  return { definition, transformation, renames: [] };
}

function isChanged(saved: Saved, { definition, transformation }: Draft): boolean {
  return definition !== saved.definition || transformation !== saved.transformation;
}

/** The definition first: the mapping needs it. */
async function saveDraft(objectName: string, place: Place, saved: Saved, draft: Draft): Promise<void> {
  const { definition, transformation, renames } = draft;
  await requireReadableScripts(objectName, place, draft);
  if (definition !== undefined && definition !== saved.definition) {
    const changedFields = renames.length === 0 ? {} : { changedFields: renames };
    const body = { ...definition, ...changedFields };
    await write(definitionPath(objectName, place), saved.definition !== undefined, body);
  }
  if (transformation !== undefined && transformation !== saved.transformation) {
    await write(transformationPath(objectName, place), saved.transformation !== undefined, transformation);
  }
  const path = transformationPath(objectName, place);
  if (transformation === undefined && saved.transformation !== undefined && path !== undefined) {
    await call('DELETE', path);
  }
}

/** Throws a CallError (400) for a script that can never run; the server keeps such scripts, as bundles have them. */
async function requireReadableScripts(objectName: string, place: Place, draft: Draft): Promise<void> {
  const { definition, transformation = {} } = draft;
  const scripts = scriptsOf(transformation);
  if (scripts.length === 0 || place.elementKey === undefined) return;
  const { vendorName, isLegacy } = transformation;
  // Each returns before its first statement: it is read whole, and does nothing.
  const unrun = scripts.map((script) => ({ ...script, body: `return;${script.body ?? ''}` }));
  const tried = { vendorName: vendorName || objectName, isLegacy: isLegacy ?? null, scripts: unrun };
  const { elementKey, instanceId } = place;
  const { scriptFaults } = await tryDraft(
    { objectName, level: place.level, elementKey, instanceId, definition, transformation: tried },
    { payload: {}, method: 'GET' },
  );
  const [fault] = scriptFaults;
  if (fault === undefined) return;
  const reason = fault.replace(/^.*SyntaxError: /s, '');
  throw new CallError(400, { message: `The script is no JavaScript: ${reason}` });
}

async function write(path: string | undefined, isThere: boolean, body: object): Promise<void> {
  if (path === undefined) throw new Error('Choose an element, and for its own level a connected account, first.');
  await call(isThere ? 'PUT' : 'POST', path, { body });
}
