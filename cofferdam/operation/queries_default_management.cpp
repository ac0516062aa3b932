// SPDX-License-Identifier: Apache-2.0
//
// Queries of default management: waterfalls, funds and stakes, accounts under liquidation, losses
// with their charges and receipts, and what an allocation would come to; terms, orders, auctions
// and limits of liquidation, what came back after losses, assessments, gates and outflows.
#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/assessment.h"
#include "cofferdam/books/default_management/auction_commands.h"
#include "cofferdam/books/default_management/fund_book.h"
#include "cofferdam/books/default_management/gate.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

namespace dm = default_management;

struct PoolFilter {
  base::PoolId pool;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool; none for all");
    PageParameters::fields(self.page, visit);
  }
};

struct LossParameter {
  std::uint32_t loss = 0;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("loss", self.loss, "number of the loss");
    PageParameters::fields(self.page, visit);
  }
};

template <>
struct FieldForms<LossParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"loss"};
};

// A loss that has not happened.
struct LossThatMayCome {
  base::PoolId pool;
  base::AssetId asset;
  base::Amount loss;
  base::OwnerId owner;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment in which it would be born");
    visit("asset", self.asset, "what it would be counted in");
    visit("loss", self.loss, "how much an account could not pay");
    visit("owner", self.owner, "whose account it would be; none: an account without stakes");
  }
};

template <>
struct FieldForms<LossThatMayCome> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "asset", "loss"};
};

struct FundFilter {
  std::string fund;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "code of the fund; none for all");
    PageParameters::fields(self.page, visit);
  }
};

struct AuctionParameter {
  std::uint32_t auction = 0;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("auction", self.auction, "number of the auction; 0 for all");
    PageParameters::fields(self.page, visit);
  }
};

struct QuoteParameter {
  base::PoolId pool;
  base::OwnerId owner;
  base::AssetId asset;
  base::Rate fraction = base::Rate(base::kRateOne);

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "of the account in auction");
    visit("asset", self.asset, "settlement asset of the account");
    visit("fraction", self.fraction, "of the account, above 0 and at most 1");
  }
};

template <>
struct FieldForms<QuoteParameter> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "owner", "asset"};
};

namespace {

auto of_pool(base::PoolId pool) {
  return [pool](const auto& row) { return pool.is_none() || row.pool == pool; };
}

auto of_loss(std::uint32_t number) {
  return [number](const auto& row) { return row.loss == number; };
}

Result<Listing> waterfalls(const View& view, const PoolFilter& filter) {
  return page_of_table<dm::Waterfall>(view, view.state.default_management.waterfalls, filter.page,
                                      of_pool(filter.pool), kItself);
}

// A fund with its money and the price of its shares.
struct FundListRow {
  dm::FundRow row;
  base::Amount balance;
  base::Amount drawable;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    dm::FundRow::fields(self.row, visit);
    visit("balance", self.balance, "its money");
    visit("drawable", self.drawable, "what a loss may take");
  }
};

Result<Listing> funds(const View& view, const PoolFilter& filter) {
  return page_of_table<FundListRow>(
      view, view.state.default_management.funds, filter.page, of_pool(filter.pool),
      [&](const dm::FundRow& row) {
        const dm::Fund fund = dm::read_fund(row, view.state.ledger);
        return FundListRow{.row = row, .balance = fund.balance, .drawable = dm::drawable(fund)};
      });
}

struct StakeListRow {
  dm::StakeRow row;
  base::Amount value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    dm::StakeRow::fields(self.row, visit);
    visit("value", self.value, "of the shares now, rounded down");
  }
};

Result<Listing> stakes(const View& view, const FundFilter& filter) {
  const dm::State& state = view.state.default_management;
  return page_of_table<StakeListRow>(
      view, state.stakes, filter.page,
      [&](const dm::StakeRow& row) { return filter.fund.empty() || row.fund == filter.fund; },
      [&](const dm::StakeRow& row) {
        const dm::FundRow& of = *state.funds.find(row.fund);
        dm::Fund fund = dm::read_fund(of, view.state.ledger);
        dm::Stake stake = dm::read_stake(state, of, row.owner);
        dm::rebase(fund);
        dm::rebase(fund, stake);
        return StakeListRow{.row = row, .value = dm::value_of(fund, stake.shares)};
      });
}

Result<Listing> cases(const View& view, const PoolFilter& filter) {
  return page_of_table<dm::Case>(view, view.state.default_management.cases, filter.page,
                                 of_pool(filter.pool), kItself);
}

