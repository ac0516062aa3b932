// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/declare_conduit.h"

#include "cofferdam/books/decision/decision.h"
#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/pool/account_ids.h"

namespace cofferdam::pool {

using S = ConduitStatus;

namespace {

[[nodiscard]] bool is_over(const Pool& pool) {
  return pool.state == PoolState::closed || pool.state == PoolState::detached;
}

[[nodiscard]] ConduitId next_id(const State& state) {
  return ConduitId(static_cast<std::uint32_t>(state.conduits.size() + 1));
}

void open_half(ledger::State& ledger, Context& context, AccountId id, PoolId pool, AssetId asset) {
  ledger::open_account(ledger, context,
                       ledger::AccountEvent{.id = id,
                                            .pool = pool,
                                            .asset = asset,
                                            .account_class = ledger::AccountClass::conduit,
                                            .owner_class = OwnerClass::pool,
                                            .code = 1});
}

}  // namespace

S check_shape(const DeclareConduit& command) {
  if (!ledger::is_code(command.code, kPoolCodeMax)) return S::code_malformed;
  if (command.purpose.empty() || command.purpose.size() > kPurposeMax) return S::purpose_malformed;
  if (command.from == command.to) return S::pools_must_be_different;
  if (command.approvals > decision::kApprovalsMax) return S::too_many_approvals;
  const RefillingLimit& limit = command.limit;
  if (limit.refill > limit.max || limit.period.is_negative() ||
      (!limit.refill.is_zero() && limit.period == base::Duration()))
    return S::limit_malformed;
  return S::ok;
}

S check_state(const DeclareConduit& command, const State& state, const ledger::State& ledger,
              const Context& context) {
  if (find_conduit(state, command.code) != nullptr) return S::exists;
  const Pool* from = state.pools.find(command.from);
  const Pool* to = state.pools.find(command.to);
  if (from == nullptr || to == nullptr) return S::pool_not_found;
  if (is_over(*from) || is_over(*to)) return S::pool_is_over;
  if (ledger.assets.find(command.asset) == nullptr) return S::asset_not_found;
  if (command.expires != Time() && command.expires <= context.now) return S::expired;
  const std::uint64_t number = next_id(state).value();
  if (ledger.accounts.find(system_account(SystemAccount::conduit_from, number)) != nullptr ||
      ledger.accounts.find(system_account(SystemAccount::conduit_to, number)) != nullptr)
    return S::half_id_taken;
  return S::ok;
}

S apply(const DeclareConduit& command, State& state, ledger::State& ledger, Context& context) {
  const ConduitId id = next_id(state);
  const AccountId half_from = system_account(SystemAccount::conduit_from, id.value());
  const AccountId half_to = system_account(SystemAccount::conduit_to, id.value());
  open_half(ledger, context, half_from, command.from, command.asset);
  open_half(ledger, context, half_to, command.to, command.asset);
  state.conduit_names.insert(context.changes, {command.code, id});
  state.conduits.insert(context.changes, Conduit{.id = id,
                                                 .code = command.code,
                                                 .from = command.from,
                                                 .to = command.to,
                                                 .asset = command.asset,
                                                 .purpose = command.purpose,
                                                 .half_from = half_from,
                                                 .half_to = half_to,
                                                 .transfer_max = command.transfer_max,
                                                 .limit = command.limit,
                                                 .window = {command.limit.max, context.now},
                                                 .approvals = command.approvals,
                                                 .approvals_above = command.approvals_above,
                                                 .debit_class = command.debit_class,
                                                 .credit_class = command.credit_class,
                                                 .same_owner = command.same_owner,
                                                 .expires = command.expires,
                                                 .observation = command.observation,
                                                 .distribution = command.distribution,
                                                 .created = context.now});
  context.created = id.value();
  return S::ok;
}

S check_shape(const RetireConduit& command) {
  return command.reason.size() > ledger::kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const RetireConduit& command, const State& state) {
  const Conduit* conduit = state.conduits.find(command.conduit);
  if (conduit == nullptr) return S::conduit_not_found;
  return conduit->retired ? S::already_retired : S::ok;
}

S apply(const RetireConduit& command, State& state, Context& context) {
  state.conduits.edit(context.changes, command.conduit).retired = true;
  return S::ok;
}

}  // namespace cofferdam::pool
