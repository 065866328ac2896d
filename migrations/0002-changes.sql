-- Every change of what processes keep in memory is told to all of them (`listen valence_changes`); src/store/changes.ts
-- says what follows from it. A payload is `<kind>:<id>,<id>…`, or `<kind>:*` when too many rows changed to name them.
-- Inserts are not told, except where they change something that is there already: nothing remembers that a row was missing.

alter table instances
  add column caching_enabled boolean not null default false,
  add column max_cache_size integer not null default 0,
  add column cache_time_to_live integer not null default 0,
  add column trace_logging_until timestamptz;

create function notify_changes(kind text, ids bigint[]) returns void language plpgsql as $$
begin
  if cardinality(ids) = 0 then return; end if;
  if cardinality(ids) > 10000 then
    perform pg_notify('valence_changes', kind || ':*');
    return;
  end if;
  -- a payload has at most 8000 bytes, an id at most 20 with its comma
  perform pg_notify('valence_changes', kind || ':' || string_agg(id::text, ','))
  from unnest(ids) with ordinality as changed (id, place)
  group by (place - 1) / 350;
end $$;

-- The trigger's argument is the kind. TRUNCATE has no rows to name.
create function notify_all_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('valence_changes', tg_argv[0] || ':*');
  return null;
end $$;

create function notify_rows_changed() returns trigger language plpgsql as $$
begin
  perform notify_changes(tg_argv[0], array(select id from changed_rows));
  return null;
end $$;

create trigger changed after update on organizations referencing new table as changed_rows
  for each statement execute function notify_rows_changed('organization');
create trigger deleted after delete on organizations referencing old table as changed_rows
  for each statement execute function notify_rows_changed('organization');
create trigger truncated after truncate on organizations
  for each statement execute function notify_all_changed('organization');

create trigger changed after update on accounts referencing new table as changed_rows
  for each statement execute function notify_rows_changed('account');
create trigger deleted after delete on accounts referencing old table as changed_rows
  for each statement execute function notify_rows_changed('account');
create trigger truncated after truncate on accounts
  for each statement execute function notify_all_changed('account');

-- A sign-in changes nothing that is remembered of a user.
create function notify_users_changed() returns trigger language plpgsql as $$
begin
  perform notify_changes('user', array(
    select stored.id from changed_rows as stored join rows_before as before using (id)
    where to_jsonb(stored) - 'last_login_at' is distinct from to_jsonb(before) - 'last_login_at'
  ));
  return null;
end $$;
create trigger changed after update on users referencing old table as rows_before new table as changed_rows
  for each statement execute function notify_users_changed();
create trigger deleted after delete on users referencing old table as changed_rows
  for each statement execute function notify_rows_changed('user');
create trigger truncated after truncate on users
  for each statement execute function notify_all_changed('user');

create trigger changed after update on elements referencing new table as changed_rows
  for each statement execute function notify_rows_changed('element');
create trigger deleted after delete on elements referencing old table as changed_rows
  for each statement execute function notify_rows_changed('element');
create trigger truncated after truncate on elements
  for each statement execute function notify_all_changed('element');

create trigger changed after update on instances referencing new table as changed_rows
  for each statement execute function notify_rows_changed('instance');
create trigger deleted after delete on instances referencing old table as changed_rows
  for each statement execute function notify_rows_changed('instance');
create trigger truncated after truncate on instances
  for each statement execute function notify_all_changed('instance');

-- Tokens are part of their instance. That a refresh has begun is not: nothing remembers `attempt_*`.
create function notify_tokens_stored() returns trigger language plpgsql as $$
begin
  perform notify_changes('instance', array(select instance_id from changed_rows));
  return null;
end $$;
create function notify_tokens_changed() returns trigger language plpgsql as $$
begin
  perform notify_changes('instance', array(
    select stored.instance_id from changed_rows as stored join rows_before as before using (instance_id)
    where (stored.tokens_sealed, stored.generation, stored.expires_at, stored.refreshed_at, stored.uncertain_since,
           stored.refused_reason)
      is distinct from (before.tokens_sealed, before.generation, before.expires_at, before.refreshed_at,
                        before.uncertain_since, before.refused_reason)
  ));
  return null;
end $$;
create trigger stored after insert on vendor_tokens referencing new table as changed_rows
  for each statement execute function notify_tokens_stored();
create trigger changed after update on vendor_tokens referencing old table as rows_before new table as changed_rows
  for each statement execute function notify_tokens_changed();
create trigger deleted after delete on vendor_tokens referencing old table as changed_rows
  for each statement execute function notify_tokens_stored();
create trigger truncated after truncate on vendor_tokens
  for each statement execute function notify_all_changed('instance');
