// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/log.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/migrate/migration.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// Services that answer within the call: what a network and its threads cost is not in the figure.
class MemoryImages final : public ImageStore {
 public:
    void fetch(std::string /*normalized_id*/, ImageDone done) override {
        done(Image{bytes_, ImageKind::png});
    }
    [[nodiscard]] std::string describe() const override { return "images in memory"; }

 private:
    SharedBytes bytes_ = std::make_shared<const std::string>("\x89PNG\r\n\x1a\n");
};

class FixedExtractor final : public Extractor {
 public:
    explicit FixedExtractor(Facen facen) : facen_(std::move(facen)) {}
    void extract(const ExtractionTarget& /*target*/, std::vector<SharedBytes> images,
                 BatchDone done) override {
        done(std::vector<ExtractedFacen>(images.size(), facen_));
    }
    [[nodiscard]] std::string describe() const override { return "one facen for all"; }

 private:
    Facen facen_;
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
