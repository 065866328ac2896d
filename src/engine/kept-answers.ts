// Answers of reading calls, kept for instances that want it, until they are old or something was written.

import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';
import type { Sighting, Source } from '../store/change-ledger.ts';
import type { Changes } from '../store/changes.ts';
import type { CompiledResource } from './compile.ts';
import type { ElementAnswer, ElementCall } from './element-call.ts';

/** What an instance wants: how many answers are kept, and for how many seconds; 0 stands for the default. */
export interface KeepingPolicy {
  id: number;
  accountId: number;
  elementId: number;
  cachingEnabled: boolean;
  maxCacheSize: number;
  cacheTimeToLive: number;
}

/** What of a resource tells which calls are answered alike. */
type Read = Pick<CompiledResource, 'headerNames' | 'hooksReadHeaders'>;

/** Keeps answers. */
export interface KeptAnswers {
  /** The kept answer of a call of a resource, if there is one that is still true. */
  find(policy: KeepingPolicy, call: ElementCall, resource: Read): ElementAnswer | undefined;
  /** Takes note of the moment before the vendor is asked; the function that comes back keeps its answer. */
  expect(policy: KeepingPolicy, call: ElementCall, resource: Read): (answer: ElementAnswer) => void;
  /** Something was written through an instance: nothing that was read before is kept, here and in other processes. */
  written(policy: KeepingPolicy): void;
}

interface KeptAnswer extends Sighting {
  headers: Record<string, string>;
  text: string;
  keptAt: number;
}

const defaultSize = 100;
const defaultSeconds = 60;

interface KeptAnswersDependencies {
  changes: Pick<Changes, 'now' | 'isCurrent' | 'areKnown' | 'notify'>;
  clock: Clock;
  limits: { keptAnswerBytes: number; keptAnswersBytes: number };
}

/** Makes the keeper of answers; what one process keeps is bounded in bytes over all instances. */
export function createKeptAnswers({ changes, clock, limits }: KeptAnswersDependencies): KeptAnswers {
  const instances = new LRUCache<number, LRUCache<string, KeptAnswer>>({
    max: 10_000,
    dispose: (answers) => answers.clear(),
  });
  const sourcesOf = ({ id, accountId, elementId }: KeepingPolicy): Source[] => [
    `answers:${id}`,
    `instance:${id}`,
    `element:${elementId}`,
    `extensions:${accountId}`,
  ];
  let bytes = 0;

  const answersOf = ({ id, maxCacheSize }: KeepingPolicy) => {
    const size = maxCacheSize || defaultSize;
    const known = instances.get(id);
    if (known !== undefined && known.max === size) return known;
    const fresh = new LRUCache<string, KeptAnswer>({
      max: size,
      dispose: (answer) => {
        bytes -= answer.text.length;
      },
    });
    instances.set(id, fresh);
    return fresh;
  };

  return {
    find(policy, call, resource) {
      if (!policy.cachingEnabled || !isReading(call, resource)) return undefined;
      const answers = answersOf(policy);
      const key = keyOf(call, resource);
      const kept = answers.get(key);
      if (kept === undefined) return undefined;
      const seconds = policy.cacheTimeToLive || defaultSeconds;
      const isTrue = changes.areKnown() && changes.isCurrent(kept);
      if (isTrue && clock() - kept.keptAt < seconds * 1000) {
        return { headers: { ...kept.headers }, value: JSON.parse(kept.text), stream: undefined };
      }
      answers.delete(key);
      return undefined;
    },

    expect(policy, call, resource) {
      if (!policy.cachingEnabled || !isReading(call, resource)) return () => undefined;
      const seen = changes.now();
      const keptAt = clock();
      return ({ headers, value, stream }) => {
        if (stream !== undefined || value === undefined) return;
        const text = JSON.stringify(value);
        if (text.length > limits.keptAnswerBytes) return;
        answersOf(policy).set(keyOf(call, resource), {
          headers: { ...headers },
          text,
          keptAt,
          seen,
          sources: sourcesOf(policy),
        });
        bytes += text.length;
        while (bytes > limits.keptAnswersBytes && instances.size > 0) instances.pop();
      };
    },

    written(policy) {
      if (policy.cachingEnabled) changes.notify('answers', policy.id);
    },
  };
}

/** A ping asks the vendor each time; and what a body or any header may change, no key tells apart. */
function isReading({ method, path, headers }: ElementCall, { hooksReadHeaders }: Read): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return method === 'GET' && path !== '/ping' && !hasBody && !hooksReadHeaders;
}

function keyOf({ path, query, headers }: ElementCall, { headerNames }: Read): string {
  const pairs = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${path} ${JSON.stringify([pairs, headerNames.map((name) => headers[name] ?? null)])}`;
}
