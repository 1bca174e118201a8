// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/log.hpp"
#include "ffdump/base/mailbox.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/migrate/migration.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace ffdump {

/// One thread that does what it is given, as a transport's thread would call back.
class Worker {
 public:
    Worker() : thread_([this] { work(); }) {}
    ~Worker() {
        mailbox_.post(nullptr);
        thread_.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void post(std::function<void()> job) { mailbox_.post(std::move(job)); }

 private:
    void work() {
        std::vector<std::function<void()>> jobs;
        for (;;) {
            mailbox_.take_all(jobs, std::chrono::seconds(1));
            for (const auto& job : jobs) {
                if (!job) {
                    return;
                }
                job();
            }
        }
    }

    Mailbox<std::function<void()>> mailbox_;
    std::thread thread_;
};

class MemoryImages final : public ImageStore {
 public:
    void fetch(std::string /*normalized_id*/, ImageDone done) override {
        worker_.post([this, done = std::move(done)] { done(Image{bytes_, ImageKind::png}); });
    }
    [[nodiscard]] std::string describe() const override { return "images in memory"; }

 private:
    SharedBytes bytes_ = std::make_shared<const std::string>("\x89PNG\r\n\x1a\n");
    Worker worker_;
};

class FixedExtractor final : public Extractor {
 public:
    explicit FixedExtractor(Facen facen) : facen_(std::move(facen)) {}
    void extract(const ExtractionTarget& /*target*/, std::vector<SharedBytes> images,
                 BatchDone done) override {
        worker_.post([this, count = images.size(), done = std::move(done)] {
            done(std::vector<ExtractedFacen>(count, facen_));
        });
    }
    [[nodiscard]] std::string describe() const override { return "one facen for all"; }

 private:
    Facen facen_;
    Worker worker_;
};

class NoLines final : public LineSink {
 public:
    void line(std::string_view /*text*/) override {}
};

class NoObserver final : public MigrationObserver {
 public:
    void progress(const Progress& /*progress*/) override {}
};

}  // namespace ffdump
