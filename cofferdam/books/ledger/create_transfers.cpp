// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/create_transfers.h"

#include "cofferdam/base/check.h"
#include "cofferdam/books/ledger/posting.h"

#include <algorithm>
#include <optional>

namespace cofferdam::ledger {

using S = TransferStatus;

// The ids used so far in this batch: positions of events, found by id. An event whose chain was
// taken back leaves its entry behind; the entry is then no answer, and is reused.
class BatchIds {
 public:
  void reset() {
    if (++generation_ == 0) {
      std::fill(entries_.begin(), entries_.end(), Entry{});
      generation_ = 1;
    }
  }

  [[nodiscard]] std::optional<std::size_t> find(std::span<const Transfer> events,
                                                TransferId id) const {
    for (std::size_t i = home(id); entries_[i].generation == generation_; i = (i + 1) % kSize)
      if (events[entries_[i].position].id == id) return entries_[i].position;
    return std::nullopt;
  }

  void prefetch(TransferId id) const { base::prefetch(&entries_[home(id)], sizeof(Entry)); }

  void put(std::span<const Transfer> events, TransferId id, std::size_t position) {
    std::size_t i = home(id);
    while (entries_[i].generation == generation_ && events[entries_[i].position].id != id)
      i = (i + 1) % kSize;
    entries_[i] = Entry{generation_, static_cast<std::uint32_t>(position)};
  }

 private:
  struct Entry {
    std::uint32_t generation = 0;
    std::uint32_t position = 0;
  };

  static constexpr std::size_t kSize = std::size_t{1} << 15;
  static_assert(kSize > 2 * kBatchEventsMax);

  [[nodiscard]] static std::size_t home(TransferId id) { return base::hash_key(id) % kSize; }

  std::vector<Entry> entries_ = std::vector<Entry>(kSize);
  std::uint32_t generation_ = 0;
};

TransferScratch::TransferScratch() : ids_(std::make_unique<BatchIds>()) {}

TransferScratch::~TransferScratch() = default;

namespace {

// What the checks have found out, so that booking does not look it up again.
struct Verdict {
  S status = S::ok;
  Amount amount;
  Slot debit = base::kNoSlot;
  Slot credit = base::kNoSlot;
  Slot hold = base::kNoSlot;
};

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

class Batch {
 public:
  Batch(std::span<const Transfer> events, State& state, Context& context, TransferHistory& history,
        TransferScratch& scratch, std::vector<TransferResult>& results)
      : events_(events),
        state_(state),
        context_(context),
        history_(history),
        ids_(scratch.ids()),
        balances_(scratch.balances),
        results_(results) {}

  void run() {
    ids_.reset();
    results_.assign(events_.size(), TransferResult{});
    if (balances_ != nullptr) balances_->assign(events_.size(), BalancesAfter{});
    history_.begin_batch(events_);
    for (std::size_t i = 0; i < events_.size(); ++i) {
      look_ahead(i);
      current_ = i;
      step(i);
    }
  }

 private:
  static constexpr std::size_t kTogether = 16;
  static constexpr std::size_t kNoChain = ~std::size_t{0};

  // Of its random reads an event waits for none: the index lines of the group after next are
  // fetched, and the rows that the lines of the next group lead to. A group's fetches stand
  // together because each may walk the page tables, and walks overlap only when nothing lies
  // between them.
  void look_ahead(std::size_t i) {
    if (i % kTogether != 0) return;
    const std::size_t next = std::min(i + kTogether, events_.size());
    const std::size_t after_next = std::min(next + kTogether, events_.size());
    const std::size_t end = std::min(after_next + kTogether, events_.size());
    for (std::size_t j = after_next; j < end; ++j) {
      state_.accounts.prefetch(events_[j].debit_account);
      state_.accounts.prefetch(events_[j].credit_account);
    }
    for (std::size_t j = next; j < after_next; ++j) {
      state_.accounts.prefetch_row_of(events_[j].debit_account);
      state_.accounts.prefetch_row_of(events_[j].credit_account);
      ids_.prefetch(events_[j].id);
    }
  }

