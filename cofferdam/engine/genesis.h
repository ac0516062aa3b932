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

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("venue", self.venue, "short name of the venue");
    visit("root", self.root, "code of the root principal");
    visit("time_source", self.time_source, "stamped: by the engine; given: by the commands");
  }
};

enum class GenesisStatus : std::uint16_t { ok, venue_malformed, root_malformed };

}  // namespace cofferdam::venue

template <>
struct cofferdam::base::EnumText<cofferdam::venue::GenesisStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "venue_malformed",
                                                          "root_malformed"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "", "a venue is a code of at most 32 letters, digits, '.', '_' or '-'",
      "a principal is a code of at most 32 letters, digits, '.', '_' or '-'"};
};
