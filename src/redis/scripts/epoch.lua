-- Who serves this slot, and its epoch. The epoch is only ever raised: a late caller cannot bring an old one back.
-- KEYS: 1 epoch       string; number of the current epoch of the slot
-- ARGV: 1 n           epoch to raise it to, integer; 0: only read
-- RETURNS: OK current_or_empty run_id master_replid
-- NOTE: The run id tells a restart, the replication id a promotion. Asked inside a script, the node of a cluster that
-- has the slot answers.
local current = redis.call('GET', KEYS[1])
if tonumber(ARGV[1]) > tonumber(current or '0') then
  redis.call('SET', KEYS[1], ARGV[1])
  current = ARGV[1]
end
local run_id = redis.call('INFO', 'server'):match('run_id:(%w+)')
local replid = redis.call('INFO', 'replication'):match('master_replid:(%w+)')
return {'OK', current or '', run_id, replid}
