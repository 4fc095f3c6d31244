-- The library: words, stars, albums, saved searches, search, timeline, bulk actions.

create extension if not exists pg_trgm;

alter table images
  add column title text,
  add column notes text,
  add column favourite boolean not null default false,
  -- 0: no stars
  add column rating smallint not null default 0 check (rating between 0 and 5),
  -- counts the changes that its sidecar is told of
  add column revision integer not null default 0,
  -- the sidecar does not say yet what the row says; until then a writer may have it
  add column sidecar_due boolean not null default false,
  add column sidecar_claimed timestamptz;
create index images_sidecar_due on images (id) where sidecar_due;

-- Every list is in the order of time: a filter has an index where its pictures stand in that order.
create index images_favourite on images (user_id, created_at desc, id desc) where favourite and deleted_at is null;
create index images_by_source on images (user_id, source, created_at desc, id desc) where deleted_at is null;
create index images_by_model on images (user_id, model, created_at desc, id desc) where deleted_at is null;
create index images_by_provider on images (user_id, provider, created_at desc, id desc) where deleted_at is null;
create index images_by_seed on images (user_id, seed) where seed is not null;
create index images_rated on images (user_id, rating) where rating > 0;

create table albums (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  description text,
  -- null, or none of its pictures any more: its first one. No foreign key: each count below would have it looked at again, while
  -- the picture is about to go
  cover_id uuid,
  -- those that are not in the trash
  images integer not null default 0,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create unique index albums_of_user on albums (user_id, lower(name));

create table album_images (
  album_id uuid not null references albums (id) on delete cascade,
  image_id uuid not null references images (id) on delete cascade,
  -- in steps, so that there is room between two
  position bigint not null,
  added_at timestamptz not null default now(),
  primary key (album_id, image_id)
);
create index album_images_in_order on album_images (album_id, position, image_id);
create index album_images_of_image on album_images (image_id);

create table saved_searches (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  -- as in the address of the list
  query jsonb not null,
  created_at timestamptz not null default now()
);
create unique index saved_searches_of_user on saved_searches (user_id, lower(name));

-- How many pictures have a tag, without those in the trash.
alter table tags add column images integer not null default 0;
-- The picture's own time, so that the pictures of a tag can be read in the order of the list.
alter table image_tags add column created_at timestamptz;
update image_tags set created_at = images.created_at from images where images.id = image_tags.image_id;
update tags set images = found.images
from (
  select tag, count(*) as images from image_tags join images on images.id = image_id where deleted_at is null group by tag
) as found
where found.tag = tags.id;
alter table image_tags alter column created_at set not null;
drop index image_tags_by_tag;
create index image_tags_by_tag on image_tags (tag, created_at desc, image_id desc);
create index tags_by_name on tags (user_id, lower(tag_id));
create index tags_by_words on tags using gin (tag_id gin_trgm_ops);

create function image_tag_time() returns trigger language plpgsql as $$
begin
  new.created_at := (select created_at from images where id = new.image_id);
  -- The foreign key has the better words for a picture that is not there.
  if new.created_at is null then new.created_at := now(); end if;
  return new;
end $$;
create trigger image_tag_time before insert on image_tags for each row execute function image_tag_time();

-- Searching -----------------------------------------------------------------------------------------------------------------------

-- Without accents and capitals. What comes later than 20,000 characters is not searched.
create function searchable(words text) returns text language sql immutable parallel safe as $$
  select lower(regexp_replace(normalize(left(words, 20000), nfkd), '[\u0300-\u036f]', '', 'g'))
$$;

-- Beside the pictures and not in their rows, which lists read whole.
create table image_words (
  image_id uuid primary key references images (id) on delete cascade,
  user_id uuid not null,
  words text not null,
  search tsvector not null
);

create function follow_words(ids uuid[]) returns void language sql as $$
  insert into image_words (image_id, user_id, words, search)
  select id, user_id, words, to_tsvector('simple', words)
  from (
    select images.id, images.user_id, searchable(concat_ws(E'\n',
      title, prompt, revised_prompt, description, notes, model, filename, parameters ->> 'originalFilename',
      (select string_agg(tag_id, E'\n') from image_tags join tags on tags.id = image_tags.tag where image_id = images.id)
    )) as words
    from images where images.id = any (ids)
  ) as now
  on conflict (image_id) do update set user_id = excluded.user_id, words = excluded.words, search = excluded.search
$$;

insert into image_words (image_id, user_id, words, search)
select id, user_id, words, to_tsvector('simple', words)
from (
  select images.id, images.user_id, searchable(concat_ws(E'\n',
    prompt, revised_prompt, description, model, filename, parameters ->> 'originalFilename',
    (select string_agg(tag_id, E'\n') from image_tags join tags on tags.id = image_tags.tag where image_id = images.id)
  )) as words
  from images
) as now;
create index image_words_text on image_words using gin (search);
create index image_words_parts on image_words using gin (words gin_trgm_ops);

-- Whoever changes what a sidecar says, wherever in the program, has it written.
create function images_sidecar() returns trigger language plpgsql as $$
begin
  if (new.title, new.notes, new.description, new.favourite, new.rating, new.deleted_at)
    is distinct from (old.title, old.notes, old.description, old.favourite, old.rating, old.deleted_at) then
    new.sidecar_due := true;
    new.revision := old.revision + 1;
  end if;
  return new;
end $$;
create trigger images_sidecar before update of title, notes, description, favourite, rating, deleted_at on images
  for each row execute function images_sidecar();

create function image_tags_follow() returns trigger language plpgsql as $$
declare
  ids uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct image_id) into ids from changed;
    update tags set images = tags.images + found.images
    from (
      select tag, count(*) as images from changed join images on images.id = image_id where deleted_at is null group by tag
    ) as found
    where found.tag = tags.id;
  else
    select array_agg(distinct image_id) into ids from changed;
    -- Of a picture that goes for good there is no row any more: images_counts has done it.
    update tags set images = tags.images - found.images
    from (
      select tag, count(*) as images from changed join images on images.id = image_id where deleted_at is null group by tag
    ) as found
    where found.tag = tags.id;
  end if;
  if ids is null then return null; end if;
  perform follow_words(ids);
  update images set sidecar_due = true, revision = revision + 1 where id = any (ids);
  return null;
