// SPDX-License-Identifier: Apache-2.0
//
// What a thread behind an index shares with the threads in front of it.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/journal/pace.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace cofferdam::journal {

struct Background {
  explicit Background(std::chrono::milliseconds gathering_min) : pace(gathering_min) {}

  mutable std::mutex mutex;
  std::condition_variable_any changed;
  // Under the mutex, as is what the index itself shares.
  std::optional<base::Error> trouble;  // that keeps the thread from its work
  bool idle = false;

  Pace pace;  // outside the mutex
};

struct BackgroundWork {
  // Outside the mutex. False: there is nothing to do.
  std::function<base::Result<bool>()> once;
  // Under the mutex: something was handed over; something is to be done, if only to clear away.
  std::function<bool()> is_pending;
  std::function<bool()> is_wanted;
};

// Works until it is told to stop, or fails for good.
void work_in_background(const std::stop_token& stop, Background& shared,
                        const BackgroundWork& work);

}  // namespace cofferdam::journal
