// SPDX-License-Identifier: Apache-2.0
//
// A rulebook as data: what stands in a parameter file. Every file says where its rule is
// published, which version, how it rounds, and how it differs from the venue as far as is known.
// Exactly the section of its kind is given; every field of a section must be there, so that a
// parameter that was forgotten is an error and never a zero.
#pragma once

#include "cofferdam/models/margin/coin_options.h"
#include "cofferdam/models/margin/deribit_portfolio.h"
#include "cofferdam/models/margin/fractions.h"
#include "cofferdam/models/margin/linear_tiers.h"
#include "cofferdam/models/margin/naked_options.h"
#include "cofferdam/models/margin/pmrm.h"
#include "cofferdam/models/margin/span.h"
#include "cofferdam/models/margin/standard_options.h"

#include <optional>
#include <string>
#include <vector>

namespace cofferdam::rulebook {

enum class RulebookKind : std::uint8_t {
  linear_tiers,
  fractions,
  standard_options,
  pmrm,
  pmrm_2,
  deribit_portfolio,
  coin_options,
  naked_options,
  span,
};

struct Rulebook {
  std::string name;
  RulebookKind kind = RulebookKind::fractions;
  std::string title;
  std::string source;
  std::string version;
  std::string rounding;
  std::vector<std::string> known_differences;
  std::optional<LinearTiers> linear_tiers;
  std::optional<Fractions> fractions;
  std::optional<StandardOptions> standard_options;
  std::optional<Pmrm> pmrm;
  std::optional<Pmrm2> pmrm_2;
  std::optional<DeribitPortfolio> deribit_portfolio;
  std::optional<CoinOptions> coin_options;
  std::optional<NakedOptions> naked_options;
  std::optional<Span> span;

  static constexpr std::array kRequired{
      std::string_view("name"),     std::string_view("kind"),
      std::string_view("source"),   std::string_view("version"),
      std::string_view("rounding"), std::string_view("known_differences")};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "by which it is asked for");
    visit("kind", self.kind, "which rule; the section of that name holds its parameters");
    visit("title", self.title, "one line");
    visit("source", self.source, "where the rule and the parameters are published");
    visit("version", self.version, "of the source");
    visit("rounding", self.rounding, "what is rounded, to what, and which way");
    visit("known_differences", self.known_differences, "from what the venue computes");
    visit("linear_tiers", self.linear_tiers, "margin tiers scaled by open interest");
    visit("fractions", self.fractions, "initial and maintenance fractions of the notional");
    visit("standard_options", self.standard_options, "rule-based option margin by expiry");
    visit("pmrm", self.pmrm, "scenario portfolio margin with contingencies");
    visit("pmrm_2", self.pmrm_2, "the same with tails, skew and discounts of both signs");
    visit("deribit_portfolio", self.deribit_portfolio, "scenario portfolio margin as Deribit's");
    visit("coin_options", self.coin_options, "coin-settled options and futures one by one");
    visit("naked_options", self.naked_options, "naked short options in vaults");
    visit("span", self.span, "SPAN's 16 scenarios");
  }
};

// A section that belongs to another kind, or is not there, or breaks a bound, is malformed.
[[nodiscard]] Result<void> check(const Rulebook& rulebook);

// By the rules of a rulebook that was checked.
[[nodiscard]] Result<Evaluation> evaluate(const Rulebook& rulebook, const Book& book);

}  // namespace cofferdam::rulebook

template <>
struct cofferdam::base::EnumText<cofferdam::rulebook::RulebookKind> {
  static constexpr std::array<std::string_view, 9> kNames{
      "linear_tiers",      "fractions",    "standard_options", "pmrm", "pmrm_2",
      "deribit_portfolio", "coin_options", "naked_options",    "span"};
};
