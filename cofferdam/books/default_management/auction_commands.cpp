// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/auction_commands.h"

#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::default_management {

using S = AuctionCommandStatus;

namespace {

// The case and the terms that every command of an auction needs.
struct Found {
  Failing failing;
  Case at;
};

template <class C>
S find_case(const C& command, const Books& books, Found& found) {
  found.failing = {command.pool, command.owner, command.asset};
  if (books.market.participants.find({command.pool, command.owner, command.asset}) == nullptr)
    return S::account_not_found;
  const Case* at = open_case(books.defaults, command.pool, command.owner, command.asset);
  if (at == nullptr) return S::no_case;
  found.at = *at;
  return has_open_loss(books.defaults, at->number) ? S::loss_open : S::ok;
}

// An insolvent auction follows where there is nothing to sell, or where nobody has bought.
bool opens_insolvent(const ResolutionState& state, const Case& at, const Standing& standing) {
  if (standing.value <= SignedAmount()) return true;
  const Auction* last = nullptr;
  state.auctions.each([&](const Auction& row) {
    if (row.case_number == at.number) last = &row;
  });
  return last != nullptr && !last->insolvent && last->stage == AuctionStage::ended;
}

struct Quote {
  AuctionInput input;
  AuctionOutput output;
};

S quote(const Auction& auction_row, const Books& books, Rate fraction, Quote& result) {
  const auto input = auction_input(auction_row, books, fraction);
  if (!input) return S::marks_not_usable;
  result.input = *input;
  const auto output = auction(result.input);
  if (!output) return S::not_computable;
  result.output = *output;
  return S::ok;
}

// Part of an amount, toward zero.
u128 part_of(u128 amount, Rate fraction) {
  return *to_u128(integer(amount) * integer(fraction.value()) / integer(base::kRateOne));
}

u128 part_up(u128 amount, Rate fraction) {
  return *to_u128(
      ceil_of(ratio(integer(amount) * integer(fraction.value()), integer(base::kRateOne))));
}

// What a bid moves.
struct Deal {
  Rate fraction;
  Amount owed;    // by layers
  Amount gained;  // cash from the account to the bidder
  Amount notional;
  std::vector<Close> closes;
};

S plan_closes(const BidAuction& command, const Books& books, const Failing& failing, Deal& deal) {
  for (const market::PositionLine& line : open_positions(books, failing)) {
    const Close close{.contract = line.contract,
                      .position = line.position.value(),
                      .quantity = part_up(base::magnitude(line.position.value()), deal.fraction),
                      .price = books.market.marks.find(line.contract)->price,
                      .other_pool = command.pool,
                      .other = command.bidder};
    const auto notional = notional_of(books.market, close.contract, close.quantity);
    const auto sum = notional ? base::try_add(deal.notional, *notional) : std::nullopt;
    if (!sum) return S::not_computable;
    deal.notional = *sum;
    deal.closes.push_back(close);
  }
  return S::ok;
}

// What the part is worth and who pays for it, so that value and cash add up to the unit.
void plan_cash(const Quote& quoted, Deal& deal) {
  const AuctionOutput& out = quoted.output;
  const SignedAmount value = quoted.input.mark_to_market;
  deal.fraction = out.fraction;
  if (!quoted.input.insolvent) {
    const u128 own = value.magnitude().units() - quoted.input.reserved_cash.units();
    deal.gained = Amount(part_of(own, deal.fraction)) - out.cash_from_bidder;
    return;
  }
  deal.owed = out.cash_to_bidder;
  if (value.is_negative()) {
    const Amount assumed(part_up(value.magnitude().units(), deal.fraction));
    deal.gained = deal.owed > assumed ? deal.owed - assumed : Amount();
  } else {
    deal.gained = deal.owed + Amount(part_of(value.magnitude().units(), deal.fraction));
  }
}

S carry_out(const Deal& deal, const Found& found, const BidAuction& command, ResolutionBooks books,
            Context& context) {
  std::uint64_t number = 0;
  for (const Close& close : deal.closes)
    if (!book_close(close, found.failing, books, context, ++number)) return S::trade_refused;
  if (!deal.owed.is_zero() && !bear_at_once(deal.owed, found.at, "auction", books, context))
    return S::layers_do_not_bear_it;
  if (deal.gained > cash_of(books, found.failing)) return S::settle_first;
  const Slot to =
      books.trades.market.participants.find({command.pool, command.bidder, command.asset})
          ->collateral;
  return pay_from(found.failing, to, deal.gained, kAuctionPayment, books, context, found.at.number)
             ? S::ok
             : S::account_refuses;
}

void record(const Deal& deal, const Quote& quoted, const BidAuction& command, std::uint32_t auction,
            ResolutionBooks books, Context& context) {
  ResolutionState& state = books.resolution;
  Auction& row = state.auctions.edit(context.changes, auction);
  row.bids += 1;
  row.reserved += quoted.output.cash_from_bidder;
  row.paid_by_layers += deal.owed;
  row.to_bidders += deal.gained;
  if (quoted.output.ends) {
    row.stage = AuctionStage::taken;
    row.ended = context.now;
  }
  const bool lost = !deal.owed.is_zero();
  state.bids.insert(
      context.changes,
      AuctionBid{.auction = auction,
                 .number = row.bids,
                 .asset = command.asset,
                 .bidder = command.bidder,
                 .wanted = command.fraction,
                 .fraction = deal.fraction,
                 .value = quoted.input.mark_to_market,
                 .margin = quoted.input.maintenance_margin,
                 .price = quoted.output.bid_price,
                 .paid = quoted.output.cash_from_bidder,
                 .from_layers = deal.owed,
                 .gained = deal.gained,
                 .notional = deal.notional,
                 .loss = lost ? static_cast<std::uint32_t>(books.defaults.losses.size()) : 0,
                 .time = context.now});
  context.created = row.bids;
}

S check_bid(const BidAuction& command, const Books& books, const Quote& quoted) {
  if (books.market.participants.find({command.pool, command.bidder, command.asset}) == nullptr)
    return S::bidder_not_found;
  if (command.bidder == command.owner) return S::bidder_is_the_account;
  const AuctionStatus status = quoted.output.status;
  if (status != AuctionStatus::solvent && status != AuctionStatus::insolvent)
    return status == AuctionStatus::healthy ? S::healthy_again : S::auction_over;
  return command.limit && quoted.output.bid_price > *command.limit ? S::limit_not_met : S::ok;
}

// The penalty of being auctioned, by the calculator; at most what is there in cash.
S take_fee(const Auction& row, const LiquidationTerms& terms, ResolutionBooks books,
           Context& context) {
  if (row.insolvent || terms.fee_account.is_none()) return S::ok;
  Quote quoted;
  const Books before = reading(books, context.now);
  if (const S s = quote(row, before, Rate(base::kRateOne), quoted); s != S::ok) return s;
  const Failing failing{row.pool, row.owner, row.asset};
  const Amount fee = std::min(quoted.output.liquidator_fee, cash_of(books, failing));
  books.resolution.auctions.edit(context.changes, row.number).fee = fee;
  const Slot to = books.trades.ledger.accounts.find_slot(terms.fee_account);
  return pay_from(failing, to, fee, kLiquidationFee, books, context, row.case_number)
             ? S::ok
             : S::account_refuses;
}

AuctionStage end_of(AuctionStatus status) {
  switch (status) {
    case AuctionStatus::healthy:
      return AuctionStage::healthy;
    case AuctionStatus::solvent_ended:
      return AuctionStage::ended;
    case AuctionStatus::restart:
      return AuctionStage::restarted;
    case AuctionStatus::solvent:
    case AuctionStatus::insolvent:
      break;
  }
  return AuctionStage::open;
}

}  // namespace

