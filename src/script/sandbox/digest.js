// MD5, SHA-1, SHA-256, SHA-512 and HMAC in the sandbox itself: asking the server's thread for each would let a script that
// signs in a loop hold up every other call.

const rotateLeft = (word, bits) => (word << bits) | (word >>> (32 - bits));
const rotateRight = (word, bits) => (word >>> bits) | (word << (32 - bits));

/** Bytes followed by 0x80, zeros and their length in bits, to a multiple of the block. */
function padded(bytes, block, littleEndian) {
  const size = Math.ceil((bytes.length + 1 + block / 8) / block) * block;
  const message = new Uint8Array(size);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  const low = (bytes.length << 3) >>> 0;
  const high = Math.floor(bytes.length / 0x20000000);
  view.setUint32(littleEndian ? size - 8 : size - 4, low, littleEndian);
  view.setUint32(littleEndian ? size - 4 : size - 8, high, littleEndian);
  return view;
}

function bytesOfWords(words, littleEndian) {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (let index = 0; index < words.length; index++) view.setUint32(index * 4, words[index], littleEndian);
  return new Uint8Array(view.buffer);
}

const md5Sines = Int32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32));
const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

/** RFC 1321. */
export const md5 = (bytes) => {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const view = padded(bytes, 64, true);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    let [a, b, c, d] = state;
    for (let step = 0; step < 64; step++) {
      const round = step >> 4;
      const mixed =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const word =
        round === 0 ? step : round === 1 ? (5 * step + 1) % 16 : round === 2 ? (3 * step + 5) % 16 : (7 * step) % 16;
      const sum = (a + mixed + md5Sines[step] + view.getInt32(offset + word * 4, true)) | 0;
      a = d;
      d = c;
      c = b;
      b = (b + rotateLeft(sum, md5Shifts[round * 4 + (step & 3)])) | 0;
    }
    state[0] = state[0] + a;
    state[1] = state[1] + b;
    state[2] = state[2] + c;
    state[3] = state[3] + d;
  }
  return bytesOfWords(state, true);
};

/** FIPS 180-4. */
export const sha1 = (bytes) => {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const view = padded(bytes, 64, false);
  const words = new Int32Array(80);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    let [a, b, c, d, e] = state;
    for (let step = 0; step < 80; step++) {
      words[step] =
        step < 16
          ? view.getInt32(offset + step * 4)
          : rotateLeft(words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16], 1);
      const mixed =
        step < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : step < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : step < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (rotateLeft(a, 5) + mixed + e + words[step]) | 0;
      e = d;
      d = c;
      c = rotateLeft(b, 30);
      b = a;
      a = next;
    }
    state[0] = state[0] + a;
    state[1] = state[1] + b;
    state[2] = state[2] + c;
    state[3] = state[3] + d;
    state[4] = state[4] + e;
  }
  return bytesOfWords(state, false);
};

/** The first 64 bits of the fractional part of a prime's root, of which the constants of SHA-2 are made. */
function rootBits(prime, degree) {
  const target = BigInt(prime) << BigInt(64 * degree);
  let low = 0n;
  let high = 1n << 70n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= target) low = middle;
    else high = middle - 1n;
  }
  return low & ((1n << 64n) - 1n);
}

const primes = [];
for (let candidate = 2; primes.length < 80; candidate++) {
  if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
}

let sha2Tables;
/** Made when first asked for: most scripts never hash. */
function tables() {
  sha2Tables ??= {
    start: primes.slice(0, 8).map((prime) => rootBits(prime, 2)),
    round: primes.map((prime) => rootBits(prime, 3)),
  };
  return sha2Tables;
}

let sha256Tables;

