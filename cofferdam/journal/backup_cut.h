// SPDX-License-Identifier: Apache-2.0
//
// A segment up to one of its records, as a segment of its own: what lies behind the record is
// absent, and the head slots say that it is the last one that is durable.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/segment.h"

#include <optional>
#include <string>

namespace cofferdam::journal {

struct Cut {
  Sequence until = 0;                      // a record of the segment
  std::optional<crypto::Hash> chain_hash;  // that the record must have
  bool is_padded = true;                   // with zeros to the size of the segment
};

// Checks every record up to the cut. The file must not exist; it is durable afterwards.
[[nodiscard]] Result<void> write_cut(Disk& disk, const Segment& segment, const Cut& cut,
                                     const std::string& path);

// A segment of a backup, whole or cut, into a journal that is to end with `until`; one that begins
// behind it is passed over.
[[nodiscard]] Result<void> restore_segment(Disk& disk, const std::string& path, Sequence until,
                                           const std::string& folder);

}  // namespace cofferdam::journal
