// SPDX-License-Identifier: Apache-2.0
//
// Which enumeration the events of a batch answer with, and the rules behind those statuses that
// have no words beside them: the names of the ledger are TigerBeetle's and many, their rules are
// spelled once here, by pattern where the name says it all.
#pragma once

#include "cofferdam/engine/command.h"

#include <string_view>

namespace cofferdam::operation {

template <class C>
struct EventStatus {};

template <>
struct EventStatus<ledger::CreateAccounts> {
  using type = ledger::AccountStatus;
};

template <>
struct EventStatus<ledger::CreateTransfers> {
  using type = ledger::TransferStatus;
};

template <>
struct EventStatus<market::RecordTrades> {
  using type = market::TradeStatus;
};

template <>
struct EventStatus<market::ClearTrades> {
  using type = market::TradeStatus;
};

template <>
struct EventStatus<market::RecordMarks> {
  using type = market::MarkStatus;
};

// Empty for a name that is not known.
[[nodiscard]] std::string_view event_rule(std::string_view status);

}  // namespace cofferdam::operation
