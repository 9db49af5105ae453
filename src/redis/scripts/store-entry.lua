-- Store one cached answer unless a newer one is there: a slow node must not overwrite a later fill.
-- KEYS: 1 entry      string; the watermark as 16 digits, then the answer
-- ARGV: 1 watermark  16 digits; texts of one length compare like numbers
--       2 value      begins with the watermark
--       3 ttl_ms     integer > 0
-- RETURNS: stored
--          newer
local current = redis.call('GETRANGE', KEYS[1], 0, 15)
if current ~= '' and current > ARGV[1] then
  return {'newer'}
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {'stored'}
