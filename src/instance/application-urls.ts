// The addresses that an OAuth proxy may send people on to: addresses as they stand, and patterns (regular expressions).
// Host and path of a pattern are compared apart, so that nothing in a path can pass for a host, and each whole.

import { readLinearPattern } from '../core/linear-pattern.ts';

const longest = 2000;

/** Why an entry cannot be registered, as the end of a sentence; undefined when it can. */
export function applicationUrlFault(entry: string): string | undefined {
  if (entry.length > longest) return `is longer than ${longest} characters`;
  if (!isPattern(entry)) return readAddress(entry) === undefined ? 'is no http or https address' : undefined;
  const parts = readPattern(entry);
  if (parts === undefined) return 'is a pattern that does not begin with https://, a host and a slash';
  if (!endsInName(parts.host)) {
    return 'is a pattern whose host does not end in a name without wildcards, as https://[a-z]+\\.example\\.com/ does';
  }
  return [parts.host, parts.rest].every(compiles)
    ? undefined
    : 'is no regular expression of characters, classes, groups and quantifiers';
}

/** Whether a person may be sent to an address: it is registered as it stands, or a registered pattern fits it. */
export function mayBeSentTo(entries: readonly string[], text: string): boolean {
  const address = readAddress(text);
  if (address === undefined) return false;
  return entries.some((entry) => {
    if (entry === text) return true;
    const parts = isPattern(entry) ? readPattern(entry) : undefined;
    if (parts === undefined || !parts.protocols.includes(address.protocol)) return false;
    return fits(parts.host, address.host) && fits(parts.rest, address.pathname + address.search);
  });
}

/** An absolute address that a browser reads as everybody else does; undefined for any other text. */
function readAddress(text: string): URL | undefined {
  if (text.length > longest || !/^https?:\/\/[!-~]+$/.test(text) || /[\\#]/.test(text)) return undefined;
  const address = URL.parse(text);
  return address === null || address.username !== '' || address.password !== '' ? undefined : address;
}

function isPattern(entry: string): boolean {
  return /[\\^*[(|{]|\.\+/.test(entry);
}

interface Pattern {
  protocols: string[];
  host: string;
  /** path and query */
  rest: string;
}

/** The parts of a pattern; slashes may be escaped, and `^` and `$` at its ends are there in any case. */
function readPattern(entry: string): Pattern | undefined {
  const text = entry.replace(/^\^/, '').replace(/\$$/, '').replaceAll('\\/', '/');
  const [scheme, optional] = /^https?(\?)?:\/\//.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const slash = hostEnd(text, scheme.length);
  if (slash === undefined) return undefined;
  const protocols = optional === undefined ? [scheme.slice(0, -2)] : ['http:', 'https:'];
  const host = text.slice(scheme.length, slash);
  // A name is mostly written as it is, though a dot fits any character.
  const isName = /^[a-z0-9.:-]+$/i.test(host);
  return { protocols, host: isName ? host.replaceAll('.', '\\.') : host, rest: text.slice(slash) };
}

/** The first slash outside brackets. */
function hostEnd(text: string, from: number): number | undefined {
  let inClass = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return at;
  }
  return undefined;
}

/**
 * Whether everything that fits a host's pattern ends in the same two labels, or is one label; a port is left aside. Else a
 * wildcard could stand for the domain of somebody else.
 */
function endsInName(host: string): boolean {
  const name = host.replace(/(:\d+|:\\d\+|:\[0-9\]\+|\(:\\d\+\)\?)$/, '');
  let outside = name;
  for (let before = ''; before !== outside; ) {
    before = outside;
    outside = outside.replace(/\([^()]*\)/, '');
  }
  if (outside.includes('|')) return false;
  return /^[a-z0-9-]+$/i.test(name) || /(^|\\\.)[a-z0-9-]+\\\.[a-z0-9-]+$/i.test(name);
}

function compiles(pattern: string): boolean {
  return readLinearPattern(pattern) !== undefined;
}

function fits(pattern: string, text: string): boolean {
  return readLinearPattern(pattern)?.fits(text) === true;
}
