// Password hashes: scrypt (RFC 7914), with its parameters and salt in the stored text.

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../core/secret.ts';

const cost = { N: 2 ** 15, r: 8, p: 1 };

/** Hashes a password for storing: `scrypt$N$r$p$salt$hash`, the last two in base64. */
export async function hashPassword(password: Secret): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.reveal(), salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
}

/** Whether a password is the one that was hashed; takes as long when there is no hash, so that users cannot be probed. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt, hash] = (stored ?? '').split('$');
  const known = hash !== undefined;
  const wanted = Buffer.from(known ? hash : '', 'base64');
  const parameters = known ? { N: Number(N), r: Number(r), p: Number(p) } : cost;
  const derived = await derive(password, Buffer.from(salt ?? '', 'base64'), parameters);
  return known && wanted.length === derived.length && timingSafeEqual(wanted, derived);
}

function derive(password: string, salt: Buffer, parameters: { N: number; r: number; p: number }): Promise<Buffer> {
  const options: ScryptOptions = { ...parameters, maxmem: 256 * parameters.N * parameters.r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
