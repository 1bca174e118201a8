// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"

#include "ffdump/journal/tally.hpp"
#include "ffdump/record/facen_encoding.hpp"
#include "ffdump/record/record_sums.hpp"

#include <string>

namespace ffdump {

/// Books each written, failed or excluded record of one file into its Tally. One file, one thread.
class RecordAccounts {
 public:
    RecordAccounts(const std::string& gallery, const FacenEncoding& encoding)
        : digester_(gallery), encoding_(encoding) {}

    /// `work.fates[i]` is settled.
    void book(Tally& tally, const BlockWork& work, std::size_t i);

 private:
    RecordDigester digester_;
    FacenEncoding encoding_;
};

}  // namespace ffdump
