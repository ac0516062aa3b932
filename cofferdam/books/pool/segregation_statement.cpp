// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/segregation_statement.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::i128;
using base::SignedAmount;
using base::u128;

// Every number is below 2^96 (79 thousand million units of an asset with 18 digits), and there are
// at most some 10^9 of them, so that no sum below can leave 127 bits: 2^96 * 2^30 = 2^126.
constexpr u128 kUnitsMax = static_cast<u128>(1) << 96;

i128 signed_units(Amount amount) {
  return static_cast<i128>(amount.units());
}

Amount positive_part(i128 units) {
  return Amount(units > 0 ? static_cast<u128>(units) : 0);
}

// What the computation looks at: one customer, or the customers of one netted omnibus account.
struct Account {
  std::string name;
  bool individual = false;
  i128 cash = 0;
  i128 unrealised = 0;
  i128 long_options = 0;
  i128 short_options = 0;
  i128 securities = 0;
  i128 securities_after_haircut = 0;
  i128 margin_required = 0;
  i128 held_at_clearing = 0;
};

struct Obligations {
  i128 cash = 0;
  i128 securities = 0;
  i128 unrealised = 0;
  i128 long_options = 0;
  i128 short_options = 0;
  i128 deficits = 0;
  i128 offsets = 0;
};

std::optional<base::Error> fault(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

std::string at(std::string_view list, std::size_t i) {
  return std::string(list) + "[" + std::to_string(i) + "]";
}

constexpr std::string_view kTooLarge = "must be below 2^96 units";

std::optional<base::Error> fault_of(const SegregationCustomer& customer, const std::string& where) {
  const std::pair<std::string_view, u128> amounts[] = {
      {"net_ledger_cash", customer.net_ledger_cash.magnitude().units()},
      {"unrealised", customer.unrealised.magnitude().units()},
      {"long_options", customer.long_options.units()},
      {"short_options", customer.short_options.units()},
      {"margin_required", customer.margin_required.units()},
      {"held_at_clearing", customer.held_at_clearing.units()}};
  for (const auto& [name, units] : amounts)
    if (units >= kUnitsMax)
      return fault(where + "." + std::string(name), base::to_text(units), std::string(kTooLarge));
  if (customer.securities.size() > kSegregationSecuritiesMax)
    return fault(where + ".securities", std::to_string(customer.securities.size()),
                 "must be at most 1,000");
  for (const CustomerSecurities& securities : customer.securities)
    if (securities.market_value.units() >= kUnitsMax)
      return fault(where + ".securities", base::to_text(securities.market_value.units()),
                   std::string(kTooLarge));
  return std::nullopt;
}

bool may_be_negative(SegregatedAsset asset) {
  return asset == SegregatedAsset::net_settlement ||
         asset == SegregatedAsset::other_broker_net_equity;
}

std::optional<base::Error> fault_of_customers(const SegregationStatementInput& input) {
  if (input.customers.size() > kSegregationAccountsMax)
    return fault("customers", std::to_string(input.customers.size()), "must be at most 1,000,000");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < input.customers.size(); ++i) {
    const SegregationCustomer& customer = input.customers[i];
    if (!names.insert(customer.account).second)
      return fault(at("customers", i) + ".account", customer.account, "each account stands once");
    if (auto error = fault_of(customer, at("customers", i))) return error;
  }
  return std::nullopt;
}

std::optional<base::Error> fault_of(const SegregationStatementInput& input) {
  if (auto error = fault_of(input.profile)) return error;
  if (!is_business_day(input.profile.calendar, input.date))
    return fault("date", base::format_date(input.date),
                 "must be a business day of the profile's calendar");
  if (auto error = fault_of_customers(input)) return error;
  if (input.holdings.size() > kSegregationAssetsMax)
    return fault("holdings", std::to_string(input.holdings.size()), "must be at most 100,000");
  for (std::size_t i = 0; i < input.holdings.size(); ++i) {
    const SegregatedHolding& holding = input.holdings[i];
    if (holding.amount.magnitude().units() >= kUnitsMax)
      return fault(at("holdings", i) + ".amount", base::to_text(holding.amount.units()),
                   std::string(kTooLarge));
    if (holding.amount.is_negative() && !may_be_negative(holding.asset))
      return fault(at("holdings", i) + ".amount", base::to_text(holding.amount.units()),
                   "must not be negative on this asset line");
  }
  if (input.target_residual.units() >= kUnitsMax)
    return fault("target_residual", base::to_text(input.target_residual.units()),
                 std::string(kTooLarge));
  return std::nullopt;
}

