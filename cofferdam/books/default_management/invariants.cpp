// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/invariants.h"

#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/default_management/fund_book.h"

#include <algorithm>
#include <set>

namespace cofferdam::default_management {
namespace {

std::string of_loss(const Loss& loss, const char* what) {
  return "loss " + std::to_string(loss.number) + ": " + what;
}

Integer borne(const Loss& loss) {
  return integer(loss.charged.units()) + integer(loss.deleveraged.units()) +
         integer(loss.haircut.units()) + integer(loss.recovered.units());
}

bool same_birth(const Loss& a, const Loss& b) {
  return a.pool == b.pool && a.owner == b.owner && a.asset == b.asset && a.amount == b.amount &&
         a.cause == b.cause && a.born == b.born && a.case_number == b.case_number;
}

// The layer of the loss's waterfall with this code; null where there is none.
const LayerTerms* layer_of(const State& state, const Loss& loss, const std::string& code) {
  const Waterfall* waterfall = state.waterfalls.find({loss.pool, loss.asset, loss.waterfall});
  if (waterfall == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      waterfall->layers, [&](const LayerTerms& layer) { return layer.code == code; });
  return found == waterfall->layers.end() ? nullptr : &*found;
}

std::optional<std::string> check_fund(const State& state, const ledger::State& ledger,
                                      const FundRow& row) {
  Fund fund = read_fund(row, ledger);
  rebase(fund);
  Integer held = 0;
  Integer claims = 0;
  const auto& rows = state.stakes.rows();
  for (auto at = rows.lower_bound({row.code, OwnerId()});
       at != rows.end() && at->first.fund == row.code; ++at) {
    Stake stake = read_stake(state, row, at->first.owner);
    rebase(fund, stake);
    held += integer(stake.shares.magnitude());
    claims += integer(value_of(fund, stake.shares).units());
    if (stake.requested_shares > stake.shares)
      return "fund " + row.code + ": a request names more shares than are held";
  }
  if (held > integer(fund.total_shares.magnitude()))
    return "fund " + row.code + ": holders own more than all shares";
  if (claims > integer(fund.balance.units()))
    return "fund " + row.code + ": claims exceed its money";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_losses_add_up(const State& state) {
  std::optional<std::string> violation;
  state.losses.each_touched([&](const Loss* before, const Loss* after) {
    if (after == nullptr) {
      violation = of_loss(*before, "a loss stays on record");
      return;
    }
    if (borne(*after) > integer(after->amount.units()))
      violation = of_loss(*after, "more was borne than was lost");
    else if (before != nullptr && !same_birth(*before, *after))
      violation = of_loss(*after, "its birth never changes");
    else if (after->outstanding().is_zero() == (after->closed == Time()))
      violation = of_loss(*after, "it is closed exactly when nothing of it is left");
  });
  return violation;
}

std::optional<std::string> check_charges_are_named(const State& state) {
  std::optional<std::string> violation;
  std::set<std::uint32_t> losses;
  state.losses.each_touched([&](const Loss*, const Loss* after) {
    if (after != nullptr) losses.insert(after->number);
  });
  state.charges.each_touched([&](const Charge* before, const Charge* after) {
    if (after == nullptr || (before != nullptr && before->amount != after->amount)) {
      violation = "charge of " + (after ? *after : *before).layer + ": a charge stays as it was";
      return;
    }
    losses.insert(after->loss);
  });
  for (const std::uint32_t number : losses) {
    const Loss* loss = state.losses.find(number);
    if (loss == nullptr) return "a charge must be of a loss";
    Integer sum = 0;
    const auto& rows = state.charges.rows();
    for (auto at = rows.lower_bound({number, {}}); at != rows.end() && at->first.loss == number;
         ++at) {
      const LayerTerms* layer = layer_of(state, *loss, at->second.layer);
      if (layer == nullptr) return of_loss(*loss, "only layers of its waterfall are charged");
      if (!is_mechanical(layer->kind))
        return of_loss(*loss, "no layer that needs a vote stands before deleveraging");
      sum += integer(at->second.amount.units());
    }
    if (sum != integer(loss->charged.units()))
      return of_loss(*loss, "the charges add up to what was charged");
  }
  return violation;
}

std::optional<std::string> check_claims_are_covered(const State& state,
                                                    const ledger::State& ledger) {
  std::set<std::string> touched;
  state.funds.each_touched([&](const FundRow*, const FundRow* after) {
    if (after != nullptr) touched.insert(after->code);
  });
  state.stakes.each_touched([&](const StakeRow* before, const StakeRow* after) {
    touched.insert((after != nullptr ? *after : *before).fund);
  });
  state.charges.each_touched([&](const Charge*, const Charge* after) {
    if (after == nullptr) return;
    for (const auto& [code, fund] : state.funds.rows())
      if (fund.account == after->account) touched.insert(code);
  });
  for (const std::string& code : touched) {
    const FundRow* row = state.funds.find(code);
    if (row == nullptr) return "fund " + code + ": a fund stays on record";
    if (auto violation = check_fund(state, ledger, *row)) return violation;
  }
  return std::nullopt;
}

std::optional<std::string> check_waterfalls_stand(const State& state) {
  std::optional<std::string> violation;
  state.waterfalls.each_touched([&](const Waterfall* before, const Waterfall* after) {
    if (before == nullptr) return;
    if (after == nullptr || before->layers != after->layers || before->defined != after->defined)
      violation = "waterfall version " + std::to_string(before->version) + ": it never changes";
  });
  return violation;
}

}  // namespace cofferdam::default_management
