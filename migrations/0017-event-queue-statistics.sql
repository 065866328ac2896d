-- Statistics of the queue are those of a moment in which it is empty or full, and nothing is planned by them (see 0014); they
-- took a tenth of a second every minute that webhooks came fast.
alter table event_queue set (autovacuum_analyze_threshold = 2147483647);
