-- Compare the count with one snapshot of Postgres, and set it when asked to. Admissions that the snapshot cannot
-- know stay subtracted; those that it contains end here, else their settling would give units back that a count
-- taken from this snapshot has never lacked. A snapshot older than what was seen says nothing and changes nothing.
-- KEYS: 1 epoch       string; number of the current epoch of the slot
--       2 k           hash of the count
--       3 t           hash of the tentative units
--       4 ap          zset; versions applied since the last snapshot
-- ARGV: 1 epoch       epoch that the caller and its keys are of
--       2 available   units in the snapshot, signed
--       3 ver         version of the snapshot
--       4 queue       1 or 0: whether people wait
--       5 limit       units per customer; empty: no limit
--       6 fix         1: set the count; 0: only compare
--       then per line: id of a hold that the snapshot contains; VOID ones are left out
-- RETURNS: OK before expected rv pv units_of_admissions_in_snapshot applied...
--          STALE pv
--          MISS
--          NOEPOCH current_or_empty
-- NOTE: `applied` are the versions in `ap`; they are told when this snapshot is newer than the last one.
local current = redis.call('GET', KEYS[1])
if current ~= ARGV[1] then return {'NOEPOCH', current or ''} end
local s, ver = redis.call('HMGET', KEYS[2], 'a', 'rv', 'pv'), tonumber(ARGV[3])
if not s[1] then return {'MISS'} end
if ver < tonumber(s[3]) then return {'STALE', s[3]} end
local inside, ended, seen, expected = {}, {}, 0, tonumber(ARGV[2])
for i = 7, #ARGV do inside[ARGV[i]] = true end
local t = redis.call('HGETALL', KEYS[3])
for i = 1, #t, 2 do
  local units = tonumber(t[i + 1]:match('^(%d+)|'))
  if inside[t[i]] then
    seen, ended[#ended + 1] = seen + units, t[i]
  else
    expected = expected - units
  end
end
local applied = ver > tonumber(s[2]) and redis.call('ZRANGE', KEYS[4], 0, -1) or {}
if ARGV[6] == '1' then
  redis.call('HSET', KEYS[2], 'a', expected, 'rv', ARGV[3], 'pv', ARGV[3], 'q', ARGV[4], 'lim', ARGV[5])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', ver)
  for _, id in ipairs(ended) do redis.call('HDEL', KEYS[3], id) end
end
return {'OK', s[1], expected, s[2], s[3], seen, unpack(applied)}
