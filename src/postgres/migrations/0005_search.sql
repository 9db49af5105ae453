-- Search from Postgres, for when Elasticsearch is away: words, codes, typos and prefixes, each with its index.
-- pg_trgm is a trusted extension: the owner of the database may create it.

set local lock_timeout = '5s';

-- Keys of product feeds are longer than 128 characters.
alter table items
  drop constraint items_sku_check,
  add constraint items_sku_check check (length(sku) between 1 and 200);

create extension if not exists pg_trgm;

create function code_norm(code text) returns text
  language sql immutable strict parallel safe
  return lower(regexp_replace(code, '[^[:alnum:]]+', '', 'g'));
comment on function code_norm is 'A code as it is compared: letters and digits only, lower case';

create function item_code_norms(sku text, codes text[], gtin text[]) returns text[]
  language sql immutable strict parallel safe
  return (
    select coalesce(array_agg(distinct code_norm(c.code)), '{}')
      from unnest(codes || gtin || case when sku ~ '[0-9]' and sku ~ '[[:alpha:]]' then array[sku] else '{}' end)
           as c (code)
  );
comment on function item_code_norms is 'Every code that names an item exactly. A sku of digits only is left out: titles are full of such numbers';

-- The description is cut: a tsvector holds at most 1 MB, and words far down say little.
alter table items add column search_tsv tsvector generated always as (
  setweight(to_tsvector('pg_catalog.english', name), 'A')
  || setweight(to_tsvector('pg_catalog.english', coalesce(model, '') || ' ' || coalesce(brand, '')), 'B')
  || setweight(to_tsvector('pg_catalog.english', left(coalesce(description, ''), 20000)), 'C')
) stored;
comment on column items.search_tsv is 'Words of name (A), model and brand (B), description (C)';

create index items_search_tsv on items using gin (search_tsv);
create index items_codes on items using gin (item_code_norms(sku, codes, gtin));
create index items_name_trgm on items using gin (lower(name) gin_trgm_ops);
-- Cut: an entry of a b-tree holds at most 2,704 bytes.
create index items_name_prefix on items (left(lower(name), 200) text_pattern_ops);
