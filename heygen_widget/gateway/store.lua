-- The decisions of a workshop, each one atomic. memory.py makes the same ones in Python.
--
-- KEYS[1]: prefix of all keys. ARGV: name of the operation, and its arguments as JSON.
-- Money is in millionths of a dollar, time in seconds.

local P = KEYS[1]
local a = cjson.decode(ARGV[2])
local now = a.now
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + math.floor(tonumber(time[2]) / 1000) / 1000 -- JSON keeps 14 digits
end

local CLASS = '*'
local LONGEST_POLL = 6
local GRACE = 4
local KEEP = 7200
local ADDRESSES = 8

local ops = {}

local function whole(amount)
  return string.format('%.0f', amount)
end

local function money(who, budget)
  local found = redis.call('HMGET', P .. 'money', who .. ':budget', who .. ':spent', who .. ':reserved')
  return {
    budget = tonumber(found[1] or budget),
    spent = tonumber(found[2] or 0),
    reserved = tonumber(found[3] or 0),
  }
end

local function add(who, field, amount)
  redis.call('HINCRBY', P .. 'money', who .. ':' .. field, whole(amount))
end

local function hold_of(id)
  local found = redis.call('HGET', P .. 'holds', id)
  return found and cjson.decode(found)
end

local function keep(hold)
  redis.call('HSET', P .. 'holds', hold.hold, cjson.encode(hold))
end

local function check(hold, at)
  redis.call('ZADD', P .. 'checks', at, hold.hold)
end

