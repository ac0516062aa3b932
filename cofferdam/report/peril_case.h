// SPDX-License-Identifier: Apache-2.0
//
// A worked claim of each peril: a mutual is founded in empty books, a cover bound, and what the
// cover insures against happens. Every step is a command that the engine judges, those that it
// refuses too; what lies in the funds of the pool is read after each. So the figures of a case are
// those of the books, which stay behind to be looked at, and the same on every run.
#pragma once

#include "cofferdam/books/insurance/claims_state.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/screen.h"

#include <string>
#include <vector>

namespace cofferdam::report {

// Who bears a loss, where it lies meanwhile, and who is paid.
struct CaseMoney {
  base::Amount ibnr;
  base::Amount earned;
  base::Amount junior;
  base::Amount junior_exits;
  base::Amount senior;
  base::Amount reserve;  // of the incident
  base::Amount dust;
  base::Amount insured;  // balance of its account

  friend bool operator==(const CaseMoney&, const CaseMoney&) = default;
};

// What belongs together on the way from the notice to the recovery.
enum class CasePhase : std::uint8_t {
  before,
  notice,
  evidence,
  assessment,
  vote,
  trigger,
  dispute,
  cooldown,
  payment,
  recovery,
};

struct CaseStep {
  CasePhase phase = CasePhase::before;
  base::Time time;
  std::string command;  // the name of the operation
  std::string outcome;  // ok, or the status of the refusal
  std::string told;     // in words
  std::string stage;    // of the claim behind it; empty: there is none yet
  CaseMoney money;
};

// How the sum of one claim came about, as the books gave it when the claim was decided.
struct CaseSum {
  std::string title;
  std::vector<insurance::OutcomeStep> steps;
  base::Amount payout;
};

struct CaseRun {
  insurance::Peril peril = insurance::Peril::exploit;
  std::string title;
  std::string story;
  insurance::PolicyTerms terms;
  std::vector<CaseStep> steps;
  std::vector<CaseSum> sums;
  base::Amount premium;
  base::Amount paid;       // for all claims
  base::Amount recovered;  // and given back to those who bore it
  JournalFacts journal;
};

// The books must be empty, in a folder of their own.
[[nodiscard]] base::Result<CaseRun> run_peril_case(engine::Engine& engine, insurance::Peril peril);

[[nodiscard]] std::string case_screen(const CaseRun& run);
// One file with pictures that needs no network and no script.
[[nodiscard]] std::string case_html(const CaseRun& run);

}  // namespace cofferdam::report

template <>
struct cofferdam::base::EnumText<cofferdam::report::CasePhase> {
  static constexpr std::array<std::string_view, 10> kNames{
      "before",  "notice",  "evidence", "assessment", "vote",
      "trigger", "dispute", "cooldown", "payment",    "recovery"};
};
