// Moments of calls, as people read them.

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dayAndClock = new Intl.DateTimeFormat('en', {
  ...{ month: 'short', day: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
});

/** A moment on the clock, with its day when that is not today. */
export function formatMoment(text: string, now = new Date()): string {
  const moment = new Date(text);
  return (moment.toDateString() === now.toDateString() ? clock : dayAndClock).format(moment);
}