struct LossListRow {
  dm::Loss row;
  base::Amount outstanding;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    dm::Loss::fields(self.row, visit);
    visit("outstanding", self.outstanding, "what nobody has borne yet");
  }
};

Result<Listing> losses(const View& view, const PoolFilter& filter) {
  return page_of_table<LossListRow>(view, view.state.default_management.losses, filter.page,
                                    of_pool(filter.pool), [](const dm::Loss& row) {
                                      return LossListRow{.row = row,
                                                         .outstanding = row.outstanding()};
                                    });
}

Result<Listing> charges(const View& view, const LossParameter& parameter) {
  return page_of_table<dm::Charge>(view, view.state.default_management.charges, parameter.page,
                                   of_loss(parameter.loss), kItself);
}

Result<Listing> receipts(const View& view, const LossParameter& parameter) {
  return page_of_table<dm::Receipt>(view, view.state.default_management.receipts, parameter.page,
                                    of_loss(parameter.loss), kItself);
}

// What each layer would bear, were the loss allocated now.
struct PlanRow {
  base::AssetId asset;
  std::string layer;
  std::uint16_t order = 0;
  dm::LayerStatus status = dm::LayerStatus::not_reached;
  base::Amount can_give;
  base::Amount charged;
  base::Amount left;
  base::Amount replenish;
  std::string certificate;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "of the loss");
    visit("layer", self.layer, "code of the layer");
    visit("order", self.order, "of the layer");
    visit("status", self.status, "what would become of it");
    visit("can_give", self.can_give, "under its reserve, caps and conduit");
    visit("charged", self.charged, "what it would bear");
    visit("left", self.left, "what would be left in it");
    visit("replenish", self.replenish, "what would be missing to its level");
    visit("certificate", self.certificate, "that the allocation would carry");
  }
};

Result<Listing> plan_of(const View& view, const dm::Loss& loss, const dm::Waterfall& in_force) {
  const auto output =
      dm::waterfall(dm::waterfall_input(view.state.default_management, view.state.ledger,
                                        view.state.pool, loss, in_force, view.time));
  if (!output) return std::unexpected(output.error());
  Listing listing = listing_of<PlanRow>();
  for (const dm::LayerCharge& charge : output->charges)
    listing.rows.push_back(to_json(PlanRow{.asset = loss.asset,
                                           .layer = charge.code,
                                           .order = charge.order,
                                           .status = charge.status,
                                           .can_give = charge.can_give,
                                           .charged = charge.charged,
                                           .left = charge.left,
                                           .replenish = charge.replenish,
                                           .certificate = output->certificate},
                                   view.codec));
  return listing;
}

Result<Listing> plan(const View& view, const LossParameter& parameter) {
  const dm::State& state = view.state.default_management;
  const dm::Loss* loss = state.losses.find(parameter.loss);
  if (loss == nullptr) return not_found("loss", parameter.loss);
  const dm::Waterfall* in_force = dm::waterfall_of(state, loss->pool, loss->asset);
  if (in_force == nullptr) return not_found("waterfall of loss", parameter.loss);
  return plan_of(view, *loss, *in_force);
}

// The same for a loss that has not happened: what is drawn when somebody asks "and if".
Result<Listing> what_if(const View& view, const LossThatMayCome& parameter) {
  const dm::State& state = view.state.default_management;
  const dm::Waterfall* in_force = dm::waterfall_of(state, parameter.pool, parameter.asset);
  if (in_force == nullptr) return not_found("waterfall of pool", parameter.pool.value());
  const dm::Loss loss{.pool = parameter.pool,
                      .owner = parameter.owner,
                      .asset = parameter.asset,
                      .cause = "what-if",
                      .amount = parameter.loss};
  return plan_of(view, loss, *in_force);
}

Result<Listing> liquidation_terms(const View& view, const PoolFilter& filter) {
  return page_of_table<dm::LiquidationTerms>(view, view.state.resolution.terms, filter.page,
                                             of_pool(filter.pool), kItself);
}

// What was used of the limits in the interval that runs now, and what is left of them.
struct LimitRow {
  dm::LimitUse row;
  std::optional<base::Amount> notional_left;
  std::optional<base::Amount> fund_loss_left;
  std::optional<base::Amount> backstop_notional_left;
  std::optional<base::Amount> backstop_loss_left;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    dm::LimitUse::fields(self.row, visit);
    visit("notional_left", self.notional_left, "may still be liquidated; none: no limit");
    visit("fund_loss_left", self.fund_loss_left, "layers may still pay; none: no limit");
    visit("backstop_notional_left", self.backstop_notional_left,
          "the backstop may still take; none: there is no backstop");
    visit("backstop_loss_left", self.backstop_loss_left,
          "the backstop may still lose; none: there is no backstop");
  }
};

