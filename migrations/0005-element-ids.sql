-- The ids that private elements had: one that comes back under its key, imported again, has the id that others know it by.
create table element_ids (
  account_id bigint not null references accounts on delete cascade,
  key text not null,
  id bigint not null,
  primary key (account_id, key)
);
