// Code that is written: CodeMirror, loaded only where somebody edits.

import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet } from '@codemirror/view';
import { basicSetup, EditorView } from 'codemirror';
import { useEffect, useRef } from 'react';
import { pageNonce } from '../theme.ts';

interface CodeEditorProps {
  /** says what is written, for those who do not see it */
  label: string;
  language: 'javascript' | 'json';
  value: string;
  isReadOnly?: boolean;
  /** lines (from 1) that are marked as wrong */
  faultyLines?: readonly number[];
  onChange(value: string): void;
}

const look = EditorView.theme({
  '&': { backgroundColor: '#fff', color: '#1a1b1e' },
  '&.cm-focused': { outline: '2px solid #4c3fd1', outlineOffset: '-2px' },
  '.cm-scroller': { minHeight: '220px', maxHeight: '55vh', overflow: 'auto', fontFamily: 'inherit' },
  '.cm-content': { fontFamily: 'ui-monospace, SFMono-Regular, Menlo, "Liberation Mono", monospace' },
  '.cm-faulty': { backgroundColor: '#ffe3e3' },
});

const faulty = Decoration.line({ class: 'cm-faulty' });
const markLines = StateEffect.define<readonly number[]>();

/** The marks of faulty lines, which move with what is written around them. */
const faultyMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects, newDoc }) {
    const asked = effects.find((effect) => effect.is(markLines));
    if (asked === undefined) return marks.map(changes);
    const lines = (asked.value as readonly number[]).filter((number) => number >= 1 && number <= newDoc.lines);
    return Decoration.set(
      lines.map((number) => faulty.range(newDoc.line(number).from)),
      true,
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** An editor for code; Escape, then Tab leaves it. A value that comes from outside takes the place of what is written. */
export function CodeEditor({
  label,
  language,
  value,
  isReadOnly = false,
  faultyLines = [],
  onChange,
}: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  // What was written and has not come back as the value yet: who writes fast must not be overtaken by it.
  const echoes = useRef<string[]>([]);
  const isTaking = useRef(false);
  const latest = useRef({ onChange, value });
  latest.current = { onChange, value };

  useEffect(() => {
    if (place.current === null) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(pageNonce()),
          basicSetup,
          language === 'javascript' ? javascript() : json(),
          look,
          EditorView.lineWrapping,
          EditorState.readOnly.of(isReadOnly),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || isTaking.current) return;
            const text = update.state.doc.toString();
            echoes.current.push(text);
            latest.current.onChange(text);
          }),
          faultyMarks,
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, language, isReadOnly]);

  useEffect(() => {
    const shown = view.current;
    if (shown === null) return;
    const isSame = shown.state.doc.toString() === value;
    const echo = echoes.current.indexOf(value);
    echoes.current = isSame ? [] : echoes.current.slice(echo + 1);
    if (isSame || echo >= 0) return;
    isTaking.current = true;
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
    isTaking.current = false;
  }, [value]);

  const lines = faultyLines.join(' ');
  useEffect(() => {
    view.current?.dispatch({ effects: markLines.of(lines.split(' ').map(Number)) });
  }, [lines]);

  return <div ref={place} className="code-editor" />;
}
