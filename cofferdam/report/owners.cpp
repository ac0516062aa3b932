// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/owners.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/report/input.h"
#include "cofferdam/report/sqlite.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace cofferdam::report {

namespace {

using base::Result;

// Decimal digits padded to one length, so that the text sorts as the number.
[[nodiscard]] std::string key_of(base::OwnerId owner) {
  const std::string digits = base::to_text(owner.value());
  return std::string(39 - digits.size(), '0') + digits;
}

[[nodiscard]] std::string file_of(const std::string& books_folder) {
  return books_folder + "/private/owners.db";
}

[[nodiscard]] std::unexpected<base::Error> cannot_open(const std::string& path) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                     .field = path,
                                     .value = {},
                                     .rule = "the file of owners must be writable"});
}

}  // namespace

void Owners::Closer::operator()(sqlite3* db) const {
  sqlite3_close(db);
}

Result<Owners> Owners::open(const std::string& books_folder) {
  const std::string path = file_of(books_folder);
  std::error_code trouble;
  std::filesystem::create_directories(books_folder + "/private", trouble);
  if (trouble || chmod((books_folder + "/private").c_str(), 0700) != 0) return cannot_open(path);
  // Made with its mode before SQLite writes the first byte.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return cannot_open(path);
  const bool closed = fchmod(file, 0600) == 0;
  ::close(file);
  if (!closed) return cannot_open(path);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
  Owners owners(db);
  if (code != SQLITE_OK) return sqlite_failure(db, path);
  sqlite3_busy_timeout(db, 5'000);
  Result<void> made = sqlite_run(db,
                                 "PRAGMA secure_delete=ON; PRAGMA journal_mode=DELETE;"
                                 "PRAGMA synchronous=FULL;"
                                 "CREATE TABLE IF NOT EXISTS owners("
                                 "owner TEXT PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID;");
  if (!made) return std::unexpected(std::move(made).error());
  return owners;
}

Result<void> Owners::set(base::OwnerId owner, const std::string& label) {
  return set_all({{owner, label}});
}

Result<void> Owners::set_all(const std::vector<std::pair<base::OwnerId, std::string>>& labels) {
  for (const auto& [owner, label] : labels) {
    if (owner.is_none()) return base::malformed("owner", "0", "an owner is not 0");
    if (label.empty() || label.size() > kOwnerLabelMax)
      return base::malformed("label", label, "a label has 1 to 1024 bytes");
    if (find_bad_text(label) != std::string::npos)
      return base::malformed("label", "", "must be UTF-8 text without NUL bytes");
  }
  if (Result<void> begun = sqlite_run(db_.get(), "BEGIN IMMEDIATE"); !begun) return begun;
  const auto write = [&]() -> Result<void> {
    auto statement =
        SqliteStatement::prepare(db_.get(), "INSERT OR REPLACE INTO owners VALUES(?1, ?2)");
    if (!statement) return std::unexpected(std::move(statement).error());
    for (const auto& [owner, label] : labels) {
      statement->bind(1, key_of(owner));
      statement->bind(2, label);
      if (Result<bool> done = statement->step(); !done)
        return std::unexpected(std::move(done).error());
    }
    return {};
  };
  Result<void> written = write();
  if (written) return sqlite_run(db_.get(), "COMMIT");
  if (Result<void> undone = sqlite_run(db_.get(), "ROLLBACK"); !undone) return undone;
  return written;
}

Result<std::optional<std::string>> Owners::get(base::OwnerId owner) const {
  auto statement = SqliteStatement::prepare(db_.get(), "SELECT label FROM owners WHERE owner = ?1");
  if (!statement) return std::unexpected(std::move(statement).error());
  statement->bind(1, key_of(owner));
  Result<bool> row = statement->step();
  if (!row) return std::unexpected(std::move(row).error());
  if (!*row) return std::nullopt;
  return statement->text(0);
}

Result<std::vector<std::pair<base::OwnerId, std::string>>> Owners::all() const {
  auto statement =
      SqliteStatement::prepare(db_.get(), "SELECT owner, label FROM owners ORDER BY owner");
  if (!statement) return std::unexpected(std::move(statement).error());
  std::vector<std::pair<base::OwnerId, std::string>> labels;
  while (true) {
    Result<bool> row = statement->step();
    if (!row) return std::unexpected(std::move(row).error());
    if (!*row) return labels;
    std::string digits = statement->text(0);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    Result<base::u128> owner = base::parse_u128(digits, "owners.db owner");
    if (!owner) return std::unexpected(std::move(owner).error());
    labels.emplace_back(base::OwnerId(*owner), statement->text(1));
  }
}

Result<bool> Owners::erase(base::OwnerId owner) {
  auto statement = SqliteStatement::prepare(db_.get(), "DELETE FROM owners WHERE owner = ?1");
  if (!statement) return std::unexpected(std::move(statement).error());
  statement->bind(1, key_of(owner));
  Result<bool> done = statement->step();
  if (!done) return done;
  return sqlite3_changes(db_.get()) > 0;
}

Result<OwnerLabels> OwnerLabels::read(const std::string& books_folder) {
  OwnerLabels labels;
  if (!std::filesystem::exists(file_of(books_folder))) return labels;
  Result<Owners> owners = Owners::open(books_folder);
  if (!owners) return std::unexpected(std::move(owners).error());
  auto all = owners->all();
  if (!all) return std::unexpected(std::move(all).error());
  labels.labels_ = std::move(*all);
  return labels;
}

const std::string* OwnerLabels::find(base::OwnerId owner) const {
  const auto at =
      std::lower_bound(labels_.begin(), labels_.end(), owner,
                       [](const auto& row, base::OwnerId id) { return row.first < id; });
  return at != labels_.end() && at->first == owner ? &at->second : nullptr;
}

std::string OwnerLabels::of(base::OwnerId owner) const {
  const std::string* label = find(owner);
  if (label != nullptr) return *label;
  return owner.is_none() ? "" : base::to_text(owner.value());
}

std::string OwnerLabels::of(const ledger::Account& account) const {
  if (!account.owner.is_none()) return of(account.owner);
  const std::string* label = find(base::OwnerId(account.id.value()));
  return label == nullptr ? "" : *label;
}

Result<base::OwnerId> OwnerLabels::owner_of(const std::string& text) const {
  if (Result<base::OwnerId> id = base::parse_id<base::OwnerId>(text, "owner"); id) return id;
  const auto named = [&](const auto& row) { return row.second == text; };
  const auto count = std::count_if(labels_.begin(), labels_.end(), named);
  if (count != 1)
    return base::malformed("owner", text,
                           count == 0 ? "must be an owner's id, or a label that is known"
                                      : "must not be the label of several owners: give the id");
  return std::find_if(labels_.begin(), labels_.end(), named)->first;
}

}  // namespace cofferdam::report
