// SPDX-License-Identifier: Apache-2.0
//
// Queries of insurance pools: funds and the gate, members and what they pay and why, tranches and
// exits, reserves and who bears them, covers, capacity and prices.
#include "cofferdam/books/default_management/fund_shares.h"
#include "cofferdam/books/insurance/cover_rules.h"
#include "cofferdam/books/insurance/publish_tariff.h"
#include "cofferdam/books/insurance/tranche.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

namespace ins = insurance;

struct InsuranceFilter {
  base::PoolId pool;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool; none for all");
    PageParameters::fields(self.page, visit);
  }
};

struct ContributionFilter {
  base::PoolId pool;
  std::uint32_t period = 0;
  base::OwnerId member;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool; none for all");
    visit("period", self.period, "its number; 0 for all");
    visit("member", self.member, "opaque id of the owner; 0 for all");
    PageParameters::fields(self.page, visit);
  }
};

struct TariffParameter {
  base::PoolId pool;
  std::uint32_t period = 0;
  base::OwnerId member;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("period", self.period, "its number");
    visit("member", self.member, "opaque id of the owner");
  }
};

template <>
struct FieldForms<TariffParameter> {
  static constexpr std::array<std::string_view, 3> kRequired{"pool", "period", "member"};
};

struct CoverParameter {
  std::string cover;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("cover", self.cover, "code of the cover");
  }
};

template <>
struct FieldForms<CoverParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"cover"};
};

struct CoverQuoteParameter {
  base::PoolId pool;
  base::AssetId asset;
  ins::Peril peril = ins::Peril::exchange_insolvency;
  base::Amount amount;
  base::Time start;
  base::Time end;
  base::Amount technical_premium;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("peril", self.peril, "to insure against");
    visit("amount", self.amount, "the limit, or the aggregate limit where there is one");
    visit("start", self.start, "first moment covered");
    visit("end", self.end, "first moment no longer covered");
    visit("technical_premium", self.technical_premium, "from the model; 0: none");
  }
};

template <>
struct FieldForms<CoverQuoteParameter> {
  static constexpr std::array<std::string_view, 6> kRequired{"pool",   "asset", "peril",
                                                             "amount", "start", "end"};
};

namespace {

auto of_pool(base::PoolId pool) {
  return [pool](const auto& row) { return pool.is_none() || row.pool == pool; };
}

struct InsuranceRow {
  ins::InsurancePool row;
  base::Amount capital;
  base::Amount required;
  base::Amount free;
  bool gate_open = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    ins::InsurancePool::fields(self.row, visit);
    visit("capital", self.capital, "earned premium and both tranches");
    visit("required", self.required,
          "by the model or by active cover over the gearing, whichever is more");
    visit("free", self.free, "what may leave or be promised");
    visit("gate_open", self.gate_open, "whether capital is at least what is required");
  }
};

Result<Listing> pools(const View& view, const InsuranceFilter& filter) {
  return page_of_table<InsuranceRow>(view, view.state.insurance.pools, filter.page,
                                     of_pool(filter.pool), [](const ins::InsurancePool& row) {
                                       return InsuranceRow{.row = row,
                                                           .capital = row.capital(),
                                                           .required = ins::required_capital(row),
                                                           .free = ins::free_capital(row),
                                                           .gate_open = ins::is_gate_open(row)};
                                     });
}

Result<Listing> members(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::Member>(view, view.state.insurance.members, filter.page,
                                    of_pool(filter.pool), kItself);
}

Result<Listing> contributions(const View& view, const ContributionFilter& filter) {
  return page_of_table<ins::Contribution>(
      view, view.state.insurance.contributions, filter.page,
      [&](const ins::Contribution& row) {
        return (filter.pool.is_none() || row.pool == filter.pool) &&
               (filter.period == 0 || row.period == filter.period) &&
               (filter.member.is_none() || row.member == filter.member);
      },
      kItself);
}

Result<Listing> tariffs(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::Tariff>(view, view.state.insurance.tariffs, filter.page,
                                    of_pool(filter.pool), kItself);
}