local function holds()
  local found = {}
  for _, text in ipairs(redis.call('HVALS', P .. 'holds')) do
    found[#found + 1] = cjson.decode(text)
  end
  return found
end

local function drop(hold)
  redis.call('HDEL', P .. 'holds', hold.hold)
  redis.call('ZREM', P .. 'checks', hold.hold)
  add(CLASS, 'reserved', -hold.reserve)
  add(hold.learner, 'reserved', -hold.reserve)
end

local function leave(learner)
  redis.call('ZREM', P .. 'queue', learner)
  redis.call('ZREM', P .. 'places', learner)
end

local function lapse()
  local late = redis.call('ZRANGEBYSCORE', P .. 'places', '-inf', now)
  for _, learner in ipairs(late) do
    leave(learner)
  end
end

local function is_paused()
  return redis.call('HGET', P .. 'class', 'paused') == '1'
end

local function wait(learner, position)
  local turns = math.ceil(position / a.slots)
  local retry = math.min(turns, LONGEST_POLL)
  local usual = tonumber(redis.call('HGET', P .. 'class', 'usual') or math.min(60, a.max_session))
  redis.call('ZADD', P .. 'places', now + 2 * retry + GRACE, learner)
  return { outcome = 'wait', position = position, retry = retry, about = turns * usual, paused = is_paused() }
end

function ops.grant()
  lapse()
  local hold = hold_of(a.hold)
  if hold then
    return { outcome = 'grant', hold = hold }
  end
  local learner = money(a.learner, a.per_learner)
  local class = money(CLASS, a.budget)
  local least = math.ceil(math.max(a.shortest + a.margin, a.exposed) * a.price)
  local own = learner.budget - learner.spent - learner.reserved
  if own < least or class.budget - class.spent < least then
    leave(a.learner)
    local whose = own < least and 'learner' or 'class'
    return { outcome = 'poor', whose = whose, left = whose == 'learner' and own or class.budget - class.spent }
  end
  if not redis.call('ZSCORE', P .. 'queue', a.learner) then
    redis.call('ZADD', P .. 'queue', redis.call('INCR', P .. 'seq'), a.learner)
  end
  local rank = redis.call('ZRANK', P .. 'queue', a.learner)
  local left = math.min(own, class.budget - class.spent - class.reserved)
  if is_paused() or left < least or rank >= a.slots - redis.call('HLEN', P .. 'holds') then
    return wait(a.learner, rank + 1)
  end
  local ceiling = math.floor(math.min(a.max_session, left / a.price - a.margin) * 1000) / 1000
  hold = {
    hold = a.hold,
    learner = a.learner,
    upstream = a.upstream,
    place = tonumber(redis.call('ZSCORE', P .. 'queue', a.learner)),
    leased = a.leased,
    began = now,
    ends = now + ceiling,
    lost = now + a.lost,
    reserve = math.max(least, math.min(left, math.ceil((ceiling + a.margin) * a.price))),
  }
  leave(a.learner)
  add(CLASS, 'reserved', hold.reserve)
  add(a.learner, 'reserved', hold.reserve)
  keep(hold)
  check(hold, hold.lost)
  return { outcome = 'grant', hold = hold }
end

function ops.opened()
  local hold = hold_of(a.hold)
  if not hold then
    return { gone = true }
  end
  hold.stream = a.stream
  if hold.leased then
    hold.lease = now + a.lease
  end
  keep(hold)
  check(hold, hold.stop and now or math.min(now + a.check, hold.ends))
  redis.call('SET', P .. 'stream:' .. a.stream, cjson.encode(hold), 'EX', KEEP)
  return { left = hold.ends - now }
end

function ops.find()
  local found = redis.call('GET', P .. 'stream:' .. a.stream)
  return found and cjson.decode(found) or { gone = true }
end

function ops.renew()
  local hold = hold_of(a.hold)
  if hold and hold.lease then
    hold.lease = now + a.lease
    keep(hold)
  end
  return {}
end

function ops.settle()
  local hold = hold_of(a.hold)
  if hold then
    local lasted = now - hold.began
    local cost = hold.reserve
    if not a.all then
      -- Not a millionth more because of how fractions are stored.
      cost = math.ceil(math.floor((a.seconds or lasted) * a.price * 10 + 0.5) / 10)
    end
    drop(hold)
    add(CLASS, 'spent', cost)
    add(hold.learner, 'spent', cost)
    local usual = tonumber(redis.call('HGET', P .. 'class', 'usual') or lasted)
    redis.call('HSET', P .. 'class', 'usual', usual + (lasted - usual) / 4)
    redis.call('HINCRBY', P .. 'class', 'sessions', 1)
  end
  return {}
end

function ops.release()
  local hold = hold_of(a.hold)
  if hold and not hold.stream then
    drop(hold)
    if a.slots and not redis.call('ZSCORE', P .. 'queue', hold.learner) then
      redis.call('ZADD', P .. 'queue', hold.place, hold.learner)
      return wait(hold.learner, redis.call('ZRANK', P .. 'queue', hold.learner) + 1)
    end
  end
  return {}
end

function ops.due()
  local found = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'checks', '-inf', now, 'LIMIT', 0, 100)) do
    local hold = hold_of(id)
    local ending = hold.stop or now >= hold.ends or (hold.lease and now >= hold.lease)
    local next = now + a.check
    if not hold.stream then
      hold.task = 'lost'
    elseif now >= hold.began + a.longest then
      hold.task = 'over'
    elseif ending then
      hold.task = 'cancel'
    else
      hold.task = 'look'
      next = math.min(next, hold.ends, hold.lease or next)
    end
    check(hold, next)
    found[#found + 1] = hold
  end
  return { holds = found }
end

function ops.stop()
  local stopped = 0
  for _, hold in ipairs(holds()) do
    if a.all or hold.learner == a.learner then
      hold.stop = true
      keep(hold)
      if hold.stream then
        check(hold, now)
      end
      stopped = stopped + 1
    end
  end
  if a.learner then
    leave(a.learner)
  end
  return { stopped = stopped }
end

function ops.pause()
  redis.call('HSET', P .. 'class', 'paused', a.paused and '1' or '0')
  return {}
end

function ops.set_budget()
  redis.call('HSET', P .. 'money', (a.learner or CLASS) .. ':budget', whole(a.amount))
  return {}
end

function ops.add_codes()
  for _, code in ipairs(a.codes) do
    redis.call('HSET', P .. 'codes', code.hash, cjson.encode({ learner = code.learner, ends = code.ends }))
    redis.call('SADD', P .. 'learners', code.learner)
    if code.budget then
      redis.call('HSET', P .. 'money', code.learner .. ':budget', whole(code.budget))
    end
  end
  return {}
end

function ops.identify()
  local key = P .. 'failures:' .. a.address
  local failures = cjson.decode(redis.call('GET', key) or '{"count":0,"ends":0}')
  if failures.ends <= now then
    failures.count = 0
  end
  local locked = failures.count >= a.guesses
  local found = redis.call('HGET', P .. 'codes', a.hash)
  local code = found and cjson.decode(found)
  if not code or now >= code.ends then
    if not locked then
      failures = { count = failures.count + 1, ends = now + a.locked_for }
      redis.call('SET', key, cjson.encode(failures), 'EX', math.ceil(a.locked_for))
    end
    return { outcome = locked and 'locked' or 'unknown' }
  end
  local seen = P .. 'seen:' .. a.hash
  local known = redis.call('ZSCORE', seen, a.address)
  if locked and not known then
    return { outcome = 'locked' }
  end
  if not known then
    redis.call('ZADD', seen, now, a.address)
    redis.call('ZREMRANGEBYRANK', seen, 0, -ADDRESSES - 1)
  end
  return { outcome = 'learner', learner = code.learner, ends = code.ends }
end

function ops.view()
  lapse()
  local waiting = redis.call('ZRANGE', P .. 'queue', 0, -1)
  local learners = {}
  for _, learner in ipairs(redis.call('SMEMBERS', P .. 'learners')) do
    local account = money(learner, a.per_learner)
    account.learner = learner
    learners[#learners + 1] = account
  end
  local class = money(CLASS, a.budget)
  class.paused = is_paused()
  class.sessions = tonumber(redis.call('HGET', P .. 'class', 'sessions') or 0)
  class.waiting = waiting
  class.holds = holds()
  class.learners = learners
  return class
end

local result = ops[ARGV[1]]()
result.now = now
return cjson.encode(result)