void add(const SegregationProfile& profile, const SegregationCustomer& customer, Account& account) {
  account.cash += customer.net_ledger_cash.units();
  if (profile.counts_unrealised) account.unrealised += customer.unrealised.units();
  if (profile.counts_options) {
    account.long_options += signed_units(customer.long_options);
    account.short_options += signed_units(customer.short_options);
  }
  if (profile.counts_securities) {
    for (const CustomerSecurities& held : customer.securities) {
      account.securities += signed_units(held.market_value);
      account.securities_after_haircut +=
          signed_units(value_after_haircut(profile, held.kind, held.market_value));
    }
  }
  account.margin_required += signed_units(customer.margin_required);
  account.held_at_clearing += signed_units(customer.held_at_clearing);
}

// In the order of the input; a netted omnibus account stands where its first customer does.
std::vector<Account> accounts_of(const SegregationStatementInput& input) {
  std::vector<Account> accounts;
  std::map<std::string_view, std::size_t> omnibus;
  for (const SegregationCustomer& customer : input.customers) {
    const bool individual = customer.regime == SegregationRegime::individual;
    const bool netted = !individual && input.profile.omnibus_netting == OmnibusNetting::net;
    std::size_t index = accounts.size();
    if (netted) index = omnibus.try_emplace(customer.omnibus_account, index).first->second;
    if (index == accounts.size())
      accounts.push_back(
          {.name = netted ? customer.omnibus_account : customer.account, .individual = individual});
    add(input.profile, customer, accounts[index]);
  }
  return accounts;
}

SegregationAccount part_of(const SegregationProfile& profile, const Account& account) {
  const i128 equity =
      account.cash + account.unrealised + account.long_options - account.short_options;
  const i128 deficit = equity < 0 ? -equity : 0;
  const i128 offset = profile.deficit_offset_by_securities
                          ? std::min(deficit, account.securities_after_haircut)
                          : 0;
  const i128 required = equity + account.securities + deficit - offset;
  const i128 funds = equity + account.securities_after_haircut;
  const i128 short_of_margin = std::max<i128>(account.margin_required - funds, 0);
  const bool at_clearing = profile.excess_margin_at_clearing && account.individual;
  return {
      .account = account.name,
      .equity = SignedAmount(equity),
      .securities = positive_part(account.securities),
      .deficit = positive_part(deficit),
      .offset = positive_part(offset),
      .required = positive_part(required),
      .undermargined = positive_part(short_of_margin - (deficit - offset)),
      .clearing_shortfall = positive_part(at_clearing ? required - account.held_at_clearing : 0)};
}

constexpr std::array<std::pair<std::string_view, std::string_view>, kSegregatedAssets> kAssetLines{{
    {"7A", "In segregated bank accounts: cash"},
    {"7B", "In segregated bank accounts: securities in which customers' funds are invested"},
    {"7C", "In segregated bank accounts: customers' securities held in lieu of cash"},
    {"8A", "At clearing organisations: cash"},
    {"8B", "At clearing organisations: securities in which customers' funds are invested"},
    {"8C", "At clearing organisations: customers' securities held in lieu of cash"},
    {"9", "Net settlement from (to) clearing organisations"},
    {"10A", "Value of open long option contracts"},
    {"10B", "Value of open short option contracts"},
    {"11A", "At other brokers: net liquidating equity"},
    {"11B", "At other brokers: securities in which customers' funds are invested"},
    {"11C", "At other brokers: customers' securities held in lieu of cash"},
    {"12", "Segregated funds on hand"},
}};

struct Held {
  std::array<i128, kSegregatedAssets> lines{};
  i128 total = 0;
  i128 not_counted = 0;
};

Held held_of(const SegregationStatementInput& input) {
  Held held;
  for (const SegregatedHolding& holding : input.holdings) {
    const bool subtracted = holding.asset == SegregatedAsset::short_options;
    const i128 units = subtracted ? -holding.amount.units() : holding.amount.units();
    if (counts(input.profile, holding.asset)) {
      held.lines[static_cast<std::size_t>(holding.asset)] += units;
      held.total += units;
    } else {
      held.not_counted += units;
    }
  }
  return held;
}

