// What Zendesk keeps below a ticket beside its comments and audits: tags, metrics, people, incidents of a problem
// (developer docs "Tags", "Ticket Metrics", "Tickets").

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { recordNotFound } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { ticketTags } from './tags.ts';

/** /api/v2/tickets/{id}/{child}.json; undefined for others. */
export function ticketChildren(
  site: ZendeskSite,
  request: VendorRequest,
  id: number,
  child: string,
  userId: number,
): Answer | undefined {
  const ticket = site.tickets.get(id);
  if (child === 'tags') return ticketTags(site, request, ticket, userId);
  if (request.method !== 'GET') return undefined;
  const answers: Record<string, (found: ZendeskRecord) => Answer> = {
    metrics: (found) => json(200, { ticket_metric: metricOf(site, found) }),
    followers: (found) => pageOf(request, 'users', peopleOf(site, found['follower_ids'])),
    collaborators: (found) => pageOf(request, 'users', peopleOf(site, found['collaborator_ids'])),
    email_ccs: (found) => pageOf(request, 'users', peopleOf(site, found['email_cc_ids'])),
    incidents: (found) => pageOf(request, 'tickets', incidentsOf(site, found), { ways: 'both' }),
    // That these members stand under one name, as those of users and organizations do, is seen in public clients.
    related: (found) =>
      json(200, {
        ticket_related: {
          topic_id: null,
          jira_issue_ids: [],
          followup_source_ids: [],
          from_archive: false,
          incidents: incidentsOf(site, found).length,
        },
      }),
  };
  const answer = Object.hasOwn(answers, child) ? answers[child] : undefined;
  return answer === undefined || ticket !== undefined ? answer?.(ticket as ZendeskRecord) : recordNotFound();
}

/** GET /api/v2/ticket_metrics.json. */
export function listMetrics(site: ZendeskSite, request: VendorRequest): Answer {
  const rows = [...site.tickets.values()].map((ticket) => metricOf(site, ticket));
  return pageOf(request, 'ticket_metrics', rows, { ways: 'both' });
}

function incidentsOf(site: ZendeskSite, problem: ZendeskRecord): ZendeskRecord[] {
  return [...site.tickets.values()].filter((each) => each['problem_id'] === problem.id);
}

function peopleOf(site: ZendeskSite, ids: unknown): ZendeskRecord[] {
  return (Array.isArray(ids) ? ids : []).flatMap((id) => site.users.get(Number(id)) ?? []);
}

/** Times in minutes stand in two members each, for the calendar and for business hours (JSON format of "Ticket Metrics"). */
function metricOf(site: ZendeskSite, ticket: ZendeskRecord): ZendeskRecord {
  const comments = site.comments.get(ticket.id) ?? [];
  const reply = comments.find((comment) => comment['author_id'] !== ticket['requester_id']);
  const minutes =
    reply === undefined
      ? null
      : Math.round((Date.parse(String(reply['created_at'])) - Date.parse(String(ticket['created_at']))) / 60_000);
  const isSolved = ['solved', 'closed'].includes(String(ticket['status']));
  const both = (value: number | null) => ({ calendar: value, business: value });
  return {
    id: 40_000_000 + ticket.id,
    url: `https://${site.host}/api/v2/ticket_metrics/${40_000_000 + ticket.id}.json`,
    ticket_id: ticket.id,
    group_stations: 1,
    assignee_stations: ticket['assignee_id'] === null ? 0 : 1,
    reopens: 0,
    replies: Math.max(0, comments.length - 1),
    assignee_updated_at: reply?.['created_at'] ?? null,
    requester_updated_at: ticket['created_at'],
    status_updated_at: ticket['updated_at'],
    initially_assigned_at: reply?.['created_at'] ?? null,
    assigned_at: reply?.['created_at'] ?? null,
    solved_at: isSolved ? ticket['updated_at'] : null,
    latest_comment_added_at: comments.at(-1)?.['created_at'] ?? null,
    reply_time_in_minutes: both(minutes),
    first_resolution_time_in_minutes: both(isSolved ? (minutes ?? 0) : null),
    created_at: ticket['created_at'],
    updated_at: ticket['updated_at'],
  };
}