  void step(std::size_t i) {
    const bool linked = events_[i].is(kLinked);
    if (linked && chain_start_ == kNoChain) {
      chain_start_ = i;
      chain_mark_ = context_.changes.mark();
      chain_broken_ = false;
    }
    const bool open_at_the_end = linked && i + 1 == events_.size();
    Verdict verdict;
    if (open_at_the_end) {
      verdict.status = S::linked_event_chain_open;
    } else if (chain_start_ != kNoChain && chain_broken_) {
      verdict.status = S::linked_event_failed;
    } else {
      verdict = judge(i);
      if (verdict.status == S::ok) apply_event(i, verdict);
      if (verdict.status == S::ok && balances_ != nullptr)
        (*balances_)[i] = {state_.accounts.at(verdict.debit), state_.accounts.at(verdict.credit)};
    }
    TransferResult& result = results_[i];
    result.status = verdict.status;
    result.amount = verdict.amount;
    result.debit = verdict.debit;
    result.credit = verdict.credit;
    if (verdict.status == S::ok) {
      result.debit_owner = state_.accounts.at(verdict.debit).owner;
      result.credit_owner = state_.accounts.at(verdict.credit).owner;
    }
    if (verdict.status != S::ok && chain_start_ != kNoChain && !chain_broken_) break_chain(i);
    if (verdict.status == S::ok || is_transient(verdict.status))
      ids_.put(events_, events_[i].id, i);
    if (chain_start_ != kNoChain && (!linked || open_at_the_end)) chain_start_ = kNoChain;
  }

  void break_chain(std::size_t failing) {
    chain_broken_ = true;
    context_.changes.rollback(chain_mark_);
    for (std::size_t i = chain_start_; i < failing; ++i) {
      results_[i] = TransferResult{S::linked_event_failed, Amount()};
      if (balances_ != nullptr) (*balances_)[i] = {};
    }
  }

  // The guard clauses in their order of precedence. Nothing changes in here.
  [[nodiscard]] Verdict judge(std::size_t i) {
    const Transfer& t = events_[i];
    if ((t.flags & ~kClientFlags) != 0) return {S::reserved_flag};
    if (t.id.is_none()) return {S::id_must_not_be_zero};
    if (t.id.is_reserved()) return {S::id_must_not_be_max};
    if (const auto earlier = find_earlier(t.id, current_)) {
      if (earlier->status != S::ok) return {S::id_already_failed};
      return {compare_with(t, *earlier), earlier->event.amount};
    }
    // Only where the history could not be read; the engine then takes the command back.
    if (state_.holds.find_slot(t.id) != base::kNoSlot) return {S::exists};
    if (t.is(kPostPending) || t.is(kVoidPending)) return judge_resolution(t);
    if (t.debit_account.is_none()) return {S::debit_account_must_not_be_zero};
    if (t.debit_account.is_reserved()) return {S::debit_account_must_not_be_max};
    if (t.credit_account.is_none()) return {S::credit_account_must_not_be_zero};
    if (t.credit_account.is_reserved()) return {S::credit_account_must_not_be_max};
    if (t.debit_account == t.credit_account) return {S::accounts_must_be_different};
    if (!t.pending_id.is_none()) return {S::pending_id_must_be_zero};
    if (!t.is(kPending)) {
      if (t.timeout_s != 0) return {S::timeout_reserved_for_pending_transfer};
      if (t.is(kClosingDebit) || t.is(kClosingCredit)) return {S::closing_transfer_must_be_pending};
    }
    if (t.pool.is_none()) return {S::pool_must_not_be_zero};
    if (t.asset.is_none()) return {S::asset_must_not_be_zero};
    if (t.code == 0) return {S::code_must_not_be_zero};
    return judge_accounts(t);
  }

  [[nodiscard]] Verdict judge_accounts(const Transfer& t) const {
    Verdict v{.amount = t.amount};
    v.debit = state_.accounts.find_slot(t.debit_account);
    if (v.debit == base::kNoSlot) return {S::debit_account_not_found};
    v.credit = state_.accounts.find_slot(t.credit_account);
    if (v.credit == base::kNoSlot) return {S::credit_account_not_found};
    const Account& debit = state_.accounts.at(v.debit);
    const Account& credit = state_.accounts.at(v.credit);
    if (debit.pool != credit.pool) return {S::accounts_must_have_the_same_pool};
    if (debit.asset != credit.asset) return {S::accounts_must_have_the_same_asset};
    if (t.pool != debit.pool) return {S::transfer_must_have_the_same_pool_as_accounts};
    if (t.asset != debit.asset) return {S::transfer_must_have_the_same_asset_as_accounts};
    const Compartment* compartment = state_.compartments.find(t.pool);
    if (compartment == nullptr || !compartment->accepts_transfers) return {S::pool_not_active};
    if (is_reserved_class(debit.account_class) || is_reserved_class(credit.account_class) ||
        credit.is(kLeavesByIntent))
      return {S::reserved_account_class};
    if (!edge_open(*compartment, debit, credit, t.code)) return {S::edge_not_open};
    if (debit.is(kClosed)) return {S::debit_account_already_closed};
    if (credit.is(kClosed)) return {S::credit_account_already_closed};
    if (t.is(kBalancingDebit)) v.amount = std::min(v.amount, available_to_debit(debit));
    if (t.is(kBalancingCredit)) v.amount = std::min(v.amount, available_to_credit(credit));
    v.status =
        can_book(state_, debit, credit, v.amount, t.is(kPending) ? Leg::pending : Leg::posted);
    // The timeout is judged between the overflows and the limits.
    if (v.status == S::ok || v.status >= S::overflows_timeout) {
      if (expiry_of(t, context_.now) == std::nullopt) v.status = S::overflows_timeout;
    }
    return v;
  }

