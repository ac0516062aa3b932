// SPDX-License-Identifier: Apache-2.0
//
// What a pool's money does while it waits, and how soon it can be had. `capital-efficiency`:
// utilisation, idle share, what netting saves, return on risk capital. `time-to-cash`: assets that
// turn to cash at known times against obligations that fall due, currency by currency and in one.
//
// Amounts are exact. What counts of an asset is amount x rate x (1 - haircut), rounded down; an
// obligation is amount x rate, rounded up; rates are units of the base currency for one unit. A
// currency that has less than it owes must be bought with others: the mismatch is that shortfall in
// the base currency, and its cost the mismatch x the exchange haircut, rounded up.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

struct EfficiencyPool {
  std::string pool;
  base::Amount collateral;
  base::Amount requirement;
  base::Amount gross_requirement;
  base::Amount risk_capital;
  base::SignedAmount income;

  static constexpr std::array<std::string_view, 3> kRequired{"pool", "collateral", "requirement"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "its code, once");
    visit("collateral", self.collateral, "what its participants have put in, after haircuts");
    visit("requirement", self.requirement, "margin required of them, with netting");
    visit("gross_requirement", self.gross_requirement,
          "the same, each position by itself; 0: not known");
    visit("risk_capital", self.risk_capital, "funds and own capital that stand behind it");
    visit("income", self.income, "of the period");
  }
};

struct CapitalEfficiencyInput {
  std::uint8_t scale = 0;
  std::vector<EfficiencyPool> pools;
  double periods_a_year = 1;

  static constexpr std::array<std::string_view, 1> kRequired{"pools"};
  static constexpr std::string_view kDoc =
      "How well capital is used: utilisation, idle share, saving by netting, return on risk "
      "capital.";
  static constexpr std::string_view kSource =
      "ratios as in docs/reference/calculators/capital-efficiency.md; sums exact";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("pools", self.pools, "1 to 10,000");
    visit("periods_a_year", self.periods_a_year, "of the period that income is of");
  }
};

struct EfficiencyRow {
  std::string pool;
  base::Amount idle;
  base::Amount missing;
  base::Amount saved_by_netting;
  double utilisation = 0;
  double idle_share = 0;
  double netting_share = 0;
  double return_on_risk_capital = 0;
  double leverage_of_capital = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "its code; `all` in the total");
    visit("idle", self.idle, "collateral above the requirement");
    visit("missing", self.missing, "requirement above the collateral");
    visit("saved_by_netting", self.saved_by_netting, "gross less net requirement");
    visit("utilisation", self.utilisation, "requirement / collateral");
    visit("idle_share", self.idle_share, "idle / collateral");
    visit("netting_share", self.netting_share, "saved / gross requirement");
    visit("return_on_risk_capital", self.return_on_risk_capital, "income / risk capital, a year");
    visit("leverage_of_capital", self.leverage_of_capital, "requirement / risk capital");
  }
};

struct CapitalEfficiencyOutput {
  EfficiencyRow total;
  std::vector<EfficiencyRow> pools;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("total", self.total, "of the sums; what one pool has idle does not help another");
    visit("pools", self.pools, "as given");
  }
};

[[nodiscard]] base::Result<CapitalEfficiencyOutput> capital_efficiency(
    const CapitalEfficiencyInput& input);

struct CashAsset {
  std::string asset;
  std::string currency;
  base::Amount amount;
  base::Rate haircut;
  base::Duration ready_after;
  std::optional<base::Amount> a_day;

  static constexpr std::array<std::string_view, 3> kRequired{"asset", "currency", "amount"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "name");
    visit("currency", self.currency, "that it turns into");
    visit("amount", self.amount, "in that currency");
    visit("haircut", self.haircut, "part that is lost in turning it, 0 to 1");
    visit("ready_after", self.ready_after, "until the first of it is cash");
    visit("a_day", self.a_day, "most that turns to cash in a day from then on; null: all at once");
  }
};

struct CashObligation {
  std::string currency;
  base::Amount amount;
  base::Duration due_after;

  static constexpr std::array<std::string_view, 2> kRequired{"currency", "amount"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("currency", self.currency, "in which it is owed");
    visit("amount", self.amount, "in that currency");
    visit("due_after", self.due_after, "from now");
  }
};

struct CashCurrency {
  std::string currency;
  base::Rate rate;

  static constexpr std::array<std::string_view, 2> kRequired{"currency", "rate"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("currency", self.currency, "its code, once");
    visit("rate", self.rate, "units of the base currency for one unit");
  }
};

struct TimeToCashInput {
  std::uint8_t scale = 0;
  std::vector<CashCurrency> currencies;
  std::vector<CashAsset> assets;
  std::vector<CashObligation> obligations;
  base::Rate exchange_haircut;

  static constexpr std::array<std::string_view, 2> kRequired{"currencies", "obligations"};
  static constexpr std::string_view kDoc =
      "How soon obligations can be paid in cash, and which currencies are short.";
  static constexpr std::string_view kSource =
      "CPMI-IOSCO, Principles for financial market infrastructures, principles 7 and 16";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 18");
    visit("currencies", self.currencies, "1 to 100");
    visit("assets", self.assets, "at most 10,000");
    visit("obligations", self.obligations, "1 to 10,000");
    visit("exchange_haircut", self.exchange_haircut,
          "part lost in buying a currency that is short");
  }
};

struct CashStep {
  base::Duration after;
  base::Amount cash;
  base::Amount due;
  base::SignedAmount surplus;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("after", self.after, "from now");
    visit("cash", self.cash, "that can be had by then, in the base currency");
    visit("due", self.due, "by then");
    visit("surplus", self.surplus, "cash less due; negative: late");
  }
};

struct CashMismatch {
  std::string currency;
  base::Amount cash;
  base::Amount due;
  base::SignedAmount surplus;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("currency", self.currency, "its code");
    visit("cash", self.cash, "of all its assets, in the base currency");
    visit("due", self.due, "of all that is owed in it, in the base currency");
    visit("surplus", self.surplus, "negative: it must be bought with others");
  }
};

struct TimeToCashOutput {
  bool is_always_paid = false;
  std::optional<base::Duration> first_late;
  std::optional<base::Duration> time_to_cash;
  base::Amount mismatch;
  base::Amount exchange_cost;
  std::vector<CashStep> ladder;
  std::vector<CashMismatch> currencies;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("is_always_paid", self.is_always_paid, "every obligation, when it falls due");
    visit("first_late", self.first_late, "the first that cannot be; null: none");
    visit("time_to_cash", self.time_to_cash, "when all that is owed could be paid; null: never");
    visit("mismatch", self.mismatch, "of currencies that are short, in the base currency");
    visit("exchange_cost", self.exchange_cost, "of buying them");
    visit("ladder", self.ladder, "at every time at which something falls due or turns to cash");
    visit("currencies", self.currencies, "as given");
  }
};

[[nodiscard]] base::Result<TimeToCashOutput> time_to_cash(const TimeToCashInput& input);

}  // namespace cofferdam::stress
