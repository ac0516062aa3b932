// SPDX-License-Identifier: Apache-2.0
//
// The daily segregation computation, one currency at a time: what must be held apart for customers,
// what is held, and the excess. The lines are those of the schedule in the CFTC's Form 1-FR-FCM
// under 17 CFR 1.32; other regimes are other profiles (segregation_profile.h) of the same lines.
//
// Words. The *equity* of an account is ledger cash, unrealised results and option values: all but
// securities. A *deficit* is a negative equity. Required is
//
//   sum over accounts of (equity + securities)          line 4
//   + sum over accounts in deficit of the deficit,      line 5
//     less what that account's own marketable securities, after haircut, cover of it
//
// so an account in deficit adds its securities less what they cover, never less than nothing, and
// no deficit lowers what is owed to anybody else. Money rounds once only: a haircut value down.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/books/pool/segregation_profile.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::size_t kSegregationAccountsMax = 1'000'000;
inline constexpr std::size_t kSegregationSecuritiesMax = 1'000;  // for one customer
inline constexpr std::size_t kSegregationAssetsMax = 100'000;

enum class SegregationRegime : std::uint8_t { omnibus, individual };

struct CustomerSecurities {
  std::string kind;
  base::Amount market_value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "of security; the profile knows its haircut");
    visit("market_value", self.market_value, "today");
  }
};

struct SegregationCustomer {
  std::string account;
  SegregationRegime regime = SegregationRegime::omnibus;
  std::string omnibus_account;
  base::SignedAmount net_ledger_cash;
  std::vector<CustomerSecurities> securities;
  base::SignedAmount unrealised;
  base::Amount long_options;
  base::Amount short_options;
  base::Amount margin_required;
  base::Amount held_at_clearing;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "of the customer; each stands once");
    visit("regime", self.regime, "omnibus or individual; read where the profile nets or asks");
    visit("omnibus_account", self.omnibus_account, "netted together, where the profile nets");
    visit("net_ledger_cash", self.net_ledger_cash, "line 1A");
    visit("securities", self.securities, "line 1B");
    visit("unrealised", self.unrealised, "line 2: profit or loss on open futures");
    visit("long_options", self.long_options, "line 3A: market value of options bought");
    visit("short_options", self.short_options, "line 3B: market value of options sold");
    visit("margin_required", self.margin_required, "for the open positions, at clearing");
    visit("held_at_clearing", self.held_at_clearing, "for this customer, at clearing");
  }
};

struct SegregatedHolding {
  SegregatedAsset asset = SegregatedAsset::bank_cash;
  base::SignedAmount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "the asset line; holdings of one line are added up");
    visit("amount", self.amount,
          "net_settlement and other_broker_net_equity may be negative; short_options is a value "
          "to subtract, written without a sign");
  }
};

struct SegregationStatementInput {
  std::uint8_t scale = 0;
  std::string currency;
  base::Date date;
  SegregationProfile profile;
  std::vector<SegregationCustomer> customers;
  std::vector<SegregatedHolding> holdings;
  base::Amount target_residual;
  std::optional<base::SignedAmount> previous_excess;
  base::Amount withdrawn;

  static constexpr std::string_view kDoc =
      "Daily segregation computation of one currency: required, held, excess, to the last unit.";
  static constexpr std::string_view kSource =
      "CFTC Form 1-FR-FCM, schedule of segregation requirements; 17 CFR 1.32, 1.22(c), 1.23; "
      "66 FR 41133; EMIR Article 39";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("currency", self.currency, "its code; one statement for each currency");
    visit("date", self.date, "the business day at whose close this stands");
    visit("profile", self.profile, "the rules");
    visit("customers", self.customers, "at most 1,000,000");
    visit("holdings", self.holdings, "the asset lines 7A to 12, at most 100,000");
    visit("target_residual", self.target_residual, "line 15: the firm's own target of excess");
    visit("previous_excess", self.previous_excess, "line 14 of the preceding business day");
    visit("withdrawn", self.withdrawn, "taken out by the firm for itself since then");
  }
};

struct SegregationLine {
  std::string line;
  std::string label;
  base::SignedAmount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("line", self.line, "its number on the schedule");
    visit("label", self.label, "in words");
    visit("amount", self.amount, "as it enters the sum: what is subtracted is negative");
  }
};

struct SegregationAccount {
  std::string account;
  base::SignedAmount equity;
  base::Amount securities;
  base::Amount deficit;
  base::Amount offset;
  base::Amount required;
  base::Amount undermargined;
  base::Amount clearing_shortfall;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "of a customer, or of an omnibus account that is netted");
    visit("equity", self.equity, "cash, unrealised and options as far as the profile counts them");
    visit("securities", self.securities, "at market, as far as the profile counts them");
    visit("deficit", self.deficit, "a negative equity, without its sign");
    visit("offset", self.offset, "part of the deficit that its own securities cover");
    visit("required", self.required, "its part of line 6");
    visit("undermargined", self.undermargined,
          "margin required less the value of its funds, less its debit balance counted in line 5");
    visit("clearing_shortfall", self.clearing_shortfall,
          "required but not held at clearing, where the profile asks for it");
  }
};

enum class SegregationVerdict : std::uint8_t { sufficient, below_target, deficient };

struct SegregationStatementOutput {
  std::string currency;
  std::string profile;
  base::Date date;
  std::vector<SegregationLine> lines;
  std::vector<SegregationAccount> accounts;
  base::SignedAmount required;
  base::SignedAmount held;
  base::SignedAmount excess;
  base::SignedAmount excess_over_target;
  SegregationVerdict verdict = SegregationVerdict::sufficient;
  base::SignedAmount not_counted;
  base::Amount undermargined;
  bool residual_covers_undermargined = true;
  base::Amount clearing_shortfall;
  bool sign_off_required = false;
  base::Time due;
  base::Date keep_until;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("currency", self.currency, "its code");
    visit("profile", self.profile, "its code");
    visit("date", self.date, "the business day");
    visit("lines", self.lines, "1A to 16");
    visit("accounts", self.accounts, "each account's part, in the order of the input");
    visit("required", self.required, "line 6");
    visit("held", self.held, "line 13");
    visit("excess", self.excess, "line 14; negative is a deficiency");
    visit("excess_over_target", self.excess_over_target, "line 16");
    visit("verdict", self.verdict, "sufficient, below_target, or deficient");
    visit("not_counted", self.not_counted, "holdings that the profile does not count");
    visit("undermargined", self.undermargined, "17 CFR 1.22(c): sum over the accounts");
    visit("residual_covers_undermargined", self.residual_covers_undermargined,
          "the excess is at least the undermargined amount");
    visit("clearing_shortfall", self.clearing_shortfall, "sum over the accounts");
    visit("sign_off_required", self.sign_off_required,
          "the firm withdrew more of the preceding day's excess than goes without sign-off");
    visit("due", self.due, "by when the statement must stand");
    visit("keep_until", self.keep_until, "first day on which it may be destroyed");
  }
};

[[nodiscard]] base::Result<SegregationStatementOutput> segregation_statement(
    const SegregationStatementInput& input);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::SegregationRegime> {
  static constexpr std::array<std::string_view, 2> kNames{"omnibus", "individual"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::SegregationVerdict> {
  static constexpr std::array<std::string_view, 3> kNames{"sufficient", "below_target",
                                                          "deficient"};
};
