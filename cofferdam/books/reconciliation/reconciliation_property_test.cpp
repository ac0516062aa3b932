// SPDX-License-Identifier: Apache-2.0
//
// Random bookings and statements: the equation adds up after every step, and what is matched is
// what a matcher written in another way matches.
#include "cofferdam/books/reconciliation/test_reconciliation.h"

#include <rapidcheck.h>

#include <map>

namespace cofferdam::reconciliation {
namespace {

using test::Desk;
using test::Status;

struct Item {
  base::i128 amount = 0;
  base::u128 reference = 0;  // entries: of ours; 0: none
  std::size_t number = 0;
};

// Both sides as plain lists, walked from the front each time.
class PlainMatcher {
 public:
  void state(const std::vector<Item>& entries) {
    std::vector<Item> left;
    for (const Item& entry : entries) {
      if (!(entry.reference != 0 && take_by_reference(entry))) left.push_back(entry);
    }
    for (const Item& entry : left)
      if (entry.reference != 0 || !take_by_amount(entry)) open.push_back(entry);
  }

  void book(const Item& booking) {
    for (const bool same_amount : {true, false})
      for (std::size_t i = 0; i < open.size(); ++i)
        if (booking.reference != 0 && open[i].reference == booking.reference &&
            (!same_amount || open[i].amount == booking.amount))
          return pair(open, i, booking.amount, true);
    for (std::size_t i = 0; i < open.size(); ++i)
      if (open[i].reference == 0 && open[i].amount == booking.amount)
        return pair(open, i, booking.amount, true);
    waiting.push_back(booking);
  }

  [[nodiscard]] static base::i128 sum(const std::vector<Item>& items) {
    base::i128 total = 0;
    for (const Item& item : items) total += item.amount;
    return total;
  }

  std::vector<Item> open;     // entries
  std::vector<Item> waiting;  // bookings
  base::i128 differing = 0;

 private:
  void pair(std::vector<Item>& items, std::size_t at, base::i128 other, bool is_entry) {
    differing += is_entry ? items[at].amount - other : other - items[at].amount;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  }

  bool take_by_reference(const Item& entry) {
    for (const bool same_amount : {true, false})
      for (std::size_t i = 0; i < waiting.size(); ++i)
        if (waiting[i].reference == entry.reference &&
            (!same_amount || waiting[i].amount == entry.amount)) {
          pair(waiting, i, entry.amount, false);
          return true;
        }
    return false;
  }

  bool take_by_amount(const Item& entry) {
    for (std::size_t i = 0; i < waiting.size(); ++i)
      if (waiting[i].amount == entry.amount) {
        pair(waiting, i, entry.amount, false);
        return true;
      }
    return false;
  }
};

TEST(ReconciliationProperty, TheEquationAddsUpAndAPlainMatcherAgrees) {
  EXPECT_TRUE(rc::check([] {
    Desk desk;
    desk.begin(desk.bank);
    PlainMatcher plain;
    base::i128 books = 0;
    base::i128 closing = 0;
    base::i128 gaps = 0;
    const int steps = *rc::gen::inRange(1, 30);
    for (int step = 0; step < steps; ++step) {
      const auto amount = [] {
        const int size = *rc::gen::inRange(1, 6);
        return base::i128{*rc::gen::arbitrary<bool>() ? size : -size};
      };
      const auto reference = [] {
        return base::u128{static_cast<unsigned>(*rc::gen::inRange(0, 5))};
      };
      if (*rc::gen::arbitrary<bool>()) {
        const Item booking{.amount = amount(), .reference = reference()};
        // The client's account bears what the bank pays out.
        if (booking.amount < 0 && books + booking.amount < 0) continue;
        RC_ASSERT(desk.book(desk.bank, booking.amount, booking.reference));
        books += booking.amount;
        plain.book(booking);
      } else {
        std::vector<Item> items;
        std::vector<StatementEntry> entries;
        base::i128 moved = 0;
        const int count = *rc::gen::inRange(1, 5);
        for (int i = 0; i < count; ++i) {
          items.push_back({.amount = amount(), .reference = reference()});
          entries.push_back(
              desk.entry(items.back().amount, "",
                         items.back().reference == 0 ? "" : base::to_text(items.back().reference)));
          moved += items.back().amount;
        }
        const base::i128 gap = *rc::gen::inRange(0, 4) == 0 ? amount() : 0;
        RecordStatement statement =
            desk.statement(std::to_string(step), closing, closing + moved + gap, entries);
        RC_ASSERT(desk.record(statement) == Status::ok);
        closing += moved + gap;
        gaps += gap;
        plain.state(items);
      }
      const Holding& holding = desk.holding(desk.bank);
      RC_ASSERT(holding.stated.units() == closing);
      RC_ASSERT(explained(holding, SignedAmount(books)) == holding.stated);
      RC_ASSERT(holding.booked_open.units() == PlainMatcher::sum(plain.waiting));
      RC_ASSERT(holding.stated_open.units() == PlainMatcher::sum(plain.open));
      RC_ASSERT(holding.differing.units() == plain.differing);
      RC_ASSERT(holding.unchained.units() == gaps);
    }
  }));
}

}  // namespace
}  // namespace cofferdam::reconciliation
