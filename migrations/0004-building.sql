-- Building elements: the history of private ones, who they are shared with, what accounts add to elements that are not
-- theirs, and numbers for the parts of documents.

alter table elements add column version integer not null default 1;

-- What a private element was before each of its last changes.
create table element_versions (
  element_id bigint not null references elements on delete cascade,
  version integer not null,
  document json not null,
  created_at timestamptz not null,
  primary key (element_id, version)
);

create table element_shares (
  element_id bigint not null references elements on delete cascade,
  organization_id bigint not null,
  account_id bigint not null,
  created_at timestamptz not null default now(),
  foreign key (organization_id, account_id) references accounts (organization_id, id),
  primary key (element_id, account_id)
);
create index element_shares_account on element_shares (account_id);

-- `element_id` may be one of the catalog, which has no row.
create table element_extensions (
  organization_id bigint not null,
  account_id bigint not null,
  element_id bigint not null,
  document json not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (organization_id, account_id) references accounts (organization_id, id),
  primary key (account_id, element_id)
);

-- The parts of catalog documents have numbers below, made from their names (src/element/part-numbers.ts).
create sequence element_part_numbers start with 1000000000;

-- Existing clients take a resource whose owner is account 1 for one of the catalog.
select setval(pg_get_serial_sequence('accounts', 'id'), greatest((select coalesce(max(id), 0) from accounts), 1000));

-- Kept in memory for each account as one value, so that an account without extensions is remembered, too.
create function notify_extensions_changed() returns trigger language plpgsql as $$
begin
  perform notify_changes('extensions', array(select distinct account_id from changed_rows));
  return null;
end $$;
create trigger stored after insert on element_extensions referencing new table as changed_rows
  for each statement execute function notify_extensions_changed();
create trigger changed after update on element_extensions referencing new table as changed_rows
  for each statement execute function notify_extensions_changed();
create trigger deleted after delete on element_extensions referencing old table as changed_rows
  for each statement execute function notify_extensions_changed();
create trigger truncated after truncate on element_extensions
  for each statement execute function notify_all_changed('extensions');
