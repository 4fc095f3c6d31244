-- Other programs that are told what happens in a library.

create table webhooks (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  url text not null,
  -- what it is told of
  types jsonb not null,
  -- sealed; null: the key that sealed it is lost
  secret text,
  -- signed with as well until then
  old_secret text,
  old_secret_until timestamptz,
  -- its owner's events are deliveries up to here
  seq bigint not null,
  -- null: it is on
  off_at timestamptz,
  off_reason text check (off_reason in ('owner', 'gone', 'failing', 'key-lost')),
  -- since then every attempt has failed
  failing_since timestamptz,
  -- who was served longest ago is next
  served_at timestamptz,
  created_at timestamptz not null default now(),
  check ((off_at is null) = (off_reason is null))
);
create index webhooks_of_user on webhooks (user_id, id);

create table webhook_deliveries (
  id uuid primary key,
  webhook_id uuid not null references webhooks (id) on delete cascade,
  user_id uuid not null,
  -- null: a test
  seq bigint,
  type text not null,
  -- the generation, picture or link that it tells of
  subject_id uuid,
  happened_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed', 'dropped')),
  attempts integer not null default 0,
  due_at timestamptz not null default clock_timestamp(),
  -- the attempt that is under way, and when it counts as lost
  attempt uuid,
  attempt_until timestamptz,
  attempted_at timestamptz,
  duration_ms integer,
  status integer,
  message text
);
create unique index webhook_deliveries_once on webhook_deliveries (webhook_id, seq);
create index webhook_deliveries_log on webhook_deliveries (webhook_id, id desc);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at, seq) where state = 'waiting';
create index webhook_deliveries_next on webhook_deliveries (due_at) where state = 'waiting';
create index webhook_deliveries_under_way on webhook_deliveries (webhook_id) where attempt is not null;
create index webhook_deliveries_old on webhook_deliveries (happened_at);
