// SPDX-License-Identifier: Apache-2.0
//
// A fund and its holders, by command: opened over an account, staked into, asked back with notice,
// paid or kept. Money moves inside the fund's pool only. While a loss is open in a pool whose
// waterfall names the fund, nothing is paid: losses come before holders.
#pragma once

#include "cofferdam/books/default_management/state.h"

namespace cofferdam::default_management {

struct OpenFund {
  std::string code;
  AccountId account;
  FundRules rules;

  static constexpr std::string_view kDoc =
      "Opens a fund over an account whose balance is its money.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("account", self.account, "of class reserve, empty, whose debits must not exceed credits");
    visit("rules", self.rules, "notice and bounds on what leaves");
  }
};

struct IssueShares {
  std::string fund;
  OwnerId owner;
  AccountId account;
  Amount amount;

  static constexpr std::string_view kDoc = "Stakes money into a fund, for shares.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "code of the fund");
    visit("owner", self.owner, "who stakes");
    visit("account", self.account, "the owner's account in the fund's pool that pays");
    visit("amount", self.amount, "how much");
  }
};

struct RequestShares {
  std::string fund;
  OwnerId owner;
  u128 shares = 0;

  static constexpr std::string_view kDoc = "Asks shares of a fund back; the notice begins.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "code of the fund");
    visit("owner", self.owner, "whose shares");
    visit("shares", self.shares, "how many, in their smallest unit; 0: all");
  }
};

struct RedeemShares {
  std::string fund;
  OwnerId owner;
  AccountId account;

  static constexpr std::string_view kDoc = "Pays shares whose notice has run.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "code of the fund");
    visit("owner", self.owner, "whose shares");
    visit("account", self.account, "the owner's account in the fund's pool that is paid");
  }
};

struct CancelShares {
  std::string fund;
  OwnerId owner;

  static constexpr std::string_view kDoc =
      "Takes a request back; what was gained since is forfeited.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "code of the fund");
    visit("owner", self.owner, "whose shares");
  }
};

enum class OpenFundStatus : std::uint16_t {
  ok,
  code_malformed,
  rules_malformed,
  code_exists,
  too_many_funds,
  account_not_found,
  account_class_not_allowed,
  account_may_go_negative,
  account_not_empty,
  account_in_use,
};

// The first ten are those of fund_shares.h, in their order.
enum class FundCommandStatus : std::uint16_t {
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
  fund_not_found,
  account_not_found,
  account_in_another_pool,
  account_has_different_asset,
  account_of_another_owner,
  account_class_not_allowed,
  loss_open,
  account_refuses,
};

[[nodiscard]] OpenFundStatus check_shape(const OpenFund& command);
[[nodiscard]] OpenFundStatus check_state(const OpenFund& command, const State& state,
                                         const ledger::State& ledger);
OpenFundStatus apply(const OpenFund& command, State& state, const ledger::State& ledger,
                     Context& context);

[[nodiscard]] FundCommandStatus check_shape(const IssueShares& command);
[[nodiscard]] FundCommandStatus check_state(const IssueShares& command, const State& state,
                                            const ledger::State& ledger);
FundCommandStatus apply(const IssueShares& command, State& state, ledger::State& ledger,
                        Context& context);

[[nodiscard]] FundCommandStatus check_shape(const RequestShares& command);
[[nodiscard]] FundCommandStatus check_state(const RequestShares& command, const State& state,
                                            const ledger::State& ledger);
FundCommandStatus apply(const RequestShares& command, State& state, ledger::State& ledger,
                        Context& context);

[[nodiscard]] FundCommandStatus check_shape(const RedeemShares& command);
[[nodiscard]] FundCommandStatus check_state(const RedeemShares& command, const State& state,
                                            const ledger::State& ledger);
FundCommandStatus apply(const RedeemShares& command, State& state, ledger::State& ledger,
                        Context& context);

[[nodiscard]] FundCommandStatus check_shape(const CancelShares& command);
[[nodiscard]] FundCommandStatus check_state(const CancelShares& command, const State& state,
                                            const ledger::State& ledger);
FundCommandStatus apply(const CancelShares& command, State& state, ledger::State& ledger,
                        Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::OpenFundStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "code_malformed",
                                                           "rules_malformed",
                                                           "code_exists",
                                                           "too_many_funds",
                                                           "account_not_found",
                                                           "account_class_not_allowed",
                                                           "account_may_go_negative",
                                                           "account_not_empty",
                                                           "account_in_use"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "a code is 1 to 32 letters, digits, '.', '_' or '-', beginning with a letter",
      "durations are not negative, and a part is at most 1,000,000 millionths",
      "another fund has this code",
      "there are at most 1024 funds",
      "the account must exist",
      "a fund's account is of class reserve",
      "the account has the flag that its debits must not exceed its credits",
      "a fund begins without money, so that every share has a price",
      "the account is another fund's"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::FundCommandStatus> {
  static constexpr std::array<std::string_view, 18> kNames{"ok",
                                                           "drained",
                                                           "issues_nothing",
                                                           "request_open",
                                                           "no_request",
                                                           "exceeds_shares",
                                                           "notice_runs",
                                                           "below_minimum",
                                                           "exceeds_period_limit",
                                                           "too_large",
                                                           "fund_not_found",
                                                           "account_not_found",
                                                           "account_in_another_pool",
                                                           "account_has_different_asset",
                                                           "account_of_another_owner",
                                                           "account_class_not_allowed",
                                                           "loss_open",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 18> kDocs{
      "",
      "a fund that has shares and no money takes no stakes",
      "the amount must be worth at least one share",
      "a request that is open must first be redeemed or cancelled",
      "there must be an open request",
      "shares must be above zero and at most those that are held",
      "the notice must have run",
      "the fund must keep its minimum balance",
      "payments of a period must stay within its limit",
      "the result must fit 127 bits",
      "the fund must exist",
      "the account must exist",
      "money of a fund moves inside its pool only",
      "the account counts what the fund holds",
      "the account belongs to the holder",
      "accounts of the system's own classes neither pay nor are paid",
      "a loss is open in a pool whose waterfall names the fund",
      "the account's own limits do not allow it, or it is frozen or closed"};
};
