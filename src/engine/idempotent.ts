// A write with an Idempotency-Key: sent once, answered the same to all who repeat it, and never sent again when nobody
// knows what became of it.

import { createHash } from 'node:crypto';
import { Problem } from '../core/errors.ts';
import { NotSent } from '../outbound/retry.ts';
import type { IdempotencyStore } from '../store/idempotency.ts';
import type { ElementAnswer, ElementCall } from './element-call.ts';

/** The instance that a write goes through. */
interface Through {
  organizationId: number;
  id: number;
}

const longestKey = 255;

/**
 * Runs a write under its key, if it has one. Throws a Problem: what the write itself throws; `conflict` when the key
 * was used for another request or its write is running; `outcomeUnknown` when nobody knows what became of it.
 */
export async function runOnce(
  store: IdempotencyStore,
  instance: Through,
  call: ElementCall,
  limitMs: number,
  write: () => Promise<ElementAnswer>,
): Promise<ElementAnswer> {
  const key = call.headers['idempotency-key'];
  if (key === undefined || call.method === 'GET') return write();
  if (key === '' || key.length > longestKey) {
    throw new Problem('badRequest', `Idempotency-Key must have 1 to ${longestKey} characters.`);
  }
  const begun = await store.begin(instance, key, digestOf(call), limitMs);
  switch (begun.kind) {
    case 'mismatch':
      throw new Problem('conflict', 'This Idempotency-Key was used for another request: take a new one.');
    case 'running':
      throw new Problem('conflict', 'The write with this Idempotency-Key is still running: ask again in a moment.', {
        retryAfterSeconds: 1,
      });
    case 'unknown':
      throw unknownOutcome(begun.message);
    case 'replay': {
      const { status, headers, body, bodyLeftOut } = begun.answer;
      if (status >= 400) throw keptProblem(status, body);
      const replayed: Record<string, string> = { ...headers, 'idempotency-replayed': 'true' };
      if (bodyLeftOut) replayed['elements-error'] = 'The answer was too large to be kept; the write was done.';
      return { headers: replayed, value: body, stream: undefined };
    }
    case 'run':
      break;
  }
  try {
    const answer = await write();
    await begun.done({ status: 200, headers: answer.headers, body: answer.value });
    return answer;
  } catch (error) {
    await settle(begun, error);
    throw error instanceof Problem && isUnknown(error) ? unknownOutcome(error.message, error) : error;
  }
}

/** What an error tells of the write: refused by the vendor (kept), not sent (forgotten), or nobody knows. */
async function settle(
  begun: Extract<Awaited<ReturnType<IdempotencyStore['begin']>>, { kind: 'run' }>,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Problem)) return begun.unknown('This server failed while the write was under way.');
  if (isUnknown(error)) return begun.unknown(error.message);
  if (error.code !== 'vendorRefused' || error.status === 401) return begun.forget();
  const { message, providerMessage, code } = error;
  return begun.done({ status: error.status, headers: {}, body: { message, providerMessage, code } });
}

/** Whether the vendor may have done the write though there is an error. */
function isUnknown(error: Problem): boolean {
  if (error.cause instanceof NotSent) return false;
  return ['vendorFailed', 'vendorUnreachable', 'vendorTimeout', 'scriptFailed'].includes(error.code);
}

function unknownOutcome(message: string, cause?: Problem): Problem {
  return new Problem(
    'outcomeUnknown',
    `It is unknown whether the vendor did this write, so it is not sent again: ${message} Look at the vendor, and ` +
      'repeat it with another Idempotency-Key if it was not done.',
    cause?.providerMessage === undefined ? {} : { providerMessage: cause.providerMessage },
  );
}

function keptProblem(status: number, body: unknown): Problem {
  const { message, providerMessage } = body as { message: string; providerMessage?: string };
  return new Problem('vendorRefused', message, {
    status,
    ...(providerMessage === undefined ? {} : { providerMessage }),
  });
}

function digestOf({ method, path, query, body }: ElementCall): string {
  const content =
    body.kind === 'json' ? body.value : body.kind === 'text' ? body.text : body.kind === 'form' ? body.fields : null;
  return createHash('sha256')
    .update(JSON.stringify([method, path, query, body.kind, content]))
    .digest('base64');
}
