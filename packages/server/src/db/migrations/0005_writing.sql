-- Text models: which one writes for whom, what they have cost, and prompts that one is to rewrite before an engine is asked.

create table writing_choices (
  user_id uuid primary key references users (id) on delete cascade,
  connection_id uuid not null references connections (id) on delete cascade,
  model text not null
);

-- By UTC day. Apart from usage_days, whose cost is counted anew from the generations.
create table writing_days (
  user_id uuid not null references users (id) on delete cascade,
  day date not null,
  cost double precision not null default 0,
  primary key (user_id, day)
);

alter table generations
  -- wanted: before the first call; asked: the text model may have been paid, so that it is not asked again
  add column refine text check (refine in ('wanted', 'asked'));
