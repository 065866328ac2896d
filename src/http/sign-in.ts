// Signing in with email and password: guesses are slowed, and what succeeds becomes a session.

import { randomBytes } from 'node:crypto';
import { verifyPassword } from '../auth/password.ts';
import { Problem } from '../core/errors.ts';
import type { RouteContext } from './context.ts';

/** A user that has signed in. */
export interface SignedIn {
  organizationId: number;
  userId: number;
  /** of the session, known to nobody but its owner */
  token: string;
}

type SignInContext = Pick<RouteContext, 'signIn' | 'clock' | 'limits'>;

/**
 * Begins a session for whoever knows a user's email and password. Throws a Problem when they do not fit, and when too many
 * tries from this address or for this user have failed, saying when to try again.
 */
export async function signInWithPassword(
  context: SignInContext,
  given: { username: string; password: string; address: string },
): Promise<SignedIn> {
  const { signIn } = context;
  const user = `user:${given.username.toLowerCase()}`;
  const subjects = [user, `address:${given.address}`];
  const seconds = await signIn.blockedSeconds(subjects);
  if (seconds > 0) {
    throw new Problem('tooManyRequests', `Too many failed sign-ins: try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
  const candidate = await signIn.candidate(given.username);
  if (!(await verifyPassword(given.password, candidate?.passwordHash ?? null)) || candidate === undefined) {
    await signIn.noteFailure(subjects);
    throw new Problem('credentialsWrong', 'The user name or the password is wrong.');
  }
  await signIn.forgetFailures(user);
  return beginSession(context, candidate);
}

/** Begins a session for a user who is known to be who it says. */
export async function beginSession(
  { signIn, clock, limits }: SignInContext,
  { organizationId, userId }: { organizationId: number; userId: number },
): Promise<SignedIn> {
  const token = randomBytes(32).toString('base64url');
  await signIn.startSession(userId, token, new Date(clock() + limits.sessionSeconds * 1000));
  return { organizationId, userId, token };
}
