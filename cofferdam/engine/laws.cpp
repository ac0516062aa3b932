// SPDX-License-Identifier: Apache-2.0
//
// Every law of every room, asked on every command in every build; a law is added here once.
#include "cofferdam/books/ledger/invariants.h"
#include "cofferdam/engine/door.h"

namespace cofferdam::engine {

std::optional<std::string> broken_law(const State& state) {
  // All are asked, so that an alarm names every law that a faulty command would have broken.
  std::string all;
  const auto ask = [&](const std::optional<std::string>& violation) {
    if (!violation) return;
    if (!all.empty()) all += "; ";
    all += *violation;
  };
  ask(ledger::check_conservation(state.ledger));
  ask(ledger::check_totals(state.ledger));
  ask(ledger::check_monotone(state.ledger));
  ask(ledger::check_limits(state.ledger));
  ask(ledger::check_holds(state.ledger));
  if (all.empty()) return std::nullopt;
  return all;
}

}  // namespace cofferdam::engine
