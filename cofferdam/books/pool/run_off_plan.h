// SPDX-License-Identifier: Apache-2.0
//
// Who gets what when a pool is wound up: asset by asset, the class with the lowest priority number
// is paid first and in full before the next class gets anything; inside a class everybody is paid
// pro rata. Units lost to rounding go one each to the largest remainders, ties to the claim that
// stands earlier in the list (a register lists claims by owner, so there the tie goes to the lowest
// owner). Nobody gets more than the claim; what no claim takes goes to the residual claimant.
//
// Law: the payments sum to min(available, sum of the claims), for every asset.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::size_t kRunOffAssetsMax = 10'000;
inline constexpr std::size_t kRunOffClaimsMax = 1'000'000;  // over all assets together

struct RankedClaim {
  std::uint32_t priority = 0;  // lower is paid earlier
  base::Amount amount;
};

struct RankedPayments {
  std::vector<base::Amount> paid;  // paid[i] is at most claims[i].amount
  base::Amount residual;           // available less the sum of what is paid
};

// Pays the claims on one asset.
[[nodiscard]] RankedPayments pay_by_rank(base::Amount available,
                                         std::span<const RankedClaim> claims);

struct RunOffClaim {
  std::string owner;
  std::uint32_t priority = 0;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "who claims; may claim more than once");
    visit("priority", self.priority, "of the class of the claim; lower is paid earlier");
    visit("amount", self.amount, "the entitlement");
  }
};

struct RunOffAsset {
  std::string asset;
  base::Amount available;
  std::vector<RunOffClaim> claims;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "its code; each asset stands once");
    visit("available", self.available, "what there is to distribute");
    visit("claims", self.claims, "on this asset");
  }
};

struct RunOffInput {
  std::uint8_t scale = 0;
  std::vector<RunOffAsset> assets;
  std::string residual_claimant;

  static constexpr std::string_view kDoc =
      "Distribution of a pool that is wound up: by priority of class, pro rata inside a class.";
  static constexpr std::string_view kSource =
      "absolute priority between classes; largest remainders (Hamilton 1792) inside a class";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("assets", self.assets, "each distributed by itself");
    visit("residual_claimant", self.residual_claimant, "who gets what no claim takes");
  }
};

struct RunOffPayment {
  std::string owner;
  std::uint32_t priority = 0;
  base::Amount claim;
  base::Amount paid;
  base::Amount unpaid;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "who is paid");
    visit("priority", self.priority, "of the class");
    visit("claim", self.claim, "the entitlement");
    visit("paid", self.paid, "at most the claim");
    visit("unpaid", self.unpaid, "the claim less what is paid");
  }
};

struct RunOffClass {
  std::uint32_t priority = 0;
  base::Amount claimed;
  base::Amount paid;
  base::Amount unpaid;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("priority", self.priority, "of the class");
    visit("claimed", self.claimed, "sum of its claims");
    visit("paid", self.paid, "sum of what they get");
    visit("unpaid", self.unpaid, "sum of what they do not get");
  }
};

struct RunOffDistribution {
  std::string asset;
  base::Amount available;
  base::Amount claimed;
  base::Amount paid;
  base::Amount residual;
  std::vector<RunOffClass> classes;
  std::vector<RunOffPayment> payments;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "its code");
    visit("available", self.available, "what there was");
    visit("claimed", self.claimed, "sum of the claims");
    visit("paid", self.paid, "the lesser of the two");
    visit("residual", self.residual, "available less paid, to the residual claimant");
    visit("classes", self.classes, "in order of payment");
    visit("payments", self.payments, "one for each claim, in the order of the input");
  }
};

struct RunOffOutput {
  std::vector<RunOffDistribution> assets;
  std::string residual_claimant;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("assets", self.assets, "in the order of the input");
    visit("residual_claimant", self.residual_claimant, "who gets every residual");
  }
};

[[nodiscard]] base::Result<RunOffOutput> run_off_plan(const RunOffInput& input);

}  // namespace cofferdam::pool
