// SPDX-License-Identifier: Apache-2.0
//
// A tariff: what each member pays in a period, published before the period begins and never changed
// after. The contribution rule (contribution.h) gives each member an amount for the bases that are
// expected; the tariff turns it into rates on volume, in tiers, and on average collateral:
//
//   volume part     = contribution * volume_ppm, rounded down; the rest is the collateral part
//   rate of tier i  = volume part * factor_i / sum_j factor_j * (expected volume in tier j)
//   rate on average collateral = collateral part / expected average collateral
//   charge = minimum, or sum_i rate_i * (volume in tier i) + rate * average collateral, rounded up
//
// Rates have 18 fraction digits and are rounded down. A basis of which nothing is expected carries
// nothing; where neither is expected, the contribution is a fixed amount. So a member whose bases
// are as expected pays its contribution, and whoever trades more pays more: the error of the
// estimate is the pool's.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/books/insurance/contribution.h"
#include "cofferdam/books/insurance/insurance.h"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::insurance {

// A step of the volume scale: from this volume on, volume counts with this factor.
struct TariffTier {
  Amount from;
  std::uint32_t factor_ppm = kPpmOne;

  friend bool operator==(const TariffTier&, const TariffTier&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("from", self.from, "volume at which the tier begins; the first begins at 0");
    visit("factor_ppm", self.factor_ppm,
          "weight of volume in it against the others, in millionths");
  }
};

struct Tariff {
  struct Key {
    PoolId pool;
    std::uint32_t period = 0;
    std::uint32_t version = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t period = 0;
  std::uint32_t version = 0;
  Time start;
  Time end;
  std::string model;
  std::string parameters;
  std::vector<TariffTier> tiers;
  std::uint32_t volume_ppm = 0;
  Rate expense_ratio;
  Amount fund;
  Amount target;
  Amount capital;
  Amount expected_loss;
  Amount technical;
  base::SignedAmount top_up;
  Amount need;
  Amount total;
  Amount charged;
  std::uint32_t members = 0;
  Time published;

  [[nodiscard]] Key key() const { return {pool, period, version}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("period", self.period, "number of the period, of the operator's choice");
    visit("version", self.version, "counted from 1; the highest is in force");
    visit("start", self.start, "first moment of the period");
    visit("end", self.end, "first moment after it");
    visit("model", self.model, "name and version of the model whose figures went in");
    visit("parameters", self.parameters, "SHA-256 of the model's parameters");
    visit("tiers", self.tiers, "of the volume scale");
    visit("volume_ppm", self.volume_ppm, "part of a contribution that is billed on volume");
    visit("expense_ratio", self.expense_ratio, "part of the premium for running the pool");
    visit("fund", self.fund, "capital of the pool when it was published");
    visit("target", self.target, "what it should be");
    visit("capital", self.capital, "TVaR that the capital charge is on");
    visit("expected_loss", self.expected_loss, "of all members");
    visit("technical", self.technical, "premium with capital cost and expenses");
    visit("top_up", self.top_up, "towards the target");
    visit("need", self.need, "what the period is to bring in");
    visit("total", self.total, "sum of the contributions");
    visit("charged", self.charged, "in the period so far");
    visit("members", self.members, "how many have a rate");
    visit("published", self.published, "when");
  }
};

// What one member pays by a tariff, and how that came about.
struct TariffRate {
  struct Key {
    PoolId pool;
    std::uint32_t period = 0;
    std::uint32_t version = 0;
    OwnerId member;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t period = 0;
  std::uint32_t version = 0;
  OwnerId member;
  Amount expected_volume;
  Amount expected_collateral;
  Amount expected_part;
  Amount capital_part;
  Rate credibility;
  Rate relative_loss;
  Rate raw_modifier;
  Rate modifier;
  Amount contribution;
  ContributionReason reason = ContributionReason::split;
  Amount fixed;
  std::vector<Rate> volume_rates;
  Rate collateral_rate;
  Amount minimum;

  [[nodiscard]] Key key() const { return {pool, period, version, member}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("period", self.period, "number of the period");
    visit("version", self.version, "of the tariff");
    visit("member", self.member, "who pays");
    visit("expected_volume", self.expected_volume, "in the period");
    visit("expected_collateral", self.expected_collateral, "on average");
    visit("expected_part", self.expected_part, "of the base: expected loss with expenses");
    visit("capital_part", self.capital_part, "of the base: capital charge, expenses and top-up");
    visit("credibility", self.credibility, "Z: how far its own losses are believed");
    visit("relative_loss", self.relative_loss, "R: its loss rate over that of all");
    visit("raw_modifier", self.raw_modifier, "1 + Z (R - 1)");
    visit("modifier", self.modifier, "within its bounds and step");
    visit("contribution", self.contribution, "what it pays if its bases are as expected");
    visit("reason", self.reason, "split, or the floor that holds it up");
    visit("fixed", self.fixed, "paid whatever the bases are, where none is expected");
    visit("volume_rates", self.volume_rates, "one for each tier");
    visit("collateral_rate", self.collateral_rate, "on the average of the period");
    visit("minimum", self.minimum, "least that is charged");
  }
};

// What one member was charged for one period.
struct Contribution {
  struct Key {
    PoolId pool;
    std::uint32_t period = 0;
    OwnerId member;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  std::uint32_t period = 0;
  OwnerId member;
  std::uint32_t version = 0;
  Amount volume;
  Amount average_collateral;
  Amount volume_part;
  Amount collateral_part;
  Amount amount;
  std::uint32_t line = 0;
  Time charged;

  [[nodiscard]] Key key() const { return {pool, period, member}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("period", self.period, "number of the period");
    visit("member", self.member, "who paid");
    visit("version", self.version, "of the tariff that it was charged by");
    visit("volume", self.volume, "in the period");
    visit("average_collateral", self.average_collateral, "of the period");
    visit("volume_part", self.volume_part, "of the charge, rounded down");
    visit("collateral_part", self.collateral_part, "of the charge, rounded down");
    visit("amount", self.amount,
          "charged: fixed amount and both parts before rounding, rounded up");
    visit("line", self.line, "number of the line by which it is earned");
    visit("charged", self.charged, "when");
  }
};

}  // namespace cofferdam::insurance
