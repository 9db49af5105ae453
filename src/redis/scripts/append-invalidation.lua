-- Append one record to the invalidation log. Ids are 1, 2, 3, ... within an epoch, so that a reader sees a gap.
-- A log that is behind what this publisher wrote was flushed or rewound by a failover: a new epoch begins, and
-- the old stream goes, because an older and longer one would refuse the new ids.
-- KEYS: 1 seq         integer; id of the last record
--       2 log         stream; id N-0 with fields t (tags), v (verb), l (LSN)
--       3 epoch       string; names this life of the log
-- ARGV: 1 written     id of the last record this publisher wrote, integer >= 0
--       2 fresh_epoch random text, used when a new epoch has to begin
--       3 maxlen      records kept, about
--       4 tags        tags joined by newlines
--       5 verb        expire, remove or hb
--       6 lsn         commit position up to which everything is visible
-- RETURNS: appended id epoch
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[3], ARGV[2])
  redis.call('DEL', KEYS[2])
else
  redis.call('SET', KEYS[3], ARGV[2], 'NX')
end
n = redis.call('INCR', KEYS[1])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], n .. '-0', 't', ARGV[4], 'v', ARGV[5], 'l', ARGV[6])
return {'appended', n, redis.call('GET', KEYS[3])}
