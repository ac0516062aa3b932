// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/resolution_invariants.h"

#include "cofferdam/books/default_management/exact.h"

#include <algorithm>
#include <set>
#include <vector>

namespace cofferdam::default_management {
namespace {

std::string of_auction(const Auction& row, const char* what) {
  return "auction " + std::to_string(row.number) + ": " + what;
}

// A use that did not grow may stand above a limit that was lowered since.
bool is_over(const std::optional<Amount>& bound, Amount before, Amount after) {
  return bound && after > before && after > *bound;
}

std::string parameters_of(const Auction& row) {
  return base::encode(row.parameters);
}

struct BidSums {
  Integer paid = 0;
  Integer from_layers = 0;
  Integer gained = 0;
  std::uint32_t count = 0;
};

std::optional<std::string> check_bid(const Auction& row, const AuctionBid& bid) {
  const Rate one(base::kRateOne);
  if (bid.fraction <= Rate() || bid.fraction > one || bid.fraction > bid.wanted)
    return of_auction(row, "a bid takes a part of the account, and no more than was bid for");
  const Integer worth = integer(bid.value.units());
  const Integer own = worth > 0 ? worth : Integer(0);
  const Integer most = row.insolvent ? Integer(own + integer(bid.from_layers.units())) : own;
  if (integer(bid.gained.units()) > most)
    return of_auction(row, "a bidder gains no more than there is");
  if (!row.insolvent && !bid.from_layers.is_zero())
    return of_auction(row, "layers pay bidders of insolvent auctions only");
  return std::nullopt;
}

std::optional<std::string> check_bids(const ResolutionState& state, const Auction& row) {
  BidSums sums;
  const auto& rows = state.bids.rows();
  for (auto at = rows.lower_bound({row.number, 0});
       at != rows.end() && at->first.auction == row.number; ++at) {
    if (auto broken = check_bid(row, at->second)) return broken;
    sums.paid += integer(at->second.paid.units());
    sums.from_layers += integer(at->second.from_layers.units());
    sums.gained += integer(at->second.gained.units());
    ++sums.count;
  }
  const bool same = sums.count == row.bids && sums.paid == integer(row.reserved.units()) &&
                    sums.from_layers == integer(row.paid_by_layers.units()) &&
                    sums.gained == integer(row.to_bidders.units());
  if (!same) return of_auction(row, "its sums are the sums of its bids");
  return std::nullopt;
}

// The returns of one loss, those that are paid first in front.
std::vector<Return> in_order_of_repayment(const ResolutionState& state, std::uint32_t loss) {
  std::vector<Return> rows;
  const auto& all = state.returns.rows();
  for (auto at = all.lower_bound({loss, PayerKind::layer, {}});
       at != all.end() && at->first.loss == loss; ++at)
    rows.push_back(at->second);
  std::sort(rows.begin(), rows.end(), [](const Return& a, const Return& b) {
    return a.kind == b.kind ? a.order > b.order : a.kind > b.kind;
  });
  return rows;
}

// What a loss's charges of a later order miss: they stand before this one.
bool later_is_missing(const ResolutionState& state, const State& defaults, const Return& row) {
  const Loss& loss = *defaults.losses.find(row.loss);
  const Waterfall* waterfall = defaults.waterfalls.find({loss.pool, loss.asset, loss.waterfall});
  if (row.kind != PayerKind::layer || waterfall == nullptr) return false;
  for (const LayerTerms& layer : waterfall->layers) {
    const Charge* charge = defaults.charges.find({row.loss, layer.code});
    if (layer.order <= row.order || charge == nullptr || charge->amount.is_zero()) continue;
    const Return* later = state.returns.find({row.loss, PayerKind::layer, layer.code});
    if (later == nullptr || later->returned < later->borne) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> check_limits_are_kept(const ResolutionState& state) {
  std::optional<std::string> violation;
  state.limits.each_touched([&](const LimitUse* before, const LimitUse* after) {
    if (after == nullptr) return;
    const LiquidationTerms* terms = state.terms.find(after->key());
    const bool same = before != nullptr && before->begun == after->begun;
    const LimitUse from = same ? *before : LimitUse();
    if (terms == nullptr || is_over(terms->notional_max, from.notional, after->notional) ||
        is_over(terms->fund_loss_max, from.fund_loss, after->fund_loss) ||
        is_over(terms->backstop_notional_max, from.backstop_notional, after->backstop_notional) ||
        is_over(terms->backstop_loss_max, from.backstop_loss, after->backstop_loss))
      violation = "limits of liquidation: an interval uses no more than they say";
  });
  state.outflows.each_touched([&](const Outflow* before, const Outflow* after) {
    if (after == nullptr) return;
    const LiquidationTerms* terms = state.terms.find(after->key());
    const bool same = before != nullptr && before->begun == after->begun;
    if (terms == nullptr ||
        is_over(terms->outflow_max, same ? before->left : Amount(), after->left))
      violation = "limit of outflows: no more leaves in a period";
  });
  return violation;
}

std::optional<std::string> check_auctions_add_up(const ResolutionState& state) {
  std::optional<std::string> violation;
  std::set<std::uint32_t> touched;
  state.auctions.each_touched([&](const Auction* before, const Auction* after) {
    if (after == nullptr) {
      violation = of_auction(*before, "it stays on record");
      return;
    }
    touched.insert(after->number);
    if (before != nullptr &&
        (before->stage != AuctionStage::open || before->case_number != after->case_number ||
         before->insolvent != after->insolvent || before->started != after->started ||
         parameters_of(*before) != parameters_of(*after)))
      violation = of_auction(*after, "it goes by what it was opened with, and ends once");
    if ((after->stage == AuctionStage::open) != (after->ended == Time()))
      violation = of_auction(*after, "it has an end exactly when it is not open");
  });
  state.bids.each_touched([&](const AuctionBid* before, const AuctionBid* after) {
    touched.insert((after != nullptr ? *after : *before).auction);
    if (before != nullptr) violation = "a bid stays as it was";
  });
  for (const std::uint32_t number : touched)
    if (!violation)
      if (const Auction* row = state.auctions.find(number)) violation = check_bids(state, *row);
  return violation;
}

std::optional<std::string> check_orders_go_forward(const ResolutionState& state) {
  std::optional<std::string> violation;
  state.orders.each_touched([&](const LiquidationOrder* before, const LiquidationOrder* after) {
    if (after == nullptr) {
      violation = "an order of liquidation stays on record";
      return;
    }
    const std::string name = "order of case " + std::to_string(after->case_number) + ": ";
    if (after->backstopped > after->filled || after->filled.is_negative())
      violation = name + "the backstop takes a part of what is filled";
    if (before != nullptr && (after->filled < before->filled || after->fee < before->fee ||
                              after->fund_paid < before->fund_paid))
      violation = name + "it goes forward only";
  });
  return violation;
}

std::optional<std::string> check_returns_in_order(const ResolutionState& state,
                                                  const State& defaults) {
  std::optional<std::string> violation;
  std::set<std::uint32_t> losses;
  state.recoveries.each_touched([&](const Recovery* before, const Recovery* after) {
    if (before != nullptr) violation = "a recovery stays as it was";
    if (after != nullptr) losses.insert(after->loss);
  });
  state.returns.each_touched([&](const Return* before, const Return* after) {
    if (after == nullptr || (before != nullptr &&
                             (before->returned > after->returned || before->borne != after->borne)))
      violation = "what was returned stays returned";
    else
      losses.insert(after->loss);
  });
  for (const std::uint32_t number : losses) {
    Integer returned = 0;
    Integer recovered = 0;
    for (const Return& row : in_order_of_repayment(state, number)) {
      returned += integer(row.returned.units());
      if (row.returned > row.borne) return "nobody gets back more than was borne";
      if (later_is_missing(state, defaults, row))
        return "loss " + std::to_string(number) + ": layers that paid later are whole first";
    }
    const auto& rows = state.recoveries.rows();
    for (auto at = rows.lower_bound({number, 0}); at != rows.end() && at->first.loss == number;
         ++at)
      recovered += integer(at->second.amount.units());
    if (returned != recovered) return "all that was recovered went to those who paid";
  }
  return violation;
}

std::optional<std::string> check_assessments(const ResolutionState& state) {
  std::optional<std::string> violation;
  state.assessments.each_touched([&](const Assessment* before, const Assessment* after) {
    if (after == nullptr || after->paid > after->amount)
      violation = "nobody pays more than was called";
    else if (before != nullptr && (before->amount != after->amount || before->due != after->due ||
                                   before->owner != after->owner || after->paid < before->paid))
      violation = "a call stays as it was made";
    else if ((after->settled == Time()) == after->open().is_zero())
      violation = "an assessment is settled exactly when it is paid in full";
  });
  state.assessment_uses.each_touched([&](const AssessmentUse* before, const AssessmentUse* after) {
    if (after == nullptr) return;
    const LiquidationTerms* terms = state.terms.find({after->pool, after->asset});
    const bool same = before != nullptr && before->begun == after->begun;
    if (terms == nullptr ||
        is_over(terms->assessment_max, same ? before->called : Amount(), after->called))
      violation = "a member is called for no more than the cap of a period";
  });
  return violation;
}

std::optional<std::string> check_resolution(const ResolutionState& state, const State& defaults) {
  if (auto broken = check_limits_are_kept(state)) return broken;
  if (auto broken = check_auctions_add_up(state)) return broken;
  if (auto broken = check_orders_go_forward(state)) return broken;
  if (auto broken = check_returns_in_order(state, defaults)) return broken;
  return check_assessments(state);
}

}  // namespace cofferdam::default_management
