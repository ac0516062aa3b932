// SPDX-License-Identifier: Apache-2.0
//
// Grids under safeguards: figures by hand, and their laws over random publications, asked of
// portfolios and not of entries.
#include "cofferdam/books/margin/hold_back.h"

#include "cofferdam/books/margin/set_procyclicality.h"
#include "cofferdam/books/margin/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace cofferdam::margin {
namespace {

struct Guarded : TestBooks {
  SafeguardState safeguards;
  AssetId cash = asset("USD", 2);
  ContractId perp = contract({.code = "P",
                              .kind = market::ContractKind::linear,
                              .settlement_asset = cash,
                              .price_scale = 2});

  explicit Guarded(std::uint16_t scenarios, std::uint32_t step_ppm = 0) {
    COFFERDAM_CHECK(set(SetRulebook{.code = "g",
                                    .version = "1",
                                    .asset = cash,
                                    .value_scale = 2,
                                    .scenarios = scenarios,
                                    .step_ppm = step_ppm,
                                    .life = base::kDay * 30,
                                    .late_max = base::kHour}) == SetRulebookStatus::ok,
                    "a rulebook");
  }

  void keep_laws() {
    for (const auto& found :
         {check_grids_go_forward(margin), check_grids_are_held(margin, safeguards)})
      COFFERDAM_CHECK(!found, found.value_or(""));
    commit();
  }

  SetProcyclicalityStatus hold(SetProcyclicality command) {
    command.rulebook = RulebookId(1);
    auto status = check_shape(command);
    if (status == SetProcyclicalityStatus::ok) status = check_state(command, safeguards, margin);
    if (status != SetProcyclicalityStatus::ok) return status;
    ledger::Context given = context();
    status = apply(command, safeguards, given);
    commit();
    return status;
  }

  PublishStressGridStatus stress(std::vector<std::int64_t> entries) {
    const PublishStressGrid command{.rulebook = RulebookId(1),
                                    .origin = "2020-03",
                                    .grids = {{.contract = perp, .entries = std::move(entries)}}};
    auto status = check_shape(command);
    if (status == PublishStressGridStatus::ok)
      status = check_state(command, safeguards, margin, market);
    if (status != PublishStressGridStatus::ok) return status;
    ledger::Context given = context();
    status = apply(command, safeguards, given);
    commit();
    return status;
  }

  PublishGridStatus publish_held(std::vector<std::int64_t> entries, AddOns add_ons = {}) {
    const PublishGrid command{
        .rulebook = RulebookId(1),
        .version = "1",
        .grids = {{.contract = perp, .add_ons = add_ons, .entries = std::move(entries)}}};
    ledger::Context given = context();
    auto status = check_shape(command);
    if (status == PublishGridStatus::ok)
      status = check_state(command, margin, safeguards, market, std::as_const(given));
    if (status != PublishGridStatus::ok) return status;
    status = apply(command, margin, safeguards, given);
    keep_laws();
    return status;
  }

  [[nodiscard]] const Grid& grid() const { return *margin.grids.find({RulebookId(1), perp}); }
};

using Entries = std::vector<std::int64_t>;

TEST(Safeguards, ABufferIsUsedUpAndGrowsAgain) {
  Guarded books(2);
  ASSERT_EQ(books.hold({.buffer_ppm = 250'000,
                        .rebuild_ppm = 100'000,
                        .loosen_ppm = 200'000,
                        .period = base::kDay,
                        .notice = base::kDay * 2}),
            SetProcyclicalityStatus::ok);
  ASSERT_EQ(books.publish_held({-800, 800}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1000, 1000}));
  // 900 is calculated: 1125 with its buffer, of which a tenth grows again in a day.
  books.now = books.now + base::kHour;
  ASSERT_EQ(books.publish_held({-900, 900}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1113, 1113}));  // 1000 + 112.5, rounded up
  books.now = books.now + base::kHour;
  ASSERT_EQ(books.publish_held({-1000, 1000}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1113, 1113}));  // the buffer is being used
  books.now = books.now + base::kHour;
  ASSERT_EQ(books.publish_held({-1200, 1200}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1200, 1200}));  // used up: what is calculated, at once
  books.now = books.now + base::kDay;
  ASSERT_EQ(books.publish_held({-1200, 1200}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1350, 1350}));  // a tenth of 1500
}

