// SPDX-License-Identifier: Apache-2.0
//
// The venue itself: what genesis has fixed for the life of the books.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/base/table.h"
#include "cofferdam/base/time.h"

#include <string>

namespace cofferdam::venue {

// Who says what time it is. `stamped`: the engine stamps every command with its clock. `given`:
// commands bring their time, which never goes back; for books that replay the past.
enum class TimeSource : std::uint8_t { stamped, given };

struct Venue {
  using Key = std::uint64_t;
  std::string code;
  TimeSource time_source = TimeSource::stamped;
  base::Time founded;
  std::string checkpoint_key;  // Ed25519, hexadecimal; empty: no checkpoints

  [[nodiscard]] Key key() const { return 1; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short name of the venue");
    visit("time_source", self.time_source, "stamped or given");
    visit("founded", self.founded, "time of the genesis command");
    visit("checkpoint_key", self.checkpoint_key, "public key that signs checkpoints");
  }
};

struct State {
  base::Table<Venue> venues;  // one row, or none before genesis

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.venues);
  }
};

}  // namespace cofferdam::venue

template <>
struct cofferdam::base::EnumText<cofferdam::venue::TimeSource> {
  static constexpr std::array<std::string_view, 2> kNames{"stamped", "given"};
};
