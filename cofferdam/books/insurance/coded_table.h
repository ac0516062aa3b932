// SPDX-License-Identifier: Apache-2.0
//
// Rows that are found by their key and by their code, neither of which ever changes; no row is ever
// erased. The codes are an index of the rows and stand in no encoding: books hash as without it.
#pragma once

#include "cofferdam/base/table.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cofferdam::insurance {

template <class Row>
class CodedTable final : private base::TouchedTable {
 public:
  using Key = typename Row::Key;

  CodedTable() = default;
  CodedTable(const CodedTable&) = delete;
  CodedTable& operator=(const CodedTable&) = delete;

  [[nodiscard]] std::size_t size() const { return table_.size(); }

  [[nodiscard]] const std::map<Key, Row>& rows() const { return table_.rows(); }

  [[nodiscard]] const Row* find(const Key& key) const { return table_.find(key); }

  [[nodiscard]] const Row* find_code(std::string_view code) const {
    const auto found = keys_.find(code);
    return found == keys_.end() ? nullptr : table_.find(found->second);
  }

  [[nodiscard]] Row& edit(base::Changes& changes, const Key& key) {
    return table_.edit(changes, key);
  }

  void insert(base::Changes& changes, const Row& row) {
    table_.insert(changes, row);
    const bool added = keys_.emplace(row.code, row.key()).second;
    COFFERDAM_CHECK(added, "a row with this code exists");
    changes.note(this, added_.empty());
    added_.push_back(row.code);
  }

  template <class F>
  void each_touched(F&& f) const {
    table_.each_touched(f);
  }

  [[nodiscard]] bool untouched() const { return table_.untouched(); }

  template <class F>
  void each(F&& f) const {
    table_.each(f);
  }

  void encode_to(base::Encoder& out) const { table_.encode_to(out); }

  void decode_from(base::Decoder& in) {
    table_.decode_from(in);
    keys_.clear();
    added_.clear();
    table_.each([&](const Row& row) {
      if (!keys_.emplace(row.code, row.key()).second) in.fail();
    });
  }

 private:
  struct Hash {
    using is_transparent = void;

    [[nodiscard]] std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  void undo_last() override {
    keys_.erase(added_.back());
    added_.pop_back();
  }

  void forget() override { added_.clear(); }

  base::OrderedTable<Row> table_;
  std::unordered_map<std::string, Key, Hash, std::equal_to<>> keys_;
  std::vector<std::string> added_;  // by the command that runs
};

}  // namespace cofferdam::insurance
