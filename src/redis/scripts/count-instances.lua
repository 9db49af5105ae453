-- Note that one process lives, and count those noted lately.
-- KEYS: 1 instances  sorted set; instance by the moment it was last noted, ms
-- ARGV: 1 instance   random text of this process
--       2 gone_ms    an instance that was not noted for this long does not count, integer > 0
-- RETURNS: counted n
-- CLOCK: redis TIME
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'counted', redis.call('ZCARD', KEYS[1])}
