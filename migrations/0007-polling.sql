-- Instances whose changes are found by polling: when each is due, who polls it now, and how far it has come.
create table polls (
  instance_id bigint primary key references instances on delete cascade,
  organization_id bigint not null,
  account_id bigint not null,
  element_id bigint not null,
  -- changes from here on are brought
  enabled_at timestamptz not null,
  -- when its settings were changed last: what a poll that began before says of the next one is out of date
  settings_at timestamptz not null,
  settings_digest text not null,
  next_at timestamptz not null,
  claim_id uuid,
  claim_owner bigint,
  claim_ends_at timestamptz,
  -- for each object: until when its changes were brought, and where a poll of many pages stopped (src/store/polls.ts)
  state jsonb not null default '{}',
  failures integer not null default 0,
  last_error text,
  last_poll_at timestamptz,
  -- why it is not polled until its account is connected again
  stopped_reason text
) with (fillfactor = 70);
create index polls_due on polls (next_at) where stopped_reason is null;