end $$;
create trigger image_tags_come after insert on image_tags referencing new table as changed
  for each statement execute function image_tags_follow();
create trigger image_tags_go after delete on image_tags referencing old table as changed
  for each statement execute function image_tags_follow();

create function album_images_follow() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' then
    update albums set changed_at = now(), images = albums.images + case tg_op when 'INSERT' then found.images else -found.images end
    from (
      select album_id, count(*) as images from changed join images on images.id = image_id where deleted_at is null group by album_id
    ) as found
    where found.album_id = albums.id;
  end if;
  update images set sidecar_due = true, revision = revision + 1 where id in (select image_id from changed);
  return null;
end $$;
create trigger album_images_come after insert on album_images referencing new table as changed
  for each statement execute function album_images_follow();
create trigger album_images_go after delete on album_images referencing old table as changed
  for each statement execute function album_images_follow();
create trigger album_images_move after update on album_images referencing new table as changed
  for each statement execute function album_images_follow();

create function albums_renamed() returns trigger language plpgsql as $$
begin
  update images set sidecar_due = true, revision = revision + 1
  where id in (select image_id from album_images where album_id = new.id);
  return null;
end $$;
create trigger albums_renamed after update of name on albums
  for each row when (old.name is distinct from new.name) execute function albums_renamed();

-- Timeline ------------------------------------------------------------------------------------------------------------------------

-- The pictures of a day (UTC), in pieces of at most 1,000: from `starts` up to the next piece's, the oldest first. The first piece
-- of a day begins with the day. `revision` is never given twice, to no piece.
create sequence timeline_revisions;
create table timeline_buckets (
  user_id uuid not null references users (id) on delete cascade,
  day date not null,
  starts_at timestamptz not null,
  starts_id uuid not null,
  images integer not null,
  revision bigint not null,
  primary key (user_id, starts_at, starts_id)
);
create index timeline_full on timeline_buckets (user_id) where images > 1000;

