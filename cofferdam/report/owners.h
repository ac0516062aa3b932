// SPDX-License-Identifier: Apache-2.0
//
// Who owners are: personal data, kept beside the journal and never in it. The journal knows an
// owner as an opaque number; the label that a person can read lies in private/owners.db of the
// books' folder (mode 0600) and can be erased without touching a balance or a hash.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/books/ledger/ledger.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct sqlite3;

namespace cofferdam::report {

inline constexpr std::size_t kOwnerLabelMax = 1'024;

class Owners {
 public:
  // Makes the folder and the file where they are missing.
  [[nodiscard]] static base::Result<Owners> open(const std::string& books_folder);

  [[nodiscard]] base::Result<void> set(base::OwnerId owner, const std::string& label);
  // In one transaction.
  [[nodiscard]] base::Result<void> set_all(
      const std::vector<std::pair<base::OwnerId, std::string>>& labels);
  [[nodiscard]] base::Result<std::optional<std::string>> get(base::OwnerId owner) const;
  [[nodiscard]] base::Result<std::vector<std::pair<base::OwnerId, std::string>>> all() const;
  // The label is overwritten on the disk (SQLite's secure_delete). False when there was none.
  [[nodiscard]] base::Result<bool> erase(base::OwnerId owner);

 private:
  struct Closer {
    void operator()(sqlite3* db) const;
  };

  explicit Owners(sqlite3* db) : db_(db) {}

  std::unique_ptr<sqlite3, Closer> db_;
};

// Labels by owner for reports: empty where no file exists; nothing is created.
class OwnerLabels {
 public:
  [[nodiscard]] static base::Result<OwnerLabels> read(const std::string& books_folder);
  // The label, or the id.
  [[nodiscard]] std::string of(base::OwnerId owner) const;
  // What stands for the account's owner in a report: the owner's label; of an account of the pool
  // itself the label that is kept under the account's own id, or nothing.
  [[nodiscard]] std::string of(const ledger::Account& account) const;

  [[nodiscard]] const std::vector<std::pair<base::OwnerId, std::string>>& all() const {
    return labels_;
  }

  // Whom a person means: an id, or the label of exactly one owner.
  [[nodiscard]] base::Result<base::OwnerId> owner_of(const std::string& text) const;

 private:
  [[nodiscard]] const std::string* find(base::OwnerId owner) const;

  std::vector<std::pair<base::OwnerId, std::string>> labels_;  // sorted by owner
};

}  // namespace cofferdam::report
