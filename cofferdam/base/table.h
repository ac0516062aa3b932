// SPDX-License-Identifier: Apache-2.0
//
// Table: rows of one kind, found by key or by slot, changed only through a Changes.
//
// A row is a described struct with `using Key`, `Key key() const` (never changed after insertion)
// and a free or static hash through `std::uint64_t hash_key(Key)`. A row keeps its slot for life;
// the slot of an erased row is taken by the next insertion, last freed first. Slots are therefore
// the same in every replay, and encoding the table by slots is deterministic.
//
// OrderedTable keeps rows in the order of their keys, for queues and small sets that are walked.
#pragma once

#include "cofferdam/base/binary.h"
#include "cofferdam/base/changes.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/huge_pages.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/prefetch.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace cofferdam::base {

// Mixes all bits of a 128-bit key (the finaliser of Stafford 2011, mix 13, on both halves).
[[nodiscard]] constexpr std::uint64_t hash_key(u128 key) {
  std::uint64_t x = low64(key) ^ (high64(key) * 0x9e3779b97f4a7c15ULL);
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}

[[nodiscard]] constexpr std::uint64_t hash_key(std::uint64_t key) {
  return hash_key(static_cast<u128>(key));
}

[[nodiscard]] constexpr std::uint64_t hash_key(std::uint32_t key) {
  return hash_key(static_cast<u128>(key));
}

template <class Tag, class Rep>
[[nodiscard]] constexpr std::uint64_t hash_key(Id<Tag, Rep> id) {
  return hash_key(static_cast<u128>(id.value()));
}

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = ~Slot{0};

template <class Row>
class Table final : private TouchedTable {
 public:
  using Key = typename Row::Key;

  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  [[nodiscard]] std::size_t size() const { return slots_in_use_ - free_.size(); }

  // One past the highest slot ever used; walk with at(slot) where present(slot).
  [[nodiscard]] Slot slot_end() const { return static_cast<Slot>(slots_in_use_); }

  [[nodiscard]] bool present(Slot slot) const { return cell(slot).present; }

  [[nodiscard]] const Row& at(Slot slot) const {
    COFFERDAM_CHECK(slot < slots_in_use_ && cell(slot).present, "no row in this slot");
    return cell(slot).row;
  }

