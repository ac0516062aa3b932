// SPDX-License-Identifier: Apache-2.0
//
// An agreement: the legal text that stands behind a pool, by its hash, and what each of its clauses
// has become in the books.
#pragma once

#include "cofferdam/books/ledger/names.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::pool {

// What enforces a clause. A control named here is one that the books carry out by themselves, so a
// clause mapped to it cannot be broken in silence.
enum class Control : std::uint8_t {
  unmapped,          // nobody has said yet: reported until somebody does
  manual,            // people do it
  no_commingling,    // value leaves only through conduits; edges bind the owners inside
  single_owner,      // an individual pool holds one client's money
  house_buffer_cap,  // house money inside is a declared buffer with a cap
  no_deficit,        // the pool never owes more than it holds
  conduit_limit,     // every conduit of the pool has a limit
  dual_control,      // conduits of the pool ask for approvals
  release_rule,      // money leaves by a declared rule
  run_off_priority,  // the order of payment in run-off is fixed
  beneficiaries,     // beneficial owners are on record for nominee accounts
  freeze_on_break,   // the pool can be frozen at once by a command
  daily_statement,   // a segregation statement is drawn up every day
};

struct Clause {
  std::string reference;
  std::string text;
  Control control = Control::unmapped;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("reference", self.reference,
          "where it stands in the document: '4.2(b)', at most 64 bytes");
    visit("text", self.text, "its words or their gist, at most 4096 bytes");
    visit("control", self.control, "what enforces it");
  }
};

inline constexpr std::size_t kPartiesMax = 32;
inline constexpr std::size_t kClausesMax = 512;
inline constexpr std::size_t kAgreementsMax = 64;  // a pool
inline constexpr std::size_t kClauseReferenceMax = 64;
inline constexpr std::size_t kClauseTextMax = 4096;
inline constexpr std::size_t kTitleMax = 256;

struct Agreement {
  struct Key {
    base::PoolId pool;
    std::uint32_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  base::PoolId pool;
  std::uint32_t number = 0;
  std::string title;
  std::string document;
  std::vector<std::string> parties;
  std::string law;
  base::Date effective;
  std::optional<base::Date> expires;
  std::vector<Clause> clauses;
  base::Time attached;

  [[nodiscard]] Key key() const { return {pool, number}; }

  [[nodiscard]] bool in_force(base::Date day) const {
    return effective <= day && (!expires || day < *expires);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool it stands behind");
    visit("number", self.number, "counted from 1 in its pool");
    visit("title", self.title, "what it is called");
    visit("document", self.document, "SHA-256 of the document, in hex");
    visit("parties", self.parties, "who has signed, by name or registered number");
    visit("law", self.law, "governing law");
    visit("effective", self.effective, "first day");
    visit("expires", self.expires, "first day on which it is over; absent: open-ended");
    visit("clauses", self.clauses, "its clauses, with what enforces them");
    visit("attached", self.attached, "when it was attached");
  }
};

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::Control> {
  static constexpr std::array<std::string_view, 13> kNames{
      "unmapped",      "manual",          "no_commingling", "single_owner", "house_buffer_cap",
      "no_deficit",    "conduit_limit",   "dual_control",   "release_rule", "run_off_priority",
      "beneficiaries", "freeze_on_break", "daily_statement"};
};
