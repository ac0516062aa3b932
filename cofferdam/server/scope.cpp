// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/scope.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/server/problem.h"

#include <algorithm>
#include <array>
#include <vector>

namespace cofferdam::server {
namespace {

using operation::Field;
using operation::Json;
using operation::Kind;
using operation::Numbered;
using operation::Type;

// About no pool at all.
constexpr std::array<std::string_view, 2> kForEverybody{"asset.list", "contract.list"};

const Type& leaf_of(const Type& type) {
  return type.kind == Kind::optional ? leaf_of(*type.element) : type;
}

// A value that cannot be read names the pool none: the question is refused, not guessed at.
std::uint32_t number_of(Numbered kind, const Json& value, const operation::Names& names) {
  if (value.kind == Json::Kind::text)
    if (const auto number = names.number_of(kind, value.text)) return *number;
  const auto number = base::parse_u64(value.text, "number");
  return number && *number <= 0xffff'ffff ? static_cast<std::uint32_t>(*number) : 0;
}

class Pools {
 public:
  Pools(const engine::State& state, const operation::Names& names) : state_(state), names_(names) {}

  std::vector<base::PoolId> named;

  void look_at(const Field& field, const Json& value) {
    const Type& type = leaf_of(*field.type);
    if (type.kind == Kind::identifier && type.identifies == operation::Identifies::account) {
      const auto id = base::parse_id<base::AccountId>(value.text, "account");
      const ledger::Account* row = id ? state_.ledger.accounts.find(*id) : nullptr;
      named.push_back(row == nullptr ? base::PoolId() : row->pool);
      return;
    }
    if (type.kind != Kind::numbered) return;
    const std::uint32_t number = number_of(type.numbered, value, names_);
    switch (type.numbered) {
      case Numbered::pool:
        named.emplace_back(number);
        break;
      case Numbered::conduit:
        conduit(base::ConduitId(number));
        break;
      case Numbered::rule: {
        const pool::ReleaseRule* row = state_.pool.rules.find(base::RuleId(number));
        conduit(row == nullptr ? base::ConduitId() : row->conduit);
        break;
      }
      case Numbered::vault:
        vault(base::VaultId(number));
        break;
      case Numbered::wallet: {
        const custody::Wallet* row = state_.custody.wallets.find(base::WalletId(number));
        named.push_back(row == nullptr ? base::PoolId() : row->pool);
        break;
      }
      case Numbered::intent: {
        const custody::Intent* row = state_.custody.intents.find(base::IntentId(number));
        vault(row == nullptr ? base::VaultId() : row->vault);
        break;
      }
      case Numbered::proposal: {
        const decision::Proposal* row = state_.decision.proposals.find(base::ProposalId(number));
        named.push_back(row == nullptr ? base::PoolId() : row->pool);
        break;
      }
      case Numbered::alert: {
        const alert::AlertRule* row = state_.alert.rules.find(alert::AlertId(number));
        named.push_back(row == nullptr ? base::PoolId() : row->pool);
        break;
      }
      case Numbered::statement: {
        const auto* row =
            state_.reconciliation.statements.find(reconciliation::StatementId(number));
        named.push_back(row == nullptr ? base::PoolId() : row->pool);
        break;
      }
      case Numbered::reconciliation_break: {
        const auto* row = state_.reconciliation.breaks.find(reconciliation::BreakId(number));
        named.push_back(row == nullptr ? base::PoolId() : row->pool);
        break;
      }
      case Numbered::none:
      case Numbered::asset:
      case Numbered::principal:
      case Numbered::contract:
      case Numbered::source:
      case Numbered::signer:
      case Numbered::beneficiary:
      case Numbered::rulebook:
        break;
    }
  }

 private:
  void conduit(base::ConduitId id) {
    const pool::Conduit* row = state_.pool.conduits.find(id);
    named.push_back(row == nullptr ? base::PoolId() : row->from);
    named.push_back(row == nullptr ? base::PoolId() : row->to);
  }

  void vault(base::VaultId id) {
    const custody::Vault* row = state_.custody.vaults.find(id);
    named.push_back(row == nullptr ? base::PoolId() : row->pool);
  }

  const engine::State& state_;
  const operation::Names& names_;
};

}  // namespace

bool has_grant(const engine::State& state, base::PrincipalId who, std::uint16_t roles) {
  const auto& rows = state.access.grants.rows();
  for (auto row = rows.lower_bound({who, base::PoolId()});
       row != rows.end() && row->first.principal == who; ++row)
    if ((row->second.roles & roles) != 0) return true;
  return false;
}

bool is_in_scope(const engine::State& state, const operation::Names& names, base::PrincipalId who,
                 std::string_view operation, const Type& fields, const Json& content) {
  if (std::ranges::find(kForEverybody, operation) != kForEverybody.end()) return true;
  Pools pools(state, names);
  for (const Field& field : fields.fields)
    if (const Json* value = content.find(field.name); value != nullptr && !value->is_null())
      pools.look_at(field, *value);
  return !pools.named.empty() && std::ranges::all_of(pools.named, [&](base::PoolId pool) {
    return access::may_in(state.access, state.principal, who, principal::kAllRoles, pool);
  });
}

bool has_grant(const engine::State& state, const std::string& principal, std::uint16_t roles) {
  const principal::Principal* who = principal::find_principal(state.principal, principal);
  return who != nullptr && who->active && has_grant(state, who->id, roles);
}

std::optional<HttpResponse> forbid_roles(const principal::State& state,
                                         const std::string& principal, std::uint16_t roles) {
  const principal::Principal* who = principal::find_principal(state, principal);
  if (who != nullptr && principal::may(state, who->id, roles)) return std::nullopt;
  std::string names;
  for (const std::string_view name : role_names(roles))
    names += (names.empty() ? "" : ", ") + std::string(name);
  return problem_response({.status = 403,
                           .code = "forbidden",
                           .title = "The principal may not do this",
                           .field = "principal",
                           .value = principal,
                           .rule = "must be active and hold one of these roles: " + names});
}

std::optional<HttpResponse> forbid_request(const engine::State& state,
                                           const operation::Names& names,
                                           const std::string& principal, const Route& route,
                                           const operation::Json& content) {
  auto forbidden = forbid_roles(state.principal, principal, route.roles);
  if (!forbidden || !has_grant(state, principal, route.roles)) return forbidden;
  // The books judge by the pools that a command acts on, and a calculation is about none.
  if (route.kind == RouteKind::command || route.kind == RouteKind::calculator ||
      route.operation == "command.digest")
    return std::nullopt;
  const principal::Principal* who = principal::find_principal(state.principal, principal);
  if (is_in_scope(state, names, who->id, route.operation, route.input(), content))
    return std::nullopt;
  return problem_response({.status = 403,
                           .code = "forbidden",
                           .title = "The principal may not do this",
                           .field = "pool",
                           .value = "",
                           .rule = "must be named, and be one in which the principal has a role",
                           .hint = "this principal has roles in single pools only"});
}

}  // namespace cofferdam::server
