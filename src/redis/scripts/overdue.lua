-- Admissions that nobody has settled or aborted for a time, oldest first.
-- KEYS: 1 tz          zset; hold ids by time of admission, ms
-- ARGV: 1 age_ms      how long ago they were admitted at least
--       2 limit       most ids to tell
-- RETURNS: OK age_of_the_oldest_ms id...
-- CLOCK: redis TIME, as at the admission.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local ids = redis.call('ZRANGE', KEYS[1], '-inf', now - tonumber(ARGV[1]), 'BYSCORE', 'LIMIT', 0, ARGV[2])
return {'OK', first[2] and now - tonumber(first[2]) or 0, unpack(ids)}
