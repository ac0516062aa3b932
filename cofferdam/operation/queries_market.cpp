// SPDX-License-Identifier: Apache-2.0
//
// Queries of the market: contracts, positions, marks.
#include "cofferdam/base/decimal.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

Result<Listing> contract_list(const View& view, const PageParameters& page) {
  return page_of_table<market::Contract>(view, view.state.market.contracts, page, kAll, kItself);
}

struct ContractParameter {
  static constexpr std::array<std::string_view, 1> kRequired{"contract"};
  base::ContractId contract;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "code of the contract");
  }
};

Result<Listing> contract_show(const View& view, const ContractParameter& parameters) {
  const market::Contract* contract = view.state.market.contracts.find(parameters.contract);
  if (contract == nullptr) return not_found("contract", parameters.contract.value());
  return single(*contract, view.codec);
}

Result<Listing> mark_list(const View& view, const PageParameters& page) {
  return page_of_table<market::Mark>(view, view.state.market.marks, page, kAll, kItself);
}

struct PositionFilter {
  base::ContractId contract;
  base::PoolId pool;
  base::OwnerId owner;
  bool open_only = true;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "only in this contract");
    visit("pool", self.pool, "only in this pool");
    visit("owner", self.owner, "only of this owner");
    visit("open_only", self.open_only, "leave out positions of zero without open value");
    PageParameters::fields(self.page, visit);
  }
};

// Open value is counted in the contract's value asset and collateral in its settlement asset, so
// both are written out here.
struct PositionRow {
  base::ContractId contract;
  base::PoolId pool;
  base::OwnerId owner;
  base::Quantity position;
  std::string open_value;
  std::string collateral;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("position", self.position, "long is positive");
    visit("open_value", self.open_value, "the price still owed on it, in the value asset");
    visit("collateral", self.collateral, "the owner's, in the settlement asset");
  }
};

base::SignedAmount balance(const ledger::Account& account) {
  return net(account.credits_posted, account.debits_posted);
}

std::string written(const View& view, const ledger::Account& account) {
  return base::format_decimal(balance(account),
                              view.codec.names.scale_of(account.asset).value_or(0));
}

PositionRow position_row(const View& view, const market::Holding& holding) {
  const auto& accounts = view.state.ledger.accounts;
  const market::Participant& participant = view.state.market.participants.at(holding.participant);
  return {holding.contract,
          holding.pool,
          holding.owner,
          base::Quantity(balance(accounts.at(holding.position)).units()),
          written(view, accounts.at(holding.open_value)),
          written(view, accounts.at(participant.collateral))};
}

Result<Listing> position_list(const View& view, const PositionFilter& filter) {
  const auto& accounts = view.state.ledger.accounts;
  return page_of_table<PositionRow>(
      view, view.state.market.holdings, filter.page,
      [&](const market::Holding& holding) {
        if (filter.open_only && balance(accounts.at(holding.position)).is_zero() &&
            balance(accounts.at(holding.open_value)).is_zero())
          return false;
        return (filter.contract.is_none() || filter.contract == holding.contract) &&
               (filter.pool.is_none() || filter.pool == holding.pool) &&
               (filter.owner.is_none() || filter.owner == holding.owner);
      },
      [&](const market::Holding& holding) { return position_row(view, holding); });
}

}  // namespace

void register_market_queries(Registry& registry) {
  add_query<PageParameters, market::Contract>(
      registry, "contract.list", "Contracts in the order of their making.", &contract_list);
  add_query<ContractParameter, market::Contract>(registry, "contract.show", "One contract.",
                                                 &contract_show);
  add_query<PageParameters, market::Mark>(registry, "mark.list",
                                          "The latest mark of each contract.", &mark_list);
  add_query<PositionFilter, PositionRow>(
      registry, "position.list", "Positions with open value and collateral.", &position_list);
}

}  // namespace cofferdam::operation
