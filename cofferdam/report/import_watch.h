// SPDX-License-Identifier: Apache-2.0
//
// Looks at books into which history is imported, after every transaction: what ordinary books would
// have refused is found, dated and named. It refuses nothing.
#pragma once

#include "cofferdam/engine/state.h"
#include "cofferdam/report/import.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::report {

class ImportWatch {
 public:
  // Begins with what the books hold.
  ImportWatch(const engine::State& state, ImportResult& result);

  // One leg that was booked: of a crossing in two pools.
  void moved(base::AccountId debit, base::AccountId credit, base::Amount amount);
  // The transaction is complete: says what is not as it should be, and was before, or the reverse.
  void look(const ForeignTransaction& transaction,
            const std::map<base::AccountId, std::string>& names);
  void add(ImportFinding finding);

 private:
  using Compartment = std::pair<base::PoolId, base::AssetId>;

  struct Standing {
    base::i128 held = 0;
    base::i128 owed = 0;
    base::i128 between = 0;  // owed to other pools over conduits

    // What is missing; zero or less when the pool is whole.
    [[nodiscard]] base::i128 missing() const {
      return owed + std::max<base::i128>(0, between) - held;
    }
  };

  void change(const ledger::Account& account, base::i128 credit);

  const engine::State& state_;
  ImportResult& result_;
  std::map<Compartment, Standing> standings_;
  std::set<Compartment> short_;
  std::set<base::AccountId> overdrawn_;
  std::set<Compartment> touched_;
  std::set<base::AccountId> touched_accounts_;
};

}  // namespace cofferdam::report
