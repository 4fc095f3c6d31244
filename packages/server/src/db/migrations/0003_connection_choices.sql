-- What people decide about their connections: who draws when an engine does not take the work, what a picture costs, and which
-- model serves a family of models.

alter table connections
  -- asked when this one surely did not take the work
  add column fallback_id uuid references connections (id) on delete set null,
  -- dollars for one picture: [{"amount": 0.04, "model": …, "size": …, "quality": …}]; what an entry does not name it does not care about
  add column prices jsonb not null default '[]';

alter table generations
  add column strict boolean not null default false,
  add column batch boolean not null default false,
  -- the connection that did not take it, and why; null: the one that was asked drew it
  add column fallback_from jsonb,
  -- dollars for one picture by the connection's price list when it was accepted, or null
  add column picture_price double precision;

-- Which connection and which model serve whoever names only a family. `user_id` null: the instance's, for all who chose none.
create table model_defaults (
  user_id uuid references users (id) on delete cascade,
  family text not null check (family in ('any', 'sdxl', 'flux')),
  connection_id uuid not null references connections (id) on delete cascade,
  -- null: the connection's own default
  model text
);
create unique index model_defaults_of_user on model_defaults (user_id, family) where user_id is not null;
create unique index model_defaults_of_instance on model_defaults (family) where user_id is null;
