-- Requests of wrk: values of 200 bytes, and a thousand keys in turns. Prepared, so that making them costs nothing.
local form = os.getenv("FORM") or "message"
local requests = {}
local count = form == "message" and 1000 or 8
local next = 0

local function value(index)
  local start = '{"index":' .. index .. ',"text":"'
  return start .. string.rep("spillway ", 30):sub(1, 198 - #start) .. '"}'
end

local function message(index)
  return '{"key":"key-' .. index .. '","value":' .. value(index) .. '}'
end

-- A record of Kafka REST: base64 of 200 bytes.
local function record(index)
  return '{"key":"a2V5","value":"' .. string.rep("c3BpbGx3YXkg", 22) .. 'c3A="}'
end

local function batch(start, make, separator)
  local parts = {}
  for index = 1, 500 do
    parts[index] = make((start * 500 + index) % 1000)
  end
  return table.concat(parts, separator)
end

local forms = {
  message = { "application/json", message },
  ndjson = { "application/x-ndjson", function(index) return batch(index, message, "\n") end },
  array = { "application/json", function(index) return "[" .. batch(index, message, ",") .. "]" end },
  ["kafka-rest"] = {
    "application/vnd.kafka.binary.v2+json",
    function(index) return '{"records":[' .. batch(index, record, ",") .. "]}" end,
  },
}

init = function(arguments)
  local type, make = forms[form][1], forms[form][2]
  for index = 1, count do
    requests[index] = wrk.format("POST", nil, { ["Content-Type"] = type }, make(index))
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
