// SPDX-License-Identifier: Apache-2.0
#include "value_translation.hpp"

#include "msgpack_sink.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <cstdint>

namespace ffdump {

Result<void> ValueTranslation::append(std::string& out, std::string_view value, Notation notation,
                                      FieldPath& fault) const {
    if (notation == target_) {
        out.append(value);
        return {};
    }
    return target_ == Notation::json ? append_json_of_msgpack(out, value, fault)
                                     : append_msgpack_of_json(out, value, fault);
}

Result<void> ValueTranslation::append_key(std::string& out, std::string_view key,
                                          Notation notation) const {
    if (notation == target_) {
        out.append(key);
        return {};
    }
    const Result<std::string> plain = text_of(notation, key);
    if (!plain) {
        return failed(Reason::layout_cannot_carry, "its key is no text of UTF-8");
    }
    if (target_ == Notation::json) {
        append_json_escaped(out, *plain);
        return {};
    }
    StringSink sink{out};
    MsgpackPacker packer(sink);
    packer.pack_str(static_cast<std::uint32_t>(plain->size()));
    packer.pack_str_body(plain->data(), static_cast<std::uint32_t>(plain->size()));
    return {};
}

}  // namespace ffdump
