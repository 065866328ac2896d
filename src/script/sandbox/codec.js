// Text to bytes and back, for a sandbox that has none of Node's: UTF-8, base64, hex, and the small Buffer made of them.

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const base64Values = new Uint8Array(128).fill(255);
for (let index = 0; index < 64; index++) base64Values[base64Letters.charCodeAt(index)] = index;
base64Values[45] = 62; // - and _ of base64url
base64Values[95] = 63;

/** UTF-8 of a text; a lone surrogate becomes U+FFFD. */
export function utf8Bytes(text) {
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code < 0xdc00 ? text.charCodeAt(index + 1) : Number.NaN;
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        index++;
      } else code = 0xfffd;
    }
    if (code < 0x80) bytes[size++] = code;
    else {
      if (code < 0x800) bytes[size++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) bytes[size++] = 0xe0 | (code >> 12);
        else {
          bytes[size++] = 0xf0 | (code >> 18);
          bytes[size++] = 0x80 | ((code >> 12) & 63);
        }
        bytes[size++] = 0x80 | ((code >> 6) & 63);
      }
      bytes[size++] = 0x80 | (code & 63);
    }
  }
  return bytes.slice(0, size);
}

/** The text of UTF-8 bytes; what is no UTF-8 becomes U+FFFD. */
export function utf8Text(bytes) {
  let text = '';
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index++];
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const more =
      first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : 0;
    let code = more === 0 ? -1 : first & (0x3f >> more);
    for (let step = 0; step < more; step++) {
      const next = bytes[index];
      if (next === undefined || (next & 0xc0) !== 0x80) {
        code = -1;
        break;
      }
      code = (code << 6) | (next & 63);
      index++;
    }
    const tooLong = (more === 2 && code < 0x800) || (more === 3 && (code < 0x10000 || code > 0x10ffff));
    const wrong = code < 0 || tooLong || (code >= 0xd800 && code <= 0xdfff);
    text += String.fromCodePoint(wrong ? 0xfffd : code);
  }
  return text;
}

/** Base64 of bytes, with padding. */
export function base64Text(bytes) {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const second = bytes[index + 1];
    const third = bytes[index + 2];
    const group = (bytes[index] << 16) | ((second ?? 0) << 8) | (third ?? 0);
    text += base64Letters.charAt(group >> 18) + base64Letters.charAt((group >> 12) & 63);
    text += second === undefined ? '=' : base64Letters.charAt((group >> 6) & 63);
    text += third === undefined ? '=' : base64Letters.charAt(group & 63);
  }
  return text;
}

/** The bytes of a base64 or base64url text; what is no letter of it is passed over. */
export function base64Bytes(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4) + 1);
  let size = 0;
  let bits = 0;
  let held = 0;
  for (let index = 0; index < text.length; index++) {
    const value = base64Values[text.charCodeAt(index)] ?? 255;
    if (value === 255) continue;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[size++] = (held >> bits) & 255;
    }
  }
  return bytes.slice(0, size);
}

/** Lower-case hexadecimal of bytes. */
export function hexText(bytes) {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** The bytes of a text in an encoding that Node's Buffer knows. Throws on any other encoding. */
export function bytesOf(value, encoding = 'utf8') {
  if (value instanceof Uint8Array) return value;
  const text = String(value);
  switch (String(encoding).toLowerCase()) {
    case 'utf8':
    case 'utf-8':
      return utf8Bytes(text);
    case 'base64':
    case 'base64url':
      return base64Bytes(text);
    case 'hex':
      return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
    case 'latin1':
    case 'binary':
    case 'ascii':
      return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index) & 255);
    default:
      throw new Error(`Encoding '${encoding}' is not known: use utf8, base64, base64url, hex or latin1`);
  }
}

/** Bytes as text in an encoding that Node's Buffer knows. Throws on any other encoding. */
export function textOf(bytes, encoding = 'utf8') {
  switch (String(encoding).toLowerCase()) {
    case 'utf8':
    case 'utf-8':
      return utf8Text(bytes);
    case 'base64':
      return base64Text(bytes);
    case 'base64url':
      return base64Text(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    case 'hex':
      return hexText(bytes);
    case 'latin1':
    case 'binary':
    case 'ascii': {
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return text;
    }
    default:
      throw new Error(`Encoding '${encoding}' is not known: use utf8, base64, base64url, hex or latin1`);
  }
}

/** As much of Node's Buffer as scripts use: `from`, `alloc`, `concat`, `isBuffer`, `byteLength`, `toString(encoding)`. */
export class Buffer extends Uint8Array {
  static from(value, encoding) {
    const source = typeof value === 'string' ? bytesOf(value, encoding) : value;
    const buffer = new Buffer(source.length);
    buffer.set(source);
    return buffer;
  }

  static alloc(size) {
    return new Buffer(size);
  }

  static concat(parts) {
    const all = parts.map((part) => bytesOf(part));
    const buffer = new Buffer(all.reduce((size, part) => size + part.length, 0));
    let offset = 0;
    for (const part of all) {
      buffer.set(part, offset);
      offset += part.length;
    }
    return buffer;
  }

  static isBuffer(value) {
    return value instanceof Buffer;
  }

  static byteLength(value, encoding) {
    return bytesOf(value, encoding).length;
  }

  toString(encoding) {
    return textOf(this, encoding);
  }

  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  }
}
