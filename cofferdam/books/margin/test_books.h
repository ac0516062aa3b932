// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of this room: those of the market, with margin asked as the engine asks
// it, and every law checked whenever a command is committed.
#pragma once

#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/margin/evaluate.h"
#include "cofferdam/books/margin/invariants.h"
#include "cofferdam/books/margin/publish_grid.h"
#include "cofferdam/books/margin/reserve_order.h"
#include "cofferdam/books/margin/set_collateral.h"
#include "cofferdam/books/margin/set_pool.h"
#include "cofferdam/books/margin/set_rulebook.h"
#include "cofferdam/books/margin/set_tiers.h"
#include "cofferdam/books/market/test_books.h"

namespace cofferdam::margin {

struct TestBooks : market::TestBooks {
  State margin;
  fact::State facts;
  u128 next_trade = 1;
  Scratch margin_scratch;

  [[nodiscard]] Books books() const { return {margin, market, terms, ledger, facts, now}; }

  // As the door does at the end of a command.
  void finish(Occasion occasion = Occasion::command, PoolId whole = PoolId()) {
    ledger::Context given = context();
    evaluate(margin, books(), given, margin_scratch, occasion, whole);
    for (const auto& found : {check_reservations_add_up(margin), check_grids_go_forward(margin),
                              check_standings(margin)})
      COFFERDAM_CHECK(!found, found.value_or(""));
    commit();
  }

  template <class Command, class... States>
  auto give(const Command& command, const States&... states) {
    auto status = check_shape(command);
    using S = decltype(status);
    if (status != S::ok) return status;
    ledger::Context given = context();
    if constexpr (requires { check_state(command, states..., std::as_const(given)); })
      status = check_state(command, states..., std::as_const(given));
    else
      status = check_state(command, states...);
    if (status != S::ok) return status;
    status = apply(command, margin, given);
    finish();
    return status;
  }

  SetRulebookStatus set(const SetRulebook& c) { return give(c, margin, ledger); }

  SetPoolStatus set(const SetPool& c) { return give(c, margin, market, ledger); }

  SetCollateralStatus set(const SetCollateral& c) { return give(c, margin, ledger, facts); }

  SetTiersStatus set(const SetTiers& c) { return give(c, margin, market); }

  PublishGridStatus publish(const PublishGrid& c) { return give(c, margin, market); }

  ReserveOrderStatus reserve(const ReserveOrder& c) {
    return give(c, margin, market, terms, ledger, facts);
  }

  ReleaseOrderStatus release(const ReleaseOrder& c) { return give(c, margin); }

  SourceId source(const std::string& code, std::uint8_t scale, Duration staleness) {
    ledger::Context given = context();
    const fact::DeclareSource command{.code = code, .staleness = staleness, .scale = scale};
    COFFERDAM_CHECK(apply(command, facts, given) == fact::DeclareSourceStatus::ok, "a source");
    changes.commit();
    return SourceId(static_cast<std::uint32_t>(given.created));
  }

  void price(SourceId source_id, const std::string& key, std::int64_t value) {
    ledger::Context given = context();
    const fact::RecordFact command{.source = source_id,
                                   .fact_key = key,
                                   .value = fact::Value(value),
                                   .scale = facts.sources.find(source_id)->scale,
                                   .observed = now};
    COFFERDAM_CHECK(check_state(command, facts, given) == fact::RecordFactStatus::ok, "a price");
    COFFERDAM_CHECK(apply(command, facts, given) == fact::RecordFactStatus::ok, "a price");
    finish();
  }

  void mark_at(ContractId contract_id, std::int64_t at) {
    const market::MarkEvent event{.contract = contract_id, .price = Price(at)};
    std::vector<market::MarkStatus> statuses;
    ledger::Context given = context();
    market::apply(std::span(&event, 1), market, given, statuses);
    COFFERDAM_CHECK(statuses.front() == market::MarkStatus::ok, "a mark of the test");
    finish();
  }

  struct Deal {
    ContractId contract;
    PoolId pool;
    std::uint64_t buyer = 0;
    std::uint64_t seller = 0;
    std::int64_t quantity = 0;
    std::int64_t price = 0;
    std::int64_t buyer_fee = 0;
    std::int64_t seller_fee = 0;
  };

  market::TradeStatus deal(const Deal& d) {
    const market::Trade trade{.id = next_trade++,
                              .contract = d.contract,
                              .price = Price(d.price),
                              .quantity = Quantity(d.quantity),
                              .buyer_pool = d.pool,
                              .buyer = OwnerId(d.buyer),
                              .seller_pool = d.pool,
                              .seller = OwnerId(d.seller),
                              .buyer_fee = SignedAmount(d.buyer_fee),
                              .seller_fee = SignedAmount(d.seller_fee)};
    ledger::Context given = context();
    TradeCover cover(books(), &margin_scratch);
    market::apply(std::span(&trade, 1),
                  market::TradeBooks{market, ledger, history, scratch, &terms, &cover}, given,
                  results);
    finish();
    return results.front();
  }

  // Out of the pool, to where deposits come from; refused as the door refuses it.
  bool withdraw(PoolId pool_id, std::uint64_t owner, AssetId asset_id, std::int64_t amount) {
    ledger::Context given = context();
    const base::AccountId outside(
        base::make_u128(0xFFFF'0000'0000'0000 | pool_id.value(), asset_id.value()));
    const Slot from = ledger.accounts.find_slot(collateral_id(pool_id, owner, asset_id));
    const Slot to = ledger.accounts.find_slot(outside);
    const bool out = amount > 0;
    const auto status = ledger::post_leg(ledger, given, out ? from : to, out ? to : from,
                                         Amount(static_cast<u128>(out ? amount : -amount)), 1);
    if (status != ledger::TransferStatus::ok || find_uncovered_withdrawal(books())) {
      changes.rollback();
      return false;
    }
    finish();
    return true;
  }

  [[nodiscard]] Assessment of(PoolId pool_id, std::uint64_t owner) const {
    return assess(books(), {pool_id, OwnerId(owner)});
  }

  [[nodiscard]] Health health(PoolId pool_id, std::uint64_t owner) const {
    return health_of(margin, {pool_id, OwnerId(owner)});
  }
};

}  // namespace cofferdam::margin