  [[nodiscard]] Verdict judge_resolution(const Transfer& t) {
    if (t.is(kPostPending) && t.is(kVoidPending)) return {S::flags_are_mutually_exclusive};
    if ((t.flags &
         (kPending | kBalancingDebit | kBalancingCredit | kClosingDebit | kClosingCredit)) != 0)
      return {S::flags_are_mutually_exclusive};
    if (t.pending_id.is_none()) return {S::pending_id_must_not_be_zero};
    if (t.pending_id.is_reserved()) return {S::pending_id_must_not_be_max};
    if (t.pending_id == t.id) return {S::pending_id_must_be_different};
    if (t.timeout_s != 0) return {S::timeout_reserved_for_pending_transfer};
    const Slot slot = state_.holds.find_slot(t.pending_id);
    if (slot == base::kNoSlot) return judge_resolved(t);
    const Hold& hold = state_.holds.at(slot);
    const Account& debit = state_.accounts.at(hold.debit);
    const Account& credit = state_.accounts.at(hold.credit);
    const Transfer pending{.debit_account = debit.id,
                           .credit_account = credit.id,
                           .amount = hold.amount,
                           .pool = debit.pool,
                           .asset = debit.asset,
                           .code = hold.code};
    Verdict v{.debit = hold.debit, .credit = hold.credit, .hold = slot};
    v.status = match_pending(t, pending, v.amount);
    if (v.status != S::ok) return v;
    if (hold.expires.value() != 0 && hold.expires <= context_.now)
      return {S::pending_transfer_expired};
    if (t.is(kPostPending)) v.status = judge_post(debit, credit);
    return v;
  }

  [[nodiscard]] S judge_post(const Account& debit, const Account& credit) const {
    const Compartment* compartment = state_.compartments.find(debit.pool);
    if (compartment == nullptr || !compartment->accepts_transfers) return S::pool_not_active;
    // The only movement that a closed account allows is the void of a hold.
    if (debit.is(kClosed)) return S::debit_account_already_closed;
    if (credit.is(kClosed)) return S::credit_account_already_closed;
    if (debit.is(kFrozen)) return S::debit_account_frozen;
    if (credit.is(kFrozen)) return S::credit_account_frozen;
    return credit.is(kLeavesByIntent) ? S::reserved_account_class : S::ok;
  }

  // The hold is not open: it never was, or it has come to its end.
  [[nodiscard]] Verdict judge_resolved(const Transfer& t) {
    const auto pending = find_earlier(t.pending_id);
    if (!pending || pending->status != S::ok) return {S::pending_transfer_not_found};
    if (!pending->event.is(kPending)) return {S::pending_transfer_not_pending};
    Amount amount;
    if (const S status = match_pending(t, pending->event, amount); status != S::ok) return {status};
    switch (resolution(t.pending_id)) {
      case Resolution::posted:
        return {S::pending_transfer_already_posted};
      case Resolution::voided:
        return {S::pending_transfer_already_voided};
      case Resolution::expired:
        return {S::pending_transfer_expired};
    }
    return {S::pending_transfer_expired};
  }