std::optional<base::Amount> left_of(const std::optional<base::Amount>& bound, base::Amount used) {
  if (!bound) return std::nullopt;
  return dm::room_under(bound, used);
}

Result<Listing> limits(const View& view, const PoolFilter& filter) {
  const dm::ResolutionState& state = view.state.resolution;
  return page_of_table<LimitRow>(
      view, state.terms, filter.page, of_pool(filter.pool), [&](const dm::LiquidationTerms& terms) {
        const dm::LimitUse use = dm::use_now(state, terms, view.time);
        return LimitRow{
            .row = use,
            .notional_left = left_of(terms.notional_max, use.notional),
            .fund_loss_left = left_of(terms.fund_loss_max, use.fund_loss),
            .backstop_notional_left = left_of(terms.backstop_notional_max, use.backstop_notional),
            .backstop_loss_left = left_of(terms.backstop_loss_max, use.backstop_loss)};
      });
}

Result<Listing> orders(const View& view, const PoolFilter& filter) {
  return page_of_table<dm::LiquidationOrder>(view, view.state.resolution.orders, filter.page,
                                             of_pool(filter.pool), kItself);
}

Result<Listing> auctions(const View& view, const PoolFilter& filter) {
  return page_of_table<dm::Auction>(view, view.state.resolution.auctions, filter.page,
                                    of_pool(filter.pool), kItself);
}

Result<Listing> bids(const View& view, const AuctionParameter& parameter) {
  return page_of_table<dm::AuctionBid>(
      view, view.state.resolution.bids, parameter.page,
      [&](const dm::AuctionBid& row) {
        return parameter.auction == 0 || row.auction == parameter.auction;
      },
      kItself);
}

// What a bid would come to now: the calculator's answer on what the books say.
struct QuoteRow {
  base::AssetId asset;
  std::uint32_t auction = 0;
  base::SignedAmount mark_to_market;
  base::SignedAmount maintenance_margin;
  base::Amount reserved_cash;
  dm::AuctionOutput output;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "settlement asset of the account");
    visit("auction", self.auction, "number of the auction");
    visit("mark_to_market", self.mark_to_market, "MtM: what the account is worth at the marks");
    visit("maintenance_margin", self.maintenance_margin, "MM: that, less the requirement");
    visit("reserved_cash", self.reserved_cash, "R: paid into the account by earlier bids");
    dm::AuctionOutput::fields(self.output, visit);
  }
};

Result<Listing> quote(const View& view, const QuoteParameter& parameter) {
  const engine::State& s = view.state;
  const dm::Case* at =
      dm::open_case(s.default_management, parameter.pool, parameter.owner, parameter.asset);
  const dm::Auction* row = at == nullptr ? nullptr : dm::open_auction(s.resolution, at->number);
  if (row == nullptr) return not_found("auction of case", at == nullptr ? 0 : at->number);
  const dm::Books books{
      s.default_management, s.market, s.terms, s.ledger, s.margin, s.fact, view.time};
  const auto input = dm::auction_input(*row, books, parameter.fraction);
  if (!input)
    return base::malformed("asset", "of the account",
                           "every position needs a mark that is not too old");
  const auto output = dm::auction(*input);
  if (!output) return std::unexpected(output.error());
  Listing listing = listing_of<QuoteRow>();
  listing.rows.push_back(to_json(QuoteRow{.asset = parameter.asset,
                                          .auction = row->number,
                                          .mark_to_market = input->mark_to_market,
                                          .maintenance_margin = input->maintenance_margin,
                                          .reserved_cash = input->reserved_cash,
                                          .output = *output},
                                 view.codec));
  return listing;
}

Result<Listing> recoveries(const View& view, const LossParameter& parameter) {
  return page_of_table<dm::Recovery>(view, view.state.resolution.recoveries, parameter.page,
                                     of_loss(parameter.loss), kItself);
}

Result<Listing> returns(const View& view, const LossParameter& parameter) {
  return page_of_table<dm::Return>(view, view.state.resolution.returns, parameter.page,
                                   of_loss(parameter.loss), kItself);
}

struct AssessmentRow {
  dm::Assessment row;
  base::Amount open;
  dm::AssessmentStanding standing = dm::AssessmentStanding::due;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    dm::Assessment::fields(self.row, visit);
    visit("open", self.open, "not yet paid");
    visit("standing", self.standing, "due, paid or overdue now");
  }
};