  [[nodiscard]] Slot find_slot(const Key& key) const {
    if (index_.empty()) return kNoSlot;
    const std::uint64_t hash = hash_key(key);
    for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
      const Entry entry = index_[i];
      if (entry.slot_plus_1 == 0) return kNoSlot;
      if (entry.tag == tag_of(hash) && cell(entry.slot_plus_1 - 1).row.key() == key)
        return entry.slot_plus_1 - 1;
    }
  }

  [[nodiscard]] const Row* find(const Key& key) const {
    const Slot slot = find_slot(key);
    return slot == kNoSlot ? nullptr : &cell(slot).row;
  }

  // Brings the index line of a key that will be looked up soon into the cache.
  void prefetch(const Key& key) const {
    if (!index_.empty()) base::prefetch(&index_[hash_key(key) & mask()], sizeof(Entry));
  }

  // Brings a row that will be used soon into the cache.
  void prefetch_row(Slot slot) const { base::prefetch(&cell(slot), sizeof(Cell)); }

  // The same by key, going by the index alone, which an earlier prefetch() has fetched.
  void prefetch_row_of(const Key& key) const {
    if (index_.empty()) return;
    const std::uint64_t hash = hash_key(key);
    std::size_t i = hash & mask();
    while (index_[i].slot_plus_1 != 0 && index_[i].tag != tag_of(hash)) i = (i + 1) & mask();
    if (index_[i].slot_plus_1 != 0) prefetch_row(index_[i].slot_plus_1 - 1);
  }

  // The row, to be changed; its state at the command's last mark is kept for rollback.
  [[nodiscard]] Row& edit(Changes& changes, Slot slot) {
    Cell& c = cell(slot);
    COFFERDAM_CHECK(slot < slots_in_use_ && c.present, "no row in this slot");
    if (c.saved_at < changes.serial()) {
      const bool first = c.saved_at < changes.command_serial();
      record(changes, Undo{Kind::edit, first, false, slot, c.inserted_by, c.saved_at, c.row});
      c.saved_at = changes.serial();
    }
    return c.row;
  }

  [[nodiscard]] Row& edit(Changes& changes, const Key& key) {
    const Slot slot = find_slot(key);
    COFFERDAM_CHECK(slot != kNoSlot, "no row with this key");
    return edit(changes, slot);
  }

  Slot insert(Changes& changes, Row row) {
    const bool reused = !free_.empty();
    const Slot slot = place(std::move(row));
    Cell& c = cell(slot);
    c.inserted_by = static_cast<std::uint32_t>(undo_.size());
    record(changes, Undo{Kind::insert, true, reused, slot, 0, 0, Row{}});
    c.saved_at = changes.serial();
    return slot;
  }

  void erase(Changes& changes, Slot slot) {
    Cell& c = cell(slot);
    COFFERDAM_CHECK(slot < slots_in_use_ && c.present, "no row in this slot");
    const bool first = c.saved_at < changes.command_serial();
    unlink(c.row.key());
    record(changes,
           Undo{Kind::erase, first, false, slot, c.inserted_by, c.saved_at, std::move(c.row)});
    vacate(slot);
    ++erased_;
  }

  // Calls f(const Row* before, const Row* after) once for every key whose row this command touched:
  // the row as it stood before the command and as it stands now, null where there was or is none.
  // A row that came and went within the command is not visited.
  template <class F>
  void each_touched(F&& f) const {
    if (erased_ == 0) return each_touched_in_place(f);
    std::vector<const Row*> left;  // rows of before that were erased, if only to come back
    for (const Undo& undo : undo_)
      if (undo.first && undo.kind != Kind::insert &&
          (!holds(undo.slot, undo.before.key()) || inserted_now(undo.slot)))
        left.push_back(&undo.before);
    const auto hash_of = [](const Row* row) { return hash_key(row->key()); };
    std::ranges::sort(left, {}, hash_of);
    const auto came_back = [&](const Key& key) {
      const auto same_hash = std::ranges::equal_range(left, hash_key(key), {}, hash_of);
      return std::ranges::any_of(same_hash, [&](const Row* row) { return row->key() == key; });
    };
    for (std::size_t i = 0; i < undo_.size(); ++i) {
      const Undo& undo = undo_[i];
      const Cell& c = cell(undo.slot);
      if (undo.kind == Kind::insert) {
        // The slot may have changed hands since; only the insertion of its present row counts, and
        // not where the same key is visited below, having had a row before.
        if (c.present && c.inserted_by == i && !came_back(c.row.key()))
          f(static_cast<const Row*>(nullptr), &c.row);
      } else if (undo.first) {
        f(&undo.before, holds(undo.slot, undo.before.key()) ? &c.row : find(undo.before.key()));
      }
    }
  }

  // The rows that this command inserted and that are still there.
  template <class F>
  void each_inserted(F&& f) const {
    for (std::size_t i = 0; i < undo_.size(); ++i) {
      if (undo_[i].kind != Kind::insert) continue;
      const Cell& c = cell(undo_[i].slot);
      if (c.present && c.inserted_by == i) f(c.row);
    }
  }

  [[nodiscard]] bool untouched() const { return undo_.empty(); }

  template <class F>
  void each(F&& f) const {
    for (Slot slot = 0; slot < slots_in_use_; ++slot)
      if (cell(slot).present) f(cell(slot).row);
  }

  void encode_to(Encoder& out) const {
    out.value(static_cast<std::uint32_t>(slots_in_use_));
    for (Slot slot = 0; slot < slots_in_use_; ++slot) {
      out.value(cell(slot).present);
      if (cell(slot).present) out.value(cell(slot).row);
    }
    out.value(static_cast<std::uint32_t>(free_.size()));
    for (const Slot slot : free_) out.value(slot);
  }

  // Replaces the content; only at start-up, from a snapshot.
  void decode_from(Decoder& in) {
    *this = Table{FromScratch{}};
    std::uint32_t slots = 0;
    in.value(slots);
    for (Slot slot = 0; slot < slots && !in.failed(); ++slot) {
      bool is_present = false;
      in.value(is_present);
      grow_to(slot);
      ++slots_in_use_;
      if (!is_present) continue;
      in.value(cell(slot).row);
      if (in.failed()) return;
      if (find_slot(cell(slot).row.key()) != kNoSlot) return in.fail();
      cell(slot).present = true;
      link(slot);
    }
    // The list names every vacant slot once, in the order of their use.
    std::uint32_t free_count = 0;
    in.value(free_count);
    std::vector<bool> listed(slots_in_use_);
    for (std::uint32_t i = 0; i < free_count && !in.failed(); ++i) {
      Slot slot = 0;
      in.value(slot);
      if (slot >= slots_in_use_ || cell(slot).present || listed[slot]) return in.fail();
      listed[slot] = true;
      free_.push_back(slot);
    }
    if (free_.size() + linked_ != slots_in_use_) in.fail();
  }

 private:
  enum class Kind : std::uint8_t { insert, edit, erase };

  // A large row begins on a cache line, behind what every change of it looks at.
  struct alignas(sizeof(Row) > 128 ? 64 : std::max(alignof(Row), alignof(std::uint64_t))) Cell {
    std::uint64_t saved_at = 0;     // serial of the Changes when the row was last saved
    std::uint32_t inserted_by = 0;  // index of the undo record, if inserted in this command
    bool present = false;
    Row row{};
  };

  struct Undo {
    Kind kind;
    bool first;   // the command had not touched this row before
    bool reused;  // an insertion that took a freed slot
    Slot slot;
    std::uint32_t inserted_by;
    std::uint64_t saved_at;
    Row before;
  };

  struct Entry {
    std::uint32_t tag = 0;
    Slot slot_plus_1 = 0;
  };

  struct FromScratch {};

  explicit Table(FromScratch /*unused*/) {}

  Table& operator=(Table&&) = default;

  static constexpr unsigned kChunkBits = 10;
  static constexpr std::size_t kChunk = std::size_t{1} << kChunkBits;
  static constexpr std::size_t kBlock = 16;  // chunks
  // Rows that are fetched in one go, so that their page walks overlap.
  static constexpr std::size_t kTogether = 32;

  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32);
  }

  [[nodiscard]] std::size_t mask() const { return index_.size() - 1; }

  [[nodiscard]] Cell& cell(Slot slot) { return chunks_[slot >> kChunkBits][slot % kChunk]; }

  [[nodiscard]] const Cell& cell(Slot slot) const {
    return chunks_[slot >> kChunkBits][slot % kChunk];
  }

  [[nodiscard]] bool holds(Slot slot, const Key& key) const {
    return cell(slot).present && cell(slot).row.key() == key;
  }

  // Where nothing was erased, every row that was edited still lies in its slot.
  template <class F>
  void each_touched_in_place(F&& f) const {
    for (std::size_t i = 0; i < undo_.size(); ++i) {
      if (i % kTogether == 0) {
        const std::size_t end = std::min(i + 2 * kTogether, undo_.size());
        for (std::size_t next = i + kTogether; next < end; ++next) {
          base::prefetch(&undo_[next], 128);
          base::prefetch(&cell(undo_[next].slot), 128);
        }
      }
      const Undo& undo = undo_[i];
      const Row& now = cell(undo.slot).row;
      if (undo.kind == Kind::insert) f(static_cast<const Row*>(nullptr), &now);
      if (undo.kind == Kind::edit && undo.first) f(&undo.before, &now);
    }
  }

  // Whether the row in this slot was inserted by the present command.
  [[nodiscard]] bool inserted_now(Slot slot) const {
    const std::uint64_t by = cell(slot).inserted_by;
    return by < undo_.size() && undo_[by].kind == Kind::insert && undo_[by].slot == slot;
  }

  // A small table grows by chunks; a large one by blocks of chunks, which may lie on huge pages.
  void grow_to(Slot slot) {
    if ((slot >> kChunkBits) < chunks_.size()) return;
    const std::size_t more = chunks_.size() < kBlock ? 1 : kBlock;
    blocks_.emplace_back(more * kChunk);
    for (std::size_t i = 0; i < more; ++i) chunks_.push_back(blocks_.back().data() + i * kChunk);
  }

  Slot place(Row row) {
    COFFERDAM_CHECK(find_slot(row.key()) == kNoSlot, "a row with this key exists");
    Slot slot = 0;
    if (free_.empty()) {
      slot = static_cast<Slot>(slots_in_use_);
      COFFERDAM_CHECK(slot != kNoSlot, "table is full");
      grow_to(slot);
      ++slots_in_use_;
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    cell(slot).row = std::move(row);
    cell(slot).present = true;
    link(slot);
    return slot;
  }

  void vacate(Slot slot) {
    Cell& c = cell(slot);
    c.row = Row{};
    c.present = false;
    c.saved_at = 0;
    free_.push_back(slot);
  }

  void link(Slot slot) {
    if (index_.empty() || (linked_ + 1) * 2 > index_.size()) rehash();
    insert_entry(hash_key(cell(slot).row.key()), slot);
    ++linked_;
  }

  void insert_entry(std::uint64_t hash, Slot slot) {
    std::size_t i = hash & mask();
    while (index_[i].slot_plus_1 != 0) i = (i + 1) & mask();
    index_[i] = Entry{tag_of(hash), slot + 1};
  }

  void rehash() {
    const std::size_t wanted = index_.empty() ? 16 : index_.size() * 2;
    auto old = std::exchange(index_, std::vector<Entry, HugePages<Entry>>(wanted));
    for (const Entry& entry : old)
      if (entry.slot_plus_1 != 0)
        insert_entry(hash_key(cell(entry.slot_plus_1 - 1).row.key()), entry.slot_plus_1 - 1);
  }

  // Removes the index entry of a key, closing the gap (Knuth 1973, vol. 3, algorithm 6.4 R).
  void unlink(const Key& key) {
    const std::uint64_t hash = hash_key(key);
    std::size_t hole = hash & mask();
    while (index_[hole].tag != tag_of(hash) ||
           !(cell(index_[hole].slot_plus_1 - 1).row.key() == key))
      hole = (hole + 1) & mask();
    for (std::size_t i = (hole + 1) & mask(); index_[i].slot_plus_1 != 0; i = (i + 1) & mask()) {
      const std::size_t home = hash_key(cell(index_[i].slot_plus_1 - 1).row.key()) & mask();
      if (((i - home) & mask()) >= ((i - hole) & mask())) {
        index_[hole] = index_[i];
        hole = i;
      }
    }
    index_[hole] = Entry{};
    --linked_;
  }

  void record(Changes& changes, Undo undo) {
    changes.note(this, undo_.empty());
    undo_.push_back(std::move(undo));
  }

  void undo_last() override {
    Undo& undo = undo_.back();
    Cell& c = cell(undo.slot);
    switch (undo.kind) {
      case Kind::edit:
        c.row = std::move(undo.before);
        c.saved_at = undo.saved_at;
        break;
      case Kind::insert:
        unlink(c.row.key());
        if (undo.reused) {
          vacate(undo.slot);
        } else {
          c = Cell{};
          --slots_in_use_;
        }
        break;
      case Kind::erase:
        free_.pop_back();
        c.row = std::move(undo.before);
        c.present = true;
        c.saved_at = undo.saved_at;
        c.inserted_by = undo.inserted_by;
        link(undo.slot);
        --erased_;
        break;
    }
    undo_.pop_back();
  }

  void forget() override {
    undo_.clear();
    erased_ = 0;
  }

  std::vector<std::vector<Cell, HugePages<Cell>>> blocks_;  // what the chunks lie in
  std::vector<Cell*> chunks_;
  std::size_t slots_in_use_ = 0;
  std::vector<Slot> free_;
  std::vector<Entry, HugePages<Entry>> index_;
  std::size_t linked_ = 0;
  std::vector<Undo> undo_;
  std::size_t erased_ = 0;  // records of erasure among undo_
};

