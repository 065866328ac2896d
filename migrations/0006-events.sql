-- Events: what came from vendors and what must be sent to customers. Everything that grows is cut into partitions by time,
-- so that what is too old is dropped whole (src/store/partitions.ts); what is still to do stands in a small table.

-- As it came, never changed. `id` is a UUID of version 7, whose milliseconds are `received_at`. `source` tells where it
-- comes from: a vendor's webhook, a poll, the result of an asynchronous call or job, or a notification of ours.
create table events (
  received_at timestamptz not null,
  id uuid not null,
  organization_id bigint not null,
  account_id bigint not null,
  instance_id bigint,
  element_key text,
  source text not null check (source in ('webhook', 'poll', 'result', 'notification')),
  body text not null,
  body_is_base64 boolean not null,
  headers json,
  -- known at once for polls; for webhooks it is found out later and stands with the outcomes
  items json,
  -- for what an instance's settings do not say
  callback_url text,
  subscription_id bigint,
  notification_id bigint,
  primary key (received_at, id)
) partition by range (received_at);
create index events_instance on events (instance_id, received_at, id);
create index events_account on events (organization_id, account_id, received_at);
create table events_other partition of events default;

-- What became of an event: one row for each step, never changed. Number 0 is what it was made into, each further one an
-- attempt to deliver it.
create table event_outcomes (
  received_at timestamptz not null,
  event_id uuid not null,
  number integer not null,
  at timestamptz not null,
  organization_id bigint not null,
  status text not null check (status in ('RECEIVED', 'DISPATCHED', 'CONSUMED', 'NOTIFIED')),
  delivery text check (delivery in ('delivered', 'retry', 'queued')),
  message text not null,
  detail text,
  items json,
  primary key (received_at, event_id, number)
) partition by range (received_at);
create table event_outcomes_other partition of event_outcomes default;

-- What is still to do: `new` events wait for their first attempt, the others for their next, at `due_at`. The process that
-- owns a lane (src/store/lanes.ts) works on its events.
create table event_queue (
  event_id uuid primary key,
  received_at timestamptz not null,
  organization_id bigint not null,
  account_id bigint not null,
  instance_id bigint,
  lane smallint not null,
  state text not null check (state in ('new', 'retry')),
  due_at timestamptz,
  attempts integer not null default 0
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index event_queue_new on event_queue (event_id) where state = 'new';
create index event_queue_retry on event_queue (due_at) where state = 'retry';

-- Deliveries that wait until somebody asks for them.
create table queued_deliveries (
  received_at timestamptz not null,
  event_id uuid not null,
  organization_id bigint not null,
  account_id bigint not null,
  instance_id bigint,
  url text not null,
  attempts integer not null,
  queued_at timestamptz not null,
  primary key (received_at, event_id)
) partition by range (received_at);
create index queued_deliveries_account on queued_deliveries (organization_id, account_id, received_at, event_id);
create table queued_deliveries_other partition of queued_deliveries default;

-- What must be unique: a vendor's event for an instance, a change of an object. A partition holds the keys of a week; a
-- key is looked for in this week's and last week's.
create table event_keys (
  week date not null,
  instance_id bigint not null,
  key uuid not null,
  source text not null,
  counts_until timestamptz not null,
  primary key (week, instance_id, key)
) partition by range (week);
create table event_keys_other partition of event_keys default;

-- By what the instances of an element are found in its webhooks.
create table webhook_finders (
  instance_id bigint primary key references instances on delete cascade,
  element_key text not null,
  finder text not null,
  value text not null
);
create index webhook_finders_value on webhook_finders (element_key, finder, value);

-- Addresses of customers that do not take events. `stopped`: deliveries are queued until one is asked for and succeeds.
create table callback_endpoints (
  organization_id bigint not null,
  account_id bigint not null,
  url text not null,
  state text not null check (state in ('failing', 'stopped')),
  since timestamptz not null,
  failures integer not null,
  message text not null,
  foreign key (organization_id, account_id) references accounts (organization_id, id) on delete cascade,
  primary key (account_id, url)
);
