// SPDX-License-Identifier: Apache-2.0
//
// A regulatory profile: everything in which one regime of client money differs from another, as
// data. Which assets count, which obligations count, what a customer's own securities are worth
// against that customer's deficit, whether customers of one omnibus account are netted, when the
// computation is made and due, and how long it is kept. The arithmetic is one and the same
// (segregation_statement.h).
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"
#include "cofferdam/books/pool/business_calendar.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::size_t kHaircutsMax = 1'000;
inline constexpr std::uint32_t kRetentionYearsMax = 100;
inline constexpr std::uint32_t kDueBusinessDaysMax = 30;

// The asset lines 7A to 12 of the computation.
enum class SegregatedAsset : std::uint8_t {
  bank_cash,
  bank_invested_securities,
  bank_customer_securities,
  clearing_cash,
  clearing_invested_securities,
  clearing_customer_securities,
  net_settlement,
  long_options,
  short_options,
  other_broker_net_equity,
  other_broker_invested_securities,
  other_broker_customer_securities,
  on_hand,
};

inline constexpr std::size_t kSegregatedAssets = 13;

// gross: a deficit of one customer never reduces what is owed to another.
// net: inside an omnibus account deficits and surpluses are netted.
enum class OmnibusNetting : std::uint8_t { gross, net };

struct Haircut {
  std::string kind;
  base::Rate rate;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "of security; a kind without a haircut is not readily marketable");
    visit("rate", self.rate, "taken off the market value, 0 to 1");
  }
};

struct SegregationProfile {
  std::string code;
  std::string description;
  std::string source;
  OmnibusNetting omnibus_netting = OmnibusNetting::gross;
  bool counts_securities = true;
  bool counts_unrealised = true;
  bool counts_options = true;
  bool deficit_offset_by_securities = false;
  bool excess_margin_at_clearing = false;
  std::vector<Haircut> haircuts;
  std::vector<SegregatedAsset> assets_counted;
  std::optional<base::Rate> withdrawal_sign_off_above;
  std::int32_t utc_offset_minutes = 0;
  std::int32_t cut_off_minute = 0;
  BusinessCalendar calendar;
  std::uint32_t due_business_days = 1;
  std::int32_t due_minute = 0;
  std::uint32_t retention_years = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short name of the profile");
    visit("description", self.description, "in words");
    visit("source", self.source, "the rule it follows");
    visit("omnibus_netting", self.omnibus_netting,
          "gross: every customer counts alone; net: customers of one omnibus account are netted");
    visit("counts_securities", self.counts_securities, "customers' securities are an obligation");
    visit("counts_unrealised", self.counts_unrealised, "unrealised results are an obligation");
    visit("counts_options", self.counts_options, "option values are an obligation");
    visit("deficit_offset_by_securities", self.deficit_offset_by_securities,
          "a customer's deficit is offset by that customer's marketable securities less haircut");
    visit("excess_margin_at_clearing", self.excess_margin_at_clearing,
          "all that is owed to an individually segregated customer is held at clearing");
    visit("haircuts", self.haircuts, "of readily marketable securities, at most 1,000");
    visit("assets_counted", self.assets_counted, "asset lines that count toward the total");
    visit("withdrawal_sign_off_above", self.withdrawal_sign_off_above,
          "part of the preceding day's excess above which a withdrawal needs sign-off");
    visit("utc_offset_minutes", self.utc_offset_minutes, "local time ahead of UTC");
    visit("cut_off_minute", self.cut_off_minute, "local minute at which the day ends, 0 to 1439");
    visit("calendar", self.calendar, "business days");
    visit("due_business_days", self.due_business_days, "after the day of the statement, 0 to 30");
    visit("due_minute", self.due_minute, "local minute by which it is due, 0 to 1440");
    visit("retention_years", self.retention_years, "how long it is kept, 0 to 100");
  }
};

// An error that names the field when the profile cannot be used.
[[nodiscard]] std::optional<base::Error> fault_of(const SegregationProfile& profile);

// What securities of this kind are worth against a deficit: the market value less the haircut,
// rounded down; zero for a kind that has no haircut in the profile.
[[nodiscard]] base::Amount value_after_haircut(const SegregationProfile& profile,
                                               std::string_view kind, base::Amount market_value);

[[nodiscard]] bool counts(const SegregationProfile& profile, SegregatedAsset asset);

// The business day that something happening at this time counts for, under the profile.
[[nodiscard]] std::optional<base::Date> business_day_of(const SegregationProfile& profile,
                                                        base::Time time);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::SegregatedAsset> {
  static constexpr std::array<std::string_view, cofferdam::pool::kSegregatedAssets> kNames{
      "bank_cash",
      "bank_invested_securities",
      "bank_customer_securities",
      "clearing_cash",
      "clearing_invested_securities",
      "clearing_customer_securities",
      "net_settlement",
      "long_options",
      "short_options",
      "other_broker_net_equity",
      "other_broker_invested_securities",
      "other_broker_customer_securities",
      "on_hand"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::OmnibusNetting> {
  static constexpr std::array<std::string_view, 2> kNames{"gross", "net"};
};
