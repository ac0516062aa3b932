// SPDX-License-Identifier: Apache-2.0
//
// Queries of default management: waterfalls, funds and stakes, accounts under liquidation, losses
// with their charges and receipts, and what an allocation would come to.
#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/fund_book.h"
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

namespace {

const auto kItself = [](const auto& row) { return row; };

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

Result<Listing> plan_of(const View& view, const dm::Loss& loss, const dm::Waterfall& in_force);

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
}

}  // namespace cofferdam::operation
