-- Archives of pictures that wait to be fetched: what is in them is fixed when they are asked for, so that every process sends the same bytes.

create table downloads (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- of the token in its address; the token itself is told once and kept nowhere
  digest text not null unique,
  filename text not null,
  -- how the pictures go out
  form jsonb not null,
  pictures integer not null default 0,
  missing integer not null default 0,
  -- files in it, the records and the list of what is missing among them; null until all parts are there
  entries integer,
  -- bytes before the directory, and of it; null where nobody knows before it is sent
  directory_at bigint,
  directory_length bigint,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index downloads_of_user on downloads (user_id, expires_at);
create index downloads_by_end on downloads (expires_at);

-- Some entries each, so that a download is taken up again without reading all that comes before.
create table download_parts (
  download_id uuid not null references downloads (id) on delete cascade,
  number integer not null,
  -- where the first one's file begins
  at bigint not null,
  -- where the first one's entry of the directory begins, counted from the directory's beginning
  directory_at bigint not null,
  -- a line of JSON an entry
  entries text not null,
  primary key (download_id, number)
);