TEST(Safeguards, TightensAtOnceAndLoosensByStepsAfterTheNotice) {
  Guarded books(2);
  ASSERT_EQ(books.hold({.loosen_ppm = 100'000, .period = base::kDay, .notice = base::kDay * 2}),
            SetProcyclicalityStatus::ok);
  ASSERT_EQ(books.publish_held({-1000, 1000}), PublishGridStatus::ok);
  ASSERT_EQ(books.publish_held({-1500, 1000}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1500, 1000}));
  books.now = books.now + base::kDay;
  ASSERT_EQ(books.publish_held({-500, 500}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1500, 1000}));  // the notice runs
  books.now = books.now + base::kDay;
  ASSERT_EQ(books.publish_held({-500, 500}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1350, 900}));
  ASSERT_EQ(books.publish_held({-500, 500}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1350, 900}));  // one step a day
  books.now = books.now + base::kDay * 3;
  ASSERT_EQ(books.publish_held({-500, 500}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-1215, 810}));  // and they are not saved up
  const Swings swings = swings_of(books.safeguards, RulebookId(1), books.perp, 0);
  EXPECT_EQ(swings.days, 4U);
  EXPECT_EQ(swings.in_force.peak, 1500);
  EXPECT_EQ(swings.in_force.trough, 1000);  // the first of the first day
  EXPECT_EQ(swings.in_force.peak_to_trough_ppm, 1'500'000);
  EXPECT_EQ(swings.in_force.five_day_call, 500);
  EXPECT_EQ(swings.calculated.peak, 1500);
  EXPECT_EQ(swings.calculated.trough, 500);
  EXPECT_EQ(swings.calculated.peak_to_trough_ppm, 3'000'000);
}

