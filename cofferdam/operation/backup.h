// SPDX-License-Identifier: Apache-2.0
//
// Books as a backup, and a backup as books again.
#pragma once

#include "cofferdam/operation/session.h"

namespace cofferdam::operation {

void register_backup_tasks(Registry& registry);

struct RestoreRequest {
  std::string from;
  std::string to;                       // a folder that is absent or empty
  std::optional<base::Sequence> until;  // absent: everything
  bool only_check = false;              // read the backup, write nothing
};

// The backup is read and compared with its manifest before the first byte is written. The new books
// appear under their name when they have been opened and their state hash is that of the manifest.
[[nodiscard]] Result<Json> restore(journal::Disk& disk, const Registry& registry,
                                   const RestoreRequest& request, Progress& progress);

}  // namespace cofferdam::operation
