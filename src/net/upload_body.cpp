// SPDX-License-Identifier: Apache-2.0
#include "upload_body.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace ffdump {

CURLcode UploadBody::attach(CURL* easy, const std::vector<HttpPart>& parts, TransferWatch& watch) {
    clear();
    watch_ = &watch;
    mime_.reset(curl_mime_init(easy));
    if (!mime_) {
        return CURLE_OUT_OF_MEMORY;
    }
    cursors_.resize(parts.size());  // libcurl keeps pointers to the elements: no growth later
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (const CURLcode code = add(parts[i], cursors_[i]); code != CURLE_OK) {
            return code;
        }
    }
    return curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime_.get());
}

CURLcode UploadBody::add(const HttpPart& part, Cursor& cursor) {
    cursor.body = this;
    cursor.bytes = part.bytes;
    curl_mimepart* const made = curl_mime_addpart(mime_.get());
    if (made == nullptr) {
        return CURLE_OUT_OF_MEMORY;
    }
    CURLcode code = curl_mime_name(made, part.name.c_str());
    if (code == CURLE_OK && !part.file_name.empty()) {
        code = curl_mime_filename(made, part.file_name.c_str());
    }
    if (code == CURLE_OK && !part.content_type.empty()) {
        code = curl_mime_type(made, part.content_type.c_str());
    }
    if (code == CURLE_OK) {
        const auto size = static_cast<curl_off_t>(part.bytes ? part.bytes->size() : 0);
        code =
            curl_mime_data_cb(made, size, &UploadBody::read, &UploadBody::seek, nullptr, &cursor);
    }
    return code;
}

void UploadBody::clear() noexcept {
    mime_.reset();
    cursors_.clear();
}

std::size_t UploadBody::read(char* buffer, std::size_t size, std::size_t count,
                             void* cursor) noexcept {
    auto& from = *static_cast<Cursor*>(cursor);
    const std::size_t left = from.bytes ? from.bytes->size() - from.position : 0;
    const std::size_t length = std::min(left, size * count);
    if (length != 0) {
        std::memcpy(buffer, from.bytes->data() + from.position, length);
        from.position += length;
    }
    UploadBody& body = *from.body;
    const bool complete = &from == &body.cursors_.back() && length == left;
    body.watch_->uploaded(std::chrono::steady_clock::now(), length, complete);
    return length;
}

int UploadBody::seek(void* cursor, curl_off_t offset, int origin) noexcept {
    auto& from = *static_cast<Cursor*>(cursor);
    const std::size_t size = from.bytes ? from.bytes->size() : 0;
    if (origin != SEEK_SET || offset < 0 || static_cast<std::size_t>(offset) > size) {
        return CURL_SEEKFUNC_FAIL;
    }
    from.position = static_cast<std::size_t>(offset);
    return CURL_SEEKFUNC_OK;
}

}  // namespace ffdump
