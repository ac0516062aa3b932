// SPDX-License-Identifier: Apache-2.0
//
// Attaches the legal text behind a pool, and says what each clause has become in the books.
#pragma once

#include "cofferdam/books/pool/pool.h"

#include <optional>

namespace cofferdam::pool {

struct AttachAgreement {
  PoolId pool;
  std::string title;
  std::string document;
  std::vector<std::string> parties;
  std::string law;
  base::Date effective;
  std::optional<base::Date> expires;
  std::vector<Clause> clauses;

  static constexpr std::string_view kDoc = "Attaches an agreement and its clauses to a pool.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool it stands behind");
    visit("title", self.title, "what it is called, at most 256 bytes");
    visit("document", self.document, "SHA-256 of the document, 64 hexadecimal digits");
    visit("parties", self.parties, "who has signed, at most 32");
    visit("law", self.law, "governing law, at most 256 bytes");
    visit("effective", self.effective, "first day");
    visit("expires", self.expires, "first day on which it is over; absent: open-ended");
    visit("clauses", self.clauses, "its clauses, at most 512");
  }
};

enum class AttachAgreementStatus : std::uint16_t {
  ok,
  title_malformed,
  document_malformed,
  parties_malformed,
  law_malformed,
  expires_before_effective,
  too_many_clauses,
  clause_malformed,
  clause_repeated,
  pool_not_found,
  pool_is_over,
  too_many_agreements,
};

[[nodiscard]] AttachAgreementStatus check_shape(const AttachAgreement& command);
[[nodiscard]] AttachAgreementStatus check_state(const AttachAgreement& command, const State& state);
AttachAgreementStatus apply(const AttachAgreement& command, State& state, Context& context);

// A clause and what the books make of it.
struct ClauseReport {
  std::uint32_t agreement = 0;
  std::string reference;
  Control control = Control::unmapped;
  bool in_force = false;  // the control is set up in this pool; manual ones never are
};

// Every clause of the pool's agreements, in order.
[[nodiscard]] std::vector<ClauseReport> report_clauses(const State& state,
                                                       const ledger::State& ledger, PoolId pool);
// Those that nobody has mapped yet.
[[nodiscard]] std::vector<ClauseReport> unmapped_clauses(const State& state,
                                                         const ledger::State& ledger, PoolId pool);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::AttachAgreementStatus> {
  static constexpr std::array<std::string_view, 12> kNames{"ok",
                                                           "title_malformed",
                                                           "document_malformed",
                                                           "parties_malformed",
                                                           "law_malformed",
                                                           "expires_before_effective",
                                                           "too_many_clauses",
                                                           "clause_malformed",
                                                           "clause_repeated",
                                                           "pool_not_found",
                                                           "pool_is_over",
                                                           "too_many_agreements"};
  static constexpr std::array<std::string_view, 12> kDocs{
      "",
      "a title has 1 to 256 bytes",
      "a document is named by its SHA-256, 64 lower-case hexadecimal digits",
      "an agreement has 1 to 32 parties of 1 to 256 bytes",
      "the governing law has 1 to 256 bytes",
      "an agreement ends after it begins",
      "an agreement has at most 512 clauses",
      "a clause has a reference of 1 to 64 bytes and a text of at most 4096",
      "a reference stands for one clause",
      "the pool must exist",
      "a closed or detached pool takes no agreement",
      "a pool has at most 64 agreements"};
};
