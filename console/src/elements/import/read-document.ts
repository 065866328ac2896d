// Reads what a person gives as an element document: its text, or why it cannot be read.

import { lineAt } from './fault-places.ts';

/** A document that was read. */
export interface GivenDocument {
  /** where it comes from, as people know it */
  source: string;
  text: string;
  document: Record<string, unknown>;
  /** what a conversion could not carry over */
  notes: { path: string; message: string }[];
}

/** Reads a text. Throws an Error that says where it is no JSON, or that it holds no document. */
export function readDocument(source: string, text: string): GivenDocument {
  const document = parse(text.replace(/^\uFEFF/, ''));
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error(`${source} holds no element document: it must be one JSON object.`);
  }
  return { source, text, document: document as Record<string, unknown>, notes: notesOf(document) };

  function parse(json: string): unknown {
    try {
      return JSON.parse(json);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const position = /position (\d+)/.exec(said)?.[1];
      const line = position === undefined ? '' : ` It breaks in line ${lineAt(json, Number(position))}.`;
      throw new Error(`${source} is no JSON: ${said}.${line}`);
    }
  }
}

function notesOf(document: object): GivenDocument['notes'] {
  const notes = 'conversionNotes' in document ? document.conversionNotes : undefined;
  if (!Array.isArray(notes)) return [];
  return notes.flatMap((note: unknown) =>
    typeof note === 'object' && note !== null && 'message' in note
      ? [{ path: 'path' in note ? String(note.path) : '', message: String(note.message) }]
      : [],
  );
}
