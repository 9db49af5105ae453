-- One committed change of availability that did not come through an admission, counted once, in any order.
-- KEYS: 1 epoch       string; number of the current epoch of the slot
--       2 k           hash of the count
--       3 ap          zset; versions applied since the last snapshot
-- ARGV: 1 epoch       epoch that the caller and its keys are of
--       2 ver         version of the change
--       3 units       signed
--       4 queue       1 or 0: whether people wait; empty: unchanged
-- RETURNS: OK
--          LATE
--          MISS
--          NOEPOCH current_or_empty
local current = redis.call('GET', KEYS[1])
if current ~= ARGV[1] then return {'NOEPOCH', current or ''} end
local s, ver = redis.call('HMGET', KEYS[2], 'rv', 'pv'), tonumber(ARGV[2])
if not s[1] then return {'MISS'} end
if ver <= tonumber(s[1]) or redis.call('ZADD', KEYS[3], ver, ARGV[2]) == 0 then return {'LATE'} end
redis.call('HINCRBY', KEYS[2], 'a', ARGV[3])
if ver > tonumber(s[2]) then
  redis.call('HSET', KEYS[2], 'pv', ARGV[2])
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'q', ARGV[4]) end
end
return {'OK'}