  // Compares what the resolution says about the hold; zero fields inherit.
  [[nodiscard]] static S match_pending(const Transfer& t, const Transfer& pending, Amount& amount) {
    if (!t.debit_account.is_none() && t.debit_account != pending.debit_account)
      return S::pending_transfer_has_different_debit_account;
    if (!t.credit_account.is_none() && t.credit_account != pending.credit_account)
      return S::pending_transfer_has_different_credit_account;
    if (!t.pool.is_none() && t.pool != pending.pool) return S::pending_transfer_has_different_pool;
    if (!t.asset.is_none() && t.asset != pending.asset)
      return S::pending_transfer_has_different_asset;
    if (t.code != 0 && t.code != pending.code) return S::pending_transfer_has_different_code;
    const bool whole = t.is(kVoidPending) ? t.amount.is_zero() : t.amount == Amount::max();
    amount = whole ? pending.amount : t.amount;
    if (amount > pending.amount) return S::exceeds_pending_transfer_amount;
    if (t.is(kVoidPending) && amount < pending.amount)
      return S::pending_transfer_has_different_amount;
    return S::ok;
  }

  // After this point the event must succeed.
  void apply_event(std::size_t i, const Verdict& v) {
    const Transfer& t = events_[i];
    if (v.hold != base::kNoSlot) {
      resolve_hold(t, v);
      return;
    }
    book(state_, context_.changes, v.debit, v.credit, v.amount,
         t.is(kPending) ? Leg::pending : Leg::posted);
    if (t.is(kPending)) open_hold(i, v);
  }

  void open_hold(std::size_t i, const Verdict& v) {
    const Transfer& t = events_[i];
    const Time expires = expiry_of(t, context_.now).value();
    const std::uint64_t address = address_of(context_.sequence, i);
    state_.holds.insert(context_.changes, Hold{.id = t.id,
                                               .debit = v.debit,
                                               .credit = v.credit,
                                               .amount = v.amount,
                                               .user_data_128 = t.user_data_128,
                                               .user_data_64 = t.user_data_64,
                                               .user_data_32 = t.user_data_32,
                                               .timeout_s = t.timeout_s,
                                               .code = t.code,
                                               .flags = t.flags,
                                               .address = address,
                                               .expires = expires});
    if (t.timeout_s != 0) state_.expiries.insert(context_.changes, Expiry{expires, address, t.id});
    if (t.is(kClosingDebit)) state_.accounts.edit(context_.changes, v.debit).flags |= kClosed;
    if (t.is(kClosingCredit)) state_.accounts.edit(context_.changes, v.credit).flags |= kClosed;
  }

  void resolve_hold(const Transfer& t, const Verdict& v) {
    const Hold hold = state_.holds.at(v.hold);
    release(state_, context_.changes, hold, t.is(kPostPending) ? v.amount : Amount());
    if (t.is(kVoidPending)) reopen(state_, context_.changes, hold);
    if (hold.timeout_s != 0)
      state_.expiries.erase(context_.changes, Expiry::Key{hold.expires, hold.address});
    state_.holds.erase(context_.changes, v.hold);
  }

  // What used this id before: earlier in this batch, or in the history.
  // `position` is that of the batch's event whose own id this is, if it is one's.
  [[nodiscard]] std::optional<StoredTransfer> find_earlier(
      TransferId id, std::optional<std::size_t> position_of_id = std::nullopt) {
    if (const auto position = ids_.find(events_, id)) {
      const TransferResult& result = results_[*position];
      if (result.status == S::ok || is_transient(result.status)) {
        StoredTransfer stored{events_[*position], result.status,
                              address_of(context_.sequence, *position), context_.now};
        stored.event.amount = result.amount;
        return stored;
      }
    }
    const StoredTransfer* stored =
        position_of_id ? history_.find_event(*position_of_id) : history_.find(id);
    if (stored != nullptr) return *stored;
    return std::nullopt;
  }

  // An event of this batch may have resolved the hold; the history knows of earlier ones.
  [[nodiscard]] Resolution resolution(TransferId pending_id) {
    for (std::size_t i = 0; i < current_; ++i) {
      const Transfer& t = events_[i];
      if (t.pending_id != pending_id || results_[i].status != S::ok) continue;
      if (t.is(kPostPending)) return Resolution::posted;
      if (t.is(kVoidPending)) return Resolution::voided;
    }
    return history_.resolution(pending_id);
  }

