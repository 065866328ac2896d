// The secrets that programs of an organization send with every call, in the forms that the original gave them.

import { randomBytes } from 'node:crypto';
import { Secret } from '../core/secret.ts';

/** A fresh secret of a user. */
export function newUserSecret(): Secret {
  return new Secret(randomBytes(32).toString('base64'));
}

/** A fresh secret of an organization. */
export function newOrganizationSecret(): Secret {
  return new Secret(randomBytes(16).toString('hex'));
}
