-- Decide a whole cart inside one slot: every line is granted or nothing is. A second run takes no units.
-- KEYS: 1 epoch       string; number of the current epoch of the slot
--       2 h           hash; what is known of the hold: `hash`, `n` attempts under way, `u:<sku>` units granted
--       3 tz          zset; hold ids by time of admission, ms
--       then per line: k hash of the count, t hash of the tentative units
-- ARGV: 1 epoch       epoch that the caller and its keys are of
--       2 id          hold id
--       3 hash        hash of the request
--       4 partial     1: fewer units than asked for are good too, at least one in all
--       5 offer       1: an offer of the queue, which passes the queue flag
--       then per line: sku text, qty integer >= 1
-- RETURNS: OK granted...
--          KNOWN granted...
--          MISMATCH
--          NOEPOCH current_or_empty
--          MISS sku
--          QUEUE sku available
--          LIMIT sku available limit
--          SHORT units_that_could_be_had (sku available version)...
-- CLOCK: redis TIME. The true limit is per customer and checked in Postgres; here one cart above it is turned away.
local current = redis.call('GET', KEYS[1])
if current ~= ARGV[1] then return {'NOEPOCH', current or ''} end
local hash, got, arv, short, sum = redis.call('HGET', KEYS[2], 'hash'), {}, {}, {}, 0
if hash and hash ~= ARGV[3] then return {'MISMATCH'} end
for i = 1, (#KEYS - 3) / 2 do
  local sku, qty = ARGV[4 + 2 * i], tonumber(ARGV[5 + 2 * i])
  if hash then
    got[i] = tonumber(redis.call('HGET', KEYS[2], 'u:' .. sku) or '0')
  else
    local s = redis.call('HMGET', KEYS[2 + 2 * i], 'a', 'rv', 'pv', 'q', 'lim')
    if not s[1] then return {'MISS', sku} end
    local available = math.max(tonumber(s[1]), 0)
    if s[4] == '1' and ARGV[5] ~= '1' then return {'QUEUE', sku, available} end
    if s[5] ~= '' and qty > tonumber(s[5]) then return {'LIMIT', sku, available, s[5]} end
    if available < qty then
      local n = #short
      short[n + 1], short[n + 2], short[n + 3] = sku, available, s[3]
    end
    got[i], arv[i] = math.min(qty, available), s[2]
    sum = sum + got[i]
  end
end
if hash then
  redis.call('HINCRBY', KEYS[2], 'n', 1)
  return {'KNOWN', unpack(got)}
end
if #short > 0 and (ARGV[4] ~= '1' or sum == 0) then return {'SHORT', sum, unpack(short)} end
local known = {'hash', ARGV[3], 'n', 1}
for i = 1, #got do
  if got[i] > 0 then
    redis.call('HINCRBY', KEYS[2 + 2 * i], 'a', -got[i])
    redis.call('HSET', KEYS[3 + 2 * i], ARGV[2], got[i] .. '|' .. arv[i])
    known[#known + 1], known[#known + 2] = 'u:' .. ARGV[4 + 2 * i], got[i]
  end
end
local t = redis.call('TIME')
redis.call('ZADD', KEYS[3], t[1] * 1000 + math.floor(t[2] / 1000), ARGV[2])
redis.call('HSET', KEYS[2], unpack(known))
return {'OK', unpack(got)}
