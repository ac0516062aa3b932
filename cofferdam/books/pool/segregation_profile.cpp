// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/segregation_profile.h"

#include "cofferdam/base/decimal.h"

#include <algorithm>
#include <set>

namespace cofferdam::pool {
namespace {

constexpr std::int32_t kMinutesPerDay = 1'440;

std::optional<base::Error> fault(std::string field, std::string value, std::string rule) {
  return base::malformed("profile." + std::move(field), std::move(value), std::move(rule)).error();
}

bool is_part(base::Rate rate) {
  return !rate.is_negative() && rate.value() <= base::kRateOne;
}

std::string text(base::Rate rate) {
  return base::format_decimal_short(rate.value(), base::kRateScale);
}

std::optional<base::Error> fault_of_haircuts(const SegregationProfile& profile) {
  if (profile.haircuts.size() > kHaircutsMax)
    return fault("haircuts", std::to_string(profile.haircuts.size()), "must be at most 1,000");
  std::set<std::string_view> kinds;
  for (const Haircut& haircut : profile.haircuts) {
    if (!is_part(haircut.rate))
      return fault("haircuts." + haircut.kind, text(haircut.rate), "must be from 0 to 1");
    if (!kinds.insert(haircut.kind).second)
      return fault("haircuts", haircut.kind, "each kind of security stands once");
  }
  return std::nullopt;
}

}  // namespace

std::optional<base::Error> fault_of(const SegregationProfile& profile) {
  const auto outside = [](std::int32_t value, std::int32_t low, std::int32_t high) {
    return value < low || value > high;
  };
  if (auto error = fault_of_haircuts(profile)) return error;
  if (profile.assets_counted.size() > kSegregatedAssets)
    return fault("assets_counted", std::to_string(profile.assets_counted.size()),
                 "each asset line stands once");
  if (profile.withdrawal_sign_off_above && !is_part(*profile.withdrawal_sign_off_above))
    return fault("withdrawal_sign_off_above", text(*profile.withdrawal_sign_off_above),
                 "must be from 0 to 1");
  if (outside(profile.utc_offset_minutes, -kMinutesPerDay, kMinutesPerDay))
    return fault("utc_offset_minutes", std::to_string(profile.utc_offset_minutes),
                 "must be at most a day either way");
  if (outside(profile.cut_off_minute, 0, kMinutesPerDay - 1))
    return fault("cut_off_minute", std::to_string(profile.cut_off_minute), "must be 0 to 1439");
  if (outside(profile.due_minute, 0, kMinutesPerDay))
    return fault("due_minute", std::to_string(profile.due_minute), "must be 0 to 1440");
  if (profile.due_business_days > kDueBusinessDaysMax)
    return fault("due_business_days", std::to_string(profile.due_business_days), "must be 0 to 30");
  if (profile.retention_years > kRetentionYearsMax)
    return fault("retention_years", std::to_string(profile.retention_years), "must be 0 to 100");
  if (const auto rule = fault_of(profile.calendar))
    return fault("calendar", profile.code, std::string(*rule));
  return std::nullopt;
}

base::Amount value_after_haircut(const SegregationProfile& profile, std::string_view kind,
                                 base::Amount market_value) {
  for (const Haircut& haircut : profile.haircuts) {
    if (haircut.kind != kind) continue;
    const base::Rate kept(base::kRateOne - haircut.rate.value());
    // A part of an amount always fits.
    return base::try_apply<base::Rounding::floor>(kept, market_value).value_or(base::Amount());
  }
  return base::Amount();
}

bool counts(const SegregationProfile& profile, SegregatedAsset asset) {
  return std::find(profile.assets_counted.begin(), profile.assets_counted.end(), asset) !=
         profile.assets_counted.end();
}

std::optional<base::Date> business_day_of(const SegregationProfile& profile, base::Time time) {
  return business_day_of(
      profile.calendar, time,
      {.minute_of_day = profile.cut_off_minute, .offset = {.minutes = profile.utc_offset_minutes}});
}

}  // namespace cofferdam::pool
