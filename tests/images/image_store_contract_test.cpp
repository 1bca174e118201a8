// SPDX-License-Identifier: Apache-2.0
#include "image_bytes.hpp"
#include "image_waiter.hpp"
#include "support/raw_http_server.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/images/image_store.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <iterator>

// What every image store must do. A new storage adds a factory below and no test.

namespace ffdump {
namespace {

using namespace std::string_literals;

constexpr std::size_t kMaxImage = 1000;

/// A store over a folder that the test fills.
class StoreUnderTest {
 public:
    virtual ~StoreUnderTest() = default;
    ScratchFolder folder;
    std::unique_ptr<ImageStore> store;
};

class DirectoryUnderTest final : public StoreUnderTest {
 public:
    DirectoryUnderTest() {
        Settings settings;
        settings.storage.type = StorageType::directory;
        settings.storage.directory = folder.text();
        settings.limits.image_bytes = kMaxImage;
        const auto transport = make_curl_transport({});
        const auto files = make_posix_file_system();
        store = make_image_store(settings, *transport, *files).value();
    }
};

/// Serves the folder as nginx would: 404 for what is not there, 301 for a folder.
class HttpUnderTest final : public StoreUnderTest {
 public:
    HttpUnderTest() {
        Settings settings;
        settings.storage.upload_url = server_.url("/uploads/");
        settings.limits.image_bytes = kMaxImage;
        store = make_image_store(settings, *transport_, *files_).value();
    }
    ~HttpUnderTest() override { transport_.reset(); }
    HttpUnderTest(const HttpUnderTest&) = delete;
    HttpUnderTest& operator=(const HttpUnderTest&) = delete;

 private:
    void serve(RawConnection& connection) const {
        for (std::string request = connection.read_request(); !request.empty();
             request = connection.read_request()) {
            const std::size_t start = request.find("/uploads/") + 9;
            const std::string name = request.substr(start, request.find(' ', start) - start);
            const std::filesystem::path path = folder.at(name);
            if (std::filesystem::is_directory(path)) {
                connection.answer(301, "", "Location: /uploads/" + name + "/\r\n");
            } else if (std::filesystem::is_regular_file(path)) {
                std::ifstream file(path, std::ios::binary);
                connection.answer(200, std::string(std::istreambuf_iterator<char>(file), {}));
            } else {
                connection.answer(404, "<html>no</html>");
            }
        }
    }

