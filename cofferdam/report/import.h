// SPDX-License-Identifier: Apache-2.0
//
// Takes foreign books over into ours, as they were. An account's id is drawn from its name and
// asset, a transaction's from the source and its key: what is imported again is answered from the
// record and booked no second time; what stands under the same key with other content is an error
// that names the field.
//
// History is recorded, not judged: the pools that an import makes allow deficits and every edge. A
// transaction inside one pool becomes transfers; what it moves between pools goes over a declared
// observation conduit, as a breach. What ordinary books would have refused is found and named.
//
// All or nothing: the file is read whole, then rehearsed on a copy of the books, and only when
// everything would be accepted is the first command given. An import that is cut off by a crash is
// completed by giving it again.
#pragma once

#include "cofferdam/books/pool/pool.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/foreign_books.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cofferdam::report {

// What becomes of the accounts whose names match; of several rules the first. What it leaves open
// is told by the first part of the name, as hledger tells types: assets are custody, liabilities
// are owed to a client of their own, equity, income and expenses are the house's.
struct AccountRule {
  std::string name;
  std::string pool;
  std::optional<ledger::AccountClass> account_class;
  std::optional<ledger::OwnerClass> owner_class;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "a name, in which * stands for anything");
    visit("pool", self.pool, "code of the pool that the account lies in; empty: the general one");
    visit("class", self.account_class, "what the account is for; absent: told by its name");
    visit("owner_class", self.owner_class, "whose money it is; absent: told by its name");
  }
};

struct PoolRule {
  std::string code;
  pool::Regime regime = pool::Regime::capital;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "of a pool that the import makes");
    visit("regime", self.regime, "what kind of pool");
  }
};

struct AssetRule {
  std::string name;
  std::string code;
  std::optional<std::uint8_t> scale;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "as the file has it");
    visit("code", self.code, "code of the asset; empty: the name");
    visit("scale", self.scale, "decimal digits after the point, of an asset that the import makes");
  }
};

struct ImportRequest {
  std::string source = "import";
  std::string venue = "imported";
  std::string pool = "imported";
  std::vector<AccountRule> accounts;
  std::vector<PoolRule> pools;
  std::vector<AssetRule> assets;
  base::PrincipalId principal{1};
  bool dry_run = false;
};

inline constexpr std::size_t kFindingsListed = 1'000;

struct ImportFinding {
  std::string kind;
  base::Date date;
  std::uint32_t line = 0;
  std::string pool;
  std::string owed_to;
  std::string account;
  std::string asset;
  std::string amount;
  std::string description;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind,
          "crossed: value went through the wall between two pools; not_whole: a pool holds less "
          "than it owes; whole_again; overdrawn: a custody account or a claim is below zero; "
          "covered_again");
    visit("date", self.date, "the day that the transaction counts for");
    visit("line", self.line, "where it stands in the file");
    visit("pool", self.pool, "the pool; of a crossing the one that owes for it since then");
    visit("owed_to", self.owed_to, "of a crossing the pool that it is owed to");
    visit("account", self.account, "name of the account");
    visit("asset", self.asset, "what is counted");
    visit("amount", self.amount, "what crossed, or what is missing");
    visit("description", self.description, "of the transaction");
  }
};

struct ImportResult {
  std::string file;
  std::string source;
  bool dry_run = false;
  std::uint32_t transactions = 0;
  std::uint32_t known = 0;
  std::uint32_t booked = 0;
  std::uint32_t transfers = 0;
  std::uint32_t crossings = 0;
  std::uint32_t accounts = 0;
  std::uint32_t assets = 0;
  std::uint32_t pools = 0;
  std::uint32_t conduits = 0;
  std::uint32_t findings_total = 0;
  std::vector<ImportFinding> findings;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "what was read");
    visit("source", self.source, "under whose name it was booked");
    visit("dry_run", self.dry_run, "whether nothing was booked");
    visit("transactions", self.transactions, "in the file");
    visit("known", self.known, "of these, booked by an earlier import, or moving nothing");
    visit("booked", self.booked, "of these, booked now");
    visit("transfers", self.transfers, "inside pools");
    visit("crossings", self.crossings, "between pools, each a breach");
    visit("accounts", self.accounts, "opened");
    visit("assets", self.assets, "declared");
    visit("pools", self.pools, "made");
    visit("conduits", self.conduits, "observation conduits declared");
    visit("findings_total", self.findings_total, "what ordinary books would have refused");
    visit("findings", self.findings, "of these the first 1,000");
  }
};

using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;

// Owners' labels are written beside the journal: the account names of the file.
[[nodiscard]] base::Result<ImportResult> import_books(engine::Engine& engine,
                                                      const std::string& books_folder,
                                                      const ForeignBooks& books,
                                                      const ImportRequest& request,
                                                      const ImportProgress& progress);

}  // namespace cofferdam::report
