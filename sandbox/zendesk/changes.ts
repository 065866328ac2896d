// A change of a ticket, as triggers and event subscriptions see it.

import type { ZendeskRecord, ZendeskSite } from './data.ts';

/** What happened to a ticket. */
export interface TicketChange {
  site: ZendeskSite;
  ticket: ZendeskRecord;
  kind: 'Create' | 'Change';
  authorId: number;
  /** Those of its audit: the comment, and each field that was set. */
  events: readonly Record<string, unknown>[];
  /** That was added, if one was. */
  comment: Record<string, unknown> | undefined;
}