    RawHttpServer server_{[this](RawConnection& connection) { serve(connection); }};
    std::unique_ptr<HttpTransport> transport_ = make_curl_transport({});
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

TEMPLATE_TEST_CASE("an image store hands over the bytes of an image as they are", "",
                   DirectoryUnderTest, HttpUnderTest) {
    TestType under;
    under.folder.write("1_bd321tlt8f66ph0eaflg.png", png_bytes(kMaxImage));
    under.folder.write("2018/07/a.jpeg", jpeg_bytes());
    const Result<Image> png = fetch_image(*under.store, "1_bd321tlt8f66ph0eaflg.png");
    REQUIRE(png);
    CHECK((*png->bytes == png_bytes(kMaxImage)));
    CHECK(png->kind == ImageKind::png);
    CHECK(fetch_image(*under.store, "2018/07/a.jpeg").value().kind == ImageKind::jpeg);
}

TEMPLATE_TEST_CASE("an image store says of a record that its image is missing", "",
                   DirectoryUnderTest, HttpUnderTest) {
    TestType under;
    under.folder.write("folder/a.png", png_bytes());
    for (const std::string id : {"gone.png", "gone/a.png", "folder", "folder/a.png/b"}) {
        const Result<Image> image = fetch_image(*under.store, id);
        INFO(id);
        REQUIRE_FALSE(image);
        CHECK(image.error().reason() == Reason::image_missing);
        CHECK(image.error().contexts() == std::vector<std::string>{"fetching the image"});
        CHECK_FALSE(image.error().place_text().empty());
    }
}

TEMPLATE_TEST_CASE("an image store says whether an image is there without fetching it", "",
                   DirectoryUnderTest, HttpUnderTest) {
    TestType under;
    under.folder.write("folder/a.png", png_bytes());
    CHECK(check_presence(*under.store, "folder/a.png").has_value());
    for (const std::string id : {"gone.png", "folder"}) {
        const Result<void> there = check_presence(*under.store, id);
        INFO(id);
        REQUIRE_FALSE(there);
        CHECK(there.error().reason() == Reason::image_missing);
    }
    CHECK(check_presence(*under.store, "../a.png").error().reason() == Reason::image_id_invalid);
}

TEMPLATE_TEST_CASE("an image store never follows an unsafe id", "", DirectoryUnderTest,
                   HttpUnderTest) {
    TestType under;
    under.folder.write("a.png", png_bytes());
    for (const std::string& id :
         {"../a.png"s, "x/../a.png"s, "%2e%2e/a.png"s, "./a.png"s, "/a.png"s, "x//a.png"s,
          "a.png/"s, "x\\a.png"s, "a\0.png"s, "a\n.png"s, ""s, std::string(5000, 'a')}) {
        const Result<Image> image = fetch_image(*under.store, id);
        INFO(id);
        REQUIRE_FALSE(image);
        CHECK(image.error().reason() == Reason::image_id_invalid);
    }
    CHECK(fetch_image(*under.store, "http://elsewhere/a.png").error().reason() ==
          Reason::image_url_not_allowed);
    CHECK(fetch_image(*under.store, "file:///etc/passwd").error().reason() ==
          Reason::image_url_not_allowed);
}

TEMPLATE_TEST_CASE("an image store refuses an image over the limit", "", DirectoryUnderTest,
                   HttpUnderTest) {
    TestType under;
    under.folder.write("big.png", png_bytes(kMaxImage + 1));
    const Result<Image> image = fetch_image(*under.store, "big.png");
    REQUIRE_FALSE(image);
    CHECK(image.error().reason() == Reason::image_too_large);
    CHECK(image.error().detail() == "the image is over 1000 bytes");
}

TEMPLATE_TEST_CASE("an image store refuses what is no image and says what it is", "",
                   DirectoryUnderTest, HttpUnderTest) {
    TestType under;
    under.folder.write("page.png", "<html>404</html>");
    under.folder.write("empty.png", "");
    const Result<Image> page = fetch_image(*under.store, "page.png");
    REQUIRE_FALSE(page);
    CHECK(page.error().reason() == Reason::image_unreadable);
    CHECK(page.error().detail() == "the file is no PNG, JPEG, WEBP or BMP image but an HTML page");
    CHECK(fetch_image(*under.store, "empty.png").error().detail() ==
          "the file is no PNG, JPEG, WEBP or BMP image but empty");
}

TEMPLATE_TEST_CASE("an image store serves many fetches at once", "", DirectoryUnderTest,
                   HttpUnderTest) {
    TestType under;
    constexpr std::size_t kCount = 200;
    for (std::size_t i = 0; i < kCount; ++i) {
        under.folder.write(std::to_string(i) + ".png", png_bytes(100 + i));
    }
    const auto mailbox = std::make_shared<Mailbox<std::pair<std::size_t, Result<Image>>>>();
    for (std::size_t i = 0; i < kCount; ++i) {
        under.store->fetch(std::to_string(i) + ".png", [mailbox, i](Result<Image> image) {
            mailbox->post({i, std::move(image)});
        });
    }
    std::vector<std::pair<std::size_t, Result<Image>>> images;
    for (std::size_t count = 0; count < kCount; count += images.size()) {
        REQUIRE(mailbox->take_all(images, std::chrono::minutes(1)));
        for (const auto& [i, image] : images) {
            REQUIRE(image);
            CHECK((*image->bytes == png_bytes(100 + i)));
        }
    }
}

}  // namespace
}  // namespace ffdump
