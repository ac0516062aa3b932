// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/member_commands.h"

#include "cofferdam/books/insurance/account_status.h"
#include "cofferdam/books/insurance/funds.h"
#include "cofferdam/books/ledger/create_asset.h"

namespace cofferdam::insurance {

using S = MemberStatus;

const Member* active_member(const State& state, PoolId pool, OwnerId member) {
  const Member* row = state.members.find({pool, member});
  return row != nullptr && row->standing == MemberStanding::active ? row : nullptr;
}

S check_shape(const AdmitMember& command) {
  if (!ledger::is_code(command.name, kCodeMax)) return S::name_malformed;
  return command.member.is_none() ? S::member_missing : S::ok;
}

S check_state(const AdmitMember& command, const State& state, const ledger::State& ledger) {
  const InsurancePool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::not_an_insurance_pool;
  if (active_member(state, command.pool, command.member) != nullptr) return S::exists;
  if (const S s = status_of<S>(fault_of(ledger, *pool, command.account)); s != S::ok) return s;
  if (ledger.accounts.find(command.account)->owner != command.member)
    return S::account_of_another_owner;
  return pool->members >= kMembersMax ? S::too_many_members : S::ok;
}

S apply(const AdmitMember& command, State& state, Context& context) {
  InsurancePool& pool = state.pools.edit(context.changes, command.pool);
  ++pool.members;
  Member row{.pool = command.pool,
             .asset = pool.asset,
             .member = command.member,
             .name = command.name,
             .account = command.account,
             .admitted = context.now};
  const Member* before = state.members.find(row.key());
  if (before == nullptr) {
    state.members.insert(context.changes, row);
  } else {
    row.contributed = before->contributed;
    state.members.edit(context.changes, row.key()) = row;
  }
  return S::ok;
}

S check_shape(const RetireMember& /*command*/) {
  return S::ok;
}

S check_state(const RetireMember& command, const State& state, const ledger::State& /*ledger*/) {
  if (state.pools.find(command.pool) == nullptr) return S::not_an_insurance_pool;
  return active_member(state, command.pool, command.member) == nullptr ? S::member_not_found
                                                                       : S::ok;
}

S apply(const RetireMember& command, State& state, Context& context) {
  --state.pools.edit(context.changes, command.pool).members;
  Member& row = state.members.edit(context.changes, {command.pool, command.member});
  row.standing = MemberStanding::retired;
  row.retired = context.now;
  return S::ok;
}

}  // namespace cofferdam::insurance
