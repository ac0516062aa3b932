// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/rulebook.h"

namespace cofferdam::rulebook {
namespace {

using base::malformed;

// Calls `visit(kind, section)` for every section there is.
template <class Visitor>
void for_each_section(const Rulebook& rulebook, Visitor&& visit) {
  visit(RulebookKind::linear_tiers, rulebook.linear_tiers);
  visit(RulebookKind::fractions, rulebook.fractions);
  visit(RulebookKind::standard_options, rulebook.standard_options);
  visit(RulebookKind::pmrm, rulebook.pmrm);
  visit(RulebookKind::pmrm_2, rulebook.pmrm_2);
  visit(RulebookKind::deribit_portfolio, rulebook.deribit_portfolio);
  visit(RulebookKind::coin_options, rulebook.coin_options);
  visit(RulebookKind::naked_options, rulebook.naked_options);
  visit(RulebookKind::span, rulebook.span);
}

std::string name(RulebookKind kind) {
  return std::string(base::name_of(kind));
}

}  // namespace

Result<void> check(const Rulebook& rulebook) {
  const auto given = [](const std::string& text, const char* field) -> Result<void> {
    if (text.empty()) return malformed(field, "", "must be given");
    return {};
  };
  if (Result<void> done = given(rulebook.name, "name"); !done) return done;
  if (Result<void> done = given(rulebook.source, "source"); !done) return done;
  if (Result<void> done = given(rulebook.version, "version"); !done) return done;
  if (Result<void> done = given(rulebook.rounding, "rounding"); !done) return done;
  Result<void> done;
  for_each_section(rulebook, [&](RulebookKind kind, const auto& section) {
    if (!done) return;
    if (section && kind != rulebook.kind)
      done = malformed(name(kind), "", "belongs to another kind than " + name(rulebook.kind));
    if (!section && kind == rulebook.kind)
      done = malformed(name(kind), "", "must be given: the parameters of this kind");
    if (section && kind == rulebook.kind) done = check(*section);
  });
  return done;
}

Result<Evaluation> evaluate(const Rulebook& rulebook, const Book& book) {
  Result<Evaluation> result = malformed("kind", name(rulebook.kind), "has no parameters");
  for_each_section(rulebook, [&](RulebookKind kind, const auto& section) {
    if (section && kind == rulebook.kind) result = evaluate(*section, book);
  });
  return result;
}

}  // namespace cofferdam::rulebook
