// SPDX-License-Identifier: Apache-2.0
#include "support/scratch_folder.hpp"
#include "support/scripted_transport.hpp"

#include "ffdump/images/image_store.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

Result<std::unique_ptr<ImageStore>> make(const Settings& settings) {
    static ScriptedTransport transport;
    static const std::unique_ptr<FileSystem> files = make_posix_file_system();
    return make_image_store(settings, transport, *files);
}

TEST_CASE("an image store describes itself without credentials") {
    Settings settings;
    settings.storage.upload_url = "http://user:secret@storage:3333/uploads/?token=x";
    CHECK(make(settings).value()->describe() == "webdav http://storage:3333/uploads/");
    const ScratchFolder folder;
    settings.storage.type = StorageType::directory;
    settings.storage.directory = folder.text();
    CHECK(make(settings).value()->describe() == "directory " + folder.text());
}

TEST_CASE("an image store whose folder is not there is refused before the run") {
    const ScratchFolder folder;
    folder.write("file", "x");
    Settings settings;
    settings.storage.type = StorageType::directory;
    for (const std::string& path : {folder.at("gone"), folder.at("file"), std::string()}) {
        settings.storage.directory = path;
        const auto store = make(settings);
        REQUIRE_FALSE(store);
        CHECK(store.error().reason() == Reason::storage_unreadable);
        CHECK(store.error().place().file == path);
        CHECK(store.error().hint_text() ==
              "check normalized_storage.directory.path: it names the uploads folder itself");
    }
}

TEST_CASE("an image store that is switched off or has no usable URL is refused") {
    Settings settings;
    settings.storage.upload_url = "storage:3333/uploads";
    CHECK(make(settings).error().reason() == Reason::config_invalid);
    settings.storage.upload_url = "http://storage:3333/uploads";
    settings.storage.enabled = false;
    CHECK(make(settings).error().reason() == Reason::config_invalid);
}

}  // namespace
}  // namespace ffdump