std::optional<AuctionInput> auction_input(const Auction& row, const Books& books, Rate fraction) {
  const auto standing = standing_of(books, {row.pool, row.owner, row.asset});
  if (!standing) return std::nullopt;
  return AuctionInput{.scale = books.ledger.assets.find(row.asset)->scale,
                      .parameters = row.parameters,
                      .insolvent = row.insolvent,
                      .elapsed = Duration(books.now.value() - row.started.value()),
                      .mark_to_market = standing->value,
                      .maintenance_margin = standing->margin,
                      .reserved_cash = row.reserved,
                      .bid_fraction = fraction};
}

S check_shape(const OpenAuction& /*command*/) {
  return S::ok;
}

S check_shape(const BidAuction& command) {
  return command.fraction > Rate() && command.fraction <= Rate(base::kRateOne)
             ? S::ok
             : S::fraction_out_of_range;
}

S check_shape(const CloseAuction& /*command*/) {
  return S::ok;
}

S apply(const OpenAuction& command, ResolutionBooks books, Context& context) {
  Found found;
  const Books before = reading(books, context.now);
  if (const S s = find_case(command, before, found); s != S::ok) return s;
  const LiquidationTerms* terms = books.resolution.terms.find({command.pool, command.asset});
  if (terms == nullptr) return S::no_terms;
  if (open_auction(books.resolution, found.at.number) != nullptr) return S::auction_open;
  const auto standing = standing_of(before, found.failing);
  if (!standing) return S::marks_not_usable;
  if (!standing->margin.is_negative()) return S::healthy_again;
  const auto number = static_cast<std::uint32_t>(books.resolution.auctions.size() + 1);
  const Auction row{.number = number,
                    .case_number = found.at.number,
                    .pool = command.pool,
                    .owner = command.owner,
                    .asset = command.asset,
                    .insolvent = opens_insolvent(books.resolution, found.at, *standing),
                    .parameters = terms->auction,
                    .value_at_start = standing->value,
                    .margin_at_start = standing->margin,
                    .started = context.now};
  books.resolution.auctions.insert(context.changes, row);
  context.created = number;
  return take_fee(row, *terms, books, context);
}

