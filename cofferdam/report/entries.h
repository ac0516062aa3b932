// SPDX-License-Identifier: Apache-2.0
//
// Every movement that the books have accepted, read from the journal in order: transfers, holds
// when they are posted, and the postings of the system's own commands. What only held or released
// (pending, void, expiry) moved nothing and is passed over.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace cofferdam::report {

struct Entry {
  base::Sequence sequence = 0;
  std::size_t position = 0;  // in the record
  base::Time time;
  base::Date value_date;
  base::CommandId command;
  std::uint16_t operation = 0;
  base::TransferId transfer;  // none for a posting of the system
  base::AccountId debit;
  base::AccountId credit;
  base::PoolId pool;
  base::AssetId asset;
  base::Amount amount;
  std::uint16_t code = 0;
  base::u128 reference = 0;  // user_data_128
  bool reversal = false;
};

using EntryVisitor = std::function<base::Result<void>(const Entry&)>;

// The movements of records that are given in the order of the journal, from the first one on; the
// state knows every account that they name. What comes with an attached pool is no movement.
class EntryWalk {
 public:
  explicit EntryWalk(const engine::State& state) : state_(state) {}

  [[nodiscard]] base::Result<void> each(const engine::RecordedCommand& command,
                                        const EntryVisitor& visit);

 private:
  // The movement of a stored event, or nothing when it moved nothing.
  [[nodiscard]] base::Result<std::optional<Entry>> entry_of(const ledger::StoredTransfer& stored);

  const engine::State& state_;
  // Of the holds that are not resolved.
  std::map<base::u128, std::pair<base::AccountId, base::AccountId>> pending_;
};

// Stops at the first error that `visit` returns.
[[nodiscard]] base::Result<void> each_entry(engine::Engine& engine, const EntryVisitor& visit);

// What a reason code is called; its number where it has no name.
[[nodiscard]] std::string reason_name(std::uint16_t code);

}  // namespace cofferdam::report
