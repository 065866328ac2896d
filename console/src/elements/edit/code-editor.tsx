// Code that is written: CodeMirror, loaded only where somebody edits.

import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { Compartment, EditorState } from '@codemirror/state';
import { Decoration } from '@codemirror/view';
import { basicSetup, EditorView } from 'codemirror';
import { useEffect, useRef } from 'react';
import { pageNonce } from '../../theme.ts';

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

/** An editor for code. A value that comes from outside takes the place of what is written. */
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
  const marks = useRef(new Compartment());
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
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          marks.current.of([]),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, language, isReadOnly]);

  useEffect(() => {
    const shown = view.current;
    if (shown === null || shown.state.doc.toString() === value) return;
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
  }, [value]);

  const lines = faultyLines.join(' ');
  useEffect(() => {
    const shown = view.current;
    if (shown === null) return;
    const { doc } = shown.state;
    const numbers = lines.split(' ').map(Number);
    const ranges = numbers
      .filter((number) => number >= 1 && number <= doc.lines)
      .map((number) => faulty.range(doc.line(number).from));
    shown.dispatch({
      effects: marks.current.reconfigure(EditorView.decorations.of(Decoration.set(ranges, true))),
    });
  }, [lines]);

  return <div ref={place} className="code-editor" />;
}
