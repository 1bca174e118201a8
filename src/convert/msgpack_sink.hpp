// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <msgpack.hpp>

#include <cstddef>
#include <string>

namespace ffdump {

/// Where msgpack-c's packer writes.
struct StringSink {
    std::string& out;
    void write(const char* bytes, std::size_t size) { out.append(bytes, size); }
};
using MsgpackPacker = msgpack::packer<StringSink>;

}  // namespace ffdump
