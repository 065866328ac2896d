// Where an operation is called: the vendor's address as a pattern that takes requests apart again.

import { compileTemplate } from '../../src/core/template.ts';
import { joinUrl } from '../../src/engine/encode.ts';
import { fitsPattern } from '../hosts.ts';
import type { VendorRequest } from '../vendor.ts';

/** A template as a pattern. */
export interface TextPattern {
  pattern: RegExp;
  /** the placeholders, in the order of the pattern's groups */
  names: readonly string[];
  /** characters that are no placeholder's */
  literal: number;
}

/** The address of an operation. */
export interface Address {
  /** undefined for any host of the vendor */
  host: string | undefined;
  path: TextPattern;
  /** parameters that stand in the address itself or are always the same */
  query: readonly { name: string; value: TextPattern }[];
}

/** How placeholders of an address are filled: by a text that is always the same, by a setting, or by the caller. */
export type Filling = (name: string) => { kind: 'constant'; text: string } | { kind: 'setting' } | { kind: 'given' };

/** Reads a template as a pattern; `any` is what a placeholder may stand for. */
export function textPattern(text: string, filling: Filling, any: { given: string; setting: string }): TextPattern {
  const names: string[] = [];
  let literal = 0;
  const source = compileTemplate(text)
    .map((part) => {
      if (typeof part === 'string') {
        literal += part.length;
        return escapePattern(part);
      }
      if ('base64' in part) return '.*';
      const filled = filling(part.key);
      if (filled.kind === 'constant') {
        literal += filled.text.length;
        return escapePattern(filled.text);
      }
      names.push(part.key);
      return `(${any[filled.kind]})`;
    })
    .join('');
  return { pattern: new RegExp(`^${source}$`, 's'), names, literal };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Reads the address of a resource: `base.url` with a path below it, or a whole address. */
export function readAddress(base: string, vendorPath: string, filling: Filling): Address {
  const whole = joinUrl(base, vendorPath);
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/?#]*|\$?\{[^{}]*\})?(.*)$/is.exec(whole) ?? [];
  const isOpen = !/^https?:/i.test(origin);
  const [path = '', ...query] = rest.split('?');
  // What a setting begins an address with may hold a path, too.
  const beginning = isOpen ? '{ }' : '';
  const pattern = textPattern(normalPath(path), filling, { given: '[^/]+', setting: '.+?' });
  const source = `^${beginning === '' ? '' : '(?:/.*)?'}${pattern.pattern.source.slice(1, -1)}/?$`;
  return {
    host: isOpen || !/^https?:/i.test(vendorPath) ? undefined : hostPattern(origin),
    path: { ...pattern, pattern: new RegExp(source, 's') },
    query: [...new URLSearchParams(query.join('?').replaceAll('+', '%2B'))].map(([name, value]) => ({
      name,
      value: textPattern(value, filling, { given: '.*', setting: '.*' }),
    })),
  };
}

function hostPattern(origin: string): string {
  return origin
    .replace(/^https?:\/\//i, '')
    .replace(/\$?\{[^{}]*\}/g, '*')
    .toLowerCase();
}

/** A path as patterns compare it: decoded but for slashes, no two slashes together, none at the end. */
export function normalPath(path: string): string {
  const decoded = path
    .split('/')
    .map((segment) => decodeSegment(segment))
    .join('/')
    .replace(/\/{2,}/g, '/');
  return decoded.length > 1 ? decoded.replace(/\/$/, '') : decoded.replace(/^\/$/, '');
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment.replace(/%2f/gi, '%252F'));
  } catch {
    return segment;
  }
}

/** What the address's placeholders stand for in a request, or undefined when it is another's. */
export function matchAddress(
  address: Address,
  request: VendorRequest,
  query: URLSearchParams,
  isLenient: boolean,
): Map<string, string> | undefined {
  if (address.host !== undefined && !fitsPattern(address.host, request.host)) return undefined;
  const captures = new Map<string, string>();
  if (!capture(address.path, normalPath(request.path), captures)) return undefined;
  for (const { name, value } of address.query) {
    const given = query.getAll(name);
    if (!given.some((one) => capture(value, one, captures)) && !isLenient) return undefined;
  }
  return captures;
}

/** Adds what the placeholders of a pattern stand for; false when the text does not fit. */
export function capture({ pattern, names }: TextPattern, text: string, captures: Map<string, string>): boolean {
  const found = pattern.exec(text);
  if (found === null) return false;
  for (const [position, name] of names.entries()) {
    captures.set(name, (found[position + 1] ?? '').replace(/%2F/g, '/'));
  }
  return true;
}
