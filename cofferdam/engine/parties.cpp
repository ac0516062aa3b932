// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/parties.h"

#include "cofferdam/books/insurance/claim_book.h"

#include <set>

namespace cofferdam::engine {

namespace {

class Parties {
 public:
  explicit Parties(const State& state) : state_(state) {}

  std::set<decision::Beneficiary> found;

  template <class C>
  void command(const C& content) {
    if constexpr (std::is_same_v<C, insurance::CancelCover>) cover(content.code);
    C::fields(content, *this);
  }

  // Visits a field of a described struct.
  template <class T>
  void operator()(std::string_view name, const T& value, std::string_view /*doc*/) {
    look(name, value);
  }

 private:
  template <class T>
  void look(std::string_view name, const T& value) {
    if constexpr (std::is_same_v<T, base::OwnerId>) {
      owner(value);
    } else if constexpr (std::is_same_v<T, base::AccountId>) {
      if (const ledger::Account* row = state_.ledger.accounts.find(value)) owner(row->owner);
    } else if constexpr (std::is_same_v<T, base::PrincipalId>) {
      if (!value.is_none()) found.insert(decision::beneficiary_of(state_.principal, value));
    } else if constexpr (base::kIsOptional<T>) {
      if (value) look(name, *value);
    } else if constexpr (base::kIsVector<T>) {
      for (const auto& one : value) look(name, one);
    } else if constexpr (base::Described<T>) {
      T::fields(value, *this);
    } else if constexpr (std::is_same_v<T, std::uint32_t>) {
      if (name == "claim") claim(state_.claims.claims.find(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (name == "incident") incident(value);
      if (name == "cover") cover(value);
    }
  }

  void owner(base::OwnerId id) {
    if (!id.is_none()) found.insert({.person = id.value(), .principal = {}});
  }

  void claim(const insurance::Claim* row) {
    if (row == nullptr) return;
    owner(row->claimant);
    owner(row->bond.owner);
    owner(state_.claims.incidents.find(row->incident)->counterparty);
  }

  void incident(const std::string& code) {
    const insurance::Incident* row = insurance::find_incident(state_.claims, code);
    if (row == nullptr) return;
    owner(row->counterparty);
    const auto& rows = state_.claims.of_incident.rows();
    for (auto at = rows.lower_bound({row->number, 0}); at != rows.end(); ++at) {
      if (at->first.incident != row->number) break;
      claim(state_.claims.claims.find(at->first.claim));
    }
  }

  void cover(const std::string& code) {
    if (const insurance::Cover* row = state_.insurance.covers.find(code)) owner(row->terms.insured);
  }

  const State& state_;
};

}  // namespace

std::vector<decision::Beneficiary> parties_of(const Command& command, const State& state) {
  Parties parties(state);
  std::visit(
      [&]<class C>(const C& content) {
        if constexpr (!std::is_same_v<C, decision::Constitute>) parties.command(content);
      },
      command);
  return {parties.found.begin(), parties.found.end()};
}

}  // namespace cofferdam::engine
