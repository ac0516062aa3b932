// SPDX-License-Identifier: Apache-2.0
//
// The first command of every journal: names the venue, its root principal and its clock.
#pragma once

#include "cofferdam/engine/venue.h"

namespace cofferdam::venue {

struct Genesis {
  std::string venue;
  std::string root;  // code of the root principal, which gets number 1
  TimeSource time_source = TimeSource::stamped;
  std::string checkpoint_key;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("venue", self.venue, "short name of the venue");
    visit("root", self.root, "code of the root principal");
    visit("time_source", self.time_source, "stamped: by the engine; given: by the commands");
    visit("checkpoint_key", self.checkpoint_key,
          "Ed25519 public key that signs checkpoints, 64 hexadecimal digits; empty for none");
  }
};

enum class GenesisStatus : std::uint16_t {
  ok,
  venue_malformed,
  root_malformed,
  checkpoint_key_malformed
};

}  // namespace cofferdam::venue

template <>
struct cofferdam::base::EnumText<cofferdam::venue::GenesisStatus> {
  static constexpr std::array<std::string_view, 4> kNames{"ok", "venue_malformed", "root_malformed",
                                                          "checkpoint_key_malformed"};
  static constexpr std::array<std::string_view, 4> kDocs{
      "", "a venue is a code of at most 32 letters, digits, '.', '_' or '-'",
      "a principal is a code of at most 32 letters, digits, '.', '_' or '-'",
      "a checkpoint key is 64 hexadecimal digits, or empty"};
};