Result<Listing> assessments(const View& view, const PoolFilter& filter) {
  return page_of_table<AssessmentRow>(
      view, view.state.resolution.assessments, filter.page, of_pool(filter.pool),
      [&](const dm::Assessment& row) {
        return AssessmentRow{
            .row = row, .open = row.open(), .standing = dm::standing_of(row, view.time)};
      });
}

// Whether money may leave a pool now, and how much.
struct GateRow {
  base::PoolId pool;
  base::AssetId asset;
  bool closed = false;
  base::Time opens;
  std::optional<base::Amount> may_leave;
  base::Time period_begun;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what would leave it");
    visit("closed", self.closed, "nothing leaves the pool");
    visit("opens", self.opens, "when time opens the gate; none while a loss is open");
    visit("may_leave", self.may_leave, "in the rest of the outflow period; none: no limit");
    visit("period_begun", self.period_begun, "first payment of the outflow period that runs");
  }
};

Result<Listing> gates(const View& view, const PoolFilter& filter) {
  const engine::State& s = view.state;
  return page_of_table<GateRow>(
      view, s.resolution.terms, filter.page, of_pool(filter.pool),
      [&](const dm::LiquidationTerms& terms) {
        GateRow row{.pool = terms.pool, .asset = terms.asset};
        const auto until =
            dm::gated_until(s.default_management, s.resolution, terms.pool, view.time);
        row.closed = until.has_value();
        if (until && *until != base::Time::max()) row.opens = *until;
        const dm::Outflow* use = s.resolution.outflows.find(terms.key());
        const bool runs =
            use != nullptr && view.time.value() - use->begun.value() < terms.outflow_period.value();
        row.may_leave = left_of(terms.outflow_max, runs ? use->left : base::Amount());
        if (runs) row.period_begun = use->begun;
        return row;
      });
}

void register_resolution_queries(Registry& registry) {
  add_query<PoolFilter, dm::LiquidationTerms>(
      registry, "liquidation.terms", "How accounts of pools are liquidated.", &liquidation_terms);
  add_query<PoolFilter, LimitRow>(registry, "liquidation.limits",
                                  "What is left of the limits of the interval that runs.", &limits);
  add_query<PoolFilter, dm::LiquidationOrder>(
      registry, "liquidation.orders", "Liquidations of positions, and what stopped them.", &orders);
  add_query<PoolFilter, dm::Auction>(registry, "auction.list", "Auctions of accounts.", &auctions);
  add_query<AuctionParameter, dm::AuctionBid>(registry, "auction.bids",
                                              "Bids that were taken, with what they moved.", &bids);
  add_query<QuoteParameter, QuoteRow>(
      registry, "auction.quote", "What a bid for an account in auction would come to now.", &quote);
  add_query<LossParameter, dm::Recovery>(registry, "loss.recoveries",
                                         "What was recovered after a loss.", &recoveries);
  add_query<LossParameter, dm::Return>(registry, "loss.returns",
                                       "What those who bore a loss got back.", &returns);
  add_query<PoolFilter, AssessmentRow>(
      registry, "assessment.list", "Calls to fill layers up: due, paid or overdue.", &assessments);
  add_query<PoolFilter, GateRow>(registry, "pool.gates",
                                 "Whether money may leave pools now, and how much.", &gates);
}

}  // namespace

void register_default_management_queries(Registry& registry) {
  add_query<PoolFilter, dm::Waterfall>(registry, "waterfall.list",
                                       "Waterfalls in all their versions.", &waterfalls);
  add_query<PoolFilter, FundListRow>(registry, "fund.list", "Funds with their money.", &funds);
  add_query<FundFilter, StakeListRow>(registry, "fund.stakes", "Who holds shares of which fund.",
                                      &stakes);
  add_query<PoolFilter, dm::Case>(registry, "liquidation.list",
                                  "Accounts that are or were under liquidation.", &cases);
  add_query<PoolFilter, LossListRow>(registry, "loss.list", "Losses and who bore them.", &losses);
  add_query<LossParameter, PlanRow>(
      registry, "loss.plan", "What each layer would bear, were the loss allocated now.", &plan);
  add_query<LossThatMayCome, PlanRow>(registry, "waterfall.what-if",
                                      "What each layer would bear of a loss that has not happened.",
                                      &what_if);
  add_query<LossParameter, dm::Charge>(registry, "loss.charges",
                                       "What layers bore of a loss, by layer.", &charges);
  add_query<LossParameter, dm::Receipt>(registry, "loss.receipts",
                                        "Who gave up positions or claims for a loss.", &receipts);
  register_resolution_queries(registry);
}

}  // namespace cofferdam::operation
