-- Names that are compared by the program, pictures that are being erased, and locks in one order.

-- A name in one spelling (Unicode's, without regard to case), made by the program: what a database takes for the same letter depends
-- on its locale. Names that were apart until now stay so.
alter table albums add column name_key text;
update albums set name_key = lower(normalize(name, nfc));
update albums set name_key = name_key || ' ' || id
where id in (select id from (select id, row_number() over (partition by user_id, name_key order by id) as place from albums) as found where place > 1);
alter table albums alter column name_key set not null;
drop index albums_of_user;
create unique index albums_of_user on albums (user_id, name_key);

alter table saved_searches add column name_key text;
update saved_searches set name_key = lower(normalize(name, nfc));
update saved_searches set name_key = name_key || ' ' || id
where id in (select id from (select id, row_number() over (partition by user_id, name_key order by id) as place from saved_searches) as found where place > 1);
alter table saved_searches alter column name_key set not null;
drop index saved_searches_of_user;
create unique index saved_searches_of_user on saved_searches (user_id, name_key);

-- Its files are about to go, or have gone: it cannot be restored any more.
alter table images add column erasing boolean not null default false;
create index images_erasing on images (user_id) where erasing;

-- A picture stays in the trash, or out of it, while it is counted, and rows are locked in the order of their ids: no count is wrong and
-- no two transactions wait for each other, whoever changes tags and albums.
create or replace function image_tags_follow() returns trigger language plpgsql as $$
declare
  ids uuid[];
begin
  select array_agg(distinct image_id) into ids from changed;
  if ids is null then return null; end if;
  perform from images where id = any (ids) order by id for no key update;
  perform from tags where id in (select tag from changed) order by id for no key update;
  -- Of a picture that goes for good there is no row any more: images_counts has done it.
  update tags set images = tags.images + case tg_op when 'INSERT' then found.images else -found.images end
  from (
    select tag, count(*) as images from changed join images on images.id = image_id where deleted_at is null group by tag
  ) as found
  where found.tag = tags.id;
  perform follow_words(ids);
  update images set sidecar_due = true, revision = revision + 1 where id = any (ids);
  return null;
end $$;

create or replace function album_images_follow() returns trigger language plpgsql as $$
begin
  perform from images where id in (select image_id from changed) order by id for no key update;
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

create or replace function images_change() returns trigger language plpgsql as $$
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
  perform from tags
  where id in (select tag from before join now using (id) join image_tags on image_id = id where (before.deleted_at is null) <> (now.deleted_at is null))
  order by id for no key update;
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

-- Each library has its own part of the search indexes: a word that is frequent next door costs nothing in a library where it is rare.
create extension if not exists btree_gin;
drop index image_words_text;
drop index image_words_parts;
create index image_words_text on image_words using gin (user_id, search);
create index image_words_parts on image_words using gin (user_id, words gin_trgm_ops);
