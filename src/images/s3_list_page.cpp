// SPDX-License-Identifier: Apache-2.0
#include "s3_list_page.hpp"

#include "url_encoding.hpp"

#include <algorithm>
#include <expat.h>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace ffdump {
namespace {

constexpr int kDeepest = 8;  // ListBucketResult/Contents/Owner/ID is 4
constexpr std::size_t kLongestText =
    8192;  // a key has at most 1024 bytes, encoded three times that
constexpr std::string_view kRoot = "ListBucketResult";

struct ParserDeleter {
    void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserDeleter>;

class PageReader {
 public:
    PageReader() : parser_(XML_ParserCreate("UTF-8")) {}

    Result<S3ListPage> read(std::string_view xml) {
        if (!parser_) {
            return flaw("cannot be read: no memory");
        }
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &PageReader::on_start, &PageReader::on_end);
        XML_SetCharacterDataHandler(parser_.get(), &PageReader::on_text);
        XML_SetStartDoctypeDeclHandler(parser_.get(), &PageReader::on_doctype);
        const auto status =
            XML_Parse(parser_.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
        if (flaw_) {
            return flaw(*flaw_);
        }
        if (status != XML_STATUS_OK) {
            return flaw("is not well-formed XML");
        }
        return finish();
    }

 private:
    static Result<S3ListPage> flaw(std::string_view text) {
        return failed(Reason::answer_malformed, "the list of the bucket " + std::string(text));
    }

    static void on_start(void* self, const XML_Char* name, const XML_Char**) noexcept {
        static_cast<PageReader*>(self)->guard([&](PageReader& reader) { reader.start(name); });
    }
    static void on_end(void* self, const XML_Char*) noexcept {
        static_cast<PageReader*>(self)->guard([](PageReader& reader) { reader.end(); });
    }
    static void on_text(void* self, const XML_Char* text, int size) noexcept {
        static_cast<PageReader*>(self)->guard(
            [&](PageReader& reader) { reader.text({text, static_cast<std::size_t>(size)}); });
    }
    static void on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*,
                           int) noexcept {
        static_cast<PageReader*>(self)->stop("declares a document type");
    }

    template <class Step>
    void guard(Step step) noexcept {
        try {
            step(*this);
        } catch (const std::bad_alloc&) {
            stop("cannot be read: no memory");
        }
    }

    void stop(const char* why) noexcept {
        if (!flaw_) {
            flaw_ = why;
        }
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    void start(std::string_view name) {
        if (path_.empty() && name != kRoot) {
            stop("is no ListBucketResult");
        } else if (path_.size() >= kDeepest) {
            stop("is nested too deeply");
        }
        path_.emplace_back(name.substr(0, kLongestText));
        text_.clear();
    }

    void text(std::string_view more) {
        if (text_.size() + more.size() > kLongestText) {
            stop("holds an overlong text");
            return;
        }
        text_ += more;
    }

    void end() {
        const std::string name = std::move(path_.back());
        path_.pop_back();
        if (path_.size() == 2 && path_.back() == "Contents" && name == "Key") {
            take_key();
        } else if (path_.size() == 1) {
            take_setting(name);
        }
        text_.clear();
    }

    void take_key() {
        if (page_.keys.size() == S3ListPage::kMostKeys) {
            stop("holds more keys than were asked for");
            return;
        }
        page_.keys.push_back(text_);
    }

    void take_setting(std::string_view name) {
        if (name == "IsTruncated") {
            if (text_ == "true" || text_ == "false") {
                is_truncated_ = text_ == "true";
            }
        } else if (name == "NextContinuationToken") {
            page_.next = text_;
        } else if (name == "EncodingType") {
            is_encoded_ = text_ == "url";
        }
    }

    Result<S3ListPage> finish() {
        if (!is_truncated_) {
            return flaw("does not say whether it goes on");
        }
        if (*is_truncated_ && page_.next.empty()) {
            return flaw("goes on, but does not say where");
        }
        if (!*is_truncated_) {
            page_.next.clear();
        }
        if (is_encoded_) {
            for (std::string& key : page_.keys) {
                std::ranges::replace(key, '+', ' ');  // Amazon encodes as forms do
                key = percent_decoded(key);
            }
        }
        return std::move(page_);
    }

    Parser parser_;
    S3ListPage page_;
    std::vector<std::string> path_;
    std::string text_;
    std::optional<bool> is_truncated_;
    bool is_encoded_ = false;
    std::optional<const char*> flaw_;
};

}  // namespace

Result<S3ListPage> parse_s3_list_page(std::string_view xml) {
    return PageReader().read(xml);
}

}  // namespace ffdump
