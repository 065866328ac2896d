// Bodies written as templates: each value that is put in is escaped for the place it stands in, so that it can change
// nothing but itself.

import { parseJson, percentEncode, writeValue } from '../core/http.ts';
import { compileTemplate, type Placeholder, renderTemplate, type Template } from '../core/template.ts';
import { escapeXml } from '../core/xml.ts';

/** A template of a body, and in which language it is written. */
export interface BodyTemplate {
  language: 'json' | 'xml' | 'form' | 'text';
  template: Template;
  /** placeholders inside the quotes of a JSON text */
  quoted: ReadonlySet<Placeholder>;
  /** placeholders inside a literal of a language within this one, such as `name = '{name}'` */
  literal: ReadonlySet<Placeholder>;
}

/** Reads a body's template; its language shows in its first character, except that of forms, which headers tell. */
export function compileBodyTemplate(text: string): BodyTemplate {
  const first = text.trimStart()[0];
  const template = compileTemplate(text);
  const language = first === '<' ? 'xml' : first === '{' || first === '[' ? 'json' : 'text';
  // `{name}` alone is a placeholder, not an object
  const isPlaceholder = typeof template[0] === 'object' && !text.trimStart().startsWith('{"');
  if (language === 'json' && isPlaceholder && template.length === 1) {
    return { language: 'text', template, quoted: new Set(), literal: new Set() };
  }
  return {
    language,
    template,
    quoted: language === 'json' ? placeholdersInQuotes(template, '"') : new Set(),
    literal: placeholdersInLiterals(template),
  };
}

/** Single quotes around a placeholder; no apostrophe (`it's`), and none that quotes an attribute of XML. */
function placeholdersInLiterals(template: Template): Set<Placeholder> {
  const inside = new Set<Placeholder>();
  let open: 'literal' | 'attribute' | undefined;
  let before = '';
  for (const part of template) {
    if (typeof part === 'object' && 'key' in part && open === 'literal') inside.add(part);
    const text = typeof part === 'string' ? part : 'key' in part ? part.whole : '';
    for (const character of text) {
      if (character === "'") {
        if (open !== undefined) open = undefined;
        else if (/<[^<>]*=\s*$/.test(before)) open = 'attribute';
        else if (!/[\p{L}\p{N}]$/u.test(before)) open = 'literal';
      }
      before = (before + character).slice(-longestTag);
    }
  }
  return inside;
}

/** How far back an opening tag is looked for. */
const longestTag = 200;

/** The placeholders of a template that stand between quotes; a backslash takes the next character's meaning. */
export function placeholdersInQuotes(template: Template, quote: '"' | "'"): Set<Placeholder> {
  const inside = new Set<Placeholder>();
  let open = false;
  for (const part of template) {
    if (typeof part === 'string') {
      for (const match of part.matchAll(/\\.|["']/gs)) if (match[0] === quote) open = !open;
    } else if ('key' in part && open) {
      inside.add(part);
    }
  }
  return inside;
}

/**
 * Fills a body's template. `find` gives the value of a placeholder of any type, or undefined to leave it as it stands;
 * it is told whether the placeholder stands in a literal, which the value must not end.
 * A JSON template becomes a value when the filled text is one, else text.
 */
export function renderBody(body: BodyTemplate, find: (key: string, inLiteral: boolean) => unknown): unknown {
  const text = renderTemplate(body.template, (key, placeholder) => {
    const value = find(key, body.literal.has(placeholder));
    if (value === undefined) return undefined;
    if (body.language === 'xml') return escapeXml(plain(value));
    if (body.language === 'text') return plain(value);
    if (body.language === 'form') return percentEncode(plain(value));
    return body.quoted.has(placeholder) ? JSON.stringify(plain(value)).slice(1, -1) : JSON.stringify(value);
  });
  return body.language === 'json' ? (parseJson(text) ?? text) : text;
}

function plain(value: unknown): string {
  return value === null ? '' : writeValue(value);
}
