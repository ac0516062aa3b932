// SPDX-License-Identifier: Apache-2.0
//
// The rules of transfers, in the order in which a refusal is looked for.
#include "tests/simulation/auditor.h"
#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>

namespace cofferdam::simulation {

namespace {

using Wide = boost::multiprecision::int256_t;  // no sum of ours overflows it
using S = TransferStatus;

constexpr u128 kMax = base::kU128Max;

[[nodiscard]] Wide wide(u128 v) {
  return (Wide(base::high64(v)) << 64) + Wide(base::low64(v));
}

[[nodiscard]] Wide wide(i128 v) {
  return v < 0 ? Wide(-wide(base::magnitude(v))) : wide(static_cast<u128>(v));
}

[[nodiscard]] u128 narrow(const Wide& v) {
  return base::make_u128(static_cast<std::uint64_t>(v >> 64),
                         static_cast<std::uint64_t>(v & Wide(~std::uint64_t{0})));
}

[[nodiscard]] bool too_much(const Wide& sum) {
  return sum > wide(kMax);
}

[[nodiscard]] Wide debits(const AccountBook& a) {
  return wide(a.debits_posted) + wide(a.debits_pending);
}

[[nodiscard]] Wide credits(const AccountBook& a) {
  return wide(a.credits_posted) + wide(a.credits_pending);
}

[[nodiscard]] bool has(const Transfer& t, std::uint16_t flag) {
  return (t.flags & flag) != 0;
}

[[nodiscard]] bool burns(S status) {
  static const std::set<S> kBurning{S::debit_account_not_found,
                                    S::credit_account_not_found,
                                    S::pending_transfer_not_found,
                                    S::pool_not_active,
                                    S::edge_not_open,
                                    S::debit_account_already_closed,
                                    S::credit_account_already_closed,
                                    S::debit_account_frozen,
                                    S::credit_account_frozen,
                                    S::exceeds_credits,
                                    S::exceeds_debits,
                                    S::exceeds_floor,
                                    S::exceeds_ceiling};
  return kBurning.contains(status);
}

[[nodiscard]] bool systems_own(ledger::AccountClass c) {
  using enum ledger::AccountClass;
  return c == position || c == open_value || c == clearing || c == conduit || c == in_transit ||
         c == settlement;
}

[[nodiscard]] bool owners_may(const PoolBook& pool, const AccountBook& from, const AccountBook& to,
                              std::uint16_t code) {
  if (from.made.owner == to.made.owner && from.made.owner_class == to.made.owner_class) return true;
  for (const ledger::Edge& edge : pool.made.edges.value())
    if (edge.from == from.made.owner_class && edge.to == to.made.owner_class &&
        (edge.code == 0 || edge.code == code))
      return true;
  return false;
}

}  // namespace

void Auditor::run_transfers(u128 command, const ledger::CreateTransfers& batch, std::int64_t now,
                            Expected& expected) {
  const AuditorBooks at_start = books_;
  expected.whole = true;
  if (!guards_hold(batch)) {
    expected.status = static_cast<std::uint16_t>(ledger::CreateTransfersStatus::guard_not_met);
    return;
  }
  const auto& events = batch.transfers;
  expected.events.assign(events.size(), 0);
  expected.balances.assign(events.size(), std::nullopt);
  PastBatch past;
  for (std::size_t first = 0; first < events.size();) {
    std::size_t last = first;  // of the chain that begins here; a chain of one is an ordinary event
    while (last < events.size() && has(events[last], ledger::kLinked)) ++last;
    const bool never_ends = last == events.size();
    if (never_ends) --last;
    const AuditorBooks before = books_;
    std::vector<Transfer> accepted;
    std::optional<std::size_t> failed;
    S why = S::ok;
    for (std::size_t i = first; i <= last && !failed; ++i) {
      Answer answer;
      if (never_ends && i == last)
        answer.status = S::linked_event_chain_open;
      else
        answer = judge_transfer(events[i], now);
      ++books_.events;
      if (answer.status != S::ok) {
        failed = i;
        why = answer.status;
        break;
      }
      apply_transfer(events[i], answer.amount, now);
      accepted.push_back(events[i]);
      accepted.back().amount = base::Amount(answer.amount);
      if (answer.amount != events[i].amount.units())
        expected.moved[static_cast<std::uint32_t>(i)] = answer.amount;
      const Transfer& hold_or_self = events[i].pending_id.is_none()
                                         ? events[i]
                                         : books_.transfers.at(events[i].pending_id.value()).event;
      expected.balances[i] = {account(hold_or_self.debit_account.value()),
                              account(hold_or_self.credit_account.value())};
    }
    if (failed) {
      books_ = before;
      for (std::size_t i = first; i <= last; ++i) {
        expected.events[i] = static_cast<std::uint8_t>(i == *failed ? why : S::linked_event_failed);
        expected.moved.erase(static_cast<std::uint32_t>(i));
        expected.balances[i].reset();
      }
      // A chain that is still open when the batch ends says so at its last event, whatever broke
      // it.
      if (never_ends) expected.events[last] = static_cast<std::uint8_t>(S::linked_event_chain_open);
      if (burns(why))
        books_.transfers[events[*failed].id.value()] = {.event = events[*failed], .status = why};
    } else {
      past.accepted.insert(past.accepted.end(), accepted.begin(), accepted.end());
    }
    books_.events = at_start.events + last + 1;
    first = last + 1;
  }
  if (policy_broken() || collateral_short()) {
    expected.door =
        policy_broken() ? engine::DoorStatus::policy_breach : engine::DoorStatus::law_broken;
    expected.events.clear();
    expected.moved.clear();
    books_ = at_start;
    return;
  }
  books_.batches[command] = past;
}

bool Auditor::guards_hold(const ledger::CreateTransfers& batch) const {
  for (const ledger::Guard& guard : batch.guards) {
    Wide net = 0;
    for (const auto& [id, a] : books_.accounts)
      if (a.made.pool == guard.pool && a.made.asset == guard.asset &&
          a.made.account_class == guard.account_class)
        net += wide(a.credits_posted) - wide(a.debits_posted);
    const Wide bound = wide(guard.amount.units());
    if (guard.comparison == ledger::Comparison::at_least ? net < bound : net > bound) return false;
  }
  return true;
}

Auditor::Answer Auditor::judge_transfer(const Transfer& t, std::int64_t now) const {
  if (t.flags > 0xff) return {S::reserved_flag};
  if (t.id.value() == 0) return {S::id_must_not_be_zero};
  if (t.id.value() == kMax) return {S::id_must_not_be_max};
  if (const auto past = books_.transfers.find(t.id.value()); past != books_.transfers.end()) {
    if (past->second.status != S::ok) return {S::id_already_failed};
    return {compare_with(t, past->second)};
  }
  if (has(t, ledger::kPostPending) || has(t, ledger::kVoidPending)) return judge_resolution(t, now);
  return judge_movement(t, now);
}

Auditor::Answer Auditor::judge_movement(const Transfer& t, std::int64_t now) const {
  const bool pending = has(t, ledger::kPending);
  if (t.debit_account.value() == 0) return {S::debit_account_must_not_be_zero};
  if (t.debit_account.value() == kMax) return {S::debit_account_must_not_be_max};
  if (t.credit_account.value() == 0) return {S::credit_account_must_not_be_zero};
  if (t.credit_account.value() == kMax) return {S::credit_account_must_not_be_max};
  if (t.debit_account == t.credit_account) return {S::accounts_must_be_different};
  if (t.pending_id.value() != 0) return {S::pending_id_must_be_zero};
  if (!pending && t.timeout_s != 0) return {S::timeout_reserved_for_pending_transfer};
  if (!pending && (has(t, ledger::kClosingDebit) || has(t, ledger::kClosingCredit)))
    return {S::closing_transfer_must_be_pending};
  if (t.pool.value() == 0) return {S::pool_must_not_be_zero};
  if (t.asset.value() == 0) return {S::asset_must_not_be_zero};
  if (t.code == 0) return {S::code_must_not_be_zero};
  const auto from = books_.accounts.find(t.debit_account.value());
  if (from == books_.accounts.end()) return {S::debit_account_not_found};
  const auto to = books_.accounts.find(t.credit_account.value());
  if (to == books_.accounts.end()) return {S::credit_account_not_found};
  const AccountBook& debit = from->second;
  const AccountBook& credit = to->second;
  if (debit.made.pool != credit.made.pool) return {S::accounts_must_have_the_same_pool};
  if (debit.made.asset != credit.made.asset) return {S::accounts_must_have_the_same_asset};
  if (t.pool != debit.made.pool) return {S::transfer_must_have_the_same_pool_as_accounts};
  if (t.asset != debit.made.asset) return {S::transfer_must_have_the_same_asset_as_accounts};
  const PoolBook& pool = books_.pools.at(t.pool.value());
  if (pool.state != pool::PoolState::active) return {S::pool_not_active};
  if (systems_own(debit.made.account_class) || systems_own(credit.made.account_class))
    return {S::reserved_account_class};
  if (!owners_may(pool, debit, credit, t.code)) return {S::edge_not_open};
  if (debit.closed) return {S::debit_account_already_closed};
  if (credit.closed) return {S::credit_account_already_closed};
  if (debit.frozen) return {S::debit_account_frozen};
  if (credit.frozen) return {S::credit_account_frozen};

  Wide amount = wide(t.amount.units());
  const auto at_most = [&](const Wide& left) {
    amount = std::min(amount, left < 0 ? Wide(0) : left);
  };
  if (has(t, ledger::kBalancingDebit)) {
    at_most(wide(debit.credits_posted) - debits(debit));
    if (debit.floor) at_most(wide(debit.credits_posted) - debits(debit) - wide(*debit.floor));
  }
  if (has(t, ledger::kBalancingCredit)) {
    at_most(wide(credit.debits_posted) - credits(credit));
    if (credit.ceiling)
      at_most(wide(*credit.ceiling) - (credits(credit) - wide(credit.debits_posted)));
  }
  const u128 moves = narrow(amount);
  S status = judge_limits(debit, credit, moves, pending);
  const bool late = Wide(now) + Wide(t.timeout_s) * 1'000'000'000 >
                    Wide(std::numeric_limits<std::int64_t>::max());
  if (late && (status == S::ok || status > S::overflows_timeout)) status = S::overflows_timeout;
  return {status, moves};
}

TransferStatus Auditor::judge_limits(const AccountBook& debit, const AccountBook& credit,
                                     u128 moves, bool pending) const {
  const Wide amount = wide(moves);
  if (pending && too_much(wide(debit.debits_pending) + amount)) return S::overflows_debits_pending;
  if (pending && too_much(wide(credit.credits_pending) + amount))
    return S::overflows_credits_pending;
  if (too_much(wide(debit.debits_posted) + amount)) return S::overflows_debits_posted;
  if (too_much(wide(credit.credits_posted) + amount)) return S::overflows_credits_posted;
  if (too_much(debits(debit) + amount)) return S::overflows_debits;
  if (too_much(credits(credit) + amount)) return S::overflows_credits;
  Wide total_debits = 0;
  Wide total_credits = 0;
  for (const auto& [id, a] : books_.accounts) {
    if (a.made.pool != debit.made.pool || a.made.asset != debit.made.asset) continue;
    if (a.made.account_class == debit.made.account_class) total_debits += debits(a);
    if (a.made.account_class == credit.made.account_class) total_credits += credits(a);
  }
  if (too_much(total_debits + amount) || too_much(total_credits + amount))
    return S::overflows_pool_total;
  if ((debit.made.flags & ledger::kDebitsMustNotExceedCredits) != 0 &&
      debits(debit) + amount > wide(debit.credits_posted))
    return S::exceeds_credits;
  if ((credit.made.flags & ledger::kCreditsMustNotExceedDebits) != 0 &&
      credits(credit) + amount > wide(credit.debits_posted))
    return S::exceeds_debits;
  if (debit.floor && wide(debit.credits_posted) - debits(debit) - amount < wide(*debit.floor))
    return S::exceeds_floor;
  if (credit.ceiling &&
      credits(credit) + amount - wide(credit.debits_posted) > wide(*credit.ceiling))
    return S::exceeds_ceiling;
  return S::ok;
}

Auditor::Answer Auditor::judge_resolution(const Transfer& t, std::int64_t now) const {
  const bool post = has(t, ledger::kPostPending);
  const bool release = has(t, ledger::kVoidPending);
  if ((post && release) || has(t, ledger::kPending) || has(t, ledger::kBalancingDebit) ||
      has(t, ledger::kBalancingCredit) || has(t, ledger::kClosingDebit) ||
      has(t, ledger::kClosingCredit))
    return {S::flags_are_mutually_exclusive};
  if (t.pending_id.value() == 0) return {S::pending_id_must_not_be_zero};
  if (t.pending_id.value() == kMax) return {S::pending_id_must_not_be_max};
  if (t.pending_id == t.id) return {S::pending_id_must_be_different};
  if (t.timeout_s != 0) return {S::timeout_reserved_for_pending_transfer};
  const auto found = books_.transfers.find(t.pending_id.value());
  if (found == books_.transfers.end() || found->second.status != S::ok)
    return {S::pending_transfer_not_found};
  const PastTransfer& hold = found->second;
  const Transfer& h = hold.event;
  if (!has(h, ledger::kPending)) return {S::pending_transfer_not_pending};
  if (t.debit_account.value() != 0 && t.debit_account != h.debit_account)
    return {S::pending_transfer_has_different_debit_account};
  if (t.credit_account.value() != 0 && t.credit_account != h.credit_account)
    return {S::pending_transfer_has_different_credit_account};
  if (t.pool.value() != 0 && t.pool != h.pool) return {S::pending_transfer_has_different_pool};
  if (t.asset.value() != 0 && t.asset != h.asset) return {S::pending_transfer_has_different_asset};
  if (t.code != 0 && t.code != h.code) return {S::pending_transfer_has_different_code};
  u128 amount = t.amount.units();
  if (post && amount == kMax) amount = h.amount.units();
  if (release && amount == 0) amount = h.amount.units();
  if (amount > h.amount.units()) return {S::exceeds_pending_transfer_amount};
  if (release && amount != h.amount.units()) return {S::pending_transfer_has_different_amount};
  if (hold.end == End::posted) return {S::pending_transfer_already_posted};
  if (hold.end == End::voided) return {S::pending_transfer_already_voided};
  if (hold.end == End::expired || (hold.expires != 0 && hold.expires <= now))
    return {S::pending_transfer_expired};
  if (post) {
    const AccountBook& debit = books_.accounts.at(h.debit_account.value());
    const AccountBook& credit = books_.accounts.at(h.credit_account.value());
    if (books_.pools.at(h.pool.value()).state != pool::PoolState::active)
      return {S::pool_not_active};
    if (debit.closed) return {S::debit_account_already_closed};
    if (credit.closed) return {S::credit_account_already_closed};
    if (debit.frozen) return {S::debit_account_frozen};
    if (credit.frozen) return {S::credit_account_frozen};
  }
  return {S::ok, amount};
}

TransferStatus Auditor::compare_with(const Transfer& t, const PastTransfer& past) const {
  Transfer a = t;
  Transfer b = past.event;
  if (a.flags != b.flags) return S::exists_with_different_flags;
  if (a.pending_id != b.pending_id) return S::exists_with_different_pending_id;
  if (a.timeout_s != b.timeout_s) return S::exists_with_different_timeout;
  bool same_amount = a.amount == b.amount;
  if (has(b, ledger::kPostPending) || has(b, ledger::kVoidPending)) {
    // What a resolution leaves out is that of its hold, in the first attempt and in the second.
    const Transfer& h = books_.transfers.at(b.pending_id.value()).event;
    const bool all =
        has(b, ledger::kVoidPending) ? a.amount.units() == 0 : a.amount.units() == kMax;
    same_amount = (all ? h.amount : a.amount) == b.amount;
    for (Transfer* x : {&a, &b}) {
      if (x->debit_account.value() == 0) x->debit_account = h.debit_account;
      if (x->credit_account.value() == 0) x->credit_account = h.credit_account;
      if (x->user_data_128 == 0) x->user_data_128 = h.user_data_128;
      if (x->user_data_64 == 0) x->user_data_64 = h.user_data_64;
      if (x->user_data_32 == 0) x->user_data_32 = h.user_data_32;
      if (x->pool.value() == 0) x->pool = h.pool;
      if (x->asset.value() == 0) x->asset = h.asset;
      if (x->code == 0) x->code = h.code;
    }
  } else if (has(b, ledger::kBalancingDebit) || has(b, ledger::kBalancingCredit)) {
    same_amount = a.amount >= b.amount;
  }
  if (a.debit_account != b.debit_account) return S::exists_with_different_debit_account;
  if (a.credit_account != b.credit_account) return S::exists_with_different_credit_account;
  if (!same_amount) return S::exists_with_different_amount;
  if (a.user_data_128 != b.user_data_128) return S::exists_with_different_user_data_128;
  if (a.user_data_64 != b.user_data_64) return S::exists_with_different_user_data_64;
  if (a.user_data_32 != b.user_data_32) return S::exists_with_different_user_data_32;
  if (a.pool != b.pool) return S::exists_with_different_pool;
  if (a.asset != b.asset) return S::exists_with_different_asset;
  if (a.code != b.code) return S::exists_with_different_code;
  if (a.value_date != b.value_date) return S::exists_with_different_value_date;
  return S::exists;
}

void Auditor::apply_transfer(const Transfer& t, u128 amount, std::int64_t now) {
  PastTransfer past{.event = t, .order = books_.events};
  past.event.amount = base::Amount(amount);
  if (!t.pending_id.is_none()) {
    const bool post = has(t, ledger::kPostPending);
    end_hold(books_.transfers.at(t.pending_id.value()), post ? amount : 0,
             post ? End::posted : End::voided);
  } else if (has(t, ledger::kPending)) {
    account(t.debit_account.value()).debits_pending += amount;
    account(t.credit_account.value()).credits_pending += amount;
    if (has(t, ledger::kClosingDebit)) account(t.debit_account.value()).closed = true;
    if (has(t, ledger::kClosingCredit)) account(t.credit_account.value()).closed = true;
    past.end = End::open;
    if (t.timeout_s != 0) past.expires = now + std::int64_t{t.timeout_s} * 1'000'000'000;
  } else {
    account(t.debit_account.value()).debits_posted += amount;
    account(t.credit_account.value()).credits_posted += amount;
  }
  books_.transfers[t.id.value()] = past;
}

void Auditor::end_hold(PastTransfer& hold, u128 posted, End end) {
  AccountBook& debit = account(hold.event.debit_account.value());
  AccountBook& credit = account(hold.event.credit_account.value());
  debit.debits_pending -= hold.event.amount.units();
  credit.credits_pending -= hold.event.amount.units();
  debit.debits_posted += posted;
  credit.credits_posted += posted;
  if (end != End::posted && has(hold.event, ledger::kClosingDebit)) debit.closed = false;
  if (end != End::posted && has(hold.event, ledger::kClosingCredit)) credit.closed = false;
  hold.end = end;
}

void Auditor::tick(std::int64_t now, Expected& expected) {
  std::map<std::pair<std::int64_t, std::uint64_t>, PastTransfer*> due;
  for (auto& [id, past] : books_.transfers)
    if (past.end == End::open && past.expires != 0 && past.expires <= now)
      due[{past.expires, past.order}] = &past;
  for (auto& [when, past] : due) {
    Transfer posting = past->event;
    posting.pending_id = posting.id;
    expected.postings.push_back(posting);
    end_hold(*past, 0, End::expired);
  }
}

// The last event first; what was posted goes back, what is held is released.
std::uint16_t Auditor::revert(const engine::RevertBatch& command, Expected& expected) {
  using R = engine::RevertStatus;
  const auto refuse = [](R why) { return static_cast<std::uint16_t>(why); };
  const auto found = books_.batches.find(command.command.value());
  if (found == books_.batches.end()) return refuse(R::command_not_found);
  if (found->second.reverted) return refuse(R::already_reverted);
  if (found->second.accepted.empty()) return refuse(R::nothing_to_revert);
  const std::vector<Transfer> accepted = found->second.accepted;
  std::set<u128> posted_here;
  for (auto t = accepted.rbegin(); t != accepted.rend(); ++t) {
    if (has(*t, ledger::kVoidPending)) return refuse(R::void_cannot_be_reverted);
    if (has(*t, ledger::kPending)) {
      if (posted_here.contains(t->id.value())) continue;  // its posting was taken back
      PastTransfer& hold = books_.transfers.at(t->id.value());
      if (hold.end != End::open) return refuse(R::hold_resolved_since);
      end_hold(hold, 0, End::voided);
      continue;
    }
    Transfer whole = *t;
    if (has(*t, ledger::kPostPending)) {
      const Transfer& h = books_.transfers.at(t->pending_id.value()).event;
      whole.debit_account = h.debit_account;
      whole.credit_account = h.credit_account;
      posted_here.insert(t->pending_id.value());
    }
    if (whole.amount.is_zero()) continue;
    AccountBook& back_from = account(whole.credit_account.value());
    AccountBook& back_to = account(whole.debit_account.value());
    if (books_.pools.at(back_from.made.pool.value()).state != pool::PoolState::active ||
        back_from.closed || back_to.closed || back_from.frozen || back_to.frozen ||
        judge_limits(back_from, back_to, whole.amount.units(), false) != S::ok)
      return refuse(R::leg_refused);
    back_from.debits_posted += whole.amount.units();
    back_to.credits_posted += whole.amount.units();
    expected.postings.push_back(whole);
  }
  books_.batches.at(command.command.value()).reverted = true;
  return 0;
}

bool Auditor::policy_broken() const {
  using enum ledger::AccountClass;
  std::map<std::tuple<std::uint32_t, std::uint32_t, ledger::AccountClass>, Wide> nets;
  for (const auto& [id, a] : books_.accounts)
    nets[{a.made.pool.value(), a.made.asset.value(), a.made.account_class}] +=
        wide(a.credits_posted) - wide(a.debits_posted);
  for (const auto& [where, net] : nets) {
    const auto& [pool_number, asset, what] = where;
    const pool::CreatePool& pool = books_.pools.at(pool_number).made;
    const bool clients = pool.regime == pool::Regime::individual ||
                         pool.regime == pool::Regime::omnibus || pool.regime == pool::Regime::order;
    if (what == buffer && clients) {
      Wide cap = 0;
      for (const auto& declared : pool.buffer_caps)
        if (declared.asset.value() == asset) cap = wide(declared.cap.units());
      if (net > cap) return true;
    }
    if (pool.allows_deficit) continue;
    if (what == custody && net > 0) return true;
    if (what == deficit && net != 0) return true;
    if ((what == buffer || what == collateral || what == reserve || what == fee) && net < 0)
      return true;
  }
  for (const auto& [id, a] : books_.accounts) {
    const pool::CreatePool& pool = books_.pools.at(a.made.pool.value()).made;
    const bool one_owner =
        pool.regime == pool::Regime::individual || pool.regime == pool::Regime::strategy;
    const bool clients = pool.regime == pool::Regime::individual ||
                         pool.regime == pool::Regime::omnibus || pool.regime == pool::Regime::order;
    using O = ledger::OwnerClass;
    const O owner = a.made.owner_class;
    if (one_owner && (owner == O::client || owner == O::member || owner == O::provider) &&
        a.made.owner != pool.owner)
      return true;
    if (clients && owner == O::house && a.made.account_class != buffer &&
        a.made.account_class != fee)
      return true;
  }
  return false;
}

bool Auditor::collateral_short() const {
  return std::ranges::any_of(books_.accounts, [](const auto& entry) {
    const AccountBook& a = entry.second;
    return a.made.account_class == ledger::AccountClass::collateral &&
           a.debits_posted > a.credits_posted;
  });
}

}  // namespace cofferdam::simulation