std::vector<SegregationLine> lines_of(const Obligations& owed, const Held& held, i128 target) {
  std::vector<SegregationLine> lines;
  const auto line = [&](std::string_view number, std::string_view label, i128 units) {
    lines.push_back(
        {.line = std::string(number), .label = std::string(label), .amount = SignedAmount(units)});
  };
  const i128 equity =
      owed.cash + owed.securities + owed.unrealised + owed.long_options - owed.short_options;
  const i128 add_back = owed.deficits - owed.offsets;
  const i128 excess = held.total - (equity + add_back);
  line("1A", "Net ledger balance: cash", owed.cash);
  line("1B", "Net ledger balance: securities at market", owed.securities);
  line("2", "Net unrealised profit (loss) in open futures contracts", owed.unrealised);
  line("3A", "Market value of open option contracts bought", owed.long_options);
  line("3B", "Market value of open option contracts sold", -owed.short_options);
  line("4", "Net equity (deficit): lines 1, 2 and 3", equity);
  line("5 gross", "Accounts in deficit: gross amount", owed.deficits);
  line("5 offset", "Less: amount offset by the same customers' securities", -owed.offsets);
  line("5", "Accounts in deficit: net amount added back", add_back);
  line("6", "Amount required to be segregated: lines 4 and 5", equity + add_back);
  for (std::size_t i = 0; i < kSegregatedAssets; ++i)
    line(kAssetLines[i].first, kAssetLines[i].second, held.lines[i]);
  line("13", "Total amount in segregation: lines 7 to 12", held.total);
  line("14", "Excess (deficiency) of funds in segregation: line 13 less line 6", excess);
  line("15", "Target amount of excess", target);
  line("16", "Excess (deficiency) over the target: line 14 less line 15", excess - target);
  return lines;
}

bool needs_sign_off(const SegregationStatementInput& input) {
  const std::optional<base::Rate>& above = input.profile.withdrawal_sign_off_above;
  if (!above || !input.previous_excess) return false;
  const Amount excess = positive_part(input.previous_excess->units());
  // A whole number is above a fraction when it is above the floor of it.
  const std::optional<Amount> free = base::try_apply<base::Rounding::floor>(*above, excess);
  return free && input.withdrawn > *free;
}

// False when the calendar does not reach that far.
bool set_dates(const SegregationStatementInput& input, SegregationStatementOutput& output) {
  const SegregationProfile& profile = input.profile;
  const auto day = add_business_days(profile.calendar, input.date, profile.due_business_days);
  if (!day) return false;
  const auto midnight = base::start_of_day(*day, {.minutes = profile.utc_offset_minutes});
  if (!midnight) return false;
  const auto due = base::try_add(*midnight, base::kMinute * profile.due_minute);
  const auto keep_until = add_years(input.date, profile.retention_years);
  if (!due || !keep_until) return false;
  output.due = *due;
  output.keep_until = *keep_until;
  return true;
}

SegregationVerdict verdict_of(i128 excess, i128 target) {
  if (excess < 0) return SegregationVerdict::deficient;
  return excess < target ? SegregationVerdict::below_target : SegregationVerdict::sufficient;
}

}  // namespace

base::Result<SegregationStatementOutput> segregation_statement(
    const SegregationStatementInput& input) {
  if (auto error = fault_of(input)) return std::unexpected(*std::move(error));
  SegregationStatementOutput output{
      .currency = input.currency, .profile = input.profile.code, .date = input.date};
  if (!set_dates(input, output))
    return base::malformed("date", base::format_date(input.date),
                           "must leave room in the calendar for the due day and for retention");
  Obligations owed;
  i128 required = 0;
  for (const Account& account : accounts_of(input)) {
    const SegregationAccount part = part_of(input.profile, account);
    owed.cash += account.cash;
    owed.securities += account.securities;
    owed.unrealised += account.unrealised;
    owed.long_options += account.long_options;
    owed.short_options += account.short_options;
    owed.deficits += signed_units(part.deficit);
    owed.offsets += signed_units(part.offset);
    required += signed_units(part.required);
    output.undermargined += part.undermargined;
    output.clearing_shortfall += part.clearing_shortfall;
    output.accounts.push_back(part);
  }
  const Held held = held_of(input);
  const i128 target = signed_units(input.target_residual);
  output.lines = lines_of(owed, held, target);
  COFFERDAM_CHECK(output.lines[9].amount.units() == required,
                  "line 6 is the sum of the accounts' parts");
  output.required = SignedAmount(required);
  output.held = SignedAmount(held.total);
  output.excess = SignedAmount(held.total - required);
  output.excess_over_target = SignedAmount(held.total - required - target);
  output.verdict = verdict_of(output.excess.units(), target);
  output.not_counted = SignedAmount(held.not_counted);
  output.residual_covers_undermargined =
      output.excess.units() >= signed_units(output.undermargined);
  output.sign_off_required = needs_sign_off(input);
  return output;
}

}  // namespace cofferdam::pool
