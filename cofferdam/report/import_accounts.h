// SPDX-License-Identifier: Apache-2.0
//
// What the names of a foreign file stand for in our books: assets, pools and accounts, those that
// exist and those that are to be made.
#pragma once

#include "cofferdam/report/import.h"

#include <map>

namespace cofferdam::report {

struct ImportedAsset {
  std::string code;
  unsigned scale = 0;
  std::size_t line = 0;  // where it is first met
};

struct ImportedAccount {
  std::string name;
  std::size_t asset = 0;  // place in `assets`
  std::size_t pool = 0;   // place in `pools`
  ledger::AccountClass account_class = ledger::AccountClass::general;
  ledger::OwnerClass owner_class = ledger::OwnerClass::house;
  std::size_t line = 0;
  std::string_view column;

  [[nodiscard]] base::OwnerId owner() const;
};

// Numbers of assets, pools and accounts are their places here.
struct ImportNames {
  std::vector<ImportedAsset> assets;
  std::vector<std::string> pools;
  std::vector<ImportedAccount> accounts;

  // Of every transaction, of every posting: its account, and its units, debit positive.
  struct Posting {
    std::size_t account = 0;
    base::i128 units = 0;
  };

  std::vector<std::vector<Posting>> postings;
};

// `state`: the books as they are, for the scales of assets that exist.
[[nodiscard]] base::Result<ImportNames> name_all(const ForeignBooks& books,
                                                 const ImportRequest& request,
                                                 const engine::State& state);

// From the name and the asset alone, so that every source means the same account by it.
[[nodiscard]] base::AccountId imported_account_id(std::string_view name, std::string_view asset);

}  // namespace cofferdam::report
