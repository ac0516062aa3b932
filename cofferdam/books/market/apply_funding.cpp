// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/apply_funding.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/accounts.h"
#include "cofferdam/books/market/value.h"

#include <map>

namespace cofferdam::market {

namespace {

using S = ApplyFundingStatus;

[[nodiscard]] std::optional<Rate> rate_of(const ApplyFunding& command, const fact::State& facts,
                                          Time now) {
  if (command.source.is_none()) return command.rate;
  const auto found = fact::read_fact(facts, command.source, command.fact_key, now);
  if (found.reading != fact::Reading::fresh) return std::nullopt;
  const auto rate = rescaled(found.fact->value.value(), facts.sources.find(command.source)->scale,
                             base::kRateScale);
  if (!rate) return std::nullopt;
  return Rate(*rate);
}

[[nodiscard]] Time due(const ApplyFunding& command, Time now) {
  return command.time == Time() ? now : command.time;
}

struct Change {
  Slot holding = base::kNoSlot;
  PoolId pool;
  i128 open_value = 0;  // added to it
};

struct Sums {
  std::vector<Change> changes;
  std::map<PoolId, u128> positions;  // how many are not flat
  u128 paid = 0;
  u128 received = 0;
};

[[nodiscard]] std::optional<Sums> changes_of(ContractId contract, i128 per_unit,
                                             const State& market, const ledger::State& ledger) {
  Sums sums;
  for (Slot slot = market.turnovers.find(contract)->first_holding; slot != base::kNoSlot;
       slot = market.holdings.at(slot).next_of_contract) {
    const Holding& holding = market.holdings.at(slot);
    const i128 position = net_credit(ledger.accounts.at(holding.position));
    if (position == 0) continue;
    const auto change = funding_of(position, per_unit);
    if (!change) return std::nullopt;
    const i128 open_value = net_credit(ledger.accounts.at(holding.open_value));
    if (base::magnitude(open_value + *change) >= kValueMax) return std::nullopt;
    u128& side = *change < 0 ? sums.paid : sums.received;
    side += base::magnitude(*change);  // each is below 2^120 and there are at most 10^5
    if (side >= kValueMax) return std::nullopt;
    ++sums.positions[holding.pool];
    sums.changes.push_back({slot, holding.pool, *change});
  }
  COFFERDAM_CHECK(sums.paid >= sums.received, "positions cancel, and payers round up");
  return sums;
}

class Booking {
 public:
  Booking(ContractId contract, const FundingBooks& books, ledger::Context& context)
      : contract_(contract), books_(books), context_(context) {}

  [[nodiscard]] bool add(Slot holding, i128 change) {
    const Holding& row = books_.market.holdings.at(holding);
    const Slot clearing = books_.market.clearings.find({row.pool, contract_})->open_value;
    const bool pays = change < 0;
    return ledger::post_leg(books_.ledger, context_, pays ? row.open_value : clearing,
                            pays ? clearing : row.open_value, Amount(base::magnitude(change)),
                            kFundingValue, contract_.value()) == ledger::TransferStatus::ok;
  }

  // The dust goes to the pools by the number of their positions.
  [[nodiscard]] S share_dust(const Sums& sums) {
    const u128 dust = sums.paid - sums.received;
    if (dust == 0) return S::ok;
    std::vector<u128> weights;
    for (const auto& [pool, positions] : sums.positions) weights.push_back(positions);
    const auto parts = base::allocate(dust, weights);
    COFFERDAM_CHECK(parts.has_value(), "dust comes from a position");
    std::size_t i = 0;
    const Contract contract = *books_.market.contracts.find(contract_);
    for (const auto& [pool, positions] : sums.positions) {
      const u128 part = (*parts)[i++];
      if (part == 0) continue;
      const Found found =
          ensure_dust_holding(books_.market, books_.ledger, context_, contract, pool);
      if (found.opened == Opened::too_many_holders) return S::too_many_holders;
      if (found.opened == Opened::account_id_taken) return S::account_id_taken;
      if (!add(found.slot, static_cast<i128>(part))) return S::overflows;
    }
    return S::ok;
  }

 private:
  ContractId contract_;
  const FundingBooks& books_;
  ledger::Context& context_;
};

}  // namespace

S check_shape(const ApplyFunding& command) {
  if (!command.source.is_none() && !command.rate.is_zero()) return S::rate_given_twice;
  if (command.source.is_none() && !command.fact_key.empty()) return S::fact_key_without_source;
  return S::ok;
}

S check_state(const ApplyFunding& command, const MarkBooks& books, Time now) {
  const Contract* contract = books.market.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status == ContractStatus::closed) return S::contract_closed;
  const Terms* terms = books.terms.terms.find(command.contract);
  if (terms == nullptr || terms->funding_interval == Duration()) return S::contract_not_funded;
  const Time time = due(command, now);
  if (time > now) return S::time_in_the_future;
  if (const Funding* last = books.terms.fundings.find(command.contract)) {
    const auto next = base::try_add(last->last_time, terms->funding_interval);
    if (!next || time < *next) return S::too_early;
  }
  if (!rate_of(command, books.facts, now)) return S::rate_fact_not_fresh;
  if (mark_standing(books, command.contract, now).standing != Standing::fresh)
    return S::mark_not_fresh;
  return S::ok;
}

S apply(const ApplyFunding& command, const FundingBooks& books, ledger::Context& context) {
  const Terms& terms = *books.terms.terms.find(command.contract);
  const Rate rate = clamped(*rate_of(command, books.facts, context.now), terms.funding_rate_max);
  const Mark& mark = *books.market.marks.find(command.contract);
  const auto per_unit = funding_per_unit(mark.unit_value, rate);
  if (!per_unit) return S::overflows;
  const auto sums = changes_of(command.contract, *per_unit, books.market, books.ledger);
  if (!sums) return S::overflows;
  Booking booking(command.contract, books, context);
  for (const Change& change : sums->changes)
    if (!booking.add(change.holding, change.open_value)) return S::overflows;
  if (const S status = booking.share_dust(*sums); status != S::ok) return status;
  auto& rows = books.terms.fundings;
  if (rows.find(command.contract) == nullptr)
    rows.insert(context.changes, Funding{.contract = command.contract});
  Funding& row = rows.edit(context.changes, command.contract);
  if (__builtin_add_overflow(row.cumulative, *per_unit, &row.cumulative) ||
      __builtin_add_overflow(row.paid, sums->paid, &row.paid))
    return S::overflows;
  row.dust += sums->paid - sums->received;
  row.last_rate = rate;
  row.last_price = mark.price;
  row.last_time = due(command, context.now);
  ++row.fundings;
  return S::ok;
}

}  // namespace cofferdam::market
