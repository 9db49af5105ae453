-- Take `cost` tokens from one bucket, or say how long to wait. A refusal writes nothing.
-- KEYS: 1 bucket        string; theoretical arrival time in ms
-- ARGV: 1 limit         tokens per period, > 0
--       2 period_ms     integer > 0
--       3 burst         tokens that may be taken at once, integer >= 1
--       4 cost          integer, 1..burst
-- RETURNS: allowed remaining 0
--          limited 0 retry_after_ms
-- CLOCK: redis TIME, no caller's clock. SOURCE: generic cell rate algorithm, ITU-T I.371, virtual scheduling form.
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local interval = ARGV[2] / ARGV[1]
local tat = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now)
local next_tat = tat + interval * ARGV[4]
local allow_at = next_tat - interval * ARGV[3]
if allow_at > now then
  return {'limited', 0, math.ceil(allow_at - now)}
end
-- All 17 digits of the number: rounded ones would part it from the same arithmetic in src/limits/gcra.ts.
redis.call('SET', KEYS[1], string.format('%.17g', next_tat), 'PX', math.ceil(next_tat - now))
return {'allowed', math.floor((now - allow_at) / interval), 0}
