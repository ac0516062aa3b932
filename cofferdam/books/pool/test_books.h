// SPDX-License-Identifier: Apache-2.0
//
// Small books for the tests of this room: two client pools, a house pool, an asset, and the phases
// of a command run as the engine runs them, with every law asked at the end.
#pragma once

#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/create_transfers.h"
#include "cofferdam/books/pool/attach_agreement.h"
#include "cofferdam/books/pool/create_pool.h"
#include "cofferdam/books/pool/invariants.h"
#include "cofferdam/books/pool/pool_life.h"
#include "cofferdam/books/pool/pool_policy.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::pool::test {

using ledger::AccountClass;

class NoHistory final : public ledger::TransferHistory {
 public:
  const ledger::StoredTransfer* find(base::TransferId /*id*/) override { return nullptr; }

  ledger::Resolution resolution(base::TransferId /*pending_id*/) override {
    return ledger::Resolution::expired;
  }

  void begin_batch(std::span<const ledger::Transfer> /*events*/) override {}

  const ledger::StoredTransfer* find_event(std::size_t /*position*/) override { return nullptr; }
};

class Books {
 public:
  State pools;
  ledger::State ledger;
  fact::State facts;
  decision::State decisions;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .now = Time(1'000'000'000), .postings = postings};

  AssetId add_asset(const std::string& code, std::uint8_t scale) {
    ledger::apply(ledger::CreateAsset{.code = code, .scale = scale}, ledger, context);
    changes.commit();
    return AssetId(static_cast<std::uint32_t>(context.created));
  }

  // Laid out, with an agreement, and active.
  PoolId add_pool(CreatePool command) {
    command.activity = "tests";
    apply(command, pools, ledger, context);
    const PoolId id(static_cast<std::uint32_t>(context.created));
    attach(id);
    apply(ActivatePool{{id, ""}}, pools, ledger, context);
    changes.commit();
    return id;
  }

  void attach(PoolId pool, std::vector<Clause> clauses = {}) {
    apply(AttachAgreement{.pool = pool,
                          .title = "Deed",
                          .document = std::string(64, 'a'),
                          .parties = {"operator"},
                          .law = "law of the test",
                          .clauses = std::move(clauses)},
          pools, context);
  }

  struct NewAccount {
    PoolId pool;
    AssetId asset;
    AccountClass account_class = AccountClass::collateral;
    OwnerClass owner_class = OwnerClass::client;
    std::uint64_t owner = 0;
    std::uint16_t flags = 0;
  };

  AccountId add_account(const NewAccount& a) {
    const AccountId id(next_account_++);
    ledger::open_account(ledger, context,
                         ledger::AccountEvent{.id = id,
                                              .pool = a.pool,
                                              .asset = a.asset,
                                              .account_class = a.account_class,
                                              .owner_class = a.owner_class,
                                              .owner = OwnerId(a.owner),
                                              .code = 1,
                                              .flags = a.flags});
    return id;
  }

  ledger::TransferStatus transfer(AccountId debit, AccountId credit, base::u128 amount,
                                  std::uint16_t code) {
    const ledger::Account& account = *ledger.accounts.find(debit);
    const ledger::Transfer event{.id = base::TransferId(next_transfer_++),
                                 .debit_account = debit,
                                 .credit_account = credit,
                                 .amount = Amount(amount),
                                 .pool = account.pool,
                                 .asset = account.asset,
                                 .code = code};
    std::vector<ledger::TransferResult> results;
    NoHistory history;
    ledger::apply(std::span(&event, 1), ledger, context, history, scratch_, results);
    return results[0].status;
  }

  // Credits less debits, posted.
  [[nodiscard]] base::i128 net(AccountId id) const {
    const ledger::Account& a = *ledger.accounts.find(id);
    return base::try_difference(a.credits_posted, a.debits_posted)->units();
  }

  [[nodiscard]] std::optional<std::string> violation() const {
    for (const auto& found :
         {check_every_balance_has_a_pool(pools, ledger), check_conduits_mirror(pools, ledger),
          check_pool_life(pools, ledger), check_still_pools_stand_still(pools, ledger),
          check_releases_have_evidence(pools)})
      if (found) return found;
    return std::nullopt;
  }

 private:
  std::uint64_t next_account_ = 1000;
  std::uint64_t next_transfer_ = 1;
  ledger::TransferScratch scratch_;
};

}  // namespace cofferdam::pool::test
