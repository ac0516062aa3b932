// SPDX-License-Identifier: Apache-2.0
//
// The command that posts up to 8,190 transfers in order.
//
// Events are independent unless linked: a chain of linked events happens whole or not at all. The
// answer has one result per event. `guards` are conditions on totals of pools that must hold before
// the batch, or else none of it happens: "no payment run unless the reserve is at least so much".
#pragma once

#include "cofferdam/books/ledger/transfer.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cofferdam::ledger {

enum class Comparison : std::uint8_t { at_least, at_most };

// The net credit balance (credits posted - debits posted) of a pool's accounts of one asset and
// class, compared with an amount; for a debit-normal class give a negative amount.
struct Guard {
  PoolId pool;
  AssetId asset;
  AccountClass account_class = AccountClass::general;
  Comparison comparison = Comparison::at_least;
  SignedAmount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "pool whose total is compared");
    visit("asset", self.asset, "asset of the total");
    visit("class", self.account_class, "class of the accounts summed");
    visit("comparison", self.comparison, "at_least or at_most");
    visit("amount", self.amount, "the bound, credit positive");
  }
};

inline constexpr std::size_t kGuardsMax = 64;

struct CreateTransfers {
  std::vector<Guard> guards;
  std::vector<Transfer> transfers;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("guards", self.guards, "conditions on totals that must hold before the batch");
    visit("transfers", self.transfers, "the events, in order");
  }
};

// The verdict on the batch as a whole; with ok, the events have results of their own.
enum class CreateTransfersStatus : std::uint16_t {
  ok,
  no_events,
  too_many_events,
  too_many_guards,
  guard_not_met,
};

[[nodiscard]] CreateTransfersStatus check_shape(const CreateTransfers& command);
// Only the guards; the events are judged one by one while they are applied.
[[nodiscard]] CreateTransfersStatus check_state(const CreateTransfers& command, const State& state);

// The counters of both accounts right after an event.
struct BalancesAfter {
  Account debit;
  Account credit;
};

// Scratch memory of the batch, kept between batches so that nothing is allocated on the way.
class BatchIds;

class TransferScratch {
 public:
  TransferScratch();
  ~TransferScratch();
  TransferScratch(const TransferScratch&) = delete;
  TransferScratch& operator=(const TransferScratch&) = delete;

  [[nodiscard]] BatchIds& ids() { return *ids_; }

  // Where the balances after each event are wanted; one entry per event, empty where it failed.
  std::vector<BalancesAfter>* balances = nullptr;

 private:
  std::unique_ptr<BatchIds> ids_;
};

// Judges and books the events in order; results[i] belongs to events[i].
void apply(std::span<const Transfer> events, State& state, Context& context,
           TransferHistory& history, TransferScratch& scratch,
           std::vector<TransferResult>& results);

}  // namespace cofferdam::ledger

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::Comparison> {
  static constexpr std::array<std::string_view, 2> kNames{"at_least", "at_most"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::CreateTransfersStatus> {
  static constexpr std::array<std::string_view, 5> kNames{"ok", "no_events", "too_many_events",
                                                          "too_many_guards", "guard_not_met"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "", "a batch has at least one event", "a batch has at most 8190 events",
      "a batch has at most 64 guards", "the guard's total must satisfy its bound"};
};
