// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/table.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace cofferdam::base {
namespace {

using ItemId = Id<struct ItemTag, u128>;

struct Item {
  ItemId id;
  std::uint64_t value = 0;
  std::string note;
  using Key = ItemId;

  [[nodiscard]] Key key() const { return id; }

  [[maybe_unused]] static constexpr std::string_view kDoc = "A row of the test.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "");
    visit("value", self.value, "");
    visit("note", self.note, "");
  }

  friend bool operator==(const Item&, const Item&) = default;
};

using Model = std::map<ItemId, Item>;

template <class T>
std::string bytes_of(const T& table) {
  Encoder out;
  table.encode_to(out);
  return out.take();
}

template <class T>
Model content_of(const T& table) {
  Model rows;
  table.each([&](const Item& row) { rows.emplace(row.id, row); });
  return rows;
}

// One API over the two kinds of table.
void erase_row(Table<Item>& table, Changes& changes, ItemId id) {
  table.erase(changes, table.find_slot(id));
}

void erase_row(OrderedTable<Item>& table, Changes& changes, ItemId id) {
  table.erase(changes, id);
}

// A table, and plain copies of what it should hold now, at each open mark and before the command.
template <class T>
struct Twin {
  T table;
  Changes changes;
  Model now;
  Model before_command;
  std::string bytes_before_command;

  struct Open {
    Changes::Mark mark;
    Model rows;
    std::string bytes;
    std::map<ItemId, bool> touched;
  };

  std::vector<Open> open;
  std::map<ItemId, bool> touched;  // by this command, and not taken back

  Twin() { bytes_before_command = bytes_of(table); }

  void compare() const {
    RC_ASSERT(content_of(table) == now);
    RC_ASSERT(table.size() == now.size());
    for (const auto& [id, row] : now) {
      RC_ASSERT(table.find(id) != nullptr);
      RC_ASSERT(*table.find(id) == row);
    }
  }

  // Every touched row once, with what stood before the command and what stands now.
  void compare_touched() const {
    struct Seen {
      bool had_before = false;
      Item before;
      bool has_after = false;
      Item after;
    };

    std::vector<Seen> seen;
    table.each_touched([&](const Item* before, const Item* after) {
      seen.push_back({.had_before = before != nullptr,
                      .before = before ? *before : Item{},
                      .has_after = after != nullptr,
                      .after = after ? *after : Item{}});
    });
    std::map<ItemId, bool> visited;
    for (const Seen& one : seen) {
      RC_ASSERT(one.had_before || one.has_after);
      const ItemId id = one.had_before ? one.before.id : one.after.id;
      if (one.had_before && one.has_after) RC_ASSERT(one.before.id == one.after.id);
      RC_ASSERT(visited.emplace(id, true).second);
      const auto before = before_command.find(id);
      RC_ASSERT(one.had_before == (before != before_command.end()));
      if (one.had_before) RC_ASSERT(one.before == before->second);
      const auto after = now.find(id);
      RC_ASSERT(one.has_after == (after != now.end()));
      if (one.has_after) RC_ASSERT(one.after == after->second);
    }
    for (const auto& [id, unused] : touched)
      if (before_command.contains(id) || now.contains(id)) RC_ASSERT(visited.contains(id));
    RC_ASSERT(table.untouched() == changes.empty());
  }

  void start_command() {
    open.clear();
    touched.clear();
    before_command = now;
    bytes_before_command = bytes_of(table);
  }

  void step(int kind, ItemId id, std::uint64_t value) {
    const bool exists = now.contains(id);
    switch (kind) {
      case 0:
      case 1:
      case 2:
        if (exists) return;
        now[id] = Item{id, value, std::string(value % 7, 'x')};
        table.insert(changes, now[id]);
        touched[id] = true;
        break;
      case 3:
      case 4:
      case 5:
        if (!exists) return;
        now[id].value = value;
        table.edit(changes, id).value = value;
        touched[id] = true;
        break;
      case 6:
      case 7:
        if (!exists) return;
        now.erase(id);
        erase_row(table, changes, id);
        touched[id] = true;
        break;
      case 8:
        open.push_back({changes.mark(), now, bytes_of(table), touched});
        break;
      case 9: {  // back to a mark, which stays open
        if (open.empty()) return;
        open.resize(value % open.size() + 1);
        changes.rollback(open.back().mark);
        RC_ASSERT(bytes_of(table) == open.back().bytes);
        now = open.back().rows;
        touched = open.back().touched;
        break;
      }
      case 10:
        changes.rollback();
        RC_ASSERT(bytes_of(table) == bytes_before_command);
        now = before_command;
        start_command();
        break;
      default:
        changes.commit();
        start_command();
        break;
    }
  }
};

