-- Many people on one server. Until somebody signs up, the one row of `users` is the owner of local mode.

alter table users drop constraint users_role_check;
alter table users
  add constraint users_role_check check (role in ('admin', 'user', 'guest')),
  add column email text,
  add column email_verified boolean not null default false,
  add column picture_url text,
  add column two_factor_enabled boolean not null default false,
  -- null: may sign in and work
  add column disabled_at timestamptz,
  -- guests: when their library is erased
  add column expires_at timestamptz,
  -- what differs from the usual quota, see library/quotas.ts
  add column quota jsonb not null default '{}',
  -- being removed: what becomes of the pictures, see admin/remove-user.ts
  add column removal jsonb,
  add column updated_at timestamptz not null default now();
create unique index users_email on users (lower(email)) where email is not null;
create index users_leaving on users (id) where removal is not null;
create index users_expiring on users (expires_at) where expires_at is not null;

create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_of_user on sessions (user_id);

-- Ways to sign in: a password, or an account at an OpenID provider.
create table credentials (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  provider_id text not null,
  account_id text not null,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index credentials_of_user on credentials (user_id);
create unique index credentials_account on credentials (provider_id, account_id);

-- Values that are valid once and for a while: reset links, challenges, OpenID states.
create table verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_identifier on verifications (identifier);
create index verifications_expiring on verifications (expires_at);

create table two_factors (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default true
);
create index two_factors_of_user on two_factors (user_id);

create table passkeys (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text,
  public_key text not null,
  credential_id text not null unique,
  counter bigint not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz not null default now()
);
create index passkeys_of_user on passkeys (user_id);

create table api_keys (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  scopes jsonb not null,
  -- SHA-256 of the key, which is 256 random bits: nothing slower is needed
  digest text not null unique,
  hint text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null default now()
);
create index api_keys_of_user on api_keys (user_id);

create table invitations (
  id uuid primary key,
  -- null: whoever has the link
  email text,
  role text not null check (role in ('admin', 'user')),
  digest text not null unique,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_by uuid references users (id) on delete set null,
  used_at timestamptz
);

-- Security events. No foreign keys: what a deleted user did stays known.
create table audit (
  id uuid primary key,
  at timestamptz not null default now(),
  actor_id uuid,
  action text not null,
  subject_id uuid,
  address text,
  detail jsonb not null default '{}'
);
create index audit_of_actor on audit (actor_id, id desc);
create index audit_of_subject on audit (subject_id, id desc);

-- What a user has used up, kept as pictures come and go: counting rows would be slow.
create table usage_totals (
  user_id uuid primary key references users (id) on delete cascade,
  bytes bigint not null default 0,
  images bigint not null default 0
);
create table usage_days (
  user_id uuid not null references users (id) on delete cascade,
  -- UTC
  day date not null,
  -- pictures asked for of engines
  images integer not null default 0,
  cost double precision not null default 0,
  primary key (user_id, day)
);
insert into usage_totals (user_id, bytes, images)
select user_id, sum(bytes), count(*) from images group by user_id;
insert into usage_days (user_id, day, images, cost)
select user_id, (created_at at time zone 'utc')::date, sum(n), coalesce(sum(cost_amount), 0) from generations group by 1, 2;

-- Not in the write-ahead log, so that a count costs no disk: a crash forgets who has tried how often.
create unlogged table rate_limits (
  key text primary key,
  points integer not null default 0,
  expire bigint
);

-- What the administrator decided while Easel runs; the environment gives the defaults.
create table instance_settings (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

-- Offered to everybody by an administrator, who owns it; null: nobody has decided.
alter table connections add column shared boolean;
create index connections_shared on connections (position) where shared and deleted_at is null;

create index images_damaged on images (id) where damage is not null;

-- Which connection of somebody else's a user has as default; the user's own have `is_default`.
create table connection_choices (
  user_id uuid primary key references users (id) on delete cascade,
  connection_id uuid not null references connections (id) on delete cascade
);

-- Secrets of the instance itself, wrapped by the instance key `kid` like data keys. `root` is what cookies and second factors are
-- protected with, and its `kid` tells which instance key wraps what is new. `next` is there while the instance key changes: the
-- new one, wrapped by the old one.
create table instance_secrets (
  name text primary key,
  kid text not null,
  wrapped text not null,
  created_at timestamptz not null default now()
);

-- Every process remembers for seconds who a session or a key stands for. Whatever ends or changes one tells them all, at the commit,
-- by whichever way it was done.
create function tell_of_owner() returns trigger language plpgsql as $$
begin
  perform pg_notify('easel_sessions', old.user_id::text);
  return null;
end $$;
create function tell_of_user() returns trigger language plpgsql as $$
begin
  perform pg_notify('easel_sessions', old.id::text);
  return null;
end $$;
create trigger sessions_ended after delete on sessions for each row execute function tell_of_owner();
create trigger api_keys_changed after delete or update of scopes, digest, expires_at on api_keys
  for each row execute function tell_of_owner();
create trigger users_changed after delete or update of role, email, disabled_at, expires_at on users
  for each row execute function tell_of_user();

-- The same bytes are the same picture, however often they are brought in.
create index images_by_hash on images (user_id, sha256);

-- Erasing looks for children of each picture and generation that goes.
create index images_of_parent on images (parent_id) where parent_id is not null;
create index generations_of_parent on generations (parent_id) where parent_id is not null;
