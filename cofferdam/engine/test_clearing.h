// SPDX-License-Identifier: Apache-2.0
//
// Books of a test that clears: pools with accounts, payments out of custody, trades, marks, and
// accounts that fail. Everything is in the first pool, asset and contract unless it says otherwise.
#pragma once

#include "cofferdam/engine/test_books.h"

#include <utility>
#include <vector>

namespace cofferdam::engine {

class TestClearing : public TestBooks {
 protected:
  static constexpr base::PoolId kFirstPool{1U};
  static constexpr base::AssetId kFirstAsset{1U};

  struct Deal {
    std::int64_t price = 100'00;
    std::int64_t quantity = 1;
    std::uint64_t buyer = 7;
    std::uint64_t seller = 8;
    base::PoolId buyer_pool = kFirstPool;
    base::PoolId seller_pool = kFirstPool;
    base::ContractId contract{1U};
  };

  using TestBooks::TestBooks;

  [[nodiscard]] static ledger::AccountEvent account(std::uint64_t id, ledger::AccountClass what,
                                                    ledger::OwnerClass whose,
                                                    std::uint64_t owner = 0,
                                                    base::PoolId pool = kFirstPool,
                                                    base::AssetId asset = kFirstAsset) {
    const bool is_custody = what == ledger::AccountClass::custody;
    return {.id = base::AccountId(id),
            .pool = pool,
            .asset = asset,
            .account_class = what,
            .owner_class = whose,
            .owner = base::OwnerId(owner),
            .code = 1,
            .flags =
                is_custody ? std::uint16_t{0} : std::uint16_t{ledger::kDebitsMustNotExceedCredits}};
  }

  [[nodiscard]] Command pay(std::uint64_t from, std::uint64_t to, std::uint64_t amount,
                            base::PoolId pool = kFirstPool, base::AssetId asset = kFirstAsset) {
    return ledger::CreateTransfers{.transfers = {{.id = base::TransferId(++transfer_),
                                                  .debit_account = base::AccountId(from),
                                                  .credit_account = base::AccountId(to),
                                                  .amount = base::Amount(amount),
                                                  .pool = pool,
                                                  .asset = asset,
                                                  .code = 1}}};
  }

  [[nodiscard]] market::Trade traded(const Deal& deal) {
    return {.id = ++trade_,
            .contract = deal.contract,
            .price = base::Price(deal.price),
            .quantity = base::Quantity(deal.quantity),
            .buyer_pool = deal.buyer_pool,
            .buyer = base::OwnerId(deal.buyer),
            .seller_pool = deal.seller_pool,
            .seller = base::OwnerId(deal.seller)};
  }

  [[nodiscard]] Command trades(const std::vector<Deal>& deals) {
    market::RecordTrades batch;
    for (const Deal& deal : deals) batch.trades.push_back(traded(deal));
    return batch;
  }

  void open_pool(base::PoolId number, pool::CreatePool pool) {
    must(std::move(pool));
    must(pool::AttachAgreement{.pool = number,
                               .title = "Deed",
                               .document = std::string(64, 'a'),
                               .parties = {"x"},
                               .law = "none"});
    pool::ActivatePool activate;
    activate.pool = number;
    must(activate);
  }

  void mark(std::int64_t price, base::ContractId contract = base::ContractId(1U)) {
    must(market::RecordMarks{.marks = {{.contract = contract, .price = base::Price(price)}}});
  }

  // The owner's case and its loss, whose number is returned.
  std::uint32_t fail(std::uint64_t owner, base::PoolId pool = kFirstPool,
                     base::AssetId asset = kFirstAsset) {
    namespace dm = default_management;
    must(dm::BeginLiquidation{.pool = pool, .owner = base::OwnerId(owner), .asset = asset});
    must(dm::DeclareDefault{
        .pool = pool, .owner = base::OwnerId(owner), .asset = asset, .cause = "price-gap"});
    return static_cast<std::uint32_t>(state().default_management.losses.size());
  }

  [[nodiscard]] const State& state() const { return engine_->state(); }

  [[nodiscard]] std::int64_t balance(base::AccountId id) const {
    const ledger::Account& row = *state().ledger.accounts.find(id);
    return static_cast<std::int64_t>(row.credits_posted.units()) -
           static_cast<std::int64_t>(row.debits_posted.units());
  }

  [[nodiscard]] const default_management::Loss& loss(std::uint32_t number) const {
    return *state().default_management.losses.find(number);
  }

  [[nodiscard]] base::Amount charge(std::uint32_t number, const char* layer) const {
    const auto* row = state().default_management.charges.find({number, layer});
    return row == nullptr ? base::Amount() : row->amount;
  }

 private:
  std::uint64_t transfer_ = 0;
  std::uint64_t trade_ = 0;
};

}  // namespace cofferdam::engine
