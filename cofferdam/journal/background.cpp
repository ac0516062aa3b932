// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/background.h"

#include <chrono>

namespace cofferdam::journal {

void work_in_background(const std::stop_token& stop, Background& shared,
                        const BackgroundWork& work) {
  while (!stop.stop_requested()) {
    const auto worked = work.once();
    std::unique_lock lock(shared.mutex);
    if (!worked) {
      if (stop.stop_requested()) return;
      shared.trouble = worked.error();
      shared.changed.notify_all();
      // A full disk may become free again; anything else stays until the index is opened anew.
      if (shared.trouble->kind != base::ErrorKind::exhausted) return;
      shared.changed.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
      continue;
    }
    if (shared.trouble) {
      shared.trouble.reset();
      shared.changed.notify_all();
    }
    if (*worked) {
      lock.unlock();
      shared.pace.rest_after_manifest();
      continue;
    }
    if (!work.is_pending()) {
      shared.idle = true;
      shared.changed.notify_all();
    }
    shared.changed.wait(lock, stop, work.is_wanted);
  }
}

}  // namespace cofferdam::journal
