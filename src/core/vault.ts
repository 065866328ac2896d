// Seals secrets for the database and makes the digests by which they are found again.
// A key ring has one key that seals and any number that still open, so that keys can be rotated while serving.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Secret } from './secret.ts';

interface RingKey {
  id: string;
  encryption: KeyObject;
  digest: KeyObject;
}

/** Seals and opens values with AES-256-GCM, each bound to the place where it is stored. */
export interface Vault {
  /** Id of the key that seals now. */
  currentKey(): string;
  /** Takes another key ring from now on, as when a key was added to it. Throws as `createVault` does. */
  useKeyring(keyring: Secret): void;
  /** Seals a value for one place, such as `users/7/secret`: moved to another place, it does not open. */
  seal(value: Secret, place: string): string;
  /** Opens what `seal` made for the same place; throws when the value was changed, moved or its key is gone. */
  open(sealed: string, place: string): Secret;
  /** The keyed digest of a credential under the current key: `<key id>.<base64>`. */
  digest(value: string): string;
  /** The digests of a credential under every key of the ring, for finding one that an older key stored. */
  digests(value: string): string[];
  /** Whether a sealed value or a digest was made with the current key. */
  isCurrent(stored: string): boolean;
}

const version = 'v1';

/**
 * Makes a vault from a key ring `id:base64,id:base64…`, each key 32 bytes; the first seals, all open.
 * Throws an Error naming every entry that is wrong.
 */
export function createVault(keyring: Secret): Vault {
  let ring = openKeyring(keyring);
  const digests = new LRUCache<string, string>({ max: 20_000 });

  const digestWith = (key: RingKey, value: string) =>
    `${key.id}.${createHmac('sha256', key.digest).update(value).digest('base64')}`;

  return {
    currentKey: () => ring.current.id,
    useKeyring(next) {
      ring = openKeyring(next);
      digests.clear();
    },
    seal(value, place) {
      const { current } = ring;
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.encryption, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([nonce, cipher.update(value.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${current.id}.${version}.${sealed.toString('base64')}`;
    },
    open(sealed, place) {
      const [keyId, sealedVersion, body] = sealed.split('.');
      const key = ring.all.find((known) => known.id === keyId);
      if (key === undefined) throw new Error(`No key named ${keyId} is in the key ring; add it to VALENCE_KEYS`);
      if (sealedVersion !== version || body === undefined) throw new Error('A sealed value has an unknown form');
      const bytes = Buffer.from(body, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key.encryption, bytes.subarray(0, 12), { authTagLength: 16 })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-16));
      return new Secret(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8'));
    },
    digest(value) {
      // Callers show the same secrets again and again; what is remembered of them is a hash.
      const name = `${ring.current.id} ${hash('sha256', value, 'base64')}`;
      const known = digests.get(name) ?? digestWith(ring.current, value);
      digests.set(name, known);
      return known;
    },
    digests: (value) => ring.all.map((key) => digestWith(key, value)),
    isCurrent: (stored) => stored.startsWith(`${ring.current.id}.`),
  };
}

/** Makes one fresh key ring entry, `id:base64` of 32 random bytes. */
export function createRingKey(): string {
  return `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
}

function openKeyring(keyring: Secret): { current: RingKey; all: RingKey[] } {
  const all = parseKeyring(keyring.reveal());
  const [current] = all;
  if (current === undefined) throw new Error('The key ring is empty: give at least one key as id:base64');
  return { current, all };
}

function parseKeyring(text: string): RingKey[] {
  const faults: string[] = [];
  const keys: RingKey[] = [];
  for (const [index, entry] of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .entries()) {
    const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/=_-]+)$/.exec(entry) ?? [];
    const bytes = Buffer.from(encoded ?? '', 'base64');
    if (id === undefined) faults.push(`entry ${index + 1} is not of the form id:base64`);
    else if (bytes.length !== 32) faults.push(`key ${id} has ${bytes.length} bytes, it must have 32`);
    else if (keys.some((key) => key.id === id)) faults.push(`key ${id} is there twice`);
    else {
      // A KeyObject is made ready once; a key given as bytes costs eight times the work at each use.
      const derived = (purpose: string) =>
        createSecretKey(Buffer.from(hkdfSync('sha256', bytes, '', `valence/${purpose}`, 32)));
      keys.push({ id, encryption: derived('seal'), digest: derived('digest') });
    }
  }
  if (faults.length > 0) throw new Error(`The key ring is wrong: ${faults.join('; ')}`);
  return keys;
}
