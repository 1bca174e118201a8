// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/made_msgpack.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/quality/quality.hpp"
#include "ffdump/record/facen.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// What made-up embeddings look like.
struct PeopleShape {
    std::size_t people = 300;
    std::size_t photos = 5;  ///< of each, two more or less
    std::size_t old_dimension = 64;
    std::size_t new_dimension = 96;
    double old_noise = 0.12;  ///< deviation of each float; a person's centre has length 1
    double new_noise = 0.08;
    double swapped = 0;  ///< share of records whose new facens changed places, in pairs
    std::uint64_t seed = 1;
};

/// Two dumps of one gallery in which every person is a centre and every photo lies around it.
class MadePeople {
 public:
    struct Photo {
        std::uint64_t id = 0;
        std::size_t person = 0;
        Facen before;
        Facen after;
    };

    explicit MadePeople(const PeopleShape& shape) : random_(shape.seed) {
        make_photos(shape);
        swap_some(static_cast<std::size_t>(shape.swapped * static_cast<double>(photos.size()) / 2));
        write(line);
    }

    std::vector<Photo> photos;
    std::set<std::uint64_t> swapped;

    [[nodiscard]] QualityOptions options() const {
        QualityOptions options;
        options.from = folder_.at("old");
        options.to = folder_.at("new");
        options.profiles = shipped_profiles();
        options.group_by = {"meta", "person"};
        options.sample = kLargestQualitySample;
        return options;
    }
    [[nodiscard]] GalleryQuality measure(const QualityOptions& options) const {
        const auto files = make_posix_file_system();
        Result<QualityReport> report = measure_quality(*files, options);
        if (!report) {
            throw std::runtime_error(report.error().one_line());
        }
        return std::move(report->galleries.at(0));
    }
    /// Both dumps anew, as msgpack maps one after the other.
    void write_msgpack() const { write(msgpack_map); }
    [[nodiscard]] const ScratchFolder& folder() const noexcept { return folder_; }

 private:
    Facen around(const Facen& centre, double noise) {
        std::normal_distribution<double> spread(0, noise);
        Facen facen;
        for (const float value : centre) {
            facen.push_back(static_cast<float>(value + spread(random_)));
        }
        const double norm = facen_norm(facen);
        for (float& value : facen) {
            value = static_cast<float>(value / norm);
        }
        return facen;
    }

    void make_photos(const PeopleShape& shape) {
        std::uniform_int_distribution<std::size_t> count(shape.photos - 2, shape.photos + 2);
        for (std::size_t person = 0; person < shape.people; ++person) {
            const Facen before = around(Facen(shape.old_dimension), 1);
            const Facen after = around(Facen(shape.new_dimension), 1);
            for (std::size_t i = count(random_); i > 0; --i) {
                photos.push_back({random_(), person, around(before, shape.old_noise),
                                  around(after, shape.new_noise)});
            }
        }
        std::shuffle(photos.begin(), photos.end(), random_);
    }

    void swap_some(std::size_t pairs) {
        std::uniform_int_distribution<std::size_t> any(0, photos.size() - 1);
        while (swapped.size() < pairs * 2) {
            Photo& a = photos[any(random_)];
            Photo& b = photos[any(random_)];
            if (a.person != b.person && !swapped.contains(a.id) && !swapped.contains(b.id)) {
                std::swap(a.after, b.after);
                swapped.insert({a.id, b.id});
            }
        }
    }

    void write(std::string (*record)(const Photo& photo, const Facen& facen)) const {
        std::string before;
        std::string after;
        for (const Photo& photo : photos) {
            before += record(photo, photo.before);
            after += record(photo, photo.after);
        }
        folder_.write("old/people.json", before);
        folder_.write("new/people.json", after);
    }

    static std::string line(const Photo& photo, const Facen& facen) {
        std::string text = R"({"id":)" + std::to_string(photo.id) + R"(,"facen":")";
        append_facen(text, facen, SlashStyle::plain);
        return text + R"(","meta":{"normalized_id":"a.png","person":"secret)" +
               std::to_string(photo.person) + "\"}}\n";
    }

    static std::string msgpack_map(const Photo& photo, const Facen& facen) {
        return mp_map(
            {{"id", mp_uint(photo.id)},
             {"facen", mp_facen(facen, "bin-float32le")},
             {"meta", mp_map({{"normalized_id", mp_str("a.png")},
                              {"person", mp_str("secret" + std::to_string(photo.person))}})}});
    }

    std::mt19937_64 random_;
    ScratchFolder folder_;
};

}  // namespace ffdump
