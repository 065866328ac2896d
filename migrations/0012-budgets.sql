-- What the processes know together of vendors' rate limits (src/outbound/budget-window.ts). Worth nothing after a window
-- of the vendor, so it is not written ahead: after a crash of the database it is empty.
create unlogged table rate_budgets (
  key text primary key,
  version bigint not null,
  state text not null,
  changed_at timestamptz not null
) with (fillfactor = 50);
