// SPDX-License-Identifier: Apache-2.0
//
// Plain initial and maintenance fractions of the notional, perhaps by brackets of it, as most
// venues state them. In quanta of the settlement asset:
//
//   notional    = ceil(|quantity| * contract size * mark); of an inverse contract
//                 ceil(|quantity| * contract size / mark)
//   requirement = ceil(fraction * notional): of the bracket that the notional reaches (`whole`), or
//                 slice by slice, each rounded up (`marginal`)
//
// Positions do not net. Collateral in kind counts at spot less its haircut.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

inline constexpr std::size_t kFractionEntriesMax = 1'000;
inline constexpr std::size_t kBracketsMax = 64;

enum class BracketRule : std::uint8_t { whole, marginal };

struct Bracket {
  base::Amount notional_from;
  base::Rate initial;
  base::Rate maintenance;

  static constexpr std::array kRequired{std::string_view("notional_from"),
                                        std::string_view("initial"),
                                        std::string_view("maintenance")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("notional_from", self.notional_from, "of the first bracket 0, rising");
    visit("initial", self.initial, "initial margin fraction (IMF): 1 / the greatest leverage");
    visit("maintenance", self.maintenance, "maintenance margin fraction (MMF), at most the IMF");
  }
};

struct FractionEntry {
  std::string underlying;
  std::vector<Bracket> brackets;

  static constexpr std::array kRequired{std::string_view("underlying"),
                                        std::string_view("brackets")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "its code, or * for every other");
    visit("brackets", self.brackets, "1 to 64");
  }
};

struct Haircut {
  std::string underlying;
  base::Rate haircut;

  static constexpr std::array kRequired{std::string_view("underlying"),
                                        std::string_view("haircut")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "code of what may be collateral");
    visit("haircut", self.haircut, "part of the value that does not count, 0 to 1");
  }
};

struct Fractions {
  std::uint8_t scale = 0;
  BracketRule rule = BracketRule::whole;
  std::vector<FractionEntry> contracts;
  std::vector<Haircut> collateral;

  static constexpr std::array kRequired{std::string_view("scale"), std::string_view("rule"),
                                        std::string_view("contracts"),
                                        std::string_view("collateral")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of a quantum of the settlement asset, at most 18");
    visit("rule", self.rule, "whole or marginal");
    visit("contracts", self.contracts, "1 to 1,000; an underlying stands once");
    visit("collateral", self.collateral, "at most 1,000; an underlying stands once");
  }
};

[[nodiscard]] Result<void> check(const Fractions& rules);
[[nodiscard]] Result<Evaluation> evaluate(const Fractions& rules, const Book& book);

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::BracketRule> {
  static constexpr std::array<std::string_view, 2> kNames{"whole", "marginal"};
};
