// SPDX-License-Identifier: Apache-2.0
#include "storage_section.hpp"

#include "access_section.hpp"
#include "s3_section.hpp"

#include <array>
#include <optional>

namespace ffdump {
namespace {

void read_webdav(SectionReader& section, StorageSettings& storage, Images images) {
    storage.upload_url = section.url("upload-url").value_or("");
    if (section.find("upload-url") == nullptr && images == Images::needed) {
        section.mistake("upload-url", "is missing, so there are no images",
                        "write the address of findface-upload, such as "
                        "http://127.0.0.1:3333/uploads/");
    }
}

void read_directory(SectionReader& section, StorageSettings& storage, Images images) {
    storage.directory = section.text("path").value_or("");
    if (section.find("path") == nullptr && images == Images::needed) {
        section.mistake("path", "is missing, so there are no images",
                        "write the folder that holds a copy of the uploads");
    }
}

void read_tar(SectionReader& section, TarSettings& tar, Images images) {
    tar.path = section.text("path").value_or("");
    if (section.find("path") == nullptr && images == Images::needed) {
        section.mistake("path", "is missing, so there are no images",
                        "write the archive of the uploads folder, such as uploads.tar");
    }
    tar.folder = section.text_or_empty("folder").value_or("");
    tar.cache = section.text_or_empty("cache").value_or("");
}

/// The sections of one storage whose type is known.
void read_sections(SectionReader& section, StorageSettings& storage,
                   std::optional<StorageType> type, Images images, const StorageInputs& inputs) {
    section.section("webdav", [&](SectionReader& webdav) {
        webdav.pass({"upload-url"});
        if (type == StorageType::webdav) {
            read_webdav(webdav, storage, images);
        }
    });
    section.section("s3", [&](SectionReader& s3) {
        pass_s3(s3);
        if (type == StorageType::s3) {
            read_s3(s3, storage.s3, inputs.variables, inputs.read_secret);
        }
    });
    section.section("directory", [&](SectionReader& directory) {
        directory.pass({"path"});
        if (type == StorageType::directory) {
            read_directory(directory, storage, images);
        }
    });
    section.section("tar", [&](SectionReader& tar) {
        tar.pass({"path", "folder", "cache"});
        if (type == StorageType::tar) {
            read_tar(tar, storage.tar, images);
        }
    });
}

StorageAccess access_of(SectionReader& section, const StorageInputs& inputs) {
    StorageAccess access;
    section.section("access", [&](SectionReader& below) {
        access = read_access(below, inputs.variables, inputs.read_secret);
    });
    return access;
}

ImageIdSettings ids_of(SectionReader& section) {
    ImageIdSettings ids;
    section.section("ids", [&](SectionReader& below) { ids = read_ids(below); });
    return ids;
}

StorageSettings read_link(SectionReader& section, Images images, const StorageInputs& inputs) {
    constexpr std::array kTypes = {StorageType::webdav, StorageType::s3, StorageType::directory,
                                   StorageType::tar};
    StorageSettings link;
    const auto choice = section.choice("type", {"webdav", "s3", "directory", "tar"});
    if (section.find("type") == nullptr) {
        section.mistake("type", "is missing in an entry of the chain",
                        "webdav, s3, directory or tar");
    }
    const std::optional<StorageType> type =
        choice ? std::optional(kTypes.at(*choice)) : std::nullopt;
    link.type = type.value_or(StorageType::webdav);
    read_sections(section, link, type, type ? images : Images::not_needed, inputs);
    link.access = access_of(section, inputs);
    link.ids = ids_of(section);
    return link;
}

void read_chain(SectionReader& section, StorageSettings& storage, Images images,
                const StorageInputs& inputs) {
    const bool is_chain = storage.type == StorageType::chain;
    section.items("chain", [&](SectionReader& entry) {
        storage.chain.push_back(read_link(entry, is_chain ? images : Images::not_needed, inputs));
    });
    if (is_chain && storage.chain.empty() && images == Images::needed) {
        section.mistake("chain", "names no storage",
                        "write a list of storages below it, each with its type and section");
    }
}

}  // namespace

void read_storage(SectionReader& section, StorageSettings& storage, Images images,
                  const StorageInputs& inputs) {
    constexpr std::array kTypes = {StorageType::webdav, StorageType::s3, StorageType::directory,
                                   StorageType::tar, StorageType::chain};
    const auto choice = section.choice("type", {"webdav", "s3", "directory", "tar", "chain"});
    storage.type = kTypes.at(choice.value_or(0));
    const bool known = choice || section.find("type") == nullptr;
    section.flag("enabled", storage.enabled);
    if (!storage.enabled && images == Images::needed) {
        section.mistake("enabled",
                        "is false: without normalized images there is nothing to extract from",
                        "set it to true, or let every gallery copy or drop: "
                        "ffdump.galleries: {\"*\": {action: copy}}");
    }
    const Images wanted = storage.enabled && known ? images : Images::not_needed;
    read_sections(section, storage, known ? std::optional(storage.type) : std::nullopt, wanted,
                  inputs);
    storage.access = access_of(section, inputs);
    storage.ids = ids_of(section);
    read_chain(section, storage, wanted, inputs);
}

}  // namespace ffdump
