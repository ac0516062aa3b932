// SPDX-License-Identifier: Apache-2.0
//
// The peer: what SQLite gives for the same work, durably (WAL, synchronous=FULL), in batches of
// 8,190: two balances updated and one transfer stored, without and with the indexes a ledger needs.
// Usage: sqlite_bench FOLDER [batches]
#include "bench/figures.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sqlite3.h>
#include <string>

namespace {

using cofferdam::bench::Clock;
using cofferdam::bench::Dice;
using cofferdam::bench::seconds_since;

constexpr int kBatch = 8'190;
constexpr std::uint32_t kAccounts = 10'000;

class Database {
 public:
  explicit Database(const std::string& path) {
    std::filesystem::remove(path);
    cofferdam::bench::must_hold(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "cannot open");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE account(id INTEGER PRIMARY KEY, debits INTEGER, credits INTEGER)");
    run("CREATE TABLE transfer(id BLOB, debit INTEGER, credit INTEGER, amount INTEGER)");
    run("BEGIN");
    for (std::uint32_t i = 1; i <= kAccounts; ++i)
      run("INSERT INTO account VALUES(" + std::to_string(i) + ",0,0)");
    run("COMMIT");
  }

  ~Database() { sqlite3_close(db_); }

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const std::string& sql) {
    cofferdam::bench::must_hold(
        sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
        sqlite3_errmsg(db_));
  }

  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    cofferdam::bench::must_hold(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK,
                                sqlite3_errmsg(db_));
    return statement;
  }

 private:
  sqlite3* db_ = nullptr;
};

void step(sqlite3_stmt* statement) {
  cofferdam::bench::must_hold(sqlite3_step(statement) == SQLITE_DONE, "a statement failed");
  sqlite3_reset(statement);
}

double rate(const std::string& folder, bool indexes, int batches) {
  Database db(folder + "/peer.sqlite");
  if (indexes) {
    db.run("CREATE UNIQUE INDEX by_id ON transfer(id)");
    db.run("CREATE INDEX by_debit ON transfer(debit)");
    db.run("CREATE INDEX by_credit ON transfer(credit)");
  }
  sqlite3_stmt* debit = db.prepare("UPDATE account SET debits = debits + ?2 WHERE id = ?1");
  sqlite3_stmt* credit = db.prepare("UPDATE account SET credits = credits + ?2 WHERE id = ?1");
  sqlite3_stmt* insert = db.prepare("INSERT INTO transfer VALUES(?1,?2,?3,?4)");
  Dice dice(42);
  const auto start = Clock::now();
  for (int b = 0; b < batches; ++b) {
    db.run("BEGIN");
    for (int i = 0; i < kBatch; ++i) {
      const cofferdam::base::u128 id = dice.id();
      const int from = static_cast<int>(1 + dice.below(kAccounts));
      const int to = static_cast<int>(1 + dice.below(kAccounts));
      const int amount = static_cast<int>(1 + dice.below(1000));
      sqlite3_bind_int(debit, 1, from);
      sqlite3_bind_int(debit, 2, amount);
      step(debit);
      sqlite3_bind_int(credit, 1, to);
      sqlite3_bind_int(credit, 2, amount);
      step(credit);
      sqlite3_bind_blob(insert, 1, &id, sizeof(id), SQLITE_TRANSIENT);
      sqlite3_bind_int(insert, 2, from);
      sqlite3_bind_int(insert, 3, to);
      sqlite3_bind_int(insert, 4, amount);
      step(insert);
    }
    db.run("COMMIT");
  }
  const double seconds = seconds_since(start);
  for (sqlite3_stmt* statement : {debit, credit, insert}) sqlite3_finalize(statement);
  return batches * static_cast<double>(kBatch) / seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "sqlite_bench.books";
  const int batches = argc > 2 ? std::atoi(argv[2]) : 100;
  std::filesystem::create_directories(folder);
  cofferdam::bench::figure("SQLite, bare: transfers/s", rate(folder, false, batches));
  cofferdam::bench::figure("SQLite, unique id and two indexes: transfers/s",
                           rate(folder, true, batches));
  std::filesystem::remove_all(folder);
}
