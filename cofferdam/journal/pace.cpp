// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/pace.h"

#include <thread>

namespace cofferdam::journal {
namespace {

// A piece of 16 KiB takes about half a millisecond to make and to write; a manifest is several
// writes, each of which the disk has to have before the next.
constexpr std::chrono::microseconds kRestAfterPiece{500};
constexpr std::chrono::milliseconds kRestAfterManifest{10};

}  // namespace

void Pace::handed_over() {
  const auto now = std::chrono::steady_clock::now();
  has_time_ = now - handed_over_ >= gathering_min_;
  handed_over_ = now;
}

void Pace::rest_after_piece() const {
  if (has_time_) std::this_thread::sleep_for(kRestAfterPiece);
}

void Pace::rest_after_manifest() const {
  if (has_time_) std::this_thread::sleep_for(kRestAfterManifest);
}

}  // namespace cofferdam::journal
