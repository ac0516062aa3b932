// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of this room: pools, assets, participants with deposits, and every law
// checked whenever a command is committed.
#pragma once

#include "cofferdam/books/fact/declare_source.h"
#include "cofferdam/books/fact/record_fact.h"
#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/apply_funding.h"
#include "cofferdam/books/market/create_contract.h"
#include "cofferdam/books/market/delist_contract.h"
#include "cofferdam/books/market/expire_contract.h"
#include "cofferdam/books/market/invariants.h"
#include "cofferdam/books/market/open_participant.h"
#include "cofferdam/books/market/record_marks.h"
#include "cofferdam/books/market/record_trades.h"
#include "cofferdam/books/market/reverse_trade.h"
#include "cofferdam/books/market/set_index.h"
#include "cofferdam/books/market/set_terms.h"
#include "cofferdam/books/market/settle.h"
#include "cofferdam/books/market/value.h"

#include <map>

namespace cofferdam::market {

class RememberedTrades final : public TradeHistory {
 public:
  [[nodiscard]] const Trade* find(u128 id) override {
    const auto found = trades_.find(id);
    const auto charge = charges_.find(id);
    charged_.reset();
    if (charge != charges_.end()) charged_ = charge->second;
    return found == trades_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::optional<Charged> charged() override { return charged_; }

  void prefetch(std::span<const Trade> /*trades*/) override {}

  void add(const Trade& trade) { trades_.emplace(trade.id, trade); }

  void add(const ClearedTrade& trade, Sequence sequence) {
    trades_.emplace(trade.id, without_fees(trade));
    charges_.emplace(trade.id, Charged{trade.taker, sequence});
  }

 private:
  std::map<u128, Trade> trades_;
  std::map<u128, Charged> charges_;
  std::optional<Charged> charged_;
};

struct TestBooks {
  ledger::State ledger;
  State market;
  TermsState terms;
  fact::State facts;
  principal::State principals;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  RememberedTrades history;
  TradeScratch scratch;
  Time now{1'000'000'000};
  Sequence sequence = 1;
  std::vector<TradeStatus> results;

  [[nodiscard]] ledger::Context context() {
    return ledger::Context{
        .changes = changes, .now = now, .sequence = sequence, .postings = postings};
  }

  // The first law that the command since the last commit has broken.
  [[nodiscard]] std::optional<std::string> violation() const {
    for (const auto& found :
         {check_pool_cleared(ledger), check_pools_cancel(ledger), check_collateral_covered(ledger),
          check_settlement_empty(ledger), check_conduits_mirror(market, ledger),
          check_long_is_short(market), check_closed_is_flat(market, terms),
          check_promises_are_kept(market, terms)})
      if (found) return found;
    return std::nullopt;
  }

  void commit() {
    const std::optional<std::string> broken = violation();
    COFFERDAM_CHECK(!broken, broken.value_or(""));
    changes.commit();
    ++sequence;
  }

  AssetId asset(const std::string& code, std::uint8_t scale) {
    ledger::Context given = context();
    const auto status =
        ledger::apply(ledger::CreateAsset{.code = code, .scale = scale}, ledger, given);
    COFFERDAM_CHECK(status == ledger::CreateAssetStatus::ok, "an asset of the test");
    changes.commit();
    return AssetId(static_cast<std::uint32_t>(given.created));
  }

  PoolId pool(std::uint32_t number) {
    ledger.compartments.insert(
        changes, ledger::Compartment{
                     .pool = PoolId(number), .accepts_transfers = true, .accepts_accounts = true});
    changes.commit();
    return PoolId(number);
  }

  [[nodiscard]] static AccountId collateral_id(PoolId pool, std::uint64_t owner, AssetId asset) {
    return AccountId(base::make_u128((std::uint64_t{pool.value()} << 32) | asset.value(), owner));
  }

  // A collateral account with a deposit from outside.
  AccountId collateral(PoolId pool, std::uint64_t owner, AssetId asset, std::uint64_t deposit) {
    ledger::Context given = context();
    const AccountId outside(base::make_u128(0xFFFF'0000'0000'0000 | pool.value(), asset.value()));
    if (ledger.accounts.find(outside) == nullptr)
      ledger::open_account(ledger, given,
                           {.id = outside,
                            .pool = pool,
                            .asset = asset,
                            .account_class = ledger::AccountClass::external,
                            .code = 1});
    const AccountId id = collateral_id(pool, owner, asset);
    const Slot slot = ledger::open_account(ledger, given,
                                           {.id = id,
                                            .pool = pool,
                                            .asset = asset,
                                            .account_class = ledger::AccountClass::collateral,
                                            .owner_class = ledger::OwnerClass::client,
                                            .owner = OwnerId(owner),
                                            .code = 1,
                                            .flags = ledger::kDebitsMustNotExceedCredits});
    const auto status = ledger::post_leg(ledger, given, ledger.accounts.find_slot(outside), slot,
                                         Amount(deposit), 1);
    COFFERDAM_CHECK(status == ledger::TransferStatus::ok, "a deposit of the test");
    commit();
    return id;
  }

  void participant(PoolId pool, std::uint64_t owner, AssetId asset, std::uint64_t deposit) {
    const OpenParticipant command{.pool = pool,
                                  .owner = OwnerId(owner),
                                  .collateral = collateral(pool, owner, asset, deposit)};
    COFFERDAM_CHECK(check_state(command, market, ledger) == OpenParticipantStatus::ok,
                    "a participant of the test");
    ledger::Context given = context();
    COFFERDAM_CHECK(apply(command, market, ledger, given) == OpenParticipantStatus::ok,
                    "a participant of the test");
    commit();
  }

  ContractId contract(const CreateContract& command) {
    COFFERDAM_CHECK(check_shape(command) == CreateContractStatus::ok, "a contract of the test");
    COFFERDAM_CHECK(check_state(command, market, ledger) == CreateContractStatus::ok,
                    "a contract of the test");
    ledger::Context given = context();
    COFFERDAM_CHECK(apply(command, market, ledger, given) == CreateContractStatus::ok,
                    "a contract of the test");
    commit();
    return ContractId(static_cast<std::uint32_t>(given.created));
  }

  const std::vector<TradeStatus>& trade(std::span<const Trade> trades) {
    ledger::Context given = context();
    apply(trades, trade_books(), given, results);
    for (std::size_t i = 0; i < trades.size(); ++i)
      if (results[i] == TradeStatus::ok) history.add(trades[i]);
    commit();
    return results;
  }

  [[nodiscard]] TradeBooks trade_books() {
    return TradeBooks{market, ledger, history, scratch, &terms};
  }

  TradeStatus clear(const ClearedTrade& one) {
    ledger::Context given = context();
    apply(std::span(&one, 1), trade_books(), given, results);
    if (results.front() == TradeStatus::ok) history.add(one, sequence);
    commit();
    return results.front();
  }

  TradeStatus trade(const Trade& one) { return trade(std::span(&one, 1)).front(); }

  MarkStatus mark(ContractId contract_id, std::int64_t price, Time time = Time()) {
    const MarkEvent event{.contract = contract_id, .price = Price(price), .time = time};
    std::vector<MarkStatus> statuses;
    ledger::Context given = context();
    apply(std::span(&event, 1), market, given, statuses);
    commit();
    return statuses.front();
  }

  // A refused settlement is taken back, as the engine does it.
  SettleStatus settle(const Settle& command, Settlement& result) {
    SettleStatus status = check_state(command, market, terms, now);
    if (status != SettleStatus::ok) return status;
    ledger::Context given = context();
    status = apply(command, market, ledger, given, result);
    if (status != SettleStatus::ok) {
      changes.rollback();
      return status;
    }
    commit();
    return status;
  }

  SettleStatus settle(ContractId contract_id) {
    Settlement result;
    return settle(Settle{.contract = contract_id}, result);
  }

  [[nodiscard]] MarkBooks mark_books() const { return {market, terms, facts}; }

  // A refused command is taken back.
  template <class Status>
  Status finish(Status status) {
    if (status == Status::ok) {
      commit();
    } else {
      changes.rollback();
    }
    return status;
  }

  SourceId source(const std::string& code, std::uint8_t scale, Duration staleness) {
    ledger::Context given = context();
    const fact::DeclareSource command{.code = code, .staleness = staleness, .scale = scale};
    COFFERDAM_CHECK(check_shape(command) == fact::DeclareSourceStatus::ok &&
                        check_state(command, facts, principals) == fact::DeclareSourceStatus::ok &&
                        apply(command, facts, given) == fact::DeclareSourceStatus::ok,
                    "a source of the test");
    commit();
    return SourceId(static_cast<std::uint32_t>(given.created));
  }

  // Observed now.
  fact::RecordFactStatus observe(SourceId from, const std::string& key, i128 value) {
    ledger::Context given = context();
    const fact::RecordFact command{.source = from,
                                   .fact_key = key,
                                   .value = fact::Value(value),
                                   .scale = facts.sources.find(from)->scale,
                                   .observed = now};
    auto status = check_state(command, facts, given);
    if (status == fact::RecordFactStatus::ok) status = apply(command, facts, given);
    if (status == fact::RecordFactStatus::ok)
      follow_fact(*facts.facts.find({from, key}), facts, terms, given);
    return finish(status);
  }

  SetIndexStatus set(const SetIndex& command) {
    if (const auto shape = check_shape(command); shape != SetIndexStatus::ok) return shape;
    ledger::Context given = context();
    const auto status = check_state(command, terms, facts);
    return finish(status == SetIndexStatus::ok ? apply(command, terms, given) : status);
  }

  SetTermsStatus set(const SetTerms& command) {
    if (const auto shape = check_shape(command); shape != SetTermsStatus::ok) return shape;
    ledger::Context given = context();
    const auto status = check_state(command, terms, market, ledger, given);
    return finish(status == SetTermsStatus::ok ? apply(command, terms, given) : status);
  }

  ApplyFundingStatus fund(const ApplyFunding& command) {
    if (const auto shape = check_shape(command); shape != ApplyFundingStatus::ok) return shape;
    ledger::Context given = context();
    const auto status = check_state(command, mark_books(), now);
    return finish(status == ApplyFundingStatus::ok
                      ? apply(command, {market, terms, ledger, facts}, given)
                      : status);
  }

  ExpireContractStatus expire(ContractId contract_id) {
    ledger::Context given = context();
    const ExpireContract command{.contract = contract_id};
    const auto status = check_state(command, terms, market, now);
    Settlement result;
    return finish(status == ExpireContractStatus::ok
                      ? apply(command, terms, market, ledger, given, result)
                      : status);
  }

  DelistContractStatus delist(const DelistContract& command) {
    if (const auto shape = check_shape(command); shape != DelistContractStatus::ok) return shape;
    ledger::Context given = context();
    const auto status = check_state(command, mark_books(), now);
    Settlement result;
    return finish(status == DelistContractStatus::ok
                      ? apply(command, terms, market, ledger, given, result)
                      : status);
  }

  ReverseTradeStatus bust(const BustTrade& command) {
    if (const auto shape = check_shape(command); shape != ReverseTradeStatus::ok) return shape;
    ledger::Context given = context();
    return finish(apply(command, ReverseBooks{trade_books(), terms}, given));
  }

  ReverseTradeStatus amend(const AmendTrade& command) {
    if (const auto shape = check_shape(command); shape != ReverseTradeStatus::ok) return shape;
    ledger::Context given = context();
    const auto status = finish(apply(command, ReverseBooks{trade_books(), terms}, given));
    if (status == ReverseTradeStatus::ok) history.add(replacement_of(command));
    return status;
  }

  [[nodiscard]] i128 balance(AccountId id) const { return net_credit(*ledger.accounts.find(id)); }

  [[nodiscard]] i128 cash(PoolId pool, std::uint64_t owner, AssetId asset) const {
    return balance(collateral_id(pool, owner, asset));
  }

  [[nodiscard]] i128 position(ContractId contract_id, PoolId pool, std::uint64_t owner) const {
    const Holding* holding = market.holdings.find({contract_id, pool, OwnerId(owner)});
    return holding == nullptr ? 0 : net_credit(ledger.accounts.at(holding->position));
  }

  [[nodiscard]] i128 open_value(ContractId contract_id, PoolId pool, std::uint64_t owner) const {
    return open_value(contract_id, pool, OwnerId(owner));
  }

  [[nodiscard]] i128 open_value(ContractId contract_id, PoolId pool, OwnerId owner) const {
    const Holding* holding = market.holdings.find({contract_id, pool, owner});
    return holding == nullptr ? 0 : net_credit(ledger.accounts.at(holding->open_value));
  }

  [[nodiscard]] i128 desk(PoolId pool, AssetId asset, Slot Desk::* account) const {
    const Desk* found = market.desks.find({pool, asset});
    return found == nullptr ? 0 : net_credit(ledger.accounts.at(found->*account));
  }
};

}  // namespace cofferdam::market