/** FIPS 180-4. */
export const sha256 = (bytes) => {
  sha256Tables ??= {
    start: Int32Array.from(tables().start, (bits) => Number(bits >> 32n)),
    round: Int32Array.from(tables().round.slice(0, 64), (bits) => Number(bits >> 32n)),
  };
  const round = sha256Tables.round;
  const state = sha256Tables.start.slice();
  const view = padded(bytes, 64, false);
  const words = new Int32Array(64);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let step = 0; step < 64; step++) {
      if (step < 16) words[step] = view.getInt32(offset + step * 4);
      else {
        const near = words[step - 2];
        const far = words[step - 15];
        words[step] =
          (rotateRight(near, 17) ^ rotateRight(near, 19) ^ (near >>> 10)) +
          words[step - 7] +
          (rotateRight(far, 7) ^ rotateRight(far, 18) ^ (far >>> 3)) +
          words[step - 16];
      }
      const first =
        (h +
          (rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)) +
          ((e & f) ^ (~e & g)) +
          round[step] +
          words[step]) |
        0;
      const second =
        ((rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    const added = [a, b, c, d, e, f, g, h];
    for (let index = 0; index < 8; index++) state[index] = state[index] + added[index];
  }
  return bytesOfWords(state, false);
};

const wide = (value) => value & 0xffffffffffffffffn;
const rotateWide = (value, bits) => (value >> bits) | wide(value << (64n - bits));

/** FIPS 180-4; on big integers, so some fifty times slower than SHA-256, which is what vendors ask for. */
export const sha512 = (bytes) => {
  const round = tables().round;
  const state = tables().start.slice();
  const view = padded(bytes, 128, false);
  const words = [];
  for (let offset = 0; offset < view.byteLength; offset += 128) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let step = 0; step < 80; step++) {
      if (step < 16) words[step] = view.getBigUint64(offset + step * 8);
      else {
        const near = words[step - 2];
        const far = words[step - 15];
        words[step] = wide(
          (rotateWide(near, 19n) ^ rotateWide(near, 61n) ^ (near >> 6n)) +
            words[step - 7] +
            (rotateWide(far, 1n) ^ rotateWide(far, 8n) ^ (far >> 7n)) +
            words[step - 16],
        );
      }
      const first = wide(
        h +
          (rotateWide(e, 14n) ^ rotateWide(e, 18n) ^ rotateWide(e, 41n)) +
          ((e & f) ^ (wide(~e) & g)) +
          round[step] +
          words[step],
      );
      const second = wide(
        (rotateWide(a, 28n) ^ rotateWide(a, 34n) ^ rotateWide(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c)),
      );
      h = g;
      g = f;
      f = e;
      e = wide(d + first);
      d = c;
      c = b;
      b = a;
      a = wide(first + second);
    }
    const added = [a, b, c, d, e, f, g, h];
    for (let index = 0; index < 8; index++) state[index] = wide(state[index] + added[index]);
  }
  const view64 = new DataView(new ArrayBuffer(64));
  for (let index = 0; index < 8; index++) view64.setBigUint64(index * 8, state[index]);
  return new Uint8Array(view64.buffer);
};

const digests = {
  // biome-ignore format: one line each
  md5: { digest: md5, block: 64 },
  sha1: { digest: sha1, block: 64 },
  sha256: { digest: sha256, block: 64 },
  sha512: { digest: sha512, block: 128 },
};

/** A digest by the names that scripts use (`sha256`, `SHA-256`). Throws, naming the known ones, on any other. */
export function digestNamed(name) {
  const key = String(name).toLowerCase().replace('-', '');
  const found = Object.hasOwn(digests, key) ? digests[key] : undefined;
  if (found === undefined) throw new Error(`Digest '${name}' is not known: use md5, sha1, sha256 or sha512`);
  return found;
}

/** RFC 2104. */
export function hmac(name, key, message) {
  const { digest, block } = digestNamed(name);
  const short = key.length > block ? digest(key) : key;
  const inner = new Uint8Array(block + message.length).fill(0x36, 0, block);
  const outer = new Uint8Array(block).fill(0x5c);
  for (let index = 0; index < short.length; index++) {
    inner[index] = 0x36 ^ short[index];
    outer[index] = 0x5c ^ short[index];
  }
  inner.set(message, block);
  const innerDigest = digest(inner);
  const whole = new Uint8Array(block + innerDigest.length);
  whole.set(outer);
  whole.set(innerDigest, block);
  return digest(whole);
}
