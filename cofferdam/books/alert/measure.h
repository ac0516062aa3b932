// SPDX-License-Identifier: Apache-2.0
//
// What an alert can look at: a closed list of exact integers that the books themselves know.
//
// To add a measure: a value at the end of the enumeration with its name, its sentence and what it
// needs to be told (measure.cpp); how it is computed (value.cpp); and what may change it, when that
// is not the clock alone (evaluate.cpp).
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/ids.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cofferdam::alert {

using AlertId = base::Id<struct AlertTag, std::uint32_t>;

enum class Measure : std::uint8_t {
  segregation_surplus,
  segregation_ratio,
  balance,
  buffer_used,
  hold_age,
  proposal_age,
  intent_age,
  open_intents,
  allowance_used,
  fact_age,
};

// What a value counts: smallest units of the asset, parts in a million, things, whole seconds.
enum class Unit : std::uint8_t { money, ppm, count, seconds };
inline constexpr base::i128 kPpmOne = 1'000'000;

[[nodiscard]] constexpr Unit unit_of(Measure measure) {
  switch (measure) {
    case Measure::segregation_surplus:
    case Measure::balance:
      return Unit::money;
    case Measure::segregation_ratio:
    case Measure::buffer_used:
    case Measure::allowance_used:
      return Unit::ppm;
    case Measure::open_intents:
      return Unit::count;
    case Measure::hold_age:
    case Measure::proposal_age:
    case Measure::intent_age:
    case Measure::fact_age:
      return Unit::seconds;
  }
  return Unit::count;
}

// What a rule must, may or must not name.
enum class Told : std::uint8_t { never, if_wanted, always };

struct Subject {
  Told pool = Told::never;
  Told asset = Told::never;
  Told account_class = Told::never;
  Told source = Told::never;
  Told fact_key = Told::never;
  Told vault = Told::never;
};

[[nodiscard]] Subject subject_of(Measure measure);

enum class Direction : std::uint8_t { below, above };
enum class Severity : std::uint8_t { info, warning, critical };
enum class AlertMove : std::uint8_t { raised, acknowledged, cleared, retired };

// What a command did to an alert; a part of its outcome.
struct AlertChange {
  AlertId alert;
  AlertMove what = AlertMove::raised;
  Severity severity = Severity::info;
  Measure measure = Measure::balance;
  base::PoolId pool;
  base::AssetId asset;
  std::optional<base::SignedAmount> value;

  static constexpr std::string_view kDoc = "What the command did to an alert.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("alert", self.alert, "the alert");
    visit("what", self.what, "raised, acknowledged, cleared or retired");
    visit("severity", self.severity, "info, warning or critical");
    visit("measure", self.measure, "what it looks at");
    visit("pool", self.pool, "the pool that it looks at, if one");
    visit("asset", self.asset, "the asset that it looks at, if one");
    visit("value", self.value,
          "what was measured, in the unit of the measure; none: the measure had no value");
  }
};

}  // namespace cofferdam::alert

template <>
struct cofferdam::base::EnumText<cofferdam::alert::Measure> {
  static constexpr std::array<std::string_view, 10> kNames{
      "segregation_surplus", "segregation_ratio", "balance",      "buffer_used",    "hold_age",
      "proposal_age",        "intent_age",        "open_intents", "allowance_used", "fact_age"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "what a pool holds, less what it owes to clients, members and providers (money)",
      "what a pool holds, in parts in a million of what it owes (ppm, rounded down)",
      "the sum of a pool's accounts of one class, positive on the class's own side (money)",
      "the house's buffer in a pool, in parts in a million of its cap (ppm, rounded up)",
      "age of the oldest hold of a pool that is not resolved (seconds)",
      "age of the oldest proposal that is open, of one pool or of all (seconds)",
      "age of a vault's oldest intent that waits and is not past its deadline (seconds)",
      "intents of a vault that are proposed or approved (count)",
      "what is used up of a vault's cap on an asset, in parts in a million (ppm, rounded up)",
      "age of the newest fact of a source, of one key or of all (seconds)"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::alert::Unit> {
  static constexpr std::array<std::string_view, 4> kNames{"money", "ppm", "count", "seconds"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::alert::Direction> {
  static constexpr std::array<std::string_view, 2> kNames{"below", "above"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::alert::Severity> {
  static constexpr std::array<std::string_view, 3> kNames{"info", "warning", "critical"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::alert::AlertMove> {
  static constexpr std::array<std::string_view, 4> kNames{"raised", "acknowledged", "cleared",
                                                          "retired"};
};
