// A call to an element that nobody waits for on a connection: what bulk jobs and the like do with records goes the same
// way as the calls of callers, common resources and all.

import type { InstanceAccount } from './account.ts';
import type { Engine } from './call.ts';
import type { ElementAnswer, ElementCall } from './element-call.ts';
import type { MappedCalls } from './mapped-call.ts';
import { findMatch } from './match.ts';

/**
 * Calls a path of an element for an instance, in the words of a common resource where the path names one. Throws what
 * `Engine.call` and `MappedCalls.find` throw, and a Problem (404, 405) where the element has no such resource.
 */
export type CallElement = (account: InstanceAccount, call: ElementCall) => Promise<ElementAnswer>;

/** Makes the caller. */
export function createCallElement(engine: Engine, mappedCalls: MappedCalls): CallElement {
  return async (account, call) => {
    const mapped = await mappedCalls.find(account, account.definition, call);
    if (mapped === undefined) return engine.call(account, findMatch(account.definition, call), call);
    const match = findMatch(account.definition, mapped.call);
    const given = await engine.call(account, match, { ...mapped.call, body: await mapped.body(call.body) });
    return mapped.answer(given);
  };
}
