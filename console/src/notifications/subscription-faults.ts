// What the server found wrong with a subscription, at the field that it is about.

import { faultsOf } from '../elements/import/message-faults.ts';

/** The fields of the form: topics of the platform, topics of programs, and what stands in `config`. */
export type SubscriptionField = 'topics' | 'ownTopics' | 'url' | 'signatureKey';

/** What is wrong with each field. */
export type SubscriptionFaults = Partial<Record<SubscriptionField, string>>;

const fields: readonly { place: RegExp; field: SubscriptionField }[] = [
  { place: /^\/topics$/, field: 'topics' },
  { place: /^\/topics\/\d+$/, field: 'ownTopics' },
  { place: /^\/config\/url$/, field: 'url' },
  { place: /^\/config\/signatureKey$/, field: 'signatureKey' },
];

/** The faults of a refusal by field; undefined when one of them is about no field, so that all of it has to be shown. */
export function faultsByField(message: string): SubscriptionFaults | undefined {
  if (message.startsWith('config.url ')) return { url: message };
  const found = faultsOf(message);
  const faults: SubscriptionFaults = {};
  for (const { path, message: words } of found) {
    const field = fields.find(({ place }) => place.test(path))?.field;
    if (field === undefined) return undefined;
    faults[field] = `This ${words}.`;
  }
  return found.length === 0 ? undefined : faults;
}
