// SPDX-License-Identifier: Apache-2.0
//
// Sets the prices at which positions are valued. Each mark has a status of its own; a later mark
// replaces an earlier one, never the other way round.
#pragma once

#include "cofferdam/books/market/market.h"

#include <span>
#include <vector>

namespace cofferdam::market {

struct MarkEvent {
  ContractId contract;
  Price price;
  Time time;
  SourceId source;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("price", self.price, "in the contract's price scale");
    visit("time", self.time, "when it was observed; 0 for the time of booking");
    visit("source", self.source, "who observed it; 0 when not named");
  }
};

struct RecordMarks {
  std::vector<MarkEvent> marks;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("marks", self.marks, "the marks, in order");
  }
};

enum class RecordMarksStatus : std::uint16_t { ok, no_events, too_many_events };

enum class MarkStatus : std::uint8_t {
  ok,
  price_must_be_positive,
  time_in_the_future,
  contract_not_found,
  older_than_last_mark,
  value_out_of_range,
  overflows_open_interest,
};

[[nodiscard]] RecordMarksStatus check_shape(const RecordMarks& command);
void apply(std::span<const MarkEvent> marks, State& state, ledger::Context& context,
           std::vector<MarkStatus>& results);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::RecordMarksStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "no_events", "too_many_events"};
  static constexpr std::array<std::string_view, 3> kDocs{"", "a batch has at least one mark",
                                                         "a batch has at most 8190 marks"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::MarkStatus> {
  static constexpr std::array<std::string_view, 7> kNames{"ok",
                                                          "price_must_be_positive",
                                                          "time_in_the_future",
                                                          "contract_not_found",
                                                          "older_than_last_mark",
                                                          "value_out_of_range",
                                                          "overflows_open_interest"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "",
      "the price is positive",
      "a mark is not observed after the time of booking",
      "the contract must exist",
      "a mark is not older than the one it replaces",
      "one smallest quantity is worth at least one and less than 2^120 units of the value asset",
      "the open interest is worth less than 2^120 units of the value asset"};
};
