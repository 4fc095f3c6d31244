-- What a picture costs when it comes and when its thumbnail does: the same is kept as before, in fewer and in remembered statements.

-- Has others wait who write to a user's log, and tells its newest number as it is then: a statement by itself sees what was before it waited.
create function lock_events(owner uuid) returns bigint language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('easel.events:' || owner, 0));
  return (select coalesce(max(seq), 0) from events where user_id = owner);
end $$;

-- In a language whose functions keep their plans, and one picture at a time, since for lists of unknown length they are planned at every
-- call all the same.
create or replace function follow_words(ids uuid[]) returns void language plpgsql as $$
declare
  followed uuid;
begin
  if ids is null then return; end if;
  foreach followed in array ids loop
    insert into image_words (image_id, user_id, words, search)
    select id, user_id, words, to_tsvector('simple', words)
    from (
      select images.id, images.user_id, searchable(concat_ws(E'\n',
        title, prompt, revised_prompt, description, notes, model, filename, parameters ->> 'originalFilename',
        (select string_agg(tag_id, E'\n') from image_tags join tags on tags.id = image_tags.tag where image_id = followed)
      )) as words
      from images where images.id = followed
    ) as now
    on conflict (image_id) do update set user_id = excluded.user_id, words = excluded.words, search = excluded.search;
  end loop;
end $$;

create or replace function timeline_apply(changes timeline_change[]) returns void language plpgsql as $$
declare
  single timeline_change;
  size integer;
  owners uuid[];
  owner uuid;
begin
  if changes is null then return; end if;
  -- Nearly always it is one picture, which comes into a day that there is or looks different: that is one row.
  single := changes[1];
  if cardinality(changes) = 1 and single.change >= 0 then
    -- Which piece a picture belongs to has to stay so until this is committed.
    perform pg_advisory_xact_lock(hashtextextended('timeline:' || single.user_id, 0));
    update timeline_buckets as held set images = held.images + single.change, revision = nextval('timeline_revisions')
    where held.user_id = single.user_id and held.day = (single.created_at at time zone 'utc')::date
      and (held.starts_at, held.starts_id) = (
        select starts_at, starts_id from timeline_buckets as piece
        where piece.user_id = single.user_id and (piece.starts_at, piece.starts_id) <= (single.created_at, single.id)
        order by piece.starts_at desc, piece.starts_id desc limit 1
      )
    returning held.images into size;
    if size > 1000 then perform timeline_split(array[single.user_id]); end if;
    if size is not null then return; end if;
  end if;
  select array_agg(user_id order by user_id) into owners from (select distinct user_id from unnest(changes)) as all_of_them;
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

create or replace function images_come() returns trigger language plpgsql as $$
declare
  ids uuid[];
  changes timeline_change[];
begin
  select array_agg(id), array_agg((user_id, created_at, id, 1)::timeline_change) filter (where deleted_at is null)
  into ids, changes from came;
  perform follow_words(ids);
  perform timeline_apply(changes);
  return null;
end $$;

create or replace function images_change() returns trigger language plpgsql as $$
declare
  changes timeline_change[];
  ids uuid[];
  moved boolean;
  counted boolean;
begin
  -- One look tells what there is to do; most changes are of none of this, or only of how pictures look.
  select
    array_agg(now.id) filter (where
      (now.title, now.prompt, now.revised_prompt, now.description, now.notes, now.model, now.filename, now.user_id)
      is distinct from (before.title, before.prompt, before.revised_prompt, before.description, before.notes, before.model, before.filename, before.user_id)),
    array_agg((now.user_id, now.created_at, now.id, 0)::timeline_change) filter (where
      now.deleted_at is null and before.deleted_at is null and now.user_id = before.user_id
      and (now.thumbhash, now.favourite, now.rating, now.damage, now.width, now.height)
        is distinct from (before.thumbhash, before.favourite, before.rating, before.damage, before.width, before.height)),
    bool_or((before.deleted_at is null) <> (now.deleted_at is null)),
    bool_or((before.deleted_at is null or now.deleted_at is null) and now.user_id <> before.user_id)
  into ids, changes, counted, moved
  from before join now using (id);
  if ids is not null then perform follow_words(ids); end if;
  if counted or moved then
    select changes || array_agg(change) into changes from (
      select (before.user_id, before.created_at, before.id, -1)::timeline_change as change
      from before join now using (id)
      where before.deleted_at is null and (now.deleted_at is not null or now.user_id <> before.user_id)
      union all
      select (now.user_id, now.created_at, now.id, 1)::timeline_change
      from before join now using (id)
      where now.deleted_at is null and (before.deleted_at is not null or now.user_id <> before.user_id)
    ) as listed;
  end if;
  if changes is null then return null; end if;
  perform timeline_apply(changes);
  if not counted then return null; end if;
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
