// SPDX-License-Identifier: Apache-2.0
//
// Why value moves between owners: the codes that transfers carry and that edges ask for. 1 to 999
// are the house's, from 1000 on the operator's own. The table also serves the documentation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cofferdam::pool {

inline constexpr std::uint16_t kDeposit = 1;
inline constexpr std::uint16_t kWithdrawal = 2;
inline constexpr std::uint16_t kFee = 3;
inline constexpr std::uint16_t kSettlement = 4;
inline constexpr std::uint16_t kPremium = 5;
inline constexpr std::uint16_t kWaterfall = 6;
inline constexpr std::uint16_t kBufferTopUp = 7;
inline constexpr std::uint16_t kBufferRelease = 8;
inline constexpr std::uint16_t kInternal = 9;
inline constexpr std::uint16_t kInterest = 10;
inline constexpr std::uint16_t kDistribution = 11;
inline constexpr std::uint16_t kContribution = 12;
inline constexpr std::uint16_t kClaim = 13;
inline constexpr std::uint16_t kSubscription = 14;
inline constexpr std::uint16_t kRedemption = 15;
inline constexpr std::uint16_t kPorting = 16;
inline constexpr std::uint16_t kRelease = 17;
inline constexpr std::uint16_t kOperatorCodes = 1000;

struct Reason {
  std::uint16_t code;
  std::string_view name;
  std::string_view doc;
};

inline constexpr std::array<Reason, 17> kReasons{{
    {kDeposit, "deposit", "money comes into the pool"},
    {kWithdrawal, "withdrawal", "money leaves the pool at its owner's wish"},
    {kFee, "fee", "the operator's charge"},
    {kSettlement, "settlement", "variation, funding and other results of trading"},
    {kPremium, "premium", "price of an option or of cover"},
    {kWaterfall, "waterfall", "a layer pays for a loss"},
    {kBufferTopUp, "buffer_top_up", "house money is added to a declared buffer"},
    {kBufferRelease, "buffer_release", "house money is taken from a declared buffer"},
    {kInternal, "internal", "between accounts of one owner"},
    {kInterest, "interest", "interest on what is held"},
    {kDistribution, "distribution", "payment of a winding-up pool"},
    {kContribution, "contribution", "a member pays into the reserve"},
    {kClaim, "claim", "the reserve pays a claim"},
    {kSubscription, "subscription", "a provider buys shares"},
    {kRedemption, "redemption", "a provider is paid for shares"},
    {kPorting, "porting", "a client moves to another pool"},
    {kRelease, "release", "a release rule has come true"},
}};

}  // namespace cofferdam::pool
