// SPDX-License-Identifier: Apache-2.0
//
// The little of SQLite that reports need, with errors as values.
#pragma once

#include "cofferdam/base/error.h"

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <utility>

namespace cofferdam::report {

[[nodiscard]] inline std::unexpected<base::Error> sqlite_failure(sqlite3* db,
                                                                 std::string_view doing) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                     .field = std::string(doing),
                                     .value = {},
                                     .rule = db != nullptr ? sqlite3_errmsg(db) : "out of memory"});
}

[[nodiscard]] inline base::Result<void> sqlite_run(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return sqlite_failure(db, sql);
  return {};
}

class SqliteStatement {
 public:
  [[nodiscard]] static base::Result<SqliteStatement> prepare(sqlite3* db, std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
        SQLITE_OK)
      return sqlite_failure(db, sql);
    return SqliteStatement(db, statement);
  }

  void bind(int index, std::string_view text) {
    // SQLITE_TRANSIENT is a C cast of -1; the bytes are copied.
    sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(),
                        reinterpret_cast<sqlite3_destructor_type>(-1), SQLITE_UTF8);
  }

  void bind(int index, std::int64_t number) { sqlite3_bind_int64(statement_.get(), index, number); }

  void bind_bytes(int index, std::string_view bytes) {
    sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(),
                        reinterpret_cast<sqlite3_destructor_type>(-1));
  }

  // True while there is a row; false when done. After false the statement can run again.
  [[nodiscard]] base::Result<bool> step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    const int reset = sqlite3_reset(statement_.get());
    if (code != SQLITE_DONE || reset != SQLITE_OK) return sqlite_failure(db_, "step");
    return false;
  }

  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(bytes, size);
  }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  SqliteStatement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}

  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

}  // namespace cofferdam::report
