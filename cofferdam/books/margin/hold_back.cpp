// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/hold_back.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <array>

namespace cofferdam::margin {

namespace {

using base::Rounding;

[[nodiscard]] i128 magnitude_of(i128 value) {
  return value < 0 ? -value : value;
}

// Rounded up; neither factor is negative.
[[nodiscard]] i128 part_up(i128 value, i128 ppm) {
  return (value * ppm + (kPpm - 1)) / kPpm;
}

// What one grid may do in this publication, and what it did.
struct Pace {
  const Procyclicality& setting;
  bool may_loosen = false;
  bool may_rebuild = false;
  bool tightened = false;
  bool loosened = false;
  bool rebuilt = false;
  bool turned = false;  // an entry has changed its sign

  [[nodiscard]] i128 step_from(i128 before) const {
    if (setting.loosen_ppm == 0) return before;
    return std::max<i128>(before * setting.loosen_ppm / kPpm, 1);
  }

  // Of magnitudes: what was in force, what is calculated, and that with its buffer.
  [[nodiscard]] i128 next(i128 before, i128 calculated, i128 whole) {
    if (whole < before) {
      if (!may_loosen) return before;
      loosened = true;
      return std::max(whole, before - step_from(before));
    }
    if (calculated > before) tightened = true;
    if (setting.rebuild_ppm == 0) return whole;
    const i128 room = may_rebuild ? part_up(whole, setting.rebuild_ppm) : 0;
    const i128 result = std::max(calculated, std::min(whole, before + room));
    if (result > before && result > calculated) rebuilt = true;
    return result;
  }
};

[[nodiscard]] i128 weighted(std::int64_t published, std::int64_t stressed, std::uint32_t weight) {
  const i128 sum = i128{published} * (kPpm - weight) + i128{stressed} * weight;
  return sum < 0 ? -part_up(-sum, 1) : part_up(sum, 1);
}

// The entry that comes into force; a first one, and one whose sign has changed, whole.
[[nodiscard]] i128 entry_after(std::optional<std::int64_t> before, i128 calculated, i128 whole,
                               Pace& pace) {
  if (!before) return whole;
  const i128 last{*before};
  if ((last < 0 && calculated > 0) || (last > 0 && calculated < 0)) {
    pace.tightened = true;
    pace.turned = true;
    return whole;
  }
  const i128 result = pace.next(magnitude_of(last), magnitude_of(calculated), magnitude_of(whole));
  const bool negative = calculated == 0 ? last < 0 : calculated < 0;
  return negative ? -result : result;
}

[[nodiscard]] AddOns add_ons_after(const AddOns& published, const Grid* before, Pace& pace) {
  if (before == nullptr) return published;
  AddOns after = published;
  const AddOns& last = before->add_ons;
  const auto follow = [&](std::int64_t AddOns::* field) {
    after.*field =
        static_cast<std::int64_t>(pace.next(last.*field, published.*field, published.*field));
  };
  follow(&AddOns::initial_long);
  follow(&AddOns::initial_short);
  follow(&AddOns::maintenance_long);
  follow(&AddOns::maintenance_short);
  follow(&AddOns::size_add);
  if (last.size_add == 0 || published.size_free <= last.size_free) return after;
  if (!pace.may_loosen) {
    after.size_free = last.size_free;
    return after;
  }
  pace.loosened = true;
  if (pace.setting.loosen_ppm != 0)
    after.size_free =
        Quantity(std::min(published.size_free.value(),
                          last.size_free.value() + pace.step_from(last.size_free.value())));
  return after;
}

// One of what a unit is asked for, and the add-on that is part of it.
struct Asked {
  i128 UnitAsked::* sum;
  std::int64_t AddOns::* add_on;
};

constexpr std::array<Asked, 4> kAsked{
    {{&UnitAsked::initial_long, &AddOns::initial_long},
     {&UnitAsked::initial_short, &AddOns::initial_short},
     {&UnitAsked::maintenance_long, &AddOns::maintenance_long},
     {&UnitAsked::maintenance_short, &AddOns::maintenance_short}}};

// After entries that have changed their sign; false where an add-on would not fit.
[[nodiscard]] bool hold_sides(const Rulebook& rulebook, const Grid& before, const AddOns& published,
                              ContractGrid& in_force, Pace& pace) {
  const UnitAsked was = asked_of_unit(rulebook, before.add_ons, before.entries);
  const UnitAsked whole = asked_of_unit(rulebook, published, in_force.entries);
  for (const auto& [sum, add_on] : kAsked) {
    const i128 held = pace.next(was.*sum, whole.*sum, whole.*sum);
    const i128 rest = held - (whole.*sum - published.*add_on);
    if (rest > kEntryMax) return false;
    in_force.add_ons.*add_on = static_cast<std::int64_t>(rest);
  }
  return true;
}

[[nodiscard]] bool is_over(Time since, Duration length, Time now) {
  const auto until = base::try_add(since, length);
  return until && *until <= now;
}

[[nodiscard]] Pace pace_of(const HoldBack& at) {
  const Time tightened = at.earlier == nullptr ? at.setting.set : at.earlier->tightened;
  const auto stepped = [&](Time last) {
    return last == Time() || is_over(last, at.setting.period, at.now);
  };
  return {.setting = at.setting,
          .may_loosen = is_over(tightened, at.setting.notice, at.now) &&
                        (at.earlier == nullptr || stepped(at.earlier->loosened)),
          .may_rebuild = at.earlier == nullptr || stepped(at.earlier->rebuilt)};
}

}  // namespace

std::optional<Held> hold_back(const ContractGrid& published, const HoldBack& at) {
  Held held{.in_force = published,
            .hold = {.rulebook = at.setting.rulebook, .contract = published.contract}};
  Pace pace = pace_of(at);
  const std::size_t count = published.entries.size();
  const bool follows =
      at.before != nullptr && at.before->entries.size() == count * (at.setting.floor ? 2 : 1);
  const auto put = [&](std::size_t s, i128 calculated, i128 whole) {
    const i128 entry = entry_after(follows ? std::optional(at.before->entries[s]) : std::nullopt,
                                   calculated, whole, pace);
    if (magnitude_of(entry) > kEntryMax) return false;
    held.in_force.entries[s] = static_cast<std::int64_t>(entry);
    return true;
  };
  for (std::size_t s = 0; s < count; ++s) {
    const i128 calculated =
        at.setting.stress_weight_ppm == 0
            ? i128{published.entries[s]}
            : weighted(published.entries[s], at.stress->entries[s], at.setting.stress_weight_ppm);
    const i128 whole = part_up(magnitude_of(calculated), i128{kPpm} + at.setting.buffer_ppm);
    held.hold.calculated.push_back(static_cast<std::int64_t>(calculated));
    if (!put(s, calculated, calculated < 0 ? -whole : whole)) return std::nullopt;
  }
  if (at.setting.floor) {
    held.in_force.entries.resize(2 * count);
    for (std::size_t s = 0; s < count; ++s)
      if (!put(count + s, at.stress->entries[s], at.stress->entries[s])) return std::nullopt;
  }
  held.in_force.add_ons = add_ons_after(published.add_ons, follows ? at.before : nullptr, pace);
  if (pace.turned && !hold_sides(at.rulebook, *at.before, published.add_ons, held.in_force, pace))
    return std::nullopt;
  const auto when = [&](bool moved, Time before) { return moved ? at.now : before; };
  const Hold none{.tightened = at.setting.set};
  const Hold& last = at.earlier == nullptr ? none : *at.earlier;
  held.hold.tightened = when(pace.tightened || !follows, last.tightened);
  held.hold.loosened = when(pace.loosened, last.loosened);
  held.hold.rebuilt = when(pace.rebuilt, last.rebuilt);
  return held;
}

UnitAsked asked_of_unit(const Rulebook& rulebook, const AddOns& add_ons,
                        const std::vector<std::int64_t>& entries) {
  i128 worst_long = 0;
  i128 worst_short = 0;
  for (const std::int64_t entry : entries) {
    worst_long = std::max(worst_long, -i128{entry});
    worst_short = std::max(worst_short, i128{entry});
  }
  return {
      .initial_long = part_up(worst_long, rulebook.initial_ppm) + add_ons.initial_long,
      .initial_short = part_up(worst_short, rulebook.initial_ppm) + add_ons.initial_short,
      .maintenance_long = part_up(worst_long, rulebook.maintenance_ppm) + add_ons.maintenance_long,
      .maintenance_short =
          part_up(worst_short, rulebook.maintenance_ppm) + add_ons.maintenance_short};
}

std::int64_t unit_requirement(const Rulebook& rulebook, const AddOns& add_ons,
                              const std::vector<std::int64_t>& entries) {
  const UnitAsked asked = asked_of_unit(rulebook, add_ons, entries);
  return static_cast<std::int64_t>(std::max(asked.initial_long, asked.initial_short));
}

namespace {

struct Reading {
  std::int32_t day = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
};

constexpr std::int32_t kCallDays = 5;

[[nodiscard]] Swing swing_of(const std::vector<Reading>& readings) {
  Swing swing;
  if (readings.empty()) return swing;
  swing.peak = readings.front().high;
  swing.trough = readings.front().low;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    swing.peak = std::max(swing.peak, readings[i].high);
    swing.trough = std::min(swing.trough, readings[i].low);
    for (std::size_t j = i + 1; j-- > 0 && readings[i].day - readings[j].day <= kCallDays;) {
      const std::int64_t call = readings[i].high - readings[j].low;
      if (call <= swing.five_day_call) continue;
      swing.five_day_call = call;
      swing.call_day = readings[i].day;
    }
  }
  if (swing.trough > 0)
    swing.peak_to_trough_ppm = static_cast<std::int64_t>(i128{swing.peak} * kPpm / swing.trough);
  return swing;
}

}  // namespace

Swings swings_of(const SafeguardState& state, RulebookId rulebook, ContractId contract,
                 std::uint32_t days_max) {
  std::vector<Reading> in_force;
  std::vector<Reading> calculated;
  const auto& rows = state.days.rows();
  for (auto at = rows.lower_bound({rulebook, contract, 0});
       at != rows.end() && at->first.rulebook == rulebook && at->first.contract == contract; ++at) {
    const GridDay& row = at->second;
    in_force.push_back({row.day, row.highest, row.lowest});
    calculated.push_back({row.day, row.calculated_highest, row.calculated_lowest});
  }
  if (days_max != 0 && in_force.size() > days_max) {
    const auto surplus = static_cast<std::ptrdiff_t>(in_force.size() - days_max);
    in_force.erase(in_force.begin(), in_force.begin() + surplus);
    calculated.erase(calculated.begin(), calculated.begin() + surplus);
  }
  return {.days = static_cast<std::uint32_t>(in_force.size()),
          .in_force = swing_of(in_force),
          .calculated = swing_of(calculated)};
}

}  // namespace cofferdam::margin
