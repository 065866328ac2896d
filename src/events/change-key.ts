// By what a change of an object is known, whoever brings it: a webhook or a poll.

/**
 * The key of a change: the object and the second in which the vendor says that it was changed (milliseconds since 1970).
 * Webhooks and polls of one vendor write the time with different precision, and seconds are what both have.
 */
export function changeKey(objectType: string, objectId: string, changedAt: number): string {
  return `change|${objectType}|${objectId}|${Math.floor(changedAt / 1000)}`;
}
