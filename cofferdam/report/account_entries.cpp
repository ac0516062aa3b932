// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/account_entries.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/books/pool/entitlement.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/entries.h"
#include "cofferdam/report/trial_balance.h"

#include <map>
#include <set>

namespace cofferdam::report {

namespace {

using base::i128;
using base::Result;
using ledger::AccountClass;
using ledger::OwnerClass;

[[nodiscard]] std::string place(const Entry& entry) {
  return std::to_string(entry.sequence) + "/" + std::to_string(entry.position);
}

[[nodiscard]] std::string path_of(const engine::State& state, base::AccountId id) {
  return account_path(state, *state.ledger.accounts.find(id));
}

}  // namespace

Result<Listing> owner_statement(engine::Engine& engine, base::OwnerId owner,
                                const StatementPeriod& period, const OwnerLabels& labels) {
  const engine::State& state = engine.state();

  struct Part {
    i128 opening = 0;
    i128 closing = 0;
    std::vector<std::vector<std::string>> rows;
  };

  std::map<base::AccountId, Part> parts;
  for (const ledger::Account* account : accounts_in_order(state))
    if (!owner.is_none() && account->owner == owner) parts[account->id];
  if (parts.empty())
    return base::malformed("owner", base::to_text(owner.value()), "the owner has an account");
  const auto side = [&](const Entry& entry, base::AccountId own, base::AccountId other,
                        i128 units) {
    const auto found = parts.find(own);
    if (found == parts.end() || (period.until && entry.time >= *period.until)) return;
    Part& part = found->second;
    part.closing += units;
    if (period.from && entry.time < *period.from) {
      part.opening += units;
      return;
    }
    const unsigned scale = asset_scale(state, entry.asset);
    part.rows.push_back({place(entry), base::format_time(entry.time), reason_name(entry.code),
                         path_of(state, other), base::format_decimal(units, scale),
                         base::format_decimal(part.closing, scale)});
  };
  Result<void> walked = each_entry(engine, [&](const Entry& entry) {
    const i128 units = static_cast<i128>(entry.amount.units());
    side(entry, entry.debit, entry.credit, -units);
    side(entry, entry.credit, entry.debit, units);
    return Result<void>();
  });
  if (!walked) return std::unexpected(std::move(walked).error());
  Listing listing{
      .title = "Statement of " + labels.of(owner),
      .columns = {text_column("account"), text_column("asset"), text_column("journal"),
                  text_column("time"), text_column("reason"), text_column("counter account"),
                  number_column("amount"), number_column("balance")},
      .rows = {}};
  for (const ledger::Account* account : accounts_in_order(state)) {
    const auto found = parts.find(account->id);
    if (found == parts.end()) continue;
    const std::string path = account_path(state, *account);
    const std::string asset = asset_code(state, account->asset);
    const unsigned scale = asset_scale(state, account->asset);
    const Part& part = found->second;
    listing.rows.push_back({path, asset, "", period.from ? base::format_time(*period.from) : "",
                            "opening", "", "", base::format_decimal(part.opening, scale)});
    for (const std::vector<std::string>& row : part.rows)
      listing.rows.push_back({path, asset, row[0], row[1], row[2], row[3], row[4], row[5]});
    listing.rows.push_back({path, asset, "", period.until ? base::format_time(*period.until) : "",
                            "closing", "", "", base::format_decimal(part.closing, scale)});
  }
  return listing;
}

HouseDefaultDrill house_default_drill(const engine::State& state, const OwnerLabels& labels) {
  HouseDefaultDrill drill;
  drill.pools = {
      .title = "If the house defaults: client pools",
      .columns = {text_column("pool"), text_column("asset"), number_column("held"),
                  number_column("under way"), number_column("owed to clients"),
                  number_column("house money"), number_column("excess"), text_column("verdict")},
      .rows = {}};
  drill.clients = {.title = "Entitlements of clients",
                   .columns = {text_column("pool"), text_column("client"), text_column("asset"),
                               number_column("entitlement")},
                   .rows = {}};
  const auto drilled = pool::drill_house_default(state.pool, state.ledger);
  COFFERDAM_CHECK(drilled.has_value(), "the ledger's bounds keep sums of a pool within 127 bits");
  drill.whole = drilled->all_whole;
  for (const pool::DrilledPool& one : drilled->pools) {
    for (const pool::DrillLine& line : one.assets) {
      const i128 under_way = line.receivable.units() - line.receivable_from_house.units() -
                             line.owed_to_other_pools.units();
      if (line.held.is_zero() && line.owed_to_owners.is_zero() && under_way == 0) continue;
      const auto text = [&](i128 units) {
        return base::format_decimal(units, asset_scale(state, line.asset));
      };
      drill.pools.rows.push_back({pool_code(state, one.pool), asset_code(state, line.asset),
                                  text(line.held.units()), text(under_way),
                                  text(line.owed_to_owners.units()), text(line.house_money.units()),
                                  text(line.surplus.units()), line.whole ? "whole" : "SHORT"});
    }
    for (const pool::Entitlement& each : one.entitlements)
      if (each.owner_class != OwnerClass::house && !each.amount.is_zero())
        drill.clients.rows.push_back(
            {pool_code(state, one.pool), labels.of(each.owner), asset_code(state, each.asset),
             base::format_decimal(each.amount.units(), asset_scale(state, each.asset))});
  }
  return drill;
}

}  // namespace cofferdam::report
