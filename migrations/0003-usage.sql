-- What calls were made, one partition for each day (UTC), so that old days are dropped whole; and writes that are
-- answered once for each Idempotency-Key.

-- `at` is part of the key because it decides the partition; a batch that is written twice has the same `at` twice.
create table usage_records (
  id text not null,
  at timestamptz not null,
  organization_id bigint not null,
  account_id bigint not null,
  user_id bigint not null,
  instance_id bigint,
  instance_name text,
  element_key text not null,
  element_name text not null,
  element_tags text[] not null,
  hub text,
  method text not null,
  path text not null,
  element_api text,
  http_status integer not null,
  request_status text not null check (request_status in ('SUCCESS', 'FAILED')),
  process_ms double precision not null,
  vendor_ms double precision not null,
  vendor_calls integer not null,
  request_ip text,
  error text,
  kind text not null check (kind in ('call', 'provisioning')),
  cache_hit boolean not null,
  trace jsonb,
  primary key (id, at)
) partition by range (at);
create index usage_records_account on usage_records (organization_id, account_id, at desc, id desc);
create index usage_records_organization on usage_records (organization_id, at desc, id desc);

-- Takes what no day's partition is there for (a clock that is wrong, a database that was away for days), so that one
-- such record never keeps its batch from being written.
create table usage_records_other partition of usage_records default;

-- `owner` is the sign of life of the process that sends the write (store/presence.ts).
create table idempotent_writes (
  instance_id bigint not null references instances on delete cascade,
  organization_id bigint not null,
  key_digest text not null,
  request_digest text not null,
  attempt_id uuid not null,
  state text not null check (state in ('started', 'done', 'unknown')),
  owner bigint not null,
  ends_at timestamptz not null,
  answer_sealed text,
  message text,
  created_at timestamptz not null default now(),
  primary key (instance_id, key_digest)
);
create index idempotent_writes_age on idempotent_writes (created_at);