// Rows in the order of their keys; for queues and for small sets that are walked in order.
template <class Row>
class OrderedTable final : private TouchedTable {
 public:
  using Key = typename Row::Key;

  OrderedTable() = default;
  OrderedTable(const OrderedTable&) = delete;
  OrderedTable& operator=(const OrderedTable&) = delete;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }

  [[nodiscard]] const std::map<Key, Row>& rows() const { return rows_; }

  [[nodiscard]] const Row* find(const Key& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] Row& edit(Changes& changes, const Key& key) {
    const auto found = rows_.find(key);
    COFFERDAM_CHECK(found != rows_.end(), "no row with this key");
    record(changes, Undo{key, found->second});
    return found->second;
  }

  void insert(Changes& changes, Row row) {
    const Key key = row.key();
    const bool added = rows_.emplace(key, std::move(row)).second;
    COFFERDAM_CHECK(added, "a row with this key exists");
    record(changes, Undo{key, std::nullopt});
  }

  void erase(Changes& changes, const Key& key) {
    const auto found = rows_.find(key);
    COFFERDAM_CHECK(found != rows_.end(), "no row with this key");
    record(changes, Undo{key, std::move(found->second)});
    rows_.erase(found);
  }

  // As Table::each_touched; a row edited several times in one command is visited once.
  template <class F>
  void each_touched(F&& f) const {
    std::map<Key, const Undo*> first;
    for (const Undo& undo : undo_) first.emplace(undo.key, &undo);
    for (const auto& [key, undo] : first) {
      const Row* before = undo->before ? &*undo->before : nullptr;
      const Row* after = find(key);
      if (before != nullptr || after != nullptr) f(before, after);
    }
  }

  [[nodiscard]] bool untouched() const { return undo_.empty(); }

  template <class F>
  void each(F&& f) const {
    for (const auto& [key, row] : rows_) f(row);
  }

  void encode_to(Encoder& out) const {
    out.value(static_cast<std::uint32_t>(rows_.size()));
    for (const auto& [key, row] : rows_) out.value(row);
  }

  void decode_from(Decoder& in) {
    rows_.clear();
    undo_.clear();
    std::uint32_t count = 0;
    in.value(count);
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      Row row{};
      in.value(row);
      const Key key = row.key();
      if (!rows_.empty() && !(rows_.rbegin()->first < key)) return in.fail();
      rows_.emplace_hint(rows_.end(), key, std::move(row));
    }
  }

 private:
  struct Undo {
    Key key;
    std::optional<Row> before;  // absent: the row was inserted
  };

  void record(Changes& changes, Undo undo) {
    changes.note(this, undo_.empty());
    undo_.push_back(std::move(undo));
  }

  void undo_last() override {
    Undo& undo = undo_.back();
    if (undo.before) {
      rows_.insert_or_assign(undo.key, std::move(*undo.before));
    } else {
      rows_.erase(undo.key);
    }
    undo_.pop_back();
  }

  void forget() override { undo_.clear(); }

  std::map<Key, Row> rows_;
  std::vector<Undo> undo_;
};

}  // namespace cofferdam::base
