// The small modules that scripts may require: util, url, querystring, crypto; as much of each as scripts use.

import { Buffer, base64Text, bytesOf, hexText, textOf } from './codec.js';
import { digestNamed, hmac } from './digest.js';

/** A value as one line of text, as `console.log` shows it. */
export function inspect(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`;
  if (value instanceof Error) return String(value.stack ?? value);
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    return `[${error.message.split('\n')[0]}]`;
  }
}

/** `util.format`: `%s %d %i %f %j %o %O %%`, then what is left, separated by spaces. */
export function format(first, ...rest) {
  if (typeof first !== 'string') return [first, ...rest].map(inspect).join(' ');
  let next = 0;
  const text = first.replace(/%[sdifjoO%]/g, (token) => {
    if (token === '%%') return '%';
    if (next >= rest.length) return token;
    const value = rest[next++];
    if (token === '%s') return inspect(value);
    if (token === '%d' || token === '%f') return String(Number(value));
    if (token === '%i') return String(Number.parseInt(value, 10));
    return inspect(value);
  });
  return [text, ...rest.slice(next).map(inspect)].join(' ');
}

const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

export const util = {
  format,
  inspect,
  inherits(child, parent) {
    child.super_ = parent;
    Object.setPrototypeOf(child.prototype, parent.prototype);
  },
  promisify:
    (action) =>
    (...values) =>
      new Promise((resolve, reject) => {
        action(...values, (error, value) => (error ? reject(error) : resolve(value)));
      }),
  isArray: Array.isArray,
  isString: (value) => typeof value === 'string',
  isNumber: (value) => typeof value === 'number',
  isBoolean: (value) => typeof value === 'boolean',
  isFunction: (value) => typeof value === 'function',
  isObject: (value) => typeof value === 'object' && value !== null,
  isNull: (value) => value === null,
  isUndefined: (value) => value === undefined,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isDate: (value) => tagOf(value) === 'Date',
  isRegExp: (value) => tagOf(value) === 'RegExp',
  isError: (value) => value instanceof Error,
  types: {
    isDate: (value) => tagOf(value) === 'Date',
    isRegExp: (value) => tagOf(value) === 'RegExp',
    isPromise: (value) => tagOf(value) === 'Promise',
    isMap: (value) => tagOf(value) === 'Map',
    isSet: (value) => tagOf(value) === 'Set',
  },
};

/** `querystring.stringify`. */
export function stringifyQuery(pairs, separator = '&', equals = '=') {
  const parts = [];
  for (const name of Object.keys(pairs ?? {})) {
    const values = Array.isArray(pairs[name]) ? pairs[name] : [pairs[name]];
    for (const value of values) {
      const text = value === null || value === undefined || typeof value === 'object' ? '' : String(value);
      parts.push(`${encodeURIComponent(name)}${equals}${encodeURIComponent(text)}`);
    }
  }
  return parts.join(separator);
}

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

/** `querystring.parse`: a name given more than once becomes an array. */
export function parseQuery(text, separator = '&', equals = '=') {
  const pairs = Object.create(null);
  for (const part of String(text ?? '').split(separator)) {
    if (part === '') continue;
    const at = part.indexOf(equals);
    const name = decode(at < 0 ? part : part.slice(0, at));
    const value = at < 0 ? '' : decode(part.slice(at + equals.length));
    pairs[name] = name in pairs ? [].concat(pairs[name], value) : value;
  }
  return pairs;
}

export const querystring = {
  stringify: stringifyQuery,
  parse: parseQuery,
  encode: stringifyQuery,
  decode: parseQuery,
  escape: encodeURIComponent,
  unescape: decode,
};

export const url = {
  parse(address, withQuery) {
    const [, protocol = null, slashes, auth = null, host = null, pathname = null, search = null, hash = null] =
      /^([a-z][a-z\d+.-]*:)?(\/\/)?(?:([^@/?#]*)@)?([^/?#]*)?([^?#]*)?(\?[^#]*)?(#.*)?$/is.exec(String(address)) ?? [];
    const [, hostname = null, port = null] = /^(.*?)(?::(\d+))?$/.exec(host ?? '') ?? [];
    const relative = slashes === undefined;
    const path = relative ? `${host ?? ''}${pathname ?? ''}` : pathname || '/';
    const query = search === null ? null : search.slice(1);
    return {
      protocol,
      slashes: relative ? null : true,
      auth,
      host: relative ? null : host,
      port: relative ? null : port,
      hostname: relative ? null : hostname,
      hash,
      search,
      query: withQuery ? parseQuery(query) : query,
      pathname: path,
      path: `${path}${search ?? ''}`,
      href: String(address),
    };
  },
  format(parts) {
    if (typeof parts === 'string') return parts;
    const host = parts.host ?? (parts.hostname ? `${parts.hostname}${parts.port ? `:${parts.port}` : ''}` : '');
    const protocol = parts.protocol ? `${String(parts.protocol).replace(/:$/, '')}:` : '';
    const query = typeof parts.query === 'object' && parts.query !== null ? stringifyQuery(parts.query) : parts.query;
    const search = parts.search ?? (query ? `?${query}` : '');
    const auth = parts.auth ? `${parts.auth}@` : '';
    return `${protocol}${host ? `//${auth}${host}` : ''}${parts.pathname ?? ''}${search}${parts.hash ?? ''}`;
  },
};

function encoded(bytes, encoding) {
  return encoding === undefined || encoding === 'buffer' ? Buffer.from(bytes) : textOf(bytes, encoding);
}

function joined(parts) {
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

/** Node's `crypto`: `createHash`, `createHmac`, `randomBytes`, `randomUUID`. `random(size)` gives unguessable bytes. */
export function makeCrypto(random) {
  return {
    createHash(name) {
      const { digest } = digestNamed(name);
      const parts = [];
      return {
        update(data, encoding) {
          parts.push(bytesOf(data, encoding));
          return this;
        },
        digest: (encoding) => encoded(digest(joined(parts.length === 0 ? [new Uint8Array(0)] : parts)), encoding),
      };
    },
    createHmac(name, key) {
      digestNamed(name);
      const parts = [];
      return {
        update(data, encoding) {
          parts.push(bytesOf(data, encoding));
          return this;
        },
        digest: (encoding) =>
          encoded(hmac(name, bytesOf(key), joined(parts.length === 0 ? [new Uint8Array(0)] : parts)), encoding),
      };
    },
    randomBytes: (size) => Buffer.from(random(size)),
    randomUUID() {
      const bytes = random(16);
      bytes[6] = (bytes[6] & 15) | 64;
      bytes[8] = (bytes[8] & 63) | 128;
      const text = hexText(bytes);
      return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
    },
  };
}

/** Bytes that cannot be guessed, from a seed of 32 bytes that the host draws for this isolate: SHA-256 of seed and count. */
export function makeRandom(seed) {
  const { digest } = digestNamed('sha256');
  const block = new Uint8Array(40);
  block.set(seed);
  let count = 0;
  return (size) => {
    if (!(size >= 0 && size <= 65_536)) throw new RangeError('At most 65536 random bytes can be drawn at once');
    const bytes = new Uint8Array(size);
    for (let offset = 0; offset < size; offset += 32) {
      new DataView(block.buffer).setFloat64(32, ++count);
      bytes.set(digest(block).subarray(0, size - offset), offset);
    }
    return bytes;
  };
}

/** Text or bytes in base64, of its UTF-8. */
export const base64Of = (value) => base64Text(bytesOf(value));
