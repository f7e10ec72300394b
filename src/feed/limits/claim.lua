-- One claim of one gate on one set of limits, whole or not at all.
-- KEYS[1] is the hash of the set. ARGV: how long it is kept (ms), how long ago the first call claimed was (us), calls,
-- then for each rate 'r', its field, its interval (us), how far ahead it may be pushed (us), and for each quota 'q', its
-- field, a field that is over, what the gate last heard of it, calls claimed. Answers now (us), then each limit: the
-- arrival time of the next call (us), or the calls used.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local kept, age, calls = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = { now }
local at = 4
while ARGV[at] do
  local field = ARGV[at + 1]
  local held = tonumber(redis.call('HGET', KEYS[1], field) or '0')
  if ARGV[at] == 'r' then
    local interval, ahead = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    local arrival = math.max(held, now - age) + calls * interval
    held = math.floor(math.min(arrival, now + ahead))
    at = at + 4
  else
    local over, base, claimed = ARGV[at + 2], tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
    held = math.max(held, base) + claimed
    redis.call('HDEL', KEYS[1], over)
    at = at + 5
  end
  redis.call('HSET', KEYS[1], field, string.format('%.0f', held))
  answer[#answer + 1] = held
end
redis.call('PEXPIRE', KEYS[1], kept)
return answer