// One line of the explanation of what a member pays.
struct ExplanationRow {
  base::AssetId asset;
  std::string line;
  std::optional<base::Amount> amount;
  std::optional<base::Rate> rate;
  std::string rule;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what amounts count");
    visit("line", self.line, "what it is");
    visit("amount", self.amount, "where the line is an amount");
    visit("rate", self.rate, "where it is a rate");
    visit("rule", self.rule, "how it came about");
  }
};

class Explanation {
 public:
  Explanation(const View& view, base::AssetId asset) : view_(view), asset_(asset) {}

  void amount(std::string line, base::Amount value, std::string rule) {
    add({.asset = asset_, .line = std::move(line), .amount = value, .rule = std::move(rule)});
  }

  void rate(std::string line, base::Rate value, std::string rule) {
    add({.asset = asset_, .line = std::move(line), .rate = value, .rule = std::move(rule)});
  }

  Listing listing = listing_of<ExplanationRow>();

 private:
  void add(const ExplanationRow& row) { listing.rows.push_back(to_json(row, view_.codec)); }

  const View& view_;
  base::AssetId asset_;
};

std::string reason_of(ins::ContributionReason reason) {
  switch (reason) {
    case ins::ContributionReason::split:
      return "the need split by modified bases, by largest remainder";
    case ins::ContributionReason::minimum:
      return "held up by the minimum";
    case ins::ContributionReason::open_claim:
      break;
  }
  return "held up by a claim that is open: it does not fall";
}

void explain_contribution(Explanation& out, const ins::Tariff& tariff,
                          const ins::TariffRate& rate) {
  out.amount("need", tariff.need,
             "technical premium (E + r K) / (1 + r) / (1 - expenses), and the top-up towards the "
             "target, of all members; model " +
                 tariff.model);
  out.amount("expected_part", rate.expected_part, "the member's expected loss over (1 - expenses)");
  out.amount("capital_part", rate.capital_part,
             "the rest of the need by the member's share of the tail");
  out.rate("credibility", rate.credibility, "Z = w / (w + k)");
  out.rate("relative_loss", rate.relative_loss, "R: the member's loss rate over that of all");
  out.rate("raw_modifier", rate.raw_modifier, "1 + Z (R - 1)");
  out.rate("modifier", rate.modifier, "within its bounds and its step from the last period");
  out.amount("contribution", rate.contribution, reason_of(rate.reason));
}

void explain_rates(Explanation& out, const ins::Tariff& tariff, const ins::TariffRate& rate) {
  out.amount("expected_volume", rate.expected_volume, "in the period");
  out.amount("expected_collateral", rate.expected_collateral, "on average");
  if (!rate.fixed.is_zero())
    out.amount("fixed", rate.fixed, "no basis is expected: the contribution, whatever they are");
  for (std::size_t i = 0; i < tariff.tiers.size(); ++i) {
    const std::string tier = "tier " + std::to_string(i + 1);
    out.amount(tier + " from", tariff.tiers[i].from, "volume from which the tier counts");
    out.rate(tier + " rate", rate.volume_rates[i], "on volume in it, rounded down");
  }
  out.rate("collateral rate", rate.collateral_rate, "on average collateral, rounded down");
  out.amount("minimum", rate.minimum, "least that is charged");
}

Result<Listing> explained(const View& view, const TariffParameter& parameter) {
  const ins::State& state = view.state.insurance;
  const ins::Tariff* tariff = ins::tariff_of(state, parameter.pool, parameter.period);
  if (tariff == nullptr) return not_found("tariff of period", parameter.period);
  const ins::TariffRate* rate =
      state.rates.find({parameter.pool, parameter.period, tariff->version, parameter.member});
  if (rate == nullptr) return not_found("rate of member", parameter.member.value());
  Explanation out(view, tariff->asset);
  explain_contribution(out, *tariff, *rate);
  explain_rates(out, *tariff, *rate);
  const ins::Contribution* charged =
      state.contributions.find({parameter.pool, parameter.period, parameter.member});
  if (charged != nullptr) {
    out.amount("volume", charged->volume, "in the period");
    out.amount("average_collateral", charged->average_collateral, "of the period");
    out.amount("volume_part", charged->volume_part, "rates times volume, tier by tier");
    out.amount("collateral_part", charged->collateral_part, "rate times average collateral");
    out.amount("charged", charged->amount,
               "both parts and the fixed amount, rounded up once, at least the minimum");
  }
  return out.listing;
}

