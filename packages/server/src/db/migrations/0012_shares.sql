-- Links to pictures for people who are not signed in.

create table shares (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null check (kind in ('image', 'album', 'images')),
  -- What stands in its address. It is the secret, and is told to the owner again and again.
  name text not null unique,
  -- null where what it showed is erased: the row stays, so that the name is given to nothing else
  image_id uuid references images (id) on delete set null,
  album_id uuid references albums (id) on delete set null,
  -- of a link to one picture, what the picture is kept as: older systems ask by it
  filename text,
  title text,
  comment text,
  starts_at timestamptz,
  expires_at timestamptz,
  -- argon2id
  password text,
  view_limit integer,
  views integer not null default 0,
  viewed_at timestamptz,
  download boolean not null,
  prompt boolean not null,
  listed boolean not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index shares_of_user on shares (user_id, id desc);
create index shares_of_image on shares (image_id) where image_id is not null;
create index shares_of_file on shares (filename) where filename is not null;
create index shares_of_album on shares (album_id) where album_id is not null;

-- A selection, in the order in which it was chosen.
create table share_images (
  share_id uuid not null references shares (id) on delete cascade,
  position bigint not null,
  image_id uuid not null references images (id) on delete cascade,
  primary key (share_id, position),
  unique (share_id, image_id)
);
create index share_images_of_image on share_images (image_id);

-- Who has been let in within the hour, as a code that names nobody.
create table share_visits (
  share_id uuid not null references shares (id) on delete cascade,
  visitor text not null,
  until timestamptz not null,
  primary key (share_id, visitor)
);
create index share_visits_by_end on share_visits (until);
