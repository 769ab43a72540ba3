-- Requests of wrk: values of 200 bytes, and a thousand keys in turns. Prepared, so that making them costs nothing.
local requests = {}
local count = 1000
local next = 0

init = function(arguments)
  for index = 1, count do
    local start = '{"index":' .. index .. ',"text":"'
    local value = start .. string.rep("spillway ", 30):sub(1, 198 - #start) .. '"}'
    local body = '{"key":"key-' .. index .. '","value":' .. value .. '}'
    requests[index] = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, body)
  end
end

request = function()
  next = next % count + 1
  return requests[next]
end

done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("RESULT %d %d %d %d", summary.requests, failed, latency:percentile(50), latency:percentile(99)))
end
