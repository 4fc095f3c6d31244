-- Calls that are no jobs, such as those to text models, and count in their lane all the same. Each is there for as long as its process says
-- that it lives. In the order of `id` they wait until one is held.
create table lane_calls (
  id bigint generated always as identity primary key,
  lane text not null references job_lanes (lane) on delete cascade,
  held boolean not null default false,
  expires_at timestamptz not null
);
create index lane_calls_of_lane on lane_calls (lane, id);
