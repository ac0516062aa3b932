// SPDX-License-Identifier: Apache-2.0
//
// Shares of a fund that stands behind losses, by the formulas of Drift v2
// (programs/drift/src/math/insurance.rs, controller/insurance.rs); every division rounds down.
//
//   stake     shares = amount * total / balance; 1:1 into a fund without shares
//   request   names shares and freezes their value, at most balance - 1
//   redeem    after the notice: pays min(value now, frozen value), so losses in the notice bite and
//             gains do not; the shares go
//   cancel    forfeits the gain: n - frozen * (total - n) / (balance - frozen) shares are lost
//   draw      a loss takes at most balance - 1: one unit always stays, so a drained fund keeps a
//             price for its shares
//   rebase    when the balance falls below the number of shares, all shares are divided by
//             10^floor(log10(floor(total / 10) / balance)); what flooring leaves is nobody's
//
// Beyond the source: a payment never takes the balance below a minimum, nor more than a part of it
// in one period, whoever asks, the operator included; a request for all shares forfeits nothing
// when it is cancelled, as nobody is left to gain; a stake that would mint nothing is refused.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string_view>

namespace cofferdam::default_management {

struct FundRules {
  base::Duration notice = base::Duration(13 * 24 * 3'600 * base::kNanosecondsPerSecond);
  Amount minimum_balance;
  base::Duration period;
  std::uint32_t period_limit_ppm = kPpmOne;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("notice", self.notice, "from a request to its payment; 13 days in the source");
    visit("minimum_balance", self.minimum_balance, "no payment takes the fund below it");
    visit("period", self.period, "of the limit on payments; 0 for no limit");
    visit("period_limit_ppm", self.period_limit_ppm,
          "most that leaves in a period, in millionths of the balance at its first payment");
  }
};

struct Fund {
  Amount balance;
  Shares total_shares;
  std::uint32_t rebases = 0;  // sum of the exponents so far
  base::Time period_start;
  Amount period_balance;
  Amount period_paid;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("balance", self.balance, "money in the fund");
    visit("total_shares", self.total_shares, "outstanding");
    visit("rebases", self.rebases, "powers of ten that shares were divided by so far");
    visit("period_start", self.period_start, "of the current period of payments");
    visit("period_balance", self.period_balance, "balance at the first payment of it");
    visit("period_paid", self.period_paid, "paid in it");
  }
};

struct Stake {
  Shares shares;
  std::uint32_t rebases = 0;
  Shares requested_shares;
  Amount frozen_value;
  base::Time requested;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("shares", self.shares, "held, before rebases that came after its last change");
    visit("rebases", self.rebases, "of the fund when the stake was last changed");
    visit("requested_shares", self.requested_shares, "in notice; 0 for none");
    visit("frozen_value", self.frozen_value, "of them, at the request");
    visit("requested", self.requested, "time of the request");
  }
};

enum class FundStatus : std::uint8_t {
  ok,
  drained,
  issues_nothing,
  request_open,
  no_request,
  exceeds_shares,
  notice_runs,
  below_minimum,
  exceeds_period_limit,
  too_large,
};

// What an operation came to. Nothing changed when the status is not ok.
struct FundResult {
  FundStatus status = FundStatus::ok;
  Shares shares;  // issued, put in notice, burnt or forfeited
  Amount amount;  // frozen or paid
};

[[nodiscard]] std::optional<Shares> shares_for(const Fund& fund, Amount amount);
[[nodiscard]] Amount value_of(const Fund& fund, Shares shares);

// Brings shares to the scale of the balance; how many powers of ten they fell by.
std::uint32_t rebase(Fund& fund);
void rebase(const Fund& fund, Stake& stake);

[[nodiscard]] FundResult stake(Fund& fund, Stake& holder, Amount amount);
[[nodiscard]] FundResult request(Fund& fund, Stake& holder, Shares shares, base::Time now);
[[nodiscard]] FundResult cancel(Fund& fund, Stake& holder);
[[nodiscard]] FundResult redeem(const FundRules& rules, Fund& fund, Stake& holder, base::Time now);
// What a loss may take: at most the balance less one unit.
[[nodiscard]] Amount drawable(const Fund& fund);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::FundStatus> {
  static constexpr std::array<std::string_view, 10> kNames{
      "ok",           "drained",       "issues_nothing",
      "request_open", "no_request",    "exceeds_shares",
      "notice_runs",  "below_minimum", "exceeds_period_limit",
      "too_large"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "a fund that has shares and no money takes no stakes",
      "the amount must be worth at least one share",
      "a request that is open must first be redeemed or cancelled",
      "there must be an open request",
      "shares must be above zero and at most those that are held",
      "the notice must have run",
      "the fund must keep its minimum balance",
      "payments of a period must stay within its limit",
      "the result must fit 127 bits"};
};
