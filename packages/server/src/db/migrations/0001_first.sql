-- Everything the main job needs. Times are timestamptz; ids are UUIDv7 and made by the program, so that they sort by creation.

create table users (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('admin', 'user')),
  created_at timestamptz not null default now()
);

-- One data key a user, wrapped by the instance key `kid`; rotation re-wraps these and touches nothing else.
create table data_keys (
  user_id uuid primary key references users (id) on delete cascade,
  kid text not null,
  wrapped text not null,
  created_at timestamptz not null default now()
);

create table connections (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  provider text not null,
  base_url text,
  -- v1.<kid of the data key>.<iv>.<ciphertext>.<tag>, base64url; never the key itself
  secret text,
  key_hint text,
  settings jsonb not null default '{}',
  default_model text,
  concurrency integer not null check (concurrency between 1 and 64),
  position integer not null default 0,
  is_default boolean not null default false,
  -- null: a person made it. Else the instance did, from the environment as this digest tells, so that a change there is noticed
  environment_digest text,
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index connections_name on connections (user_id, lower(name)) where deleted_at is null;
create unique index connections_default on connections (user_id) where is_default and deleted_at is null;

create table generations (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  connection_id uuid references connections (id) on delete set null,
  connection_name text not null,
  provider text not null,
  model text not null,
  state text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- the request as typed
  request jsonb not null,
  -- what every call is made of, after the model's capabilities were applied
  fitted jsonb not null,
  adjustments jsonb not null default '[]',
  tags jsonb not null default '[]',
  resolved_prompt text not null,
  revised_prompt text,
  n integer not null,
  width integer,
  height integer,
  seed bigint,
  -- what gave it to us ('easel', 'history', 'studio' …): decides the file names
  origin text not null,
  progress_completed double precision,
  progress_total double precision,
  preview_key text,
  error jsonb,
  cost_amount double precision,
  cost_currency text,
  parent_id uuid references generations (id) on delete set null,
  idempotency_key text,
  idempotency_hash text,
  job_id uuid,
  cancel_requested boolean not null default false,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index generations_of_user on generations (user_id, id desc);
create index generations_active on generations (user_id, id desc) where state in ('queued', 'running');
create unique index generations_idempotency on generations (user_id, idempotency_key) where idempotency_key is not null;
create index generations_open_jobs on generations (job_id) where state in ('queued', 'running');

-- A generation of many pictures is one or more calls to the engine. `sent_at` is written before the call, `operation` before the
-- first poll: after a crash a call is taken up again, and sent again only where that cannot pay twice.
create table generation_calls (
  generation_id uuid not null references generations (id) on delete cascade,
  call_index integer not null,
  first_image integer not null,
  images integer not null,
  state text not null check (state in ('waiting', 'sent', 'done', 'failed')),
  sent_at timestamptz,
  operation jsonb,
  error jsonb,
  primary key (generation_id, call_index)
);

create table images (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  generation_id uuid references generations (id) on delete set null,
  generation_index integer,
  filename text not null,
  storage_key text not null unique,
  source text not null check (source in ('generated', 'upload', 'import')),
  mime_type text not null,
  bytes bigint not null,
  width integer not null,
  height integer not null,
  sha256 text not null,
  crc32 bigint not null,
  thumbhash text,
  -- null: thumbnail not made yet
  derived_at timestamptz,
  damage text,
  prompt text,
  revised_prompt text,
  negative_prompt text,
  description text,
  model text,
  provider text,
  seed bigint,
  parameters jsonb not null default '{}',
  parent_id uuid references images (id) on delete set null,
  -- contract A's id: local save time to the second, and a number from the second picture in that second on
  history_second text not null,
  history_number integer not null,
  created_at timestamptz not null,
  deleted_at timestamptz
);
create unique index images_filename on images (user_id, filename);
create unique index images_of_call on images (generation_id, generation_index) where generation_id is not null;
create unique index images_history on images (user_id, history_second, history_number);
create index images_of_user on images (user_id, created_at desc, id desc) where deleted_at is null;
create index images_in_trash on images (user_id, deleted_at desc, id desc) where deleted_at is not null;
create index images_underived on images (id) where derived_at is null and damage is null;

create table tags (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  tag_type text not null check (tag_type in ('LABEL', 'CHARACTER', 'PERSONA', 'CHAT', 'THEME')),
  tag_id text not null,
  created_at timestamptz not null default now()
);
create unique index tags_of_user on tags (user_id, tag_type, tag_id);

create table image_tags (
  image_id uuid not null references images (id) on delete cascade,
  tag uuid not null references tags (id) on delete cascade,
  primary key (image_id, tag)
);
create index image_tags_by_tag on image_tags (tag, image_id desc);

-- The log that open pages follow. Rows of one user are written under that user's advisory lock, so `seq` rises in the order of
-- commit and a reader never skips one.
create table events (
  seq bigint generated always as identity primary key,
  user_id uuid not null references users (id) on delete cascade,
  event jsonb not null,
  created_at timestamptz not null default now()
);
create index events_of_user on events (user_id, seq);

-- Fair turns: the `now` of a lane (a connection) is the newest turn that was served; a user's next turn follows from it and from
-- the last one that user was given. Batch work takes turns of its own, so that a long batch does not set back its user's other work.
create table job_lanes (
  lane text primary key,
  concurrency integer not null check (concurrency > 0),
  now_turn integer not null default 0,
  now_batch_turn integer not null default 0
);
create table job_turns (
  lane text not null references job_lanes (lane) on delete cascade,
  batch boolean not null,
  user_id uuid not null,
  last_turn integer not null,
  primary key (lane, batch, user_id)
);
