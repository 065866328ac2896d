// What needs a person, in words, each with the place where something can be done about it.

import type { FirstOf, Overview } from './overview.ts';

/** One thing to see to. */
export interface Trouble {
  key: string;
  mood: 'bad' | 'warning' | 'info';
  title: string;
  text: string;
  /** where one goes on, and what that is called */
  href: string;
  action: string;
  /** the notification that it is; it can be marked as seen */
  notificationId?: number;
}

/** What is shown of one kind at most; the others are told by one more line. */
const shownOfKind = 3;

/** Everything that needs a person, the worst first. */
export function troublesOf(overview: Overview): Trouble[] {
  const { refusedGrants, endpoints, queuedDeliveries, failedBulkJobs, failingJobs, notifications } = overview;
  return [
    ...some(
      refusedGrants,
      ({ id, name, elementName, reason }) => ({
        key: `grant-${id}`,
        mood: 'bad',
        title: `${elementName} no longer accepts the account “${name}”`,
        text: reason,
        href: `/instances/${id}`,
        action: 'Connect again',
      }),
      (more) => ({
        title: `${more} more accounts are to be connected again`,
        href: '/instances',
        action: 'Show accounts',
      }),
    ),
    ...some(
      endpoints,
      ({ url, state, message }) => ({
        key: `endpoint-${url}`,
        mood: state === 'stopped' ? 'bad' : 'warning',
        title: state === 'stopped' ? `Deliveries to ${url} have stopped` : `Deliveries to ${url} fail`,
        text: message,
        href: '/events',
        action: 'Show events',
      }),
      (more) => ({ title: `Deliveries to ${more} more addresses fail`, href: '/events', action: 'Show events' }),
    ),
    ...(queuedDeliveries === 0 ? [] : [queued(queuedDeliveries)]),
    ...some(
      failingJobs,
      ({ id, name, error }) => ({
        key: `job-${id}`,
        mood: 'bad',
        title: `The last run of the job “${name}” failed`,
        text: error ?? 'It was interrupted.',
        href: `/jobs/${id}`,
        action: 'Open the job',
      }),
      (more) => ({ title: `The last runs of ${more} more jobs failed`, href: '/jobs', action: 'Show jobs' }),
    ),
    ...some(
      failedBulkJobs,
      ({ id, elementName, objectName, direction, message }) => ({
        key: `bulk-${id}`,
        mood: 'bad',
        title: `A bulk ${direction.toLowerCase()} of ${objectName} at ${elementName} failed`,
        text: message ?? 'Its page says more.',
        href: `/bulk/${id}`,
        action: 'Open it',
      }),
      (more) => ({ title: `${more} more bulk jobs failed`, href: '/bulk', action: 'Show bulk jobs' }),
    ),
    ...some(
      notifications,
      ({ id, topic, severity, message }) => ({
        key: `notification-${id}`,
        mood: severity === 'high' ? 'bad' : severity === 'medium' ? 'warning' : 'info',
        title: message,
        text: topic,
        href: '/notifications',
        action: 'Show notifications',
        notificationId: id,
      }),
      (more) => ({ title: `${more} more notifications`, href: '/notifications', action: 'Show notifications' }),
    ),
  ];
}

/** As many deliveries as the server counts at most. */
const mostCounted = 10_000;

function queued(count: number): Trouble {
  const many = count >= mostCounted ? `More than ${mostCounted.toLocaleString('en')}` : count.toLocaleString('en');
  return {
    key: 'queued',
    mood: 'warning',
    title: count === 1 ? 'A delivery waits to be sent again' : `${many} deliveries wait to be sent again`,
    text: 'Their address did not take them. See to it, then have them sent.',
    href: '/events',
    action: 'Show events',
  };
}

function some<Row>(
  { first, total }: FirstOf<Row>,
  tell: (row: Row) => Trouble,
  tellMore: (count: string) => Pick<Trouble, 'title' | 'href' | 'action'>,
): Trouble[] {
  const shown = first.slice(0, shownOfKind).map(tell);
  const more = total - shown.length;
  if (more <= 0) return shown;
  const told = tellMore(more.toLocaleString('en'));
  return [...shown, { key: told.title, mood: 'info', text: '', ...told }];
}