TEST(Safeguards, TheStressedScenariosStandBesideTheCalculatedOnes) {
  Guarded books(4);
  using S = PublishGridStatus;
  ASSERT_EQ(books.hold({.stress_weight_ppm = 250'000, .floor = true}), SetProcyclicalityStatus::ok);
  EXPECT_EQ(books.publish_held({-400, 400}), S::stress_grid_missing);
  EXPECT_EQ(books.stress({-1000}), PublishStressGridStatus::partial);
  ASSERT_EQ(books.stress({-1000, 1200}), PublishStressGridStatus::ok);
  EXPECT_EQ(books.publish_held({-400, 400, -400, 400}), S::partial);
  ASSERT_EQ(books.publish_held({-400, 401}), S::ok);
  // 3/4 of 400 and 1/4 of 1000; 3/4 of 401 and 1/4 of 1200, rounded away from zero.
  EXPECT_EQ(books.grid().entries, (Entries{-550, 601, -1000, 1200}));
  EXPECT_EQ(books.hold({.floor = false}), SetProcyclicalityStatus::floor_is_fixed);
  ASSERT_EQ(books.hold({.stress_weight_ppm = 250'000, .floor = true, .notice = base::kDay}),
            SetProcyclicalityStatus::ok);
  EXPECT_EQ(books.hold({.floor = true, .notice = base::kHour}),
            SetProcyclicalityStatus::notice_would_be_shorter);
}

TEST(Safeguards, TheStepOfTheRulebookBoundsWhatComesIntoForce) {
  Guarded books(1, 100'000);
  ASSERT_EQ(books.hold({.loosen_ppm = 50'000, .notice = base::kDay}), SetProcyclicalityStatus::ok);
  ASSERT_EQ(books.publish_held({-1000}), PublishGridStatus::ok);
  EXPECT_EQ(books.publish_held({-1101}), PublishGridStatus::step_out_of_bounds);
  EXPECT_EQ(books.publish_held({-1}), PublishGridStatus::ok);  // it is held, so there is no step
  EXPECT_EQ(books.grid().entries, (Entries{-1000}));
  EXPECT_EQ(books.publish_held({-1100}), PublishGridStatus::ok);
}

TEST(Safeguards, AddOnsAreHeldAsWell) {
  Guarded books(1);
  ASSERT_EQ(books.hold({.loosen_ppm = 500'000, .notice = base::kDay}), SetProcyclicalityStatus::ok);
  const AddOns first{.initial_long = 100, .size_add = 10, .size_free = Quantity(40)};
  ASSERT_EQ(books.publish_held({-1000}, first), PublishGridStatus::ok);
  ASSERT_EQ(books.publish_held({-1000}, {}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().add_ons.initial_long, 100);
  EXPECT_EQ(books.grid().add_ons.size_add, 10);
  EXPECT_EQ(books.grid().add_ons.size_free, Quantity(0));  // nothing is free: at once
  books.now = books.now + base::kDay;
  ASSERT_EQ(books.publish_held({-1000}, {}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().add_ons.initial_long, 50);
}

// A scenario that changes its side is in force at once for the side that it now hurts; the other
// side is asked for no less before the notice has passed, and comes down by steps then.
TEST(Safeguards, WhatChangesItsSideLoosensNobodyAtOnce) {
  Guarded books(2);
  ASSERT_EQ(books.hold({.loosen_ppm = 100'000, .notice = base::kDay}), SetProcyclicalityStatus::ok);
  ASSERT_EQ(books.publish_held({-1000, 200}), PublishGridStatus::ok);
  books.now = books.now + base::kDay * 2;
  ASSERT_EQ(books.publish_held({300, 200}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{300, 200}));
  EXPECT_EQ(books.grid().add_ons.initial_long, 900);  // a step of a tenth: the notice had passed
  EXPECT_EQ(books.grid().add_ons.initial_short, 0);
  books.now = books.now + base::kHour;
  ASSERT_EQ(books.publish_held({300, 200}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().add_ons.initial_long, 900);  // it has risen for the shorts
  // Back again: what the entry asks is not asked twice, and the shorts keep theirs.
  ASSERT_EQ(books.publish_held({-50, 200}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-50, 200}));
  EXPECT_EQ(books.grid().add_ons.initial_long, 850);
  EXPECT_EQ(books.grid().add_ons.maintenance_long, 850);
  EXPECT_EQ(books.grid().add_ons.initial_short, 100);
  books.now = books.now + base::kDay;
  ASSERT_EQ(books.publish_held({-50, 200}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().add_ons.initial_long, 765);
  EXPECT_EQ(books.grid().add_ons.initial_short, 90);
}

// A new stressed grid may change the side of a scenario of the floor.
TEST(Safeguards, TheFloorMayChangeItsSide) {
  Guarded books(2);
  ASSERT_EQ(books.hold({.floor = true, .loosen_ppm = 100'000, .notice = base::kDay}),
            SetProcyclicalityStatus::ok);
  ASSERT_EQ(books.stress({-1000}), PublishStressGridStatus::ok);
  ASSERT_EQ(books.publish_held({-100}), PublishGridStatus::ok);
  ASSERT_EQ(books.stress({10}), PublishStressGridStatus::ok);
  ASSERT_EQ(books.publish_held({-100}), PublishGridStatus::ok);
  EXPECT_EQ(books.grid().entries, (Entries{-100, 10}));
  EXPECT_EQ(books.grid().add_ons.initial_long, 900);
}

[[nodiscard]] i128 worst_loss(const Entries& entries, std::size_t first, std::size_t last,
                              std::int64_t position) {
  i128 worst = 0;
  for (std::size_t s = first; s < last; ++s) worst = std::max(worst, -i128{entries[s]} * position);
  return worst;
}

// Whatever is published: a position is asked for at least what is calculated and what is stressed,
// and what it is asked for comes down by no more than the step; one unit of either side also where
// a scenario changed its side.
TEST(Safeguards, HoldOverRandomPublications) {
  EXPECT_TRUE(rc::check([] {
    const bool floor = *rc::gen::arbitrary<bool>();
    const auto count = *rc::gen::inRange<std::uint16_t>(1, 5);
    Guarded books(static_cast<std::uint16_t>(floor ? 2 * count : count));
    SetProcyclicality setting;
    setting.buffer_ppm = *rc::gen::inRange(0U, 500'000U);
    setting.rebuild_ppm = *rc::gen::element(0U, 50'000U, 1'000'000U);
    setting.stress_weight_ppm = *rc::gen::element(0U, 250'000U, 1'000'000U);
    setting.floor = floor;
    setting.loosen_ppm = *rc::gen::element(0U, 1U, 100'000U, 1'000'000U);
    setting.period = base::kHour * *rc::gen::inRange<std::int64_t>(0, 5);
    setting.notice = base::kHour * *rc::gen::inRange<std::int64_t>(0, 12);
    RC_ASSERT(books.hold(setting) == SetProcyclicalityStatus::ok);
    const auto entries =
        rc::gen::container<Entries>(count, rc::gen::inRange<std::int64_t>(-2'000, 2'000));
    const Entries stressed = *entries;
    RC_ASSERT(books.stress(stressed) == PublishStressGridStatus::ok);
    Time risen = books.now;
    Time stepped;
    std::optional<Entries> last;
    std::optional<AddOns> last_add_ons;
    const auto steps = *rc::gen::inRange(1, 15);
    for (int i = 0; i < steps; ++i) {
      books.now = books.now + base::kMinute * *rc::gen::inRange<std::int64_t>(1, 300);
      const Entries published = *entries;
      RC_ASSERT(books.publish_held(published) == PublishGridStatus::ok);
      const Entries now = books.grid().entries;
      const AddOns add_ons = books.grid().add_ons;
      bool rose = !last.has_value();
      bool fell = false;
      bool turned = false;
      for (std::size_t s = 0; s < count; ++s) {
        // In the plainest way: parts in millionths, kept whole until the end.
        const i128 millionths = i128{published[s]} * (1'000'000 - setting.stress_weight_ppm) +
                                i128{stressed[s]} * setting.stress_weight_ppm;
        RC_ASSERT(i128{now[s]} * millionths >= 0);
        const i128 asked = millionths < 0 ? -millionths : millionths;
        const i128 size = now[s] < 0 ? -i128{now[s]} : i128{now[s]};
        RC_ASSERT(size * 1'000'000 >= asked);
        if (!last) continue;
        const i128 before = (*last)[s] < 0 ? -i128{(*last)[s]} : i128{(*last)[s]};
        if (i128{(*last)[s]} * millionths < 0) {
          rose = turned = true;  // it changed its side
          continue;
        }
        rose |= (asked + 999'999) / 1'000'000 > before;
        if (size >= before) continue;
        fell = true;
        if (setting.loosen_ppm != 0)
          RC_ASSERT(before - size <= std::max<i128>(before * setting.loosen_ppm / 1'000'000, 1));
      }
      if (turned) {
        const i128 long_was = worst_loss(*last, 0, now.size(), 1) + last_add_ons->initial_long;
        const i128 short_was = worst_loss(*last, 0, now.size(), -1) + last_add_ons->initial_short;
        const i128 long_is = worst_loss(now, 0, now.size(), 1) + add_ons.initial_long;
        const i128 short_is = worst_loss(now, 0, now.size(), -1) + add_ons.initial_short;
        fell |= long_is < long_was || short_is < short_was;
        if (setting.loosen_ppm != 0) {
          const auto step = [&](i128 was) {
            return std::max<i128>(was * setting.loosen_ppm / 1'000'000, 1);
          };
          RC_ASSERT(long_was - long_is <= step(long_was));
          RC_ASSERT(short_was - short_is <= step(short_was));
        }
      } else if (last && (add_ons.initial_long < last_add_ons->initial_long ||
                          add_ons.initial_short < last_add_ons->initial_short)) {
        fell = true;
      }
      if (fell) {
        RC_ASSERT(books.now >= risen + setting.notice);
        RC_ASSERT(stepped == Time() || books.now >= stepped + setting.period);
        stepped = books.now;
      }
      if (rose) risen = books.now;
      const auto position = *rc::gen::inRange<std::int64_t>(-50, 50);
      if (floor)
        RC_ASSERT(worst_loss(now, 0, now.size(), position) >=
                  worst_loss(stressed, 0, stressed.size(), position));
      last = now;
      last_add_ons = add_ons;
    }
  }));
}

}  // namespace
}  // namespace cofferdam::margin
