-- How an organization shows itself to its customers, and the links by which these connect accounts of theirs.

create table brandings (
  organization_id bigint primary key references organizations,
  document jsonb not null,
  updated_at timestamptz not null default now()
);

-- A name is made of chance, anew with each image: whoever knows it may see the image, and keep it for ever.
create table branding_images (
  organization_id bigint not null references organizations,
  kind text not null check (kind in ('logo', 'favicon')),
  name text not null unique,
  content_type text not null,
  content bytea not null,
  primary key (organization_id, kind)
);

-- `link_digest` is that of the link's token, `browser_digest` that of the key which the first browser with it was given.
-- `consent_*` is where that browser is to go next, until it has gone there. One attempt is made at a time: `busy_until`.
create table connect_sessions (
  id uuid primary key,
  organization_id bigint not null,
  account_id bigint not null,
  user_id bigint not null references users,
  request jsonb not null,
  link_digest text not null unique,
  browser_digest text unique,
  opener_origin text,
  state text not null default 'open' check (state in ('open', 'opened', 'connected', 'cancelled', 'failed')),
  busy_until timestamptz,
  connection_id text,
  consent_digest text,
  consent_sealed text,
  element_key text,
  instance_id bigint,
  message text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  foreign key (organization_id, account_id) references accounts (organization_id, id)
);
create index connect_sessions_expiry on connect_sessions (expires_at);
