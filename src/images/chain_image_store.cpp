// SPDX-License-Identifier: Apache-2.0
#include "chain_image_store.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

Error error_of_all(std::vector<Error> errors) {
    const auto telling = std::ranges::find_if(errors, [](const Error& error) {
        return error.reason() != Reason::image_missing &&
               error.reason() != Reason::image_url_not_allowed;
    });
    return std::move(telling == errors.end() ? errors.back() : *telling);
}

}  // namespace

ChainImageStore::ChainImageStore(std::vector<std::unique_ptr<ImageStore>> stores)
    : stores_(std::move(stores)) {}

template <class Answer, class Done, class Ask>
void ChainImageStore::ask(Order order, Done done, Ask ask_store) {
    ImageStore& store = *stores_[order.next++];
    const std::string id = order.normalized_id;
    ask_store(
        store, id,
        [this, order = std::move(order), done = std::move(done), ask_store](Answer answer) mutable {
            if (answer) {
                if constexpr (requires { answer->source; }) {
                    answer->source = order.next - 1;
                }
                done(std::move(answer));
                return;
            }
            const bool goes_on = answer.error().fault() == FaultClass::record;
            order.errors.push_back(std::move(answer).error());
            if (goes_on && order.next < stores_.size()) {
                ask<Answer>(std::move(order), std::move(done), std::move(ask_store));
            } else {
                done(failed(goes_on ? error_of_all(std::move(order.errors))
                                    : std::move(order.errors.back())));
            }
        });
}

void ChainImageStore::fetch(std::string normalized_id, ImageDone done) {
    ask<Result<Image>>({std::move(normalized_id), 0, {}}, std::move(done),
                       [](ImageStore& store, const std::string& id, auto then) {
                           store.fetch(id, std::move(then));
                       });
}

void ChainImageStore::check(std::string normalized_id, PresenceDone done) {
    ask<Result<void>>({std::move(normalized_id), 0, {}}, std::move(done),
                      [](ImageStore& store, const std::string& id, auto then) {
                          store.check(id, std::move(then));
                      });
}

void ChainImageStore::prepare_checks(std::uint64_t images, ChecksPrepared done) {
    prepare_from(0, images, "", std::move(done));
}

void ChainImageStore::prepare_from(std::size_t source, std::uint64_t images, std::string words,
                                   ChecksPrepared done) {
    if (source == stores_.size()) {
        done(std::move(words));
        return;
    }
    stores_[source]->prepare_checks(
        images, [this, source, images, words = std::move(words),
                 done = std::move(done)](const std::string& said) mutable {
            if (!said.empty()) {
                words += (words.empty() ? "" : "; ") + stores_[source]->describe() + ": " + said;
            }
            prepare_from(source + 1, images, std::move(words), std::move(done));
        });
}

std::string ChainImageStore::describe() const {
    std::string text = "chain";
    for (const std::unique_ptr<ImageStore>& store : stores_) {
        text += (text == "chain" ? " of " : ", then ") + store->describe();
    }
    return text;
}

std::vector<std::string> ChainImageStore::sources() const {
    std::vector<std::string> names;
    for (const std::unique_ptr<ImageStore>& store : stores_) {
        names.push_back(store->describe());
    }
    return names;
}

}  // namespace ffdump
