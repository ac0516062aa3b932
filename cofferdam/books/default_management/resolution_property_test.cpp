// SPDX-License-Identifier: Apache-2.0
//
// Random venues, crashes and ways out of them: every law holds after every command, claims equal
// the money, nobody who was not named is touched, everything ends, and what is taken back and done
// again comes to the same.
#include "cofferdam/books/default_management/resolution_test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

struct RandomVenue : ResolutionVenue {
  std::uint64_t members_count = 0;

  template <class T>
  static T draw(T from, T below) {
    return *rc::gen::inRange<T>(from, below);
  }

  [[nodiscard]] std::optional<Amount> maybe(std::uint64_t below) {
    if (draw(0, 3) == 0) return std::nullopt;
    return Amount(draw<std::uint64_t>(0, below));
  }

  void make() {
    members_count = draw<std::uint64_t>(3, 7);
    for (std::uint64_t owner = 1; owner <= members_count; ++owner)
      participant(here, owner, usd, draw<std::uint64_t>(80'00, 400'00));
    if (draw(0, 2) == 1)
      with_margin();
    else
      mark_at(perp, 100'00);
    RC_ASSERT(house_pays(draw<std::uint64_t>(1, 100'00)) == DefineWaterfallStatus::ok);
    LiquidationTerms rules = liquidation_terms();
    rules.interval = base::kHour;
    rules.notional_max = maybe(3'000'00);
    rules.fund_loss_max = maybe(80'00);
    rules.fee_account = kPenalties;
    rules.fee_ppm = draw<std::uint32_t>(0, 100'000);
    rules.backstop_pool = here;
    rules.backstop = OwnerId(members_count);
    rules.backstop_price = draw(0, 2) == 0 ? BackstopPrice::mark : BackstopPrice::bankruptcy;
    rules.backstop_notional_max = Amount(draw<std::uint64_t>(0, 2'000'00));
    rules.backstop_loss_max = Amount(draw<std::uint64_t>(0, 60'00));
    RC_ASSERT(give(SetLiquidationTerms{.terms = rules}) == SetLiquidationTermsStatus::ok);
    for (int i = 0; i < 8; ++i) {
      const auto buyer = draw<std::uint64_t>(1, members_count + 1);
      const auto seller = draw<std::uint64_t>(1, members_count + 1);
      if (buyer != seller) static_cast<void>(buy(buyer, seller, draw(1, 12), 100'00));
    }
  }

  [[nodiscard]] std::vector<i128> worths() const {
    std::vector<i128> all;
    for (std::uint64_t owner = 1; owner <= members_count; ++owner)
      all.push_back(worth(owner).units());
    return all;
  }

  // All that anybody has: claims and the money behind them, to the unit.
  [[nodiscard]] i128 everything() const {
    i128 sum = balance(kHouseAccount) + balance(kPenalties) + balance(kFundAccount);
    for (const i128 one : worths()) sum += one;
    return sum;
  }

  // Does a command, takes it back, does it again: the same legs and the same sum of all there is.
  // Only the owners named are worth something else afterwards.
  template <class C>
  auto run(const C& c, std::vector<std::uint64_t> named) {
    const i128 before = everything();
    const std::vector<i128> of_each = worths();
    ledger::Context given = context();
    postings.clear();
    if constexpr (requires { apply(c, books_of(), given); }) {
      const auto first = apply(c, books_of(), given);
      const auto legs = postings.size();
      changes.rollback();
      RC_ASSERT(everything() == before);
      postings.clear();
      const auto status = give(c);
      using S = std::remove_const_t<decltype(status)>;
      RC_ASSERT(status == first);
      if (status == S::ok) RC_ASSERT(postings.size() == legs);
      check(before, of_each, named);
      return status;
    } else {
      const auto status = give(c);
      check(before, of_each, named);
      return status;
    }
  }

  void check(i128 before, const std::vector<i128>& of_each,
             const std::vector<std::uint64_t>& named) {
    RC_ASSERT(everything() == before);
    const std::vector<i128> after = worths();
    for (std::uint64_t owner = 1; owner <= members_count; ++owner)
      if (std::ranges::find(named, owner) == named.end())
        RC_ASSERT(after[owner - 1] == of_each[owner - 1]);
    // A solvent account may lose its health to what it took on, and its claim to a cut, not more.
    for (std::uint64_t owner = 1; owner <= members_count; ++owner)
      if (of_each[owner - 1] >= 0 && std::ranges::find(named, owner) == named.end())
        RC_ASSERT(after[owner - 1] >= 0);
  }

  void random_fill(std::uint64_t owner) {
    const bool to_backstop = draw(0, 2) == 0;
    const auto taker = draw<std::uint64_t>(1, members_count + 1);
    if (!to_backstop && taker == owner) return;
    const FillLiquidation command{.pool = here,
                                  .owner = OwnerId(owner),
                                  .asset = usd,
                                  .contract = perp,
                                  .quantity = Quantity(draw(0, 10)),
                                  .price = to_backstop ? Price() : Price(draw(60'00, 160'00)),
                                  .taker = to_backstop ? OwnerId() : OwnerId(taker)};
    const i128 penalties = balance(kPenalties);
    const i128 own = worth(owner).units();
    const auto status = run(command, {owner, to_backstop ? members_count : taker});
    if (status != FillLiquidationStatus::ok) return;
    // The penalty is never what is missing.
    if (balance(kPenalties) > penalties) RC_ASSERT(worth(owner) >= SignedAmount());
    if (own >= 0 && !to_backstop) RC_ASSERT(worth(owner) >= SignedAmount());
  }

  void random_auction(std::uint64_t owner) {
    const bool solvent = worth(owner) >= SignedAmount();
    switch (draw(0, 5)) {
      case 0:
        static_cast<void>(
            run(OpenAuction{.pool = here, .owner = OwnerId(owner), .asset = usd}, {owner}));
        break;
      case 1:
        static_cast<void>(
            run(CloseAuction{.pool = here, .owner = OwnerId(owner), .asset = usd}, {}));
        break;
      case 2:
        now = now + base::kSecond * draw(1, 20'000);
        mark_at(perp, static_cast<std::int64_t>(market.marks.find(perp)->price.value()));
        break;
      default: {
        const auto bidder = draw<std::uint64_t>(1, members_count + 1);
        static_cast<void>(run(BidAuction{.pool = here,
                                         .owner = OwnerId(owner),
                                         .asset = usd,
                                         .bidder = OwnerId(bidder),
                                         .fraction = Rate(base::kRateOne / draw(1, 5))},
                              {owner, bidder}));
        break;
      }
    }
    if (solvent) RC_ASSERT(worth(owner) >= SignedAmount());
  }

  // What no order and no auction has resolved.
  void declare_and_bear(std::uint64_t owner) {
    if (give(DeclareDefault{.pool = here, .owner = OwnerId(owner), .asset = usd, .cause = "gap"}) !=
        LiquidationStatus::ok)
      return;
    const auto number = static_cast<std::uint32_t>(defaults.losses.size());
    RC_ASSERT(run(AllocateLoss{.loss = number}, {owner}) == AllocateLossStatus::ok);
    const auto open = [&] { return !defaults.losses.find(number)->outstanding().is_zero(); };
    const std::vector<i128> before = worths();
    if (open() && holds(owner) != 0)
      RC_ASSERT(
          give(Deleverage{
              .loss = number, .contract = perp, .ranking = static_cast<AdlRanking>(draw(0, 5))}) ==
          DeleverageStatus::ok);
    if (open()) RC_ASSERT(give(CutClaims{.loss = number}) == DeleverageStatus::ok);
    for (std::uint64_t other = 1; other <= members_count; ++other)
      if (other != owner && before[other - 1] >= 0) RC_ASSERT(worth(other) >= SignedAmount());
    const Loss& loss = *defaults.losses.find(number);
    RC_ASSERT(loss.charged + loss.deleveraged + loss.haircut + loss.recovered +
                  loss.outstanding() ==
              loss.amount);
    if (!open()) RC_ASSERT(worth(owner) >= SignedAmount());
    if (!open()) recover(number);
  }

  // Some of it comes back, from outside: everybody else keeps what they have.
  void recover(std::uint32_t number) {
    const std::vector<i128> before = worths();
    const i128 house = balance(kHouseAccount);
    const Amount amount(draw<std::uint64_t>(1, 50'00));
    if (give(RecoverLoss{.loss = number, .account = outside_id(), .amount = amount}) !=
        RecoverLossStatus::ok)
      return;
    i128 gained = balance(kHouseAccount) - house;
    for (std::size_t i = 0; i < before.size(); ++i) {
      RC_ASSERT(worths()[i] >= before[i]);
      gained += worths()[i] - before[i];
    }
    RC_ASSERT(gained == static_cast<i128>(amount.units()));
  }
};

TEST(ResolutionUnderRandomCrashes, EveryLawHoldsAndEverythingEnds) {
  EXPECT_TRUE(rc::check([] {
    RandomVenue v;
    v.make();
    v.mark_at(v.perp, RandomVenue::draw(40'00, 180'00));
    for (std::uint64_t owner = 1; owner <= v.members_count; ++owner) {
      if (v.begin(owner) != LiquidationStatus::ok) continue;
      for (int step = RandomVenue::draw(0, 8); step > 0; --step) {
        if (RandomVenue::draw(0, 2) == 0)
          v.random_fill(owner);
        else
          v.random_auction(owner);
      }
      v.declare_and_bear(owner);
    }
    static_cast<void>(v.settle(v.perp));
  }));
}

}  // namespace
}  // namespace cofferdam::default_management
