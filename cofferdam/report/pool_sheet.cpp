// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/pool_sheet.h"

#include "cofferdam/books/pool/conduit_transfer.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/entries.h"

#include <map>
#include <tuple>

namespace cofferdam::report {

namespace {

using base::Result;
using ledger::AccountClass;
using ledger::OwnerClass;

[[nodiscard]] Listing policy(const engine::State& state, const pool::Pool& pool) {
  Listing listing{.title = "Pool " + pool.code,
                  .columns = {text_column("field"), text_column("value")},
                  .rows = {}};
  const auto add = [&](std::string field, std::string value) {
    listing.rows.push_back({std::move(field), std::move(value)});
  };
  add("activity", pool.activity);
  add("exposure", pool.exposure);
  add("regime", std::string(base::name_of(pool.regime)));
  add("state",
      std::string(base::name_of(pool.state)) + " since " + base::format_time(pool.state_since));
  add("may be short", pool.allows_deficit ? "yes, on a deficit account" : "no");
  for (const pool::BufferCap& cap : pool.buffer_caps)
    add("house buffer at most",
        amount_text(state, cap.asset, cap.cap) + " " + asset_code(state, cap.asset));
  std::string order;
  for (const OwnerClass owner : pool.run_off_order)
    order += (order.empty() ? "" : ", ") + std::string(base::name_of(owner));
  add("order of run-off", order);
  for (const auto& [key, agreement] : state.pool.agreements.rows())
    if (key.pool == pool.id)
      add("agreement " + std::to_string(agreement.number),
          agreement.title + ", from " + base::format_date(agreement.effective));
  if (const ledger::Compartment* compartment = state.ledger.compartments.find(pool.id))
    for (const ledger::Edge& edge : compartment->edges)
      add("way", std::string(base::name_of(edge.from)) + " to " +
                     std::string(base::name_of(edge.to)) + " for " +
                     (edge.code == 0 ? "any reason" : reason_name(edge.code)));
  return listing;
}

struct Part {
  std::uint64_t accounts = 0;
  base::Amount debits;
  base::Amount credits;
};

using PartKey = std::tuple<base::AssetId, AccountClass, OwnerClass>;

[[nodiscard]] Listing parts_listing(const engine::State& state, std::string title,
                                    const std::map<PartKey, Part>& parts) {
  Listing listing{
      .title = std::move(title),
      .columns = {text_column("asset"), text_column("class"), text_column("owner class"),
                  number_column("accounts"), number_column("debits"), number_column("credits"),
                  number_column("balance")},
      .rows = {}};
  for (const auto& [key, part] : parts) {
    const auto& [asset, account_class, owner] = key;
    listing.rows.push_back(
        {asset_code(state, asset), std::string(base::name_of(account_class)),
         std::string(base::name_of(owner)), std::to_string(part.accounts),
         amount_text(state, asset, part.debits), amount_text(state, asset, part.credits),
         amount_text(state, asset, base::try_difference(part.debits, part.credits).value())});
  }
  return listing;
}

[[nodiscard]] Listing conduits(const engine::State& state, base::PoolId pool) {
  Listing listing{
      .title = "Conduits",
      .columns = {text_column("conduit"), text_column("from"), text_column("to"),
                  text_column("asset"), number_column("transfers"), number_column("moved"),
                  number_column("in transit"), text_column("kind")},
      .rows = {}};
  state.pool.conduits.each([&](const pool::Conduit& conduit) {
    if (conduit.from != pool && conduit.to != pool) return;
    listing.rows.push_back({conduit.code, pool_code(state, conduit.from),
                            pool_code(state, conduit.to), asset_code(state, conduit.asset),
                            std::to_string(conduit.transfers),
                            amount_text(state, conduit.asset, conduit.transferred),
                            amount_text(state, conduit.asset, pool::in_transit(conduit)),
                            conduit.observation ? "observation"
                            : conduit.retired   ? "retired"
                                                : "open"});
  });
  for (const auto& [key, conduit] : state.market.conduits.rows()) {
    if (conduit.from != pool && conduit.to != pool) continue;
    const ledger::Account& sent = state.ledger.accounts.at(conduit.sent);
    listing.rows.push_back({"clearing", pool_code(state, conduit.from),
                            pool_code(state, conduit.to), asset_code(state, conduit.asset), "",
                            amount_text(state, conduit.asset, conduit.moved),
                            amount_text(state, conduit.asset, -net_debit(sent)), "market"});
  }
  return listing;
}

}  // namespace

Result<std::vector<Listing>> pool_sheet(engine::Engine& engine, std::string_view pool) {
  const engine::State& state = engine.state();
  const pool::Pool* row = pool::find_pool(state.pool, pool);
  if (row == nullptr) return base::malformed("pool", std::string(pool), "the pool must exist");
  std::map<PartKey, Part> parts;
  std::map<PartKey, Part> buffer;
  state.ledger.accounts.each([&](const ledger::Account& account) {
    if (account.pool != row->id) return;
    auto& where = account.account_class == AccountClass::buffer ? buffer : parts;
    Part& part = where[{account.asset, account.account_class, account.owner_class}];
    ++part.accounts;
    part.debits += account.debits_posted;
    part.credits += account.credits_posted;
  });

  struct Flow {
    std::uint64_t entries = 0;
    base::Amount amount;
  };

  std::map<std::pair<base::AssetId, std::uint16_t>, Flow> flows;
  Result<void> walked = each_entry(engine, [&](const Entry& entry) {
    if (entry.pool != row->id) return Result<void>();
    Flow& flow = flows[{entry.asset, entry.code}];
    ++flow.entries;
    flow.amount += entry.amount;
    return Result<void>();
  });
  if (!walked) return std::unexpected(std::move(walked).error());
  Listing flow_listing{.title = "Flows by reason",
                       .columns = {text_column("asset"), text_column("reason"),
                                   number_column("entries"), number_column("moved")},
                       .rows = {}};
  for (const auto& [key, flow] : flows)
    flow_listing.rows.push_back({asset_code(state, key.first), reason_name(key.second),
                                 std::to_string(flow.entries),
                                 amount_text(state, key.first, flow.amount)});
  return std::vector<Listing>{policy(state, *row), parts_listing(state, "Composition", parts),
                              parts_listing(state, "House money in the pool (buffer)", buffer),
                              conduits(state, row->id), std::move(flow_listing)};
}

}  // namespace cofferdam::report
