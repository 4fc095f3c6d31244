-- A piece of the timeline shows a thousand pictures, which may lie in as many pages of the table: all that it shows stands in the index.
-- Favourites, stars and a new thumbnail change other indexes of these rows anyway.
drop index images_of_user;
create index images_of_user on images (user_id, created_at desc, id desc) include (width, height, thumbhash, favourite, rating)
  where deleted_at is null;
