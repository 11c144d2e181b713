-- A lane is a function and the kind of its work; the runner looks for the oldest job of each lane.
-- With thousands of messages waiting for a provider that hangs, the other lanes are still found at once.
alter table private.jobs add lane text not null generated always as
	(function || '/' || left(regexp_replace(coalesce(payload ->> 'kind', ''), '[^a-z0-9_-]', '', 'g'), 60)) stored;
create index jobs_lane_idx on private.jobs (lane, run_at, id) where state = 'READY';
