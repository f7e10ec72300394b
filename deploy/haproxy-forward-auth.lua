-- HAProxy asks the gate before it serves: the action `http-request lua.accord SETUP` of haproxy.cfg.
--
-- Before it is loaded, `setenv` gives the gate's address (ACCORD_GATE) and the service credential (ACCORD_SERVICE). SETUP
-- maps the paths, as in `dataset=SLUG&strip=/prefix`. Lets a request pass on 200 alone; every other answer of the gate
-- goes to the client as it is, and no answer is 503.

local gate, credential = os.getenv("ACCORD_GATE"), os.getenv("ACCORD_SERVICE")
assert(gate and credential, "set ACCORD_GATE and ACCORD_SERVICE by setenv, above lua-load")

local TIMEOUT_MS = 5000
-- What the gate must see of the client's own headers.
local SHOWN = { "authorization", "x-api-key" }
-- What the service behind is told; nothing else of these names reaches it.
local IDENTITY = { "x-accord-key-id", "x-accord-agreement", "x-accord-scopes", "x-request-id" }
-- What a refused client is told.
local TOLD = {
    "content-type", "cache-control", "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy",
    "x-accord-outcome", "x-request-id",
}

-- The first value of a header in a table of HAProxy's, which counts from 0.
local function first(headers, name)
    local values = headers and headers[name]
    return values and values[0]
end

local function question(txn)
    local headers = {
        ["x-accord-service"] = { credential },
        ["x-original-method"] = { txn.f:method() },
        ["x-original-uri"] = { txn.f:pathq() },
        ["x-forwarded-for"] = { txn.f:src() },
    }
    local sent = txn.http:req_get_headers()
    for _, name in ipairs(SHOWN) do
        -- Every value, so that the gate can refuse two that differ.
        for _, value in pairs(sent[name] or {}) do
            headers[name] = headers[name] or {}
            table.insert(headers[name], value)
        end
    end
    return headers
end

local function refuse(txn, status, answer)
    local reply = txn:reply()
    reply:set_status(status)
    for _, name in ipairs(TOLD) do
        local value = first(answer.headers, name)
        if value then reply:add_header(name, value) end
    end
    reply:set_body(answer.body or "")
    txn:done(reply)
end

core.register_action("accord", { "http-req" }, function(txn, setup)
    local answer = core.httpclient():get{
        url = gate .. "/v1/forward-auth?proxy=haproxy&" .. setup,
        headers = question(txn),
        timeout = TIMEOUT_MS,
    }
    if not answer or not answer.status or answer.status < 200 then
        return refuse(txn, 503, {})
    end
    if answer.status ~= 200 then
        return refuse(txn, answer.status < 400 and 503 or answer.status, answer)
    end
    for _, name in ipairs(IDENTITY) do
        local value = first(answer.headers, name)
        txn.http:req_del_header(name)
        if value then txn.http:req_set_header(name, value) end
    end
    local limit, policy = first(answer.headers, "ratelimit"), first(answer.headers, "ratelimit-policy")
    if limit then txn:set_var("txn.accord_limit", limit) end
    if policy then txn:set_var("txn.accord_policy", policy) end
end, 1)
