// Moments in fields for local times, and back.

/** A moment as a field for local times holds it, to the minute or to the second. */
export function localText(moment: Date, exactness: 'minute' | 'second' = 'minute'): string {
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, exactness === 'minute' ? 16 : 19);
}

/** A moment of a field for local times; undefined for none. */
export function momentOf(text: string | undefined): Date | undefined {
  if (text === undefined || text === '') return undefined;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
