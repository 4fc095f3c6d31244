-- Lists, templates and styles of prompts, and what was typed where something else was drawn.

create table prompt_parts (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null check (kind in ('list', 'template', 'style')),
  name text not null,
  -- In the one spelling that all its spellings share.
  name_key text not null,
  text text not null,
  negative_prompt text,
  -- Of a list, those that say anything.
  lines integer not null default 0,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
-- One name for all kinds: a prompt names lists and templates alike.
create unique index prompt_parts_name on prompt_parts (user_id, name_key);

alter table generations
  -- What a seed made of the prompt: {seed, prompts, negativePrompt}; null where it says nothing that may vary.
  add column resolution jsonb;

alter table images
  add column typed_prompt text;