S apply(const BidAuction& command, ResolutionBooks books, Context& context) {
  Found found;
  const Books before = reading(books, context.now);
  if (const S s = find_case(command, before, found); s != S::ok) return s;
  const LiquidationTerms* terms = books.resolution.terms.find({command.pool, command.asset});
  if (terms == nullptr) return S::no_terms;
  const Auction* row = open_auction(books.resolution, found.at.number);
  if (row == nullptr) return S::no_auction;
  Quote quoted;
  if (const S s = quote(*row, before, command.fraction, quoted); s != S::ok) return s;
  if (const S s = check_bid(command, before, quoted); s != S::ok) return s;
  Deal deal;
  plan_cash(quoted, deal);
  if (const S s = plan_closes(command, before, found.failing, deal); s != S::ok) return s;
  const LimitUse used = use_now(books.resolution, *terms, context.now);
  if (deal.notional > room_under(terms->notional_max, used.notional)) return S::notional_limit;
  if (deal.owed > room_under(terms->fund_loss_max, used.fund_loss)) return S::fund_loss_limit;
  const std::uint32_t number = row->number;
  if (const S s = carry_out(deal, found, command, books, context); s != S::ok) return s;
  use_limits(books.resolution, *terms, {.notional = deal.notional, .fund_loss = deal.owed},
             context);
  record(deal, quoted, command, number, books, context);
  return S::ok;
}

S apply(const CloseAuction& command, ResolutionBooks books, Context& context) {
  const Auction* row = nullptr;
  books.resolution.auctions.each([&](const Auction& at) {
    const bool same =
        at.pool == command.pool && at.owner == command.owner && at.asset == command.asset;
    if (same && at.stage == AuctionStage::open) row = &at;
  });
  if (row == nullptr) return S::no_auction;
  const Books before = reading(books, context.now);
  const Case* at = open_case(books.defaults, command.pool, command.owner, command.asset);
  AuctionStage stage = AuctionStage::case_over;
  if (at != nullptr && at->number == row->case_number) {
    Quote quoted;
    if (const S s = quote(*row, before, Rate(base::kRateOne), quoted); s != S::ok) return s;
    stage = end_of(quoted.output.status);
    if (stage == AuctionStage::open) return S::auction_runs;
  }
  Auction& closed = books.resolution.auctions.edit(context.changes, row->number);
  closed.stage = stage;
  closed.ended = context.now;
  return S::ok;
}

}  // namespace cofferdam::default_management
