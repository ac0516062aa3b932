// SPDX-License-Identifier: Apache-2.0
//
// The auditor: a second ledger, written from the rules in the reference and from nothing else, as
// plainly as it can be said, over std::map. It shares the structs of the commands and the names of
// the statuses with the product and no line of its logic. For every command of the ledger it says
// what the answer must be; of the commands of other rooms it takes the legs that they say they have
// booked, looks whether those are possible, and keeps the balances that follow from them.
#pragma once

#include "cofferdam/engine/engine.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cofferdam::simulation {

using base::i128;
using base::u128;
using ledger::Transfer;
using ledger::TransferStatus;

struct AccountBook {
  ledger::AccountEvent made;
  u128 debits_pending = 0;
  u128 debits_posted = 0;
  u128 credits_pending = 0;
  u128 credits_posted = 0;
  bool closed = false;
  bool frozen = false;
  std::optional<i128> floor;
  std::optional<i128> ceiling;
};

struct PoolBook {
  pool::PoolState state = pool::PoolState::draft;
  pool::CreatePool made;
  bool has_agreement = false;
};

enum class End { not_a_hold, open, posted, voided, expired };

struct PastTransfer {
  Transfer event;  // with the amount that was moved
  TransferStatus status = TransferStatus::ok;
  End end = End::not_a_hold;
  std::int64_t expires = 0;  // 0: never
  std::uint64_t order = 0;   // of the event among all events
};

struct PastBatch {
  std::vector<Transfer> accepted;
  bool reverted = false;
};

// Everything that the auditor remembers; copied to take a chain or a command back.
struct AuditorBooks {
  bool founded = false;
  std::int64_t last_time = 0;
  std::uint64_t events = 0;
  std::uint32_t assets = 0;
  std::map<std::uint32_t, std::uint16_t> roles;  // of the principals
  std::map<std::uint32_t, PoolBook> pools;
  std::map<u128, AccountBook> accounts;
  std::map<u128, PastTransfer> transfers;
  std::map<u128, PastBatch> batches;                        // by command id
  std::map<std::uint32_t, std::uint8_t> transfer_policies;  // by pool; 0 for all of them
  std::set<std::string> asset_codes;
};

// What an answer must be.
struct Expected {
  engine::DoorStatus door = engine::DoorStatus::ok;
  std::uint16_t status = 0;
  bool whole = false;  // every part of the outcome is foretold, not only that it is consistent
  std::vector<std::uint8_t> events;
  std::map<std::uint32_t, u128> moved;
  std::vector<Transfer> postings;
  std::vector<std::optional<std::pair<AccountBook, AccountBook>>> balances;
};

class Auditor {
 public:
  // Accounts that the system opens for itself, learned from the engine, and the record that did it.
  struct SystemAccount {
    ledger::AccountEvent made;
    base::Sequence opened = 0;
  };

  using Registry = std::map<u128, SystemAccount>;

  explicit Auditor(Registry& registry) : registry_(registry) {}

  // Follows a recorded command. The text says how the reply differs from the rules; empty if not.
  [[nodiscard]] std::string follow(const engine::Request& request, const engine::Reply& reply);
  // The shape that a command must be refused with, 0 for none.
  [[nodiscard]] static std::uint16_t shape_of(const engine::Command& command);

  // How the engine's books differ from the auditor's; empty if not.
  [[nodiscard]] std::string compare(const engine::State& state);

  [[nodiscard]] const AuditorBooks& books() const { return books_; }

 private:
  struct Answer {
    TransferStatus status = TransferStatus::ok;
    u128 amount = 0;
  };

  [[nodiscard]] engine::DoorStatus door(const engine::Request& request) const;
  [[nodiscard]] Expected expect(const engine::Request& request, const engine::Reply& reply);
  [[nodiscard]] std::string follow_other(const engine::Request& request,
                                         const engine::Reply& reply);
  [[nodiscard]] std::string book_postings(const engine::Outcome& outcome);

  void run_accounts(const ledger::CreateAccounts& command, Expected& expected);
  [[nodiscard]] ledger::AccountStatus judge_account(const ledger::AccountEvent& event) const;
  void run_transfers(u128 command, const ledger::CreateTransfers& batch, std::int64_t now,
                     Expected& expected);
  [[nodiscard]] bool guards_hold(const ledger::CreateTransfers& batch) const;
  [[nodiscard]] Answer judge_transfer(const Transfer& t, std::int64_t now) const;
  [[nodiscard]] Answer judge_movement(const Transfer& t, std::int64_t now) const;
  [[nodiscard]] Answer judge_resolution(const Transfer& t, std::int64_t now) const;
  [[nodiscard]] TransferStatus judge_limits(const AccountBook& debit, const AccountBook& credit,
                                            u128 amount, bool pending) const;
  [[nodiscard]] TransferStatus compare_with(const Transfer& t, const PastTransfer& past) const;
  void apply_transfer(const Transfer& t, u128 amount, std::int64_t now);
  void end_hold(PastTransfer& hold, u128 posted, End end);
  [[nodiscard]] std::uint16_t change_account(const ledger::ChangeAccount& command);
  void tick(std::int64_t now, Expected& expected);
  [[nodiscard]] std::uint16_t revert(const engine::RevertBatch& command, Expected& expected);
  [[nodiscard]] bool policy_broken() const;
  [[nodiscard]] bool collateral_short() const;

  [[nodiscard]] AccountBook& account(u128 id) { return books_.accounts.at(id); }

  Registry& registry_;
  AuditorBooks books_;
};

}  // namespace cofferdam::simulation