  [[nodiscard]] S compare_with(const Transfer& t, const StoredTransfer& earlier) {
    const Transfer& e = earlier.event;
    if (t.flags != e.flags) return S::exists_with_different_flags;
    if (t.pending_id != e.pending_id) return S::exists_with_different_pending_id;
    if (t.timeout_s != e.timeout_s) return S::exists_with_different_timeout;
    Transfer expected = e;
    Transfer asked = t;
    if (e.is(kPostPending) || e.is(kVoidPending)) inherit(asked, expected);
    if (asked.debit_account != expected.debit_account)
      return S::exists_with_different_debit_account;
    if (asked.credit_account != expected.credit_account)
      return S::exists_with_different_credit_account;
    // A balancing transfer names an upper bound: any bound that allows what was moved agrees.
    const bool balancing = t.is(kBalancingDebit) || t.is(kBalancingCredit);
    if (balancing ? asked.amount < expected.amount : asked.amount != expected.amount)
      return S::exists_with_different_amount;
    if (asked.user_data_128 != expected.user_data_128)
      return S::exists_with_different_user_data_128;
    if (asked.user_data_64 != expected.user_data_64) return S::exists_with_different_user_data_64;
    if (asked.user_data_32 != expected.user_data_32) return S::exists_with_different_user_data_32;
    if (asked.pool != expected.pool) return S::exists_with_different_pool;
    if (asked.asset != expected.asset) return S::exists_with_different_asset;
    if (asked.code != expected.code) return S::exists_with_different_code;
    if (asked.value_date != expected.value_date) return S::exists_with_different_value_date;
    return S::exists;
  }

  // Zero fields of a resolution stand for those of its pending transfer, in both.
  void inherit(Transfer& asked, Transfer& stored) {
    const auto pending = find_earlier(stored.pending_id);
    // Absent only where the history cannot be read; the engine then takes the command back.
    if (!pending) return;
    const Transfer& p = pending->event;
    const bool whole =
        asked.is(kVoidPending) ? asked.amount.is_zero() : asked.amount == Amount::max();
    if (whole) asked.amount = p.amount;
    for (Transfer* t : {&asked, &stored}) {
      if (t->debit_account.is_none()) t->debit_account = p.debit_account;
      if (t->credit_account.is_none()) t->credit_account = p.credit_account;
      if (t->user_data_128 == 0) t->user_data_128 = p.user_data_128;
      if (t->user_data_64 == 0) t->user_data_64 = p.user_data_64;
      if (t->user_data_32 == 0) t->user_data_32 = p.user_data_32;
      if (t->pool.is_none()) t->pool = p.pool;
      if (t->asset.is_none()) t->asset = p.asset;
      if (t->code == 0) t->code = p.code;
    }
  }

  // When a pending transfer expires; 0 for never; nullopt beyond the end of time.
  [[nodiscard]] static std::optional<Time> expiry_of(const Transfer& t, Time now) {
    if (t.timeout_s == 0) return Time();
    std::int64_t expires = 0;
    if (__builtin_add_overflow(now.value(), std::int64_t{t.timeout_s} * kNanosecondsPerSecond,
                               &expires))
      return std::nullopt;
    return Time(expires);
  }

  std::span<const Transfer> events_;
  State& state_;
  Context& context_;
  TransferHistory& history_;
  BatchIds& ids_;
  std::vector<BalancesAfter>* balances_;
  std::vector<TransferResult>& results_;
  std::size_t current_ = 0;  // the event being judged
  std::size_t chain_start_ = kNoChain;
  bool chain_broken_ = false;
  Changes::Mark chain_mark_;
};

}  // namespace

CreateTransfersStatus check_shape(const CreateTransfers& command) {
  if (command.transfers.empty()) return CreateTransfersStatus::no_events;
  if (command.transfers.size() > kBatchEventsMax) return CreateTransfersStatus::too_many_events;
  if (command.guards.size() > kGuardsMax) return CreateTransfersStatus::too_many_guards;
  return CreateTransfersStatus::ok;
}

CreateTransfersStatus check_state(const CreateTransfers& command, const State& state) {
  for (const Guard& guard : command.guards) {
    const Total* total =
        state.totals.find(Total::Key{guard.pool, guard.asset, guard.account_class});
    const Total none;
    const Total& t = total != nullptr ? *total : none;
    const auto net = base::try_difference(t.credits_posted, t.debits_posted);
    // A net balance beyond 127 bits lies beyond every bound, on its own side.
    const bool above = net ? *net >= guard.amount : t.credits_posted > t.debits_posted;
    const bool below = net ? *net <= guard.amount : t.credits_posted < t.debits_posted;
    const bool met = guard.comparison == Comparison::at_least ? above : below;
    if (!met) return CreateTransfersStatus::guard_not_met;
  }
  return CreateTransfersStatus::ok;
}

void apply(std::span<const Transfer> events, State& state, Context& context,
           TransferHistory& history, TransferScratch& scratch,
           std::vector<TransferResult>& results) {
  Batch(events, state, context, history, scratch, results).run();
}

}  // namespace cofferdam::ledger