create type timeline_change as (user_id uuid, created_at timestamptz, id uuid, change integer);

-- Pieces that have become too large. One at the end of its day is filled and followed by another; any other is cut into halves, so
-- that there is room where more comes in between.
create function timeline_split(owners uuid[]) returns void language plpgsql as $$
declare
  piece timeline_buckets;
  following timeline_buckets;
  size integer;
begin
  for piece in select * from timeline_buckets where user_id = any (owners) and images > 1000 loop
    select * into following from timeline_buckets
    where user_id = piece.user_id and day = piece.day and (starts_at, starts_id) > (piece.starts_at, piece.starts_id)
    order by starts_at, starts_id limit 1;
    size := case when found then 500 else 1000 end;
    with held as (
      select created_at, id, (row_number() over (order by created_at, id) - 1) / size as part
      from images
      where user_id = piece.user_id and deleted_at is null
        and (created_at, id) >= (piece.starts_at, piece.starts_id)
        and (created_at, id) < (
          coalesce(following.starts_at, (piece.day + 1)::timestamp at time zone 'utc'),
          coalesce(following.starts_id, '00000000-0000-0000-0000-000000000000')
        )
    ),
    parts as (
      select part, min(created_at) as starts_at, (array_agg(id order by created_at, id))[1] as starts_id, count(*) as images
      from held group by part
    ),
    first as (
      update timeline_buckets as kept set images = parts.images, revision = nextval('timeline_revisions')
      from parts
      where part = 0 and kept.user_id = piece.user_id and kept.starts_at = piece.starts_at and kept.starts_id = piece.starts_id
    )
    insert into timeline_buckets (user_id, day, starts_at, starts_id, images, revision)
    select piece.user_id, piece.day, starts_at, starts_id, images, nextval('timeline_revisions') from parts where part > 0;
  end loop;
end $$;

create function timeline_apply(changes timeline_change[]) returns void language plpgsql as $$
declare
  owners uuid[];
  owner uuid;
begin
  if changes is null then return; end if;
  select array_agg(user_id order by user_id) into owners from (select distinct user_id from unnest(changes)) as all_of_them;
  -- Which piece a picture belongs to has to stay so until this is committed.
  foreach owner in array owners loop
    perform pg_advisory_xact_lock(hashtextextended('timeline:' || owner, 0));
  end loop;
  insert into timeline_buckets (user_id, day, starts_at, starts_id, images, revision)
  select user_id, day, day::timestamp at time zone 'utc', '00000000-0000-0000-0000-000000000000', 0, nextval('timeline_revisions')
  from (select distinct user_id, (created_at at time zone 'utc')::date as day from unnest(changes) where change > 0) as days
  on conflict do nothing;
  update timeline_buckets as held set images = held.images + touched.change, revision = nextval('timeline_revisions')
  from (
    select one.user_id, piece.starts_at, piece.starts_id, sum(one.change) as change
    from unnest(changes) as one
    cross join lateral (
      select starts_at, starts_id from timeline_buckets as piece
      where piece.user_id = one.user_id and (piece.starts_at, piece.starts_id) <= (one.created_at, one.id)
      order by piece.starts_at desc, piece.starts_id desc limit 1
    ) as piece
    group by 1, 2, 3
  ) as touched
  where held.user_id = touched.user_id and held.starts_at = touched.starts_at and held.starts_id = touched.starts_id;
  perform timeline_split(owners);
  delete from timeline_buckets
  where user_id = any (owners) and images = 0 and starts_id <> '00000000-0000-0000-0000-000000000000';
end $$;

create function images_come() returns trigger language plpgsql as $$
begin
  perform follow_words((select array_agg(id) from came));
  perform timeline_apply((
    select array_agg((user_id, created_at, id, 1)::timeline_change) from came where deleted_at is null
  ));
  return null;
end $$;
create trigger images_come after insert on images referencing new table as came for each statement execute function images_come();

-- The pieces and counts that pictures leave and enter; one that only looks different gives its piece a new revision.
create function images_change() returns trigger language plpgsql as $$
declare
  changes timeline_change[];
  ids uuid[];
