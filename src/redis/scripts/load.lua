-- First reading of a SKU in this epoch. What is there stays: it knows admissions that a reading does not.
-- KEYS: 1 epoch       string; number of the current epoch of the slot
--       2 k           hash of the count
-- ARGV: 1 epoch       epoch that the caller and its keys are of
--       2 available   units, signed
--       3 ver         version of that reading
--       4 queue       1 or 0: whether people wait
--       5 limit       units per customer; empty: no limit
-- RETURNS: OK
--          PRESENT
--          NOEPOCH current_or_empty
local current = redis.call('GET', KEYS[1])
if current ~= ARGV[1] then return {'NOEPOCH', current or ''} end
if redis.call('EXISTS', KEYS[2]) == 1 then return {'PRESENT'} end
redis.call('HSET', KEYS[2], 'a', ARGV[2], 'rv', ARGV[3], 'pv', ARGV[3], 'q', ARGV[4], 'lim', ARGV[5])
return {'OK'}
