// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/attach_agreement.h"

#include <algorithm>
#include <set>

namespace cofferdam::pool {

using S = AttachAgreementStatus;

namespace {

[[nodiscard]] bool is_text(const std::string& text, std::size_t longest) {
  return !text.empty() && text.size() <= longest;
}

[[nodiscard]] S check_clauses(const std::vector<Clause>& clauses) {
  if (clauses.size() > kClausesMax) return S::too_many_clauses;
  for (const Clause& clause : clauses)
    if (!is_text(clause.reference, kClauseReferenceMax) || clause.text.size() > kClauseTextMax)
      return S::clause_malformed;
  std::set<std::string_view> references;
  for (const Clause& clause : clauses)
    if (!references.insert(clause.reference).second) return S::clause_repeated;
  return S::ok;
}

template <class Test>
[[nodiscard]] bool every_conduit_of(const State& state, PoolId pool, Test test) {
  bool all = true;
  state.conduits.each([&](const Conduit& conduit) {
    if (!conduit.retired && (conduit.from == pool || conduit.to == pool))
      all = all && test(conduit);
  });
  return all;
}

template <class Table, class Test>
[[nodiscard]] bool any_row(const Table& table, Test test) {
  bool found = false;
  table.each([&](const auto& row) { found = found || test(row); });
  return found;
}

// Whether what a clause relies on is set up. The house's laws hold always; the others must have
// been configured, and a clause that points to nothing is worth a line in the report.
[[nodiscard]] bool in_force(Control control, const State& state, const ledger::State& ledger,
                            const Pool& pool) {
  switch (control) {
    case Control::unmapped:
    case Control::manual:
      return false;
    case Control::no_commingling:
    case Control::freeze_on_break:
    case Control::daily_statement:
    case Control::run_off_priority:
      return true;
    case Control::single_owner:
      return is_single_owner_regime(pool.regime);
    case Control::house_buffer_cap:
      return is_client_regime(pool.regime);  // without a declared cap the cap is zero
    case Control::no_deficit:
      return !pool.allows_deficit;
    case Control::conduit_limit:
      return every_conduit_of(state, pool.id, [](const Conduit& conduit) {
        return !conduit.transfer_max.is_zero() || !conduit.limit.max.is_zero();
      });
    case Control::dual_control:
      return every_conduit_of(state, pool.id,
                              [](const Conduit& conduit) { return conduit.approvals > 0; });
    case Control::release_rule:
      return any_row(state.rules, [&](const ReleaseRule& rule) {
        const Conduit* conduit = state.conduits.find(rule.conduit);
        return !rule.retired && conduit != nullptr && conduit->from == pool.id;
      });
    case Control::beneficiaries:
      return any_row(state.beneficiaries, [&](const Beneficiaries& row) {
        const ledger::Account* account = ledger.accounts.find(row.account);
        return account != nullptr && account->pool == pool.id;
      });
  }
  return false;
}

}  // namespace

S check_shape(const AttachAgreement& command) {
  if (!is_text(command.title, kTitleMax)) return S::title_malformed;
  if (!ledger::is_hex(command.document, ledger::kHashHexDigits)) return S::document_malformed;
  if (command.parties.empty() || command.parties.size() > kPartiesMax ||
      !std::all_of(command.parties.begin(), command.parties.end(),
                   [](const std::string& party) { return is_text(party, kTitleMax); }))
    return S::parties_malformed;
  if (!is_text(command.law, kTitleMax)) return S::law_malformed;
  if (command.expires && *command.expires <= command.effective) return S::expires_before_effective;
  return check_clauses(command.clauses);
}

S check_state(const AttachAgreement& command, const State& state) {
  const Pool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::pool_not_found;
  if (pool->state == PoolState::closed || pool->state == PoolState::detached)
    return S::pool_is_over;
  if (pool->agreements >= kAgreementsMax) return S::too_many_agreements;
  return S::ok;
}

S apply(const AttachAgreement& command, State& state, Context& context) {
  Pool& pool = state.pools.edit(context.changes, command.pool);
  pool.agreements += 1;
  state.agreements.insert(context.changes, Agreement{.pool = command.pool,
                                                     .number = pool.agreements,
                                                     .title = command.title,
                                                     .document = command.document,
                                                     .parties = command.parties,
                                                     .law = command.law,
                                                     .effective = command.effective,
                                                     .expires = command.expires,
                                                     .clauses = command.clauses,
                                                     .attached = context.now});
  context.created = pool.agreements;
  return S::ok;
}

std::vector<ClauseReport> report_clauses(const State& state, const ledger::State& ledger,
                                         PoolId pool) {
  std::vector<ClauseReport> report;
  const Pool* row = state.pools.find(pool);
  if (row == nullptr) return report;
  const auto& agreements = state.agreements.rows();
  for (auto at = agreements.lower_bound({pool, 0});
       at != agreements.end() && at->first.pool == pool; ++at)
    for (const Clause& clause : at->second.clauses)
      report.push_back({at->second.number, clause.reference, clause.control,
                        in_force(clause.control, state, ledger, *row)});
  return report;
}

std::vector<ClauseReport> unmapped_clauses(const State& state, const ledger::State& ledger,
                                           PoolId pool) {
  std::vector<ClauseReport> report = report_clauses(state, ledger, pool);
  std::erase_if(report, [](const ClauseReport& line) { return line.control != Control::unmapped; });
  return report;
}

}  // namespace cofferdam::pool
