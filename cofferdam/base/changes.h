// SPDX-License-Identifier: Apache-2.0
//
// Changes: what one command has done to the tables so far, in a form that can be taken back.
//
// Everything that the books remember lies in tables (table.h), and a table is only written through
// a Changes. That one habit gives: a refused command leaves no trace; a dry run is the run, taken
// back; a broken link takes back its chain and no more; and an invariant sees every row that a
// command touched, before and after, without knowing the command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cofferdam::base {

class TouchedTable {
 public:
  // Takes back the newest recorded change.
  virtual void undo_last() = 0;
  // The command stands: forget how to take it back.
  virtual void forget() = 0;

 protected:
  TouchedTable() = default;
  ~TouchedTable() = default;
  TouchedTable(const TouchedTable&) = default;
  TouchedTable& operator=(const TouchedTable&) = default;
  TouchedTable(TouchedTable&&) = default;
  TouchedTable& operator=(TouchedTable&&) = default;
};

class Changes {
 public:
  struct Mark {
    std::size_t size = 0;
  };

  // From here on changes are recorded apart, so that rollback(mark) takes back just these.
  [[nodiscard]] Mark mark() {
    ++serial_;
    return Mark{log_.size()};
  }

  // Takes back the whole command.
  void rollback() { rollback(Mark{}); }

  void rollback(Mark to) {
    while (log_.size() > to.size) {
      log_.back()->undo_last();
      log_.pop_back();
    }
    ++serial_;  // rows saved since the mark are no longer saved
    if (to.size == 0) start_next();
  }

  void commit() {
    for (TouchedTable* table : tables_) table->forget();
    log_.clear();
    start_next();
  }

  [[nodiscard]] bool empty() const { return log_.empty(); }

  [[nodiscard]] std::size_t size() const { return log_.size(); }

  // For tables: `first` when the table had nothing recorded in this command.
  void note(TouchedTable* table, bool first) {
    log_.push_back(table);
    if (first) tables_.push_back(table);
  }

  // A row saved at or after this serial need not be saved again.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

  // A row saved before this serial has not been touched by this command.
  [[nodiscard]] std::uint64_t command_serial() const { return command_serial_; }

 private:
  void start_next() {
    tables_.clear();
    command_serial_ = ++serial_;
  }

  std::vector<TouchedTable*> log_;
  std::vector<TouchedTable*> tables_;
  std::uint64_t serial_ = 1;
  std::uint64_t command_serial_ = 1;
};

}  // namespace cofferdam::base