template <class T>
void run_model() {
  Twin<T> twin;
  const int steps = *rc::gen::inRange(1, 300);
  const auto ids = *rc::gen::element<std::uint64_t>(4, 20, 200);
  for (int i = 0; i < steps; ++i) {
    const int kind = *rc::gen::inRange(0, 12);
    const ItemId id(*rc::gen::inRange<std::uint64_t>(1, ids + 1));
    const auto value = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
    twin.step(kind, id, value);
    twin.compare();
    twin.compare_touched();
  }
  const std::string bytes = bytes_of(twin.table);
  Decoder in(bytes);
  T copy;
  copy.decode_from(in);
  RC_ASSERT(in.complete());
  RC_ASSERT(bytes_of(copy) == bytes);
  RC_ASSERT(content_of(copy) == twin.now);
  // The copy goes on exactly as the original would: freed slots are taken in the same order.
  twin.changes.commit();
  Changes changes;
  for (std::uint64_t id = 1'000; id < 1'005; ++id) {
    copy.insert(changes, Item{ItemId(id), id, ""});
    twin.table.insert(twin.changes, Item{ItemId(id), id, ""});
  }
  RC_ASSERT(bytes_of(copy) == bytes_of(twin.table));
}

RC_GTEST_PROP(Table, BehavesAsACopiedMap, ()) {
  run_model<Table<Item>>();
}

RC_GTEST_PROP(OrderedTable, BehavesAsACopiedMap, ()) {
  run_model<OrderedTable<Item>>();
}

// One row in slot 0, one vacant slot 1.
std::string small_table(std::string_view free_list) {
  Encoder out;
  out.value(std::uint32_t{2});
  out.value(true);
  out.value(Item{ItemId(1), 5, "x"});
  out.value(false);
  return out.take() + std::string(free_list);
}

TEST(Table, RefusesASnapshotWhoseFreeListIsWrong) {
  const auto reads = [](const std::string& bytes) {
    Table<Item> table;
    Decoder in(bytes);
    table.decode_from(in);
    return in.complete();
  };
  const auto list = [](std::vector<Slot> slots) { return encode(slots); };
  EXPECT_TRUE(reads(small_table(list({1}))));
  EXPECT_FALSE(reads(small_table(list({}))));      // a vacant slot is missing
  EXPECT_FALSE(reads(small_table(list({1, 1}))));  // twice
  EXPECT_FALSE(reads(small_table(list({0}))));     // occupied
  EXPECT_FALSE(reads(small_table(list({2}))));     // beyond the table
  for (std::size_t size = 0; size < small_table(list({1})).size(); ++size)
    EXPECT_FALSE(reads(small_table(list({1})).substr(0, size))) << size;
}

TEST(Table, VisitsWhatACommandInsertedAndLeftThere) {
  Table<Item> table;
  Changes changes;
  for (std::uint64_t i = 1; i <= 2; ++i) table.insert(changes, Item{ItemId(i), i, ""});
  changes.commit();
  table.edit(changes, ItemId(1)).value = 9;
  for (std::uint64_t i = 3; i <= 4; ++i) table.insert(changes, Item{ItemId(i), i, ""});
  table.erase(changes, table.find_slot(ItemId(3)));
  table.insert(changes, Item{ItemId(5), 5, ""});  // in the slot of 3
  std::vector<std::uint64_t> seen;
  table.each_inserted([&](const Item& row) { seen.push_back(row.value); });
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{4, 5}));
}

// More rows than lie in chunks of their own, so that blocks of chunks are used too.
TEST(Table, SurvivesThousandsOfRowsAndErasures) {
  Table<Item> table;
  Changes changes;
  for (std::uint64_t i = 1; i <= 40'000; ++i) table.insert(changes, Item{ItemId(i), i, ""});
  changes.commit();
  for (std::uint64_t i = 1; i <= 40'000; i += 3) table.erase(changes, table.find_slot(ItemId(i)));
  for (std::uint64_t i = 1; i <= 40'000; ++i)
    ASSERT_EQ(table.find(ItemId(i)) != nullptr, i % 3 != 1) << i;
  const Changes::Mark mark = changes.mark();
  for (std::uint64_t i = 1; i <= 40'000; i += 3) table.insert(changes, Item{ItemId(i), 0, ""});
  int visits = 0;
  table.each_touched([&](const Item* before, const Item* after) {
    ASSERT_TRUE(before != nullptr && after != nullptr);
    ASSERT_EQ(before->id, after->id);
    ++visits;
  });
  EXPECT_EQ(visits, 13'334);
  changes.rollback(mark);
  EXPECT_EQ(table.size(), 26'666U);
  changes.rollback();
  EXPECT_EQ(table.size(), 40'000U);
  for (std::uint64_t i = 1; i <= 40'000; ++i) ASSERT_EQ(table.find(ItemId(i))->value, i);
}

TEST(OrderedTable, RefusesKeysOutOfOrder) {
  const std::string bytes =
      encode(std::vector<Item>{Item{ItemId(2), 0, ""}, Item{ItemId(1), 0, ""}});
  OrderedTable<Item> table;
  Decoder in(bytes);
  table.decode_from(in);
  EXPECT_TRUE(in.failed());
}

}  // namespace
}  // namespace cofferdam::base
