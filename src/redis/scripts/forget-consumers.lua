-- Remove consumers of a group that have nothing pending: whatever a consumer still owes is never removed with it.
-- KEYS: 1 stream      stream; one topic
-- ARGV: 1 group       name of the group
--       2 consumer    only this one; empty: any
--       3 idle_ms     only those that have asked for nothing for this long
-- RETURNS: forgotten count
local found = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
local count = 0
for i = 1, #found do
  local facts = {}
  for j = 1, #found[i], 2 do facts[found[i][j]] = found[i][j + 1] end
  local is_meant = ARGV[2] == '' or ARGV[2] == facts.name
  if is_meant and facts.pending == 0 and facts.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts.name)
    count = count + 1
  end
end
return {'forgotten', count}
