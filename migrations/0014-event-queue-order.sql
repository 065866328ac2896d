-- First attempts are taken up in the order of their ids, a few at a time from what may be a very long queue. PostgreSQL
-- takes `state = 'new'`, of which it has no statistics while the queue fills, for a rare thing, and would read and sort the
-- whole queue each time; what is not 'retry' it takes for most of it, and reads the first ones from the index.
drop index event_queue_new;
create index event_queue_first on event_queue (event_id) where state <> 'retry';
