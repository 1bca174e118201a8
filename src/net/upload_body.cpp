// SPDX-License-Identifier: Apache-2.0
#include "upload_body.hpp"

#include "option_setter.hpp"

#include "ffdump/base/random.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace ffdump {
namespace {

/// As browsers write a name within quotes.
std::string quoted(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) {
        switch (c) {
            case '"':
                text += "%22";
                break;
            case '\r':
                text += "%0D";
                break;
            case '\n':
                text += "%0A";
                break;
            default:
                text += c;
        }
    }
    return text += '"';
}

}  // namespace

// 128 random bits, which no image holds by chance, and which nobody who made one could know.
UploadBody::UploadBody()
    : boundary_("ffdump-" + Random::from_system().hex128()),
      header_line_("Content-Type: multipart/form-data; boundary=" + boundary_) {}

CURLcode UploadBody::attach(CURL* easy, const std::vector<HttpPart>& parts) {
    clear();
    for (const HttpPart& part : parts) {
        if (part.content_type.find_first_of("\r\n") != std::string::npos) {
            return CURLE_BAD_FUNCTION_ARGUMENT;
        }
        std::string head = "--" + boundary_ + "\r\nContent-Disposition: form-data; name=";
        head += quoted(part.name);
        if (!part.file_name.empty()) {
            head += "; filename=" + quoted(part.file_name);
        }
        if (!part.content_type.empty()) {
            head += "\r\nContent-Type: " + part.content_type;
        }
        frame(head + "\r\n\r\n");
        if (part.bytes) {
            pieces_.push_back({part.bytes, 0, part.bytes->size()});
            size_ += part.bytes->size();
        }
        frame("\r\n");
    }
    frame("--" + boundary_ + "--\r\n");
    return OptionSetter(easy)
        .set(CURLOPT_POST, 1L)
        .set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size_))
        .set(CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes)
        .set(CURLOPT_READFUNCTION, &UploadBody::read)
        .set(CURLOPT_READDATA, static_cast<void*>(this))
        .set(CURLOPT_SEEKFUNCTION, &UploadBody::seek)
        .set(CURLOPT_SEEKDATA, static_cast<void*>(this))
        .code();
}

void UploadBody::frame(std::string_view text) {
    if (!pieces_.empty() && !pieces_.back().bytes) {
        pieces_.back().size += text.size();
    } else {
        pieces_.push_back({nullptr, framing_.size(), text.size()});
    }
    framing_ += text;
    size_ += text.size();
}

std::string_view UploadBody::text_of(const Piece& piece) const noexcept {
    const std::string_view all = piece.bytes ? std::string_view(*piece.bytes) : framing_;
    return {all.data() + piece.begin, piece.size};
}

void UploadBody::clear() noexcept {
    pieces_.clear();
    framing_.clear();
    size_ = piece_ = at_ = 0;
}

std::size_t UploadBody::read(char* buffer, std::size_t size, std::size_t count,
                             void* self) noexcept {
    auto& body = *static_cast<UploadBody*>(self);
    const std::size_t room = size * count;
    std::size_t filled = 0;
    while (filled < room && body.piece_ < body.pieces_.size()) {
        const std::string_view left = body.text_of(body.pieces_[body.piece_]).substr(body.at_);
        const std::size_t length = std::min(left.size(), room - filled);
        std::memcpy(buffer + filled, left.data(), length);
        filled += length;
        body.at_ += length;
        if (length == left.size()) {
            ++body.piece_;
            body.at_ = 0;
        }
    }
    return filled;
}

int UploadBody::seek(void* self, curl_off_t offset, int origin) noexcept {
    if (origin != SEEK_SET || offset != 0) {
        return CURL_SEEKFUNC_FAIL;  // a request is sent again from its start or not at all
    }
    auto& body = *static_cast<UploadBody*>(self);
    body.piece_ = body.at_ = 0;
    return CURL_SEEKFUNC_OK;
}

}  // namespace ffdump
