-- Instances whose vendor can be asked whether it still has their subscription, and when it is asked next.
create table subscription_checks (
  instance_id bigint primary key references instances on delete cascade,
  organization_id bigint not null,
  account_id bigint not null,
  next_at timestamptz not null
);
create index subscription_checks_due on subscription_checks (next_at);