begin
  select array_agg(id) into ids from before join now using (id)
  where (now.title, now.prompt, now.revised_prompt, now.description, now.notes, now.model, now.filename, now.user_id)
    is distinct from (before.title, before.prompt, before.revised_prompt, before.description, before.notes, before.model, before.filename, before.user_id);
  if ids is not null then perform follow_words(ids); end if;
  select array_agg(change) into changes from (
    select (before.user_id, before.created_at, before.id, -1)::timeline_change as change
    from before join now using (id)
    where before.deleted_at is null and (now.deleted_at is not null or now.user_id <> before.user_id)
    union all
    select (now.user_id, now.created_at, now.id, 1)::timeline_change
    from before join now using (id)
    where now.deleted_at is null and (before.deleted_at is not null or now.user_id <> before.user_id)
    union all
    select (now.user_id, now.created_at, now.id, 0)::timeline_change
    from before join now using (id)
    where now.deleted_at is null and before.deleted_at is null and now.user_id = before.user_id
      and (now.thumbhash, now.favourite, now.rating, now.damage, now.width, now.height)
        is distinct from (before.thumbhash, before.favourite, before.rating, before.damage, before.width, before.height)
  ) as listed;
  if changes is null then return null; end if;
  perform timeline_apply(changes);
  update tags set images = tags.images + found.change
  from (
    select tag, sum(case when now.deleted_at is null then 1 else -1 end) as change
    from before join now using (id) join image_tags on image_id = id
    where (before.deleted_at is null) <> (now.deleted_at is null) group by tag
  ) as found
  where found.tag = tags.id;
  update albums set images = albums.images + found.change
  from (
    select album_id, sum(case when now.deleted_at is null then 1 else -1 end) as change
    from before join now using (id) join album_images on image_id = id
    where (before.deleted_at is null) <> (now.deleted_at is null) group by album_id
  ) as found
  where found.album_id = albums.id;
  return null;
end $$;
create trigger images_change after update on images referencing old table as before new table as now
  for each statement execute function images_change();

create function images_counts() returns trigger language plpgsql as $$
begin
  -- With the user everything goes, and must not be touched any more.
  if not exists (select from users where id = old.user_id) then return old; end if;
  update tags set images = images - 1 where id in (select tag from image_tags where image_id = old.id);
  update albums set images = images - 1 where id in (select album_id from album_images where image_id = old.id);
  return old;
end $$;
create trigger images_counts before delete on images for each row when (old.deleted_at is null) execute function images_counts();

create function images_go() returns trigger language plpgsql as $$
begin
  perform timeline_apply((
    select array_agg((user_id, created_at, id, -1)::timeline_change) from gone where deleted_at is null
  ));
  return null;
end $$;
create trigger images_go after delete on images referencing old table as gone for each statement execute function images_go();

insert into timeline_buckets (user_id, day, starts_at, starts_id, images, revision)
select user_id, day, day::timestamp at time zone 'utc', '00000000-0000-0000-0000-000000000000', images, nextval('timeline_revisions')
from (
  select user_id, (created_at at time zone 'utc')::date as day, count(*) as images from images where deleted_at is null group by 1, 2
) as days;
select timeline_split(array_agg(distinct user_id)) from timeline_buckets where images > 1000;

-- Bulk actions --------------------------------------------------------------------------------------------------------------------

create table bulk_actions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  action jsonb not null,
  selection jsonb not null,
  state text not null check (state in ('running', 'done', 'undoing', 'undone', 'failed')),
  -- pictures looked at, and of those the ones that it has changed
  seen integer not null default 0,
  changed integer not null default 0,
  -- where it goes on
  position text,
  -- a process is at it until then
  claimed_until timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index bulk_actions_of_user on bulk_actions (user_id, id desc);
create index bulk_actions_open on bulk_actions (id) where state in ('running', 'undoing');

-- What undoing needs: how each changed picture was before.
create table bulk_changes (
  bulk_id uuid not null references bulk_actions (id) on delete cascade,
  image_id uuid not null references images (id) on delete cascade,
  before jsonb,
  primary key (bulk_id, image_id)
);
create index bulk_changes_of_image on bulk_changes (image_id);
