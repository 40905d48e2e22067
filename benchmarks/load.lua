-- What wrk asks: the addresses of a file in turn, and what it found, as a line of JSON.
-- Arguments: the file; the number of the address to begin with; for how many seconds; "once" where each address is asked
-- for once at the most. What was asked is waited for, so that no request is cut off, and the server rests afterwards.
-- Without seconds, one address is asked for by wrk alone, as fast as it can.

local ffi = require("ffi")
ffi.cdef("typedef struct { long sec; long usec; } moment; int gettimeofday(moment *now, void *zone);")
local FOR_EVER = 1e9
local thread
local requests = {}

local function now()
  local moment = ffi.new("moment")
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.sec) + tonumber(moment.usec) / 1e6
end

function setup(it)
  thread = it
end

function init(arguments)
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
    wrk.path = path
  end
  begin = tonumber(arguments[2])
  seconds = tonumber(arguments[3])
  most = arguments[4] == "once" and #requests or math.huge
  allowed, asked = 0, 0
  if seconds > 0 then
    request, delay = next_request, pause
  end
end

function next_request()
  asked = asked + 1
  return requests[(begin + asked - 1) % #requests + 1]
end

function pause() -- before each request
  if stopped then return FOR_EVER end
  if allowed >= most or (allowed > 0 and now() - started >= seconds) then
    stopped = now()
    return FOR_EVER
  end
  if allowed == 0 then started = now() end
  allowed = allowed + 1
  return 0
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "asked": %d, "seconds": %.6f, "bytes": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f, '
      .. '"refused": %d, "broken": %d}\n',
    summary.requests,
    thread:get("asked"),
    (thread:get("stopped") or 0) - (thread:get("started") or 0), -- 0 where wrk asked alone
    summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
