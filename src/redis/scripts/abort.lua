-- Tentative units go back: Postgres has refused the hold or holds a VOID row for its id, or the last attempt has given
-- up before it asked Postgres. While another attempt is under way its units stay.
-- KEYS: 1 h           hash; what is known of the hold
--       2 tz          zset; hold ids by time of admission
--       then per line: k hash of the count, t hash of the tentative units
-- ARGV: 1 id          hold id
--       2 decided     1: Postgres has decided, repeats change nothing; 0: one attempt gives up
-- RETURNS: OK lines_given_back
if ARGV[2] == '0' and redis.call('HINCRBY', KEYS[1], 'n', -1) > 0 then return {'OK', 0} end
local lines = 0
for i = 1, (#KEYS - 2) / 2 do
  local entry = redis.call('HGET', KEYS[2 + 2 * i], ARGV[1])
  if entry then
    lines = lines + redis.call('HDEL', KEYS[2 + 2 * i], ARGV[1])
    if redis.call('EXISTS', KEYS[1 + 2 * i]) == 1 then
      redis.call('HINCRBY', KEYS[1 + 2 * i], 'a', entry:match('^(%d+)|'))
    end
  end
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1])
return {'OK', lines}
