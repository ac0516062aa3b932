// SPDX-License-Identifier: Apache-2.0
//
// How many connections each sender has. One thread.
#pragma once

#include "cofferdam/server/address_range.h"

#include <cstddef>
#include <map>
#include <string>

namespace cofferdam::server {

class Presence {
 public:
  void enter(const std::string& peer) { ++senders_[sender_of(peer)]; }

  void leave(const std::string& peer) {
    const auto sender = senders_.find(sender_of(peer));
    if (sender != senders_.end() && --sender->second == 0) senders_.erase(sender);
  }

  [[nodiscard]] std::size_t count(const std::string& peer) const {
    const auto sender = senders_.find(sender_of(peer));
    return sender == senders_.end() ? 0 : sender->second;
  }

 private:
  std::map<std::string, std::size_t> senders_;
};

}  // namespace cofferdam::server
