-- SPDX-License-Identifier: Apache-2.0
-- A small shard for tests, on real Tarantool: galleries and faces are added over HTTP as the vendor
-- documents it (POST /v2/faces/add/GALLERY, an array of {id, facen, facen_model, meta}), and lie in
-- a memtx space whose format has the fields of meta, each with its type and default. The first face
-- fixes facen_model of a gallery, another is refused. Not the vendor's: POST /v2/galleries/GALLERY
-- as sf-api has it, and GET /dump/GALLERY, all records as JSON lines in the order of ids.
-- Usage: shard.lua FOLDER; says `listening PORT` on a free port of 127.0.0.1.
local digest = require('digest')
local json = require('json')
local socket = require('socket')

-- The two fields that sf-api wants, and an installation's own (m:...).
local meta_scheme = {
    {name = 'normalized_id', field_type = 'string', default = ''},
    {name = 'feat', field_type = 'string', default = ''},
    {name = 'm:camera', field_type = 'string', default = ''},
    {name = 'm:person', field_type = 'unsigned', default = 0},
    {name = 'm:tags', field_type = 'set[string]', default = {}},
    {name = 'm:groups', field_type = 'set[unsigned]', default = {}},
}
local space_type = {string = 'string', unsigned = 'unsigned', ['set[string]'] = 'array', ['set[unsigned]'] = 'array'}

box.cfg{work_dir = arg[1], log = 'tarantool.log', memtx_memory = 128 * 1024 * 1024, checkpoint_interval = 0}

local format = {{name = 'id', type = 'unsigned'}, {name = 'facen', type = 'string'},
                {name = 'facen_model', type = 'string', is_nullable = true}}
for _, field in ipairs(meta_scheme) do
    table.insert(format, {name = field.name, type = space_type[field.field_type]})
end

local function refuse(status, text)
    error({status = status, text = text})
end

local function space_of(gallery)
    return box.space['g_' .. gallery] or refuse('404 Not Found', 'no such gallery')
end

local function add_gallery(gallery)
    local space = box.schema.space.create('g_' .. gallery, {engine = 'memtx', format = format, if_not_exists = true})
    space:create_index('primary', {parts = {{'id', 'unsigned'}}, if_not_exists = true})
end

local function check_set(field, value)
    local member = field.field_type == 'set[string]' and 'string' or 'unsigned'
    for _, one in ipairs(value) do
        local is_number = type(one) == 'number' or type(one) == 'cdata'
        if (member == 'string') ~= (type(one) == 'string') or (member == 'unsigned') ~= is_number then
            refuse('400 Bad Request', field.name .. ' holds a value of another type')
        end
    end
end

local function tuple_of(face)
    local tuple = {face.id, digest.base64_decode(face.facen), face.facen_model or box.NULL}
    local known = {}
    for _, field in ipairs(meta_scheme) do
        local value = face.meta[field.name]
        if value == nil then value = field.default end
        if type(value) == 'table' then check_set(field, value) end
        known[field.name] = true
        table.insert(tuple, value)
    end
    for name in pairs(face.meta) do
        if not known[name] then refuse('400 Bad Request', 'meta has no field ' .. name) end
    end
    return tuple
end

local function add_faces(gallery, body)
    local space = space_of(gallery)
    local faces = json.decode(body)
    box.begin()
    for _, face in ipairs(faces) do
        local any = space.index.primary:min()
        if any ~= nil and any.facen_model ~= face.facen_model then
            refuse('409 Conflict', 'the gallery has another facen_model')
        end
        space:insert(tuple_of(face))
    end
    box.commit()
end

local function dump(gallery)
    local lines = {}
    for _, tuple in space_of(gallery):pairs() do
        local fields = {}
        for i, field in ipairs(meta_scheme) do
            fields[i] = json.encode(field.name) .. ':' .. json.encode(tuple[i + 3])
        end
        local model = tuple.facen_model ~= nil and ',"facen_model":' .. json.encode(tuple.facen_model) or ''
        table.insert(lines, '{"id":' .. json.encode(tuple.id) .. ',"facen":' ..
            json.encode(digest.base64_encode(tuple.facen, {nowrap = true})) .. model ..
            ',"meta":{' .. table.concat(fields, ',') .. '}}\n')
    end
    return table.concat(lines)
end

local function answer(method, path, body)
    local gallery = path:match('^/v2/faces/add/([^/?]+)')
    if method == 'POST' and gallery then return add_faces(gallery, body) or '' end
    gallery = path:match('^/v2/galleries/([^/?]+)$')
    if method == 'POST' and gallery then return add_gallery(gallery) or '' end
    gallery = path:match('^/dump/([^/?]+)$')
    if method == 'GET' and gallery then return dump(gallery) end
    if method == 'GET' and path == '/v2/status' then return '{"read_only":false}' end
    refuse('404 Not Found', 'no such path')
end

local function serve(connection)
    while true do
        local head = connection:read('\r\n\r\n')
        if head == nil or head == '' then return end
        local method, path = head:match('^(%u+) (%S+)')
        local length = tonumber(head:lower():match('content%-length: *(%d+)') or 0)
        if head:lower():find('expect: 100%-continue') then connection:write('HTTP/1.1 100 Continue\r\n\r\n') end
        local ok, text = pcall(answer, method, path, length > 0 and connection:read(length) or '')
        local status = '200 OK'
        if not ok then
            box.rollback()
            status = type(text) == 'table' and text.status or '400 Bad Request'
            text = type(text) == 'table' and text.text or tostring(text)
        end
        connection:write(('HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n'):format(status, #text) .. text)
    end
end

local server = socket.tcp_server('127.0.0.1', 0, {name = 'shard', handler = serve})
io.stdout:write('listening ', tostring(server:name().port), '\n')
io.stdout:flush()
