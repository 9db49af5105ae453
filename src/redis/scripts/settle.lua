-- Postgres has the hold: its tentative units become final. Repeats change nothing.
-- Units go back when a snapshot from before the admission had counted the hold already (`arv` is its version), and
-- those of a line that the hold does not have (version 0).
-- KEYS: 1 h           hash; what is known of the hold
--       2 tz          zset; hold ids by time of admission
--       then per line: k hash of the count, t hash of the tentative units
-- ARGV: 1 id          hold id
--       2 keep_ms     how long a repeated admission is still recognised
--       then per line: ver version that took the units in Postgres; 0: none were taken
-- RETURNS: OK lines_that_were_tentative
local lines = 0
for i = 1, (#KEYS - 2) / 2 do
  local ver = tonumber(ARGV[2 + i])
  local entry, pv = redis.call('HGET', KEYS[2 + 2 * i], ARGV[1]), redis.call('HGET', KEYS[1 + 2 * i], 'pv')
  if entry then
    local units, arv = entry:match('^(%d+)|(%d+)$')
    lines = lines + redis.call('HDEL', KEYS[2 + 2 * i], ARGV[1])
    if pv and ver <= tonumber(arv) then redis.call('HINCRBY', KEYS[1 + 2 * i], 'a', units) end
  end
  if pv and ver > tonumber(pv) then redis.call('HSET', KEYS[1 + 2 * i], 'pv', ARGV[2 + i]) end
end
if redis.call('HLEN', KEYS[1]) <= 2 + (#KEYS - 2) / 2 then -- nothing is left to settle
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {'OK', lines}
