// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace ffdump {

/// A password, key or token. Cannot be printed, compared or formatted by accident: the only way to
/// the text is reveal(), which is called where it goes on the wire and nowhere else.
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

 private:
    std::string text_;
};

}  // namespace ffdump
