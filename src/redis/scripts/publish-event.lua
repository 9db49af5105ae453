-- Append events to the stream of one topic, each once: what is at or below the stored position came before.
-- A stream that has less than it had (flushed, deleted, an older copy) is told of first and written when accepted.
-- KEYS: 1 stream      stream; entries as written below
--       2 place       hash; what the stream ends with: origin, position, and id of its last entry
-- ARGV: 1 origin      names the history that positions belong to
--       2 written     id of an entry that this publisher knows to have been appended; empty: it knows of none
--       3 accept      1: append although the stream has lost entries
--       4 maxlen      entries kept, about
--       then per line: position text in rising order or empty for an event that is sent again, id text, key text, ver integer, type text, payload JSON, lsn text or empty, at ISO 8601
-- RETURNS: appended count id_of_the_last_entry_or_empty
--          lost at_of_the_last_entry_or_empty
local place = redis.call('HMGET', KEYS[2], 'origin', 'position', 'id')
local position, last = place[1] == ARGV[1] and place[2] or '', place[3] or ''
local function is_before(a, b)
  local a_ms, a_n = a:match('^(%d+)-(%d+)$')
  local b_ms, b_n = b:match('^(%d+)-(%d+)$')
  if not (a_ms and b_ms) then return not a_ms and b_ms ~= nil end
  a_ms, a_n, b_ms, b_n = tonumber(a_ms), tonumber(a_n), tonumber(b_ms), tonumber(b_n)
  return a_ms < b_ms or (a_ms == b_ms and a_n < b_n)
end
if ARGV[3] ~= '1' then
  local entry = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  if is_before(last, ARGV[2]) or (last ~= '' and (not entry or entry[1] ~= last)) then
    return {'lost', entry and entry[2][#entry[2]] or ''}
  end
end
local count = 0
for i = 5, #ARGV, 8 do
  if ARGV[i] == '' or ARGV[i] > position then
    last = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'id', ARGV[i + 1], 'key', ARGV[i + 2], 'ver',
      ARGV[i + 3], 'type', ARGV[i + 4], 'payload', ARGV[i + 5], 'lsn', ARGV[i + 6], 'at', ARGV[i + 7])
    if ARGV[i] ~= '' then position = ARGV[i] end
    count = count + 1
  end
end
if count > 0 then redis.call('HSET', KEYS[2], 'origin', ARGV[1], 'position', position, 'id', last) end
return {'appended', count, last}
