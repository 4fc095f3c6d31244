-- Albums shared with people who have an account here. Rules in docs/spec/people.md.

create table people_groups (
  id uuid primary key,
  name text not null,
  -- In the one spelling that all its spellings share.
  name_key text not null unique,
  created_at timestamptz not null default now()
);

create table group_members (
  group_id uuid not null references people_groups (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  primary key (group_id, user_id)
);
create index group_members_of_user on group_members (user_id);

-- Somebody, or a group, who may see an album.
create table album_grants (
  id uuid primary key,
  album_id uuid not null references albums (id) on delete cascade,
  user_id uuid references users (id) on delete cascade,
  group_id uuid references people_groups (id) on delete cascade,
  role text not null check (role in ('viewer', 'editor')),
  -- whether prompt and settings are told
  prompt boolean not null,
  created_at timestamptz not null default now(),
  check ((user_id is null) <> (group_id is null))
);
create unique index album_grants_of_user on album_grants (user_id, album_id) where user_id is not null;
create unique index album_grants_of_group on album_grants (group_id, album_id) where group_id is not null;
create index album_grants_of_album on album_grants (album_id);

-- Who has left an album that a group of theirs may see.
create table album_leavers (
  album_id uuid not null references albums (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  primary key (album_id, user_id)
);
create index album_leavers_of_user on album_leavers (user_id);

-- Pictures of others than the album's owner. Beside album_images: that holds what is in the owner's library, and is counted there.
create table album_additions (
  album_id uuid not null references albums (id) on delete cascade,
  image_id uuid not null references images (id) on delete cascade,
  -- Whose it was when it was added: where it changes hands it is not shown any more.
  user_id uuid not null references users (id) on delete cascade,
  position bigint not null,
  prompt boolean not null,
  added_at timestamptz not null default now(),
  primary key (album_id, image_id)
);
create index album_additions_in_order on album_additions (album_id, position, image_id);
create index album_additions_of_image on album_additions (image_id);
create index album_additions_of_user on album_additions (user_id);
