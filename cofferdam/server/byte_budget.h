// SPDX-License-Identifier: Apache-2.0
//
// Room for bytes that wait: so many over all, and a part of them for each caller, so that nobody
// takes the room of everybody. From any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace cofferdam::server {

class ByteBudget {
 public:
  ByteBudget(std::uint64_t all_max, std::uint64_t caller_max)
      : all_max_(all_max), caller_max_(caller_max) {}

  // False: there is no room now, and nothing was taken.
  [[nodiscard]] bool take(const std::string& who, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = of_.find(who);
    const std::uint64_t own = found == of_.end() ? 0 : found->second;
    if (all_ >= all_max_ || own >= caller_max_) return bytes == 0;
    if (bytes > all_max_ - all_ || bytes > caller_max_ - own) return false;
    if (bytes == 0) return true;
    all_ += bytes;
    of_[who] = own + bytes;
    return true;
  }

  // Of what is there already, whether or not there is room.
  void add(const std::string& who, std::uint64_t bytes) {
    if (bytes == 0) return;
    const std::lock_guard lock(mutex_);
    all_ += bytes;
    of_[who] += bytes;
  }

  [[nodiscard]] bool is_full(const std::string& who) const {
    const std::lock_guard lock(mutex_);
    const auto found = of_.find(who);
    return all_ >= all_max_ || (found != of_.end() && found->second >= caller_max_);
  }

  // What was taken or added before.
  void give_back(const std::string& who, std::uint64_t bytes) {
    if (bytes == 0) return;
    const std::lock_guard lock(mutex_);
    const auto found = of_.find(who);
    all_ -= bytes;
    found->second -= bytes;
    if (found->second == 0) of_.erase(found);
  }

  [[nodiscard]] std::uint64_t taken() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  const std::uint64_t all_max_;
  const std::uint64_t caller_max_;
  mutable std::mutex mutex_;
  std::uint64_t all_ = 0;
  std::map<std::string, std::uint64_t> of_;
};

}  // namespace cofferdam::server
