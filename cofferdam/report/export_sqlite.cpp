// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/export_sqlite.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/entries.h"
#include "cofferdam/report/sqlite.h"
#include "cofferdam/report/trial_balance.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace cofferdam::report {

namespace {

using base::Result;

constexpr const char* kSchema = R"(
CREATE TABLE assets(id INTEGER PRIMARY KEY, code TEXT UNIQUE, scale INTEGER, description TEXT);
CREATE TABLE pools(id INTEGER PRIMARY KEY, code TEXT UNIQUE, activity TEXT, exposure TEXT,
                   regime TEXT, state TEXT);
CREATE TABLE accounts(id TEXT PRIMARY KEY, path TEXT UNIQUE, pool INTEGER REFERENCES pools(id),
                      asset INTEGER REFERENCES assets(id), class TEXT, owner_class TEXT,
                      owner TEXT, debits TEXT, credits TEXT, balance TEXT, balance_units TEXT)
  WITHOUT ROWID;
CREATE TABLE transfers(sequence INTEGER, position INTEGER, time TEXT, value_date TEXT, id TEXT,
                       pool INTEGER REFERENCES pools(id), asset INTEGER REFERENCES assets(id),
                       debit TEXT REFERENCES accounts(id), credit TEXT REFERENCES accounts(id),
                       amount TEXT, units TEXT, code INTEGER, reason TEXT, reference TEXT,
                       PRIMARY KEY(sequence, position)) WITHOUT ROWID;
)";

class Writer {
 public:
  Writer(sqlite3* db, engine::Engine& engine, const OwnerLabels& labels)
      : db_(db), engine_(engine), state_(engine.state()), labels_(labels) {}

  Result<void> write() {
    for (const char* sql : {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "BEGIN", kSchema})
      if (Result<void> done = sqlite_run(db_, sql); !done) return done;
    for (const auto step : {&Writer::write_assets, &Writer::write_pools, &Writer::write_accounts,
                            &Writer::write_transfers})
      if (Result<void> done = (this->*step)(); !done) return done;
    return sqlite_run(db_, "COMMIT");
  }

 private:
  // Writes rows that `each` hands to the given function with their values bound.
  template <class Each>
  Result<void> insert(std::string_view sql, Each each) {
    Result<SqliteStatement> statement = SqliteStatement::prepare(db_, sql);
    if (!statement) return std::unexpected(std::move(statement).error());
    Result<void> outcome;
    const auto store = [&](auto bind) -> Result<void> {
      bind(*statement);
      Result<bool> done = statement->step();
      if (!done) return std::unexpected(std::move(done).error());
      return {};
    };
    each([&](auto bind) {
      if (outcome) outcome = store(bind);
      return outcome;
    });
    return outcome;
  }

  Result<void> write_assets() {
    return insert("INSERT INTO assets VALUES(?,?,?,?)", [&](auto store) {
      state_.ledger.assets.each([&](const ledger::Asset& asset) {
        store([&](SqliteStatement& row) {
          row.bind(1, std::int64_t{asset.id.value()});
          row.bind(2, asset.code);
          row.bind(3, std::int64_t{asset.scale});
          row.bind(4, asset.description);
        });
      });
    });
  }

  Result<void> write_pools() {
    return insert("INSERT INTO pools VALUES(?,?,?,?,?,?)", [&](auto store) {
      state_.pool.pools.each([&](const pool::Pool& pool) {
        store([&](SqliteStatement& row) {
          row.bind(1, std::int64_t{pool.id.value()});
          row.bind(2, pool.code);
          row.bind(3, pool.activity);
          row.bind(4, pool.exposure);
          row.bind(5, base::name_of(pool.regime));
          row.bind(6, base::name_of(pool.state));
        });
      });
    });
  }

  Result<void> write_accounts() {
    return insert("INSERT INTO accounts VALUES(?,?,?,?,?,?,?,?,?,?,?)", [&](auto store) {
      for (const ledger::Account* account : accounts_in_order(state_))
        store([&](SqliteStatement& row) {
          const base::AssetId asset = account->asset;
          row.bind(1, base::to_text(account->id.value()));
          row.bind(2, account_path(state_, *account));
          row.bind(3, std::int64_t{account->pool.value()});
          row.bind(4, std::int64_t{asset.value()});
          row.bind(5, base::name_of(account->account_class));
          row.bind(6, base::name_of(account->owner_class));
          row.bind(7, labels_.of(account->owner));
          row.bind(8, amount_text(state_, asset, account->debits_posted));
          row.bind(9, amount_text(state_, asset, account->credits_posted));
          row.bind(10, amount_text(state_, asset, net_debit(*account)));
          row.bind(11, base::to_text(net_debit(*account).units()));
        });
    });
  }

  Result<void> write_transfers() {
    Result<void> walked;
    Result<void> written =
        insert("INSERT INTO transfers VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", [&](auto store) {
          walked = each_entry(engine_, [&](const Entry& entry) {
            return store([&](SqliteStatement& row) { bind(row, entry); });
          });
        });
    return walked ? written : walked;
  }

  void bind(SqliteStatement& row, const Entry& entry) const {
    row.bind(1, static_cast<std::int64_t>(entry.sequence));
    row.bind(2, static_cast<std::int64_t>(entry.position));
    row.bind(3, base::format_time(entry.time));
    row.bind(4, base::format_date(entry.value_date));
    row.bind(5, entry.transfer.is_none() ? "" : base::to_text(entry.transfer.value()));
    row.bind(6, std::int64_t{entry.pool.value()});
    row.bind(7, std::int64_t{entry.asset.value()});
    row.bind(8, base::to_text(entry.debit.value()));
    row.bind(9, base::to_text(entry.credit.value()));
    row.bind(10, amount_text(state_, entry.asset, entry.amount));
    row.bind(11, base::to_text(entry.amount.units()));
    row.bind(12, std::int64_t{entry.code});
    row.bind(13, reason_name(entry.code));
    row.bind(14, entry.reference == 0 ? "" : base::to_text(entry.reference));
  }

  sqlite3* db_;
  engine::Engine& engine_;
  const engine::State& state_;
  const OwnerLabels& labels_;
};

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};

[[nodiscard]] Result<void> sync_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return journal::disk_failure("open", path, errno);
  const int code = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (code != 0) return journal::disk_failure("sync", path, code);
  return {};
}

}  // namespace

Result<void> export_sqlite(engine::Engine& engine, const OwnerLabels& labels,
                           const std::string& path) {
  const std::string partial = path + ".partial";
  ::unlink(partial.c_str());
  const auto fill = [&]() -> Result<void> {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(partial.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const std::unique_ptr<sqlite3, Closer> db(opened);
    if (code != SQLITE_OK) return sqlite_failure(db.get(), partial);
    return Writer(db.get(), engine, labels).write();
  };
  Result<void> filled = fill();
  if (filled) filled = sync_file(partial);
  if (filled && std::rename(partial.c_str(), path.c_str()) != 0)
    filled = journal::disk_failure("rename", partial, errno);
  if (!filled) ::unlink(partial.c_str());
  return filled;
}

}  // namespace cofferdam::report
