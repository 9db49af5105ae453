-- Postgres has refused the hold, or holds a VOID row for its id: tentative units go back. Repeats change nothing.
-- KEYS: 1 h           hash; what is known of the hold
--       2 tz          zset; hold ids by time of admission
--       then per line: k hash of the count, t hash of the tentative units
-- ARGV: 1 id          hold id
-- RETURNS: OK lines_given_back
local lines = 0
for i = 1, (#KEYS - 2) / 2 do
  local k, t = KEYS[1 + 2 * i], KEYS[2 + 2 * i]
  local entry = redis.call('HGET', t, ARGV[1])
  if entry then
    lines = lines + redis.call('HDEL', t, ARGV[1])
    if redis.call('EXISTS', k) == 1 then redis.call('HINCRBY', k, 'a', entry:match('^(%d+)|')) end
  end
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1])
return {'OK', lines}
