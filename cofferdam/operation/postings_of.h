// SPDX-License-Identifier: Apache-2.0
//
// Which transfers of the journal concern an account, an owner, a pool, a code, a reference. The one
// place through which queries ask this, whatever finds the answer.
#pragma once

#include "cofferdam/engine/engine.h"

#include <functional>
#include <memory>
#include <optional>

namespace cofferdam::operation {

using base::Result;

struct PostingFilter {
  base::AccountId account;  // on either side
  base::OwnerId owner;      // of either account
  base::PoolId pool;
  base::AssetId asset;
  std::optional<std::uint16_t> code;
  std::optional<base::u128> reference;  // user_data_128
  std::optional<base::Time> since;
  std::optional<base::Time> before;
  bool with_refused = false;  // attempts that burned their id as well
  bool with_command = false;  // Posting::by is filled in
  base::Sequence first = 1;   // records from here
  std::uint64_t first_address = 0;
  base::Sequence last = 0;  // to here
};

// A transfer with its accounts filled in: one that resolves a hold may name them by the hold only.
struct Posting {
  ledger::StoredTransfer stored;
  base::AccountId debit_account;
  base::AccountId credit_account;
  base::PoolId pool;
  base::AssetId asset;
  base::Amount held;  // where it resolves a hold: how much that was
  std::shared_ptr<const engine::RecordedCommand> by;
};

// Calls `take` in the order of addresses until it returns false.
[[nodiscard]] Result<void> postings_of(engine::Engine& engine, const engine::State& state,
                                       const PostingFilter& filter,
                                       const std::function<bool(const Posting&)>& take);

// The posting with its accounts, from what the journal stores of it.
[[nodiscard]] Result<Posting> complete(engine::Engine& engine, const engine::State& state,
                                       const ledger::StoredTransfer& stored);

}  // namespace cofferdam::operation
