// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/auditor.h"

#include <type_traits>

namespace cofferdam::simulation {

namespace {

using engine::DoorStatus;

constexpr u128 kMax = base::kU128Max;
constexpr std::uint16_t kOperatorRoles = principal::kRoot | principal::kOperator;
constexpr std::uint16_t kAdminRoles = principal::kRoot | principal::kAdmin;

// Which roles may give the command; 0: any active principal.
[[nodiscard]] std::uint16_t roles_for(const engine::Command& command) {
  return std::visit(
      []<class C>(const C&) -> std::uint16_t {
        if constexpr (std::is_same_v<C, decision::Propose> ||
                      std::is_same_v<C, decision::Approve> || std::is_same_v<C, decision::Reject> ||
                      std::is_same_v<C, decision::Withdraw>)
          return 0;
        else if constexpr (std::is_same_v<C, engine::Tick> ||
                           std::is_same_v<C, engine::RevertBatch> ||
                           std::is_same_v<C, ledger::CreateAccounts> ||
                           std::is_same_v<C, ledger::CreateTransfers> ||
                           std::is_same_v<C, ledger::ChangeAccount> ||
                           std::is_same_v<C, pool::FreezePool> ||
                           std::is_same_v<C, pool::ConduitTransfer> ||
                           std::is_same_v<C, pool::SettleConduit> ||
                           std::is_same_v<C, market::OpenParticipant> ||
                           std::is_same_v<C, market::RecordTrades> ||
                           std::is_same_v<C, market::RecordMarks> ||
                           std::is_same_v<C, market::Settle>)
          return kOperatorRoles;
        else
          return kAdminRoles;
      },
      command);
}

[[nodiscard]] std::string differs(const std::string& what, const std::string& must,
                                  const std::string& is) {
  return what + ": must be " + must + ", is " + is;
}

template <class Number>
[[nodiscard]] std::string differs(const std::string& what, Number must, Number is) {
  return differs(what, std::to_string(must), std::to_string(is));
}

[[nodiscard]] bool same_counters(const AccountBook& book, const ledger::Account& row) {
  return row.debits_pending.units() == book.debits_pending &&
         row.debits_posted.units() == book.debits_posted &&
         row.credits_pending.units() == book.credits_pending &&
         row.credits_posted.units() == book.credits_posted;
}

[[nodiscard]] std::string counters(u128 dp, u128 d, u128 cp, u128 c) {
  return base::to_text(dp) + "/" + base::to_text(d) + "/" + base::to_text(cp) + "/" +
         base::to_text(c);
}

[[nodiscard]] std::string compare_account(const AccountBook& book, const ledger::Account& row) {
  const std::string name = "account " + base::to_text(row.id.value());
  if (!same_counters(book, row))
    return differs(name,
                   counters(book.debits_pending, book.debits_posted, book.credits_pending,
                            book.credits_posted),
                   counters(row.debits_pending.units(), row.debits_posted.units(),
                            row.credits_pending.units(), row.credits_posted.units()));
  if (book.closed != row.is(ledger::kClosed)) return name + " is open here and closed there";
  if (book.frozen != row.is(ledger::kFrozen)) return name + " is frozen here and not there";
  if (book.floor.has_value() != row.is(ledger::kHasFloor) ||
      (book.floor && *book.floor != row.floor.units()))
    return name + " has another floor";
  if (book.ceiling.has_value() != row.is(ledger::kHasCeiling) ||
      (book.ceiling && *book.ceiling != row.ceiling.units()))
    return name + " has another ceiling";
  if (book.made.pool != row.pool || book.made.asset != row.asset || book.made.owner != row.owner ||
      book.made.account_class != row.account_class || book.made.owner_class != row.owner_class ||
      book.made.code != row.code || book.made.user_data_128 != row.user_data_128)
    return name + " is of another kind";
  return {};
}

[[nodiscard]] std::string compare_outcome(const Expected& expected, const engine::Reply& reply) {
  const engine::Outcome& outcome = reply.outcome;
  if (outcome.door != expected.door)
    return differs("door", std::string(base::name_of(expected.door)),
                   std::string(base::name_of(outcome.door)) + " " + outcome.law);
  if (!expected.whole) return {};
  if (outcome.status != expected.status) return differs("status", expected.status, outcome.status);
  if (outcome.event_statuses.size() != expected.events.size())
    return differs("events", expected.events.size(), outcome.event_statuses.size());
  for (std::size_t i = 0; i < expected.events.size(); ++i)
    if (outcome.event_statuses[i] != expected.events[i])
      return differs("status of event " + std::to_string(i), int{expected.events[i]},
                     int{outcome.event_statuses[i]});
  std::map<std::uint32_t, u128> moved;
  for (const auto& m : outcome.moved) moved[m.position] = m.amount.units();
  if (moved != expected.moved) return "the amounts that were moved differ";
  if (outcome.postings.size() < expected.postings.size())
    return differs("postings", expected.postings.size(), outcome.postings.size());
  return {};
}

[[nodiscard]] std::string compare_balances(const Expected& expected, const engine::Reply& reply) {
  for (std::size_t i = 0; i < reply.balances.size() && i < expected.balances.size(); ++i) {
    const auto& must = expected.balances[i];
    const ledger::BalancesAfter& is = reply.balances[i];
    const std::string name = "balances after event " + std::to_string(i);
    if (!must && (!is.debit.id.is_none() || !is.credit.id.is_none()))
      return name + " are given though it failed";
    if (must && (!same_counters(must->first, is.debit) || !same_counters(must->second, is.credit)))
      return name + " differ";
  }
  return {};
}

}  // namespace

std::uint16_t Auditor::shape_of(const engine::Command& command) {
  if (const auto* batch = std::get_if<ledger::CreateTransfers>(&command)) {
    if (batch->transfers.empty()) return 1;
    if (batch->transfers.size() > 8190) return 2;
    if (batch->guards.size() > 64) return 3;
  }
  if (const auto* batch = std::get_if<ledger::CreateAccounts>(&command)) {
    if (batch->accounts.empty()) return 1;
    if (batch->accounts.size() > 8190) return 2;
  }
  if (const auto* change = std::get_if<ledger::ChangeAccount>(&command)) {
    if (change->reason.size() > 1024) return 1;
    if ((change->floor || change->ceiling) && change->change != ledger::AccountChange::set_limits)
      return 2;
    if (change->floor && change->ceiling && *change->floor > *change->ceiling) return 3;
  }
  if (const auto* revert = std::get_if<engine::RevertBatch>(&command))
    if (revert->reason.size() > 1024) return 1;
  if (const auto* tick = std::get_if<engine::Tick>(&command))
    if (tick->reserved != 0) return 1;
  return 0;
}

DoorStatus Auditor::door(const engine::Request& request) const {
  const bool genesis = std::holds_alternative<venue::Genesis>(request.command);
  if (books_.founded && request.time) return DoorStatus::time_not_accepted;
  if (genesis) return books_.founded ? DoorStatus::genesis_exists : DoorStatus::ok;
  if (!books_.founded) return DoorStatus::no_genesis;
  const auto roles = books_.roles.find(request.principal.value());
  if (roles == books_.roles.end()) return DoorStatus::principal_unknown;
  const std::uint16_t needed = roles_for(request.command);
  if (needed != 0 && (roles->second & needed) == 0) return DoorStatus::principal_not_allowed;
  const auto asks = [&](base::PoolId pool) {
    auto policy = books_.transfer_policies.find(pool.value());
    if (policy == books_.transfer_policies.end()) policy = books_.transfer_policies.find(0);
    return policy != books_.transfer_policies.end() && policy->second > 0;
  };
  if (const auto* batch = std::get_if<ledger::CreateTransfers>(&request.command))
    for (const Transfer& t : batch->transfers) {
      const auto hold = books_.transfers.find(t.pending_id.value());
      const bool is_of_hold = hold != books_.transfers.end() && hold->second.end == End::open;
      if (asks(t.pool) || (is_of_hold && asks(hold->second.event.pool)))
        return DoorStatus::approval_required;
    }
  return DoorStatus::ok;
}

std::string Auditor::follow(const engine::Request& request, const engine::Reply& reply) {
  if (reply.time.value() <= books_.last_time) return "the time of the record does not rise";
  for (const auto& [id, known] : registry_)
    if (known.opened <= reply.sequence)
      books_.accounts.try_emplace(id, AccountBook{.made = known.made});
  const Expected expected = expect(request, reply);
  books_.last_time = reply.time.value();
  if (auto text = compare_outcome(expected, reply); !text.empty()) return text;
  if (auto text = compare_balances(expected, reply); !text.empty()) return text;
  if (!expected.whole) {
    if (!reply.ok()) return {};
    return follow_other(request, reply);
  }
  for (std::size_t i = 0; i < expected.postings.size(); ++i) {
    const Transfer& must = expected.postings[i];
    const Transfer& is = reply.outcome.postings[i];
    if (std::holds_alternative<engine::Tick>(request.command) &&
        (is.debit_account != must.debit_account || is.credit_account != must.credit_account ||
         is.amount != must.amount || is.pending_id != must.pending_id))
      return "posting " + std::to_string(i) + " of the tick differs";
  }
  return {};
}

Expected Auditor::expect(const engine::Request& request, const engine::Reply& reply) {
  Expected expected{.door = door(request)};
  if (std::holds_alternative<ledger::CreateTransfers>(request.command))
    books_.batches[request.id.value()] = {};
  if (expected.door != DoorStatus::ok) {
    expected.whole = true;
    return expected;
  }
  const std::int64_t now = reply.time.value();
  const AuditorBooks before = books_;
  if (const auto* accounts = std::get_if<ledger::CreateAccounts>(&request.command)) {
    expected.whole = true;
    run_accounts(*accounts, expected);
  } else if (const auto* batch = std::get_if<ledger::CreateTransfers>(&request.command)) {
    run_transfers(request.id.value(), *batch, now, expected);
  } else if (const auto* change = std::get_if<ledger::ChangeAccount>(&request.command)) {
    expected.whole = true;
    expected.status = change_account(*change);
  } else if (std::holds_alternative<engine::Tick>(request.command)) {
    expected.whole = true;
    tick(now, expected);
  } else if (const auto* back = std::get_if<engine::RevertBatch>(&request.command)) {
    expected.whole = true;
    expected.status = revert(*back, expected);
    if (expected.status != 0) {
      books_ = before;
      expected.postings.clear();
    } else if (policy_broken() || collateral_short()) {
      expected.door = policy_broken() ? DoorStatus::policy_breach : DoorStatus::law_broken;
      expected.postings.clear();
      books_ = before;
    }
  } else {
    expected.door = reply.outcome.door;  // of other rooms only what they booked is followed
  }
  return expected;
}

namespace {

// What a pool owes in cash is never negative, asked for or not.
ledger::AccountEvent with_limits(ledger::AccountEvent e) {
  if (e.account_class == ledger::AccountClass::collateral)
    e.flags |= ledger::kDebitsMustNotExceedCredits;
  return e;
}

}  // namespace

void Auditor::run_accounts(const ledger::CreateAccounts& command, Expected& expected) {
  using S = ledger::AccountStatus;
  const AuditorBooks at_start = books_;
  const auto& events = command.accounts;
  expected.events.assign(events.size(), 0);
  for (std::size_t first = 0; first < events.size();) {
    std::size_t last = first;
    while (last < events.size() && (events[last].flags & ledger::kAccountLinked) != 0) ++last;
    const bool never_ends = last == events.size();
    if (never_ends) --last;
    const auto before = books_.accounts;
    for (std::size_t i = first; i <= last; ++i) {
      const S status =
          never_ends && i == last ? S::linked_event_chain_open : judge_account(events[i]);
      if (status == S::ok) {
        const ledger::AccountEvent e = with_limits(events[i]);
        AccountBook book{.made = e, .closed = (e.flags & ledger::kClosed) != 0};
        if ((e.flags & ledger::kHasFloor) != 0) book.floor = e.floor.units();
        if ((e.flags & ledger::kHasCeiling) != 0) book.ceiling = e.ceiling.units();
        books_.accounts[e.id.value()] = book;
        continue;
      }
      books_.accounts = before;
      for (std::size_t j = first; j <= last; ++j)
        expected.events[j] = static_cast<std::uint8_t>(j == i ? status : S::linked_event_failed);
      if (never_ends) expected.events[last] = static_cast<std::uint8_t>(S::linked_event_chain_open);
      break;
    }
    first = last + 1;
  }
  if (policy_broken()) {
    expected.door = DoorStatus::policy_breach;
    expected.events.clear();
    books_ = at_start;
  }
}

ledger::AccountStatus Auditor::judge_account(const ledger::AccountEvent& asked) const {
  const ledger::AccountEvent e = with_limits(asked);
  using S = ledger::AccountStatus;
  using enum ledger::AccountClass;
  constexpr std::uint16_t kAllowed = 1 | 2 | 4 | 8 | 32 | 128 | 256;
  if ((e.flags & ~kAllowed) != 0) return S::reserved_flag;
  if (e.id.value() == 0) return S::id_must_not_be_zero;
  if (e.id.value() == kMax) return S::id_must_not_be_max;
  if (const auto found = books_.accounts.find(e.id.value()); found != books_.accounts.end()) {
    const ledger::AccountEvent& made = found->second.made;
    constexpr std::uint16_t kForLife = 1 | 2 | 4 | 8;
    if ((made.flags & kForLife) != (e.flags & kForLife)) return S::exists_with_different_flags;
    if (made.user_data_128 != e.user_data_128) return S::exists_with_different_user_data_128;
    if (made.user_data_64 != e.user_data_64) return S::exists_with_different_user_data_64;
    if (made.user_data_32 != e.user_data_32) return S::exists_with_different_user_data_32;
    if (made.pool != e.pool) return S::exists_with_different_pool;
    if (made.asset != e.asset) return S::exists_with_different_asset;
    if (made.code != e.code) return S::exists_with_different_code;
    if (made.account_class != e.account_class) return S::exists_with_different_class;
    if (made.owner_class != e.owner_class) return S::exists_with_different_owner_class;
    if (made.owner != e.owner) return S::exists_with_different_owner;
    return S::exists;
  }
  if ((e.flags & 6) == 6) return S::flags_are_mutually_exclusive;
  if (e.pool.value() == 0) return S::pool_must_not_be_zero;
  if (e.asset.value() == 0) return S::asset_must_not_be_zero;
  if (e.code == 0) return S::code_must_not_be_zero;
  const auto pool = books_.pools.find(e.pool.value());
  if (pool == books_.pools.end()) return S::pool_not_found;
  if (e.asset.value() > books_.assets) return S::asset_not_found;
  const pool::PoolState state = pool->second.state;
  if (state != pool::PoolState::draft && state != pool::PoolState::active &&
      state != pool::PoolState::winding_up)
    return S::pool_not_accepting;
  const ledger::AccountClass c = e.account_class;
  if (c == position || c == open_value || c == clearing || c == conduit || c == in_transit ||
      c == settlement)
    return S::reserved_account_class;
  if (e.owner_class == ledger::OwnerClass::pool && !e.owner.is_none()) return S::owner_must_be_zero;
  if (e.owner_class != ledger::OwnerClass::pool && e.owner.is_none())
    return S::owner_must_not_be_zero;
  const bool floor = (e.flags & ledger::kHasFloor) != 0;
  const bool ceiling = (e.flags & ledger::kHasCeiling) != 0;
  if ((!floor && !e.floor.is_zero()) || (!ceiling && !e.ceiling.is_zero()))
    return S::limit_without_flag;
  if ((floor && e.floor.units() > 0) || (ceiling && e.ceiling.units() < 0))
    return S::limits_exclude_zero;
  return S::ok;
}

std::uint16_t Auditor::change_account(const ledger::ChangeAccount& command) {
  using S = ledger::ChangeAccountStatus;
  using enum ledger::AccountClass;
  const auto refuse = [](S why) { return static_cast<std::uint16_t>(why); };
  const auto found = books_.accounts.find(command.account.value());
  if (found == books_.accounts.end()) return refuse(S::account_not_found);
  AccountBook& a = found->second;
  const ledger::AccountClass c = a.made.account_class;
  if (c == position || c == open_value || c == clearing || c == conduit || c == in_transit ||
      c == settlement)
    return refuse(S::reserved_account_class);
  switch (command.change) {
    case ledger::AccountChange::freeze:
      if (a.closed) return refuse(S::already_closed);
      if (a.frozen) return refuse(S::already_frozen);
      a.frozen = true;
      return 0;
    case ledger::AccountChange::unfreeze:
      if (!a.frozen) return refuse(S::not_frozen);
      a.frozen = false;
      return 0;
    case ledger::AccountChange::close:
      if (a.closed) return refuse(S::already_closed);
      if (a.debits_posted != a.credits_posted || a.debits_pending != 0 || a.credits_pending != 0)
        return refuse(S::balance_not_zero);
      a.closed = true;
      return 0;
    case ledger::AccountChange::set_limits:
      break;
  }
  if (a.closed) return refuse(S::already_closed);
  // The workload keeps the amounts of accounts whose limits it changes below 2^100.
  const auto low = static_cast<i128>(a.credits_posted - a.debits_posted - a.debits_pending);
  const auto high = static_cast<i128>(a.credits_posted + a.credits_pending - a.debits_posted);
  if ((command.floor && low < command.floor->units()) ||
      (command.ceiling && high > command.ceiling->units()))
    return refuse(S::limit_already_exceeded);
  a.floor.reset();
  a.ceiling.reset();
  if (command.floor) a.floor = command.floor->units();
  if (command.ceiling) a.ceiling = command.ceiling->units();
  return 0;
}

std::string Auditor::follow_other(const engine::Request& request, const engine::Reply& reply) {
  const auto become = [&](std::uint32_t number, pool::PoolState state) {
    books_.pools.at(number).state = state;
  };
  std::visit(
      [&]<class C>(const C& c) {
        using enum pool::PoolState;
        const auto created = static_cast<std::uint32_t>(reply.outcome.created);
        if constexpr (std::is_same_v<C, venue::Genesis>) {
          books_.founded = true;
          books_.roles[1] = principal::kRoot;
        } else if constexpr (std::is_same_v<C, ledger::CreateAsset>) {
          ++books_.assets;
        } else if constexpr (std::is_same_v<C, principal::CreatePrincipal>) {
          books_.roles[created] = c.roles;
        } else if constexpr (std::is_same_v<C, decision::SetApprovalPolicy>) {
          if (c.operation == 12) books_.transfer_policies[c.pool.value()] = c.approvals;
        } else if constexpr (std::is_same_v<C, pool::CreatePool>) {
          books_.pools[created] = {.made = c};
        } else if constexpr (std::is_same_v<C, pool::ActivatePool> ||
                             std::is_same_v<C, pool::UnfreezePool>) {
          become(c.pool.value(), active);
        } else if constexpr (std::is_same_v<C, pool::FreezePool>) {
          become(c.pool.value(), frozen);
        } else if constexpr (std::is_same_v<C, pool::WindUpPool>) {
          become(c.pool.value(), winding_up);
        } else if constexpr (std::is_same_v<C, pool::ClosePool>) {
          become(c.pool.value(), closed);
        } else if constexpr (std::is_same_v<C, market::CreateContract>) {
          books_.assets += 2;  // positions and open values
        }
      },
      request.command);
  if (const auto& executed = reply.outcome.executed) {
    const auto command =
        engine::decode_command(executed->operation, executed->version, executed->content);
    if (!command) return "what was carried out cannot be read";
    if (const auto* batch = std::get_if<ledger::CreateTransfers>(&*command)) {
      Expected expected;
      run_transfers(request.id.value(), *batch, reply.time.value(), expected);
      return compare_outcome(expected, reply);
    }
  }
  return book_postings(reply.outcome);
}

std::string Auditor::book_postings(const engine::Outcome& outcome) {
  for (const Transfer& leg : outcome.postings) {
    for (const base::AccountId id : {leg.debit_account, leg.credit_account})
      if (!books_.accounts.contains(id.value()))
        return "a leg names account " + base::to_text(id.value()) + ", which does not exist";
    AccountBook& debit = account(leg.debit_account.value());
    AccountBook& credit = account(leg.credit_account.value());
    if (debit.made.pool != credit.made.pool || debit.made.pool != leg.pool)
      return "a leg crosses the wall of a pool";
    if (debit.made.asset != credit.made.asset || debit.made.asset != leg.asset)
      return "a leg mixes assets";
    debit.debits_posted += leg.amount.units();
    credit.credits_posted += leg.amount.units();
  }
  return {};
}

std::string Auditor::compare(const engine::State& state) {
  std::string text;
  std::size_t seen = 0;
  state.ledger.accounts.each([&](const ledger::Account& row) {
    if (!text.empty()) return;
    const auto found = books_.accounts.find(row.id.value());
    if (found == books_.accounts.end()) {
      text = "account " + base::to_text(row.id.value()) + " is there and must not be";
      return;
    }
    ++seen;
    text = compare_account(found->second, row);
  });
  if (!text.empty()) return text;
  if (seen != books_.accounts.size()) return "an account is missing";
  std::size_t holds = 0;
  for (const auto& [id, past] : books_.transfers) {
    if (past.end != End::open) continue;
    ++holds;
    const ledger::Hold* hold = state.ledger.holds.find(base::TransferId(id));
    if (hold == nullptr || hold->amount != past.event.amount ||
        hold->expires.value() != past.expires)
      return "hold " + base::to_text(id) + " is missing or another";
  }
  if (holds != state.ledger.holds.size())
    return differs("open holds", holds, state.ledger.holds.size());
  if (state.pool.pools.size() != books_.pools.size())
    return differs("pools", books_.pools.size(), state.pool.pools.size());
  for (const auto& [number, book] : books_.pools)
    if (state.pool.pools.find(base::PoolId(number))->state != book.state)
      return "pool " + std::to_string(number) + " is in another state";
  if (state.ledger.assets.size() != books_.assets)
    return differs("assets", std::size_t{books_.assets}, state.ledger.assets.size());
  return {};
}

}  // namespace cofferdam::simulation