Result<Listing> lines(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::PremiumLine>(view, view.state.insurance.lines, filter.page,
                                         of_pool(filter.pool), kItself);
}

struct TrancheRow {
  ins::Tranche row;
  base::Amount balance;
  base::Amount out;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    ins::Tranche::fields(self.row, visit);
    visit("balance", self.balance, "its money");
    visit("out", self.out, "of owners who left and still answer for earlier incidents");
  }
};

Result<Listing> tranches(const View& view, const InsuranceFilter& filter) {
  const ins::State& state = view.state.insurance;
  return page_of_table<TrancheRow>(
      view, state.tranches, filter.page, of_pool(filter.pool), [&](const ins::Tranche& row) {
        const ins::Funds& funds = state.pools.find(row.pool)->funds;
        return TrancheRow{.row = row,
                          .balance = ins::money_in(funds, ins::fund_of(row.tranche)),
                          .out = ins::money_in(funds, ins::exits_of(row.tranche))};
      });
}

struct TrancheStakeRow {
  ins::TrancheStake row;
  base::Amount value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    ins::TrancheStake::fields(self.row, visit);
    visit("value", self.value, "of the shares now, rounded down");
  }
};

Result<Listing> stakes(const View& view, const InsuranceFilter& filter) {
  const ins::State& state = view.state.insurance;
  return page_of_table<TrancheStakeRow>(
      view, state.stakes, filter.page, of_pool(filter.pool), [&](const ins::TrancheStake& row) {
        const ins::Tranche& of = *state.tranches.find({row.pool, row.tranche});
        default_management::Fund fund = ins::read_tranche(state, of);
        default_management::Stake stake = ins::read_stake(state, of, row.owner);
        default_management::rebase(fund);
        default_management::rebase(fund, stake);
        return TrancheStakeRow{.row = row,
                               .value = default_management::value_of(fund, stake.shares)};
      });
}

Result<Listing> exits(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::Exit>(view, view.state.insurance.exits, filter.page,
                                  of_pool(filter.pool), kItself);
}

Result<Listing> reserves(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::Reserve>(view, view.state.insurance.reserves, filter.page,
                                     of_pool(filter.pool), kItself);
}

Result<Listing> bearers(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::ReserveSource>(view, view.state.insurance.sources, filter.page,
                                           of_pool(filter.pool), kItself);
}

Result<Listing> holdings(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::Holding>(view, view.state.insurance.holdings, filter.page,
                                     of_pool(filter.pool), kItself);
}

Result<Listing> covers(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::Cover>(view, view.state.insurance.covers, filter.page,
                                   of_pool(filter.pool), kItself);
}

Result<Listing> cover(const View& view, const CoverParameter& parameter) {
  const ins::Cover* row = view.state.insurance.covers.find(parameter.cover);
  if (row == nullptr)
    return base::malformed("cover", parameter.cover, "must be the code of a cover");
  Listing listing = listing_of<ins::Cover>();
  listing.rows.push_back(to_json(*row, view.codec));
  return listing;
}

Result<Listing> prices(const View& view, const InsuranceFilter& filter) {
  return page_of_table<ins::PriceSet>(view, view.state.insurance.prices, filter.page,
                                      of_pool(filter.pool), kItself);
}

struct CapacityRow {
  base::PoolId pool;
  base::AssetId asset;
  ins::Peril peril = ins::Peril::exchange_insolvency;
  std::uint32_t prices = 0;
  base::Amount capacity;
  base::Amount used;
  base::Amount free;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("peril", self.peril, "the peril");
    visit("prices", self.prices, "version of the price set in force");
    visit("capacity", self.capacity, "most cover against the peril, by capital");
    visit("used", self.used, "what covers in force may still pay, in units of 0.01");
    visit("free", self.free, "what may still be sold, before the gate is asked");
  }
};

Result<Listing> capacity(const View& view, const InsuranceFilter& filter) {
  const ins::State& state = view.state.insurance;
  return page_of_table<CapacityRow>(
      view, state.prices, filter.page,
      [&](const ins::PriceSet& row) {
        return (filter.pool.is_none() || row.pool == filter.pool) &&
               ins::prices_of(state, row.pool, row.peril) == &row;
      },
      [&](const ins::PriceSet& row) {
        const ins::Capacity now = ins::capacity_of(state, view.state.ledger, row);
        return CapacityRow{.pool = row.pool,
                           .asset = state.pools.find(row.pool)->asset,
                           .peril = row.peril,
                           .prices = row.version,
                           .capacity = now.most,
                           .used = now.used,
                           .free = now.most > now.used ? now.most - now.used : base::Amount()};
      });
}

