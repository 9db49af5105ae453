-- Attribute keys worth showing as facets, per category: computed at import, later by a worker job.

create table category_facets (
  category_id bigint references categories (category_id) on delete cascade,
  attr        text not null check (attr ~ '^[a-z0-9_]+$'),
  position    integer not null check (position between 1 and 12),
  cover_ratio real not null check (cover_ratio between 0 and 1),
  constraint category_facets_unique unique nulls not distinct (category_id, attr)
);
comment on table category_facets is 'The up to 12 attributes with the best cover of a category (subtree); category_id null: the whole catalogue';
comment on column category_facets.cover_ratio is 'Share of the items of the category that have the attribute, 0..1';
