// SPDX-License-Identifier: Apache-2.0
//
// How fast the thread behind an index writes. A disk works off what it is given in turn, so a
// record that is to be made durable waits for all that was handed to the disk before it: megabytes
// at once are milliseconds. While there is time, the files of an index are therefore written in
// small pieces with rests between them.
#pragma once

#include <atomic>
#include <chrono>

namespace cofferdam::journal {

class Pace {
 public:
  // Who gathers as long as this, or longer, between two times leaves the writer time for rests.
  explicit Pace(std::chrono::milliseconds gathering_min) : gathering_min_(gathering_min) {}

  // By the thread that fills: what it gathered since the last time is to be written.
  void handed_over();

  // Somebody waits for what was handed over. Any thread.
  void hurry() { has_time_ = false; }

  // By the thread that writes.
  [[nodiscard]] bool has_time() const { return has_time_; }

  // Rests, if there is time: behind a piece, behind a manifest.
  void rest_after_piece() const;
  void rest_after_manifest() const;

 private:
  std::chrono::milliseconds gathering_min_;
  std::chrono::steady_clock::time_point handed_over_ = std::chrono::steady_clock::now();
  std::atomic<bool> has_time_ = false;
};

}  // namespace cofferdam::journal