struct CoverQuoteRow {
  base::AssetId asset;
  std::uint32_t prices = 0;
  ins::CoverPriceOutput price;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what amounts count");
    visit("prices", self.prices, "version of the price set in force");
    ins::CoverPriceOutput::fields(self.price, visit);
  }
};

Result<Listing> quote(const View& view, const CoverQuoteParameter& parameter) {
  const ins::State& state = view.state.insurance;
  const ins::InsurancePool* pool = state.pools.find(parameter.pool);
  if (pool == nullptr) return not_found("insurance pool", parameter.pool.value());
  if (pool->asset != parameter.asset)
    return base::malformed("asset", "", "must be what the pool counts");
  if (parameter.start.value() < 0 || parameter.end <= parameter.start)
    return base::malformed("end", base::format_time(parameter.end), "must be after the start");
  const ins::PriceSet* in_force = ins::prices_of(state, parameter.pool, parameter.peril);
  if (in_force == nullptr) return not_found("prices of pool", parameter.pool.value());
  const auto price =
      ins::price_now(state, view.state.ledger, *in_force, parameter.amount, parameter.start,
                     parameter.end, parameter.technical_premium, view.time);
  if (!price) return std::unexpected(price.error());
  Listing listing = listing_of<CoverQuoteRow>();
  listing.rows.push_back(
      to_json(CoverQuoteRow{.asset = parameter.asset, .prices = in_force->version, .price = *price},
              view.codec));
  return listing;
}

}  // namespace

void register_insurance_queries(Registry& registry) {
  add_query<InsuranceFilter, InsuranceRow>(
      registry, "insurance.show", "Insurance pools: funds, capital, what is required, the gate.",
      &pools);
  add_query<InsuranceFilter, ins::Member>(registry, "member.list", "Members of insurance pools.",
                                          &members);
  add_query<ContributionFilter, ins::Contribution>(
      registry, "member.contributions", "What members were charged, by period.", &contributions);
  add_query<InsuranceFilter, ins::Tariff>(registry, "tariff.list", "Tariffs in all their versions.",
                                          &tariffs);
  add_query<TariffParameter, ExplanationRow>(
      registry, "tariff.show", "What a member pays in a period and why, line by line.", &explained);
  add_query<InsuranceFilter, ins::PremiumLine>(registry, "insurance.premiums",
                                               "Premiums with what of them is earned.", &lines);
  add_query<InsuranceFilter, TrancheRow>(registry, "tranche.list", "Tranches with their money.",
                                         &tranches);
  add_query<InsuranceFilter, TrancheStakeRow>(registry, "tranche.stakes",
                                              "Who holds shares of which tranche.", &stakes);
  add_query<InsuranceFilter, ins::Exit>(registry, "tranche.exits", "The exit queue.", &exits);
  add_query<InsuranceFilter, ins::Reserve>(registry, "insurance.reserves",
                                           "What is set aside for what.", &reserves);
  add_query<InsuranceFilter, ins::ReserveSource>(registry, "insurance.bearers",
                                                 "Who gave the money of which reserve.", &bearers);
  add_query<InsuranceFilter, ins::Holding>(
      registry, "insurance.holdings", "With whom the assets of insurance pools lie.", &holdings);
  add_query<InsuranceFilter, ins::Cover>(registry, "cover.list", "Covers with their terms.",
                                         &covers);
  add_query<CoverParameter, ins::Cover>(registry, "cover.show", "One cover.", &cover);
  add_query<InsuranceFilter, ins::PriceSet>(registry, "cover.prices",
                                            "Price sets in all their versions.", &prices);
  add_query<InsuranceFilter, CapacityRow>(registry, "cover.capacity",
                                          "How much cover may still be sold, by peril.", &capacity);
  add_query<CoverQuoteParameter, CoverQuoteRow>(registry, "cover.quote",
                                                "What a cover would cost now.", &quote);
}

}  // namespace cofferdam::operation
