-- An album published at an address of its owner's choosing is a link with that address. It stays with a link that was revoked, so that
-- nobody else takes what people have kept as a bookmark.

alter table shares add column address text check (address is null or kind = 'album');
create unique index shares_by_address on shares (address) where address is not null;
