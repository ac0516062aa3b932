// SPDX-License-Identifier: Apache-2.0
//
// The calculator `fund-shares`: a fund and its holders through a list of events.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/books/default_management/fund_shares.h"

#include <string>
#include <vector>

namespace cofferdam::default_management {

struct FundHolder {
  std::string owner;
  Stake stake;

  static constexpr std::array<std::string_view, 1> kRequired{"owner"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "unique name");
    visit("stake", self.stake, "what it holds");
  }
};

enum class FundEventKind : std::uint8_t { stake, request, cancel, redeem, loss, gain };

struct FundEvent {
  FundEventKind kind = FundEventKind::stake;
  base::Time time;
  std::string owner;
  Amount amount;
  Shares shares;

  static constexpr std::array<std::string_view, 1> kRequired{"kind"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "what happens");
    visit("time", self.time, "when; never before the event before it");
    visit("owner", self.owner, "stake, request, cancel, redeem: whose shares");
    visit("amount", self.amount,
          "stake, loss, gain; of a request the value wanted, instead of "
          "shares");
    visit("shares", self.shares, "request: how many; 0: as many as the amount is worth");
  }
};

struct FundSharesInput {
  std::uint8_t scale = 0;
  std::uint8_t share_scale = 0;
  FundRules rules;
  Fund fund;
  std::vector<FundHolder> holders;
  std::vector<FundEvent> events;

  static constexpr std::string_view kDoc =
      "Shares of a fund behind losses: staking, notice, cancellation, losses, draining and rebase.";
  static constexpr std::string_view kSource =
      "Drift v2, programs/drift/src/math/insurance.rs and programs/drift/src/controller/"
      "insurance.rs";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38");
    visit("share_scale", self.share_scale,
          "fraction digits of shares, 0 to 38; like scale, for a price of one at the start");
    visit("rules", self.rules, "of the fund");
    visit("fund", self.fund, "before the events");
    visit("holders", self.holders, "before the events, at most 100,000");
    visit("events", self.events, "in order, at most 100,000");
  }
};

struct FundStep {
  FundEventKind kind = FundEventKind::stake;
  FundStatus status = FundStatus::ok;
  Shares shares;
  Amount amount;
  Amount balance;
  Shares total_shares;
  std::uint32_t rebases = 0;
  Rate share_price;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "of the event");
    visit("status", self.status, "refused, and nothing changed, unless ok");
    visit("shares", self.shares, "issued, put in notice, burnt, or forfeited by a cancellation");
    visit("amount", self.amount, "staked, frozen or paid; of a loss what the fund gave");
    visit("balance", self.balance, "after the event");
    visit("total_shares", self.total_shares, "after the event");
    visit("rebases", self.rebases, "after the event");
    visit(
        "share_price", self.share_price,
        "units of balance for one unit of shares, cut to 6 fraction digits; 0 without shares, and "
        "170141183460469231731.687303715884105727, the largest rate, for all above it");
  }
};

struct FundSharesOutput {
  std::vector<FundStep> steps;
  Fund fund;
  std::vector<FundHolder> holders;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps, "one for each event");
    visit("fund", self.fund, "after the events");
    visit("holders", self.holders, "after the events, by owner");
  }
};

[[nodiscard]] base::Result<FundSharesOutput> fund_shares(const FundSharesInput& input);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::FundEventKind> {
  static constexpr std::array<std::string_view, 6> kNames{"stake",  "request", "cancel",
                                                          "redeem", "loss",    "gain"};
};
