-- Each index of the queue is written for every event that comes. One serves first attempts, in the order of their ids, and
-- finds an event whose state is not known by looking for both.
drop index event_queue_first;
alter table event_queue drop constraint event_queue_pkey, add primary key (state, event_id);
