// The questions of an element as a form: required ones first, the others folded, secrets hidden, each with its help.

import { element } from './element.ts';
import type { Field } from './server.ts';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Questions on the page, and what was answered. */
export interface Questions {
  node: HTMLElement;
  /** The answers; undefined when one is missing: then that question says so and has the focus. */
  read(): Record<string, string> | undefined;
}

/** Makes the questions. */
export function questions(fields: readonly Field[]): Questions {
  const made = fields.map((field) => ({ field, ...question(field) }));
  const optional = made.filter(({ field }) => !field.required);
  const node = element(
    'div',
    { className: 'questions' },
    ...made.filter(({ field }) => field.required).map(({ row }) => row),
  );
  if (optional.length > 0) {
    const rows = optional.map(({ row }) => row);
    node.append(element('details', {}, element('summary', {}, 'More settings'), ...rows));
  }
  return {
    node,
    read() {
      const unanswered = made.filter(({ field, control }) => field.required && control.value.trim() === '');
      for (const { control, fault, field } of made) {
        const isMissing = unanswered.some((one) => one.field === field);
        control.setAttribute('aria-invalid', String(isMissing));
        fault.textContent = isMissing ? `${field.label} is needed.` : '';
      }
      unanswered[0]?.control.focus();
      if (unanswered.length > 0) return undefined;
      return Object.fromEntries(made.map(({ field, control }) => [field.key, answerOf(control)]));
    },
  };
}

function question(field: Field): { row: HTMLElement; control: Control; fault: HTMLElement } {
  const id = `field-${field.key}`;
  const control = controlOf(field, id);
  const fault = element('span', { id: `${id}-fault`, className: 'fault' });
  const help =
    field.help === undefined ? undefined : element('span', { id: `${id}-help`, className: 'help' }, field.help);
  const described = [help?.id, fault.id].filter((part) => part !== undefined).join(' ');
  control.setAttribute('aria-describedby', described);
  if (field.required) control.setAttribute('aria-required', 'true');
  const label = element('label', { htmlFor: id }, field.label);
  const row =
    field.kind === 'switch'
      ? element('div', { className: 'question switch' }, control, label, help, fault)
      : element('div', { className: 'question' }, label, help, control, fault);
  return { row, control, fault };
}

function controlOf({ kind, value = '', options = [], required, key }: Field, id: string): Control {
  const named = { id, name: key };
  switch (kind) {
    case 'long':
      return element('textarea', { ...named, value, rows: 4, spellcheck: false });
    case 'choice': {
      const none = required && value !== '' ? [] : [{ value: '', label: 'Choose…' }];
      const select = element(
        'select',
        named,
        ...[...none, ...options].map((option) => element('option', { value: option.value }, option.label)),
      );
      select.value = value;
      return select;
    }
    case 'switch':
      return element('input', { ...named, type: 'checkbox', checked: value === 'true' });
    case 'password':
      return element('input', { ...named, type: 'password', autocomplete: 'off', spellcheck: false });
    default:
      return element('input', { ...named, type: 'text', value, autocomplete: 'off', spellcheck: false });
  }
}

function answerOf(control: Control): string {
  return control instanceof HTMLInputElement && control.type === 'checkbox' ? String(control.checked) : control.value;
}
