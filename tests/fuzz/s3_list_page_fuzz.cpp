// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "s3_list_page.hpp"

#include <string_view>

namespace ffdump {

void fuzz_s3_list_page(std::string_view input) {
    const Result<S3ListPage> page = parse_s3_list_page(input);
    if (!page) {
        must_hold(page.error().reason() == Reason::answer_malformed, "answers are judged");
        return;
    }
    must_hold(page->keys.size() <= S3ListPage::kMostKeys, "a page's length is bounded");
}

}  // namespace ffdump
