// SPDX-License-Identifier: Apache-2.0
//
// Shares of a pool, by the formulas of ERC-4626 with a virtual offset (OpenZeppelin, ERC4626.sol,
// _convertToShares and _convertToAssets). With A assets and S shares outstanding:
//
//   shares(a) = a * (S + 10^offset) / (A + 1)
//   assets(s) = s * (A + 1) / (S + 10^offset)
//
// Every rounding goes against whoever moves: a deposit and a redemption round down, a mint and a
// withdrawal round up, so that no movement lowers the value of a share that stays. Offset 0 does
// not stop the donation attack (OpenZeppelin issue 5223); with offset 6 the attacker loses, and a
// deposit that would mint nothing is refused in any case.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::uint8_t kShareOffsetDefault = 6;
inline constexpr std::uint8_t kShareOffsetMax = 38;
inline constexpr std::size_t kShareOperationsMax = 100'000;

struct SharePool {
  base::Amount assets;
  base::Shares shares;
  std::uint8_t offset = kShareOffsetDefault;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("assets", self.assets, "net value of the pool, in units of the asset");
    visit("shares", self.shares, "outstanding; never negative");
    visit("offset", self.offset, "of the virtual shares, 0 to 38; 6 unless there is a reason");
  }
};

// nullopt: the result, or the pool plus its virtual part, does not fit; or an argument is negative.
[[nodiscard]] std::optional<base::Shares> convert_to_shares(const SharePool& pool,
                                                            base::Amount assets);  // floor
[[nodiscard]] std::optional<base::Amount> convert_to_assets(const SharePool& pool,
                                                            base::Shares shares);  // floor
[[nodiscard]] std::optional<base::Shares> preview_deposit(const SharePool& pool,
                                                          base::Amount assets);  // floor
[[nodiscard]] std::optional<base::Amount> preview_mint(const SharePool& pool,
                                                       base::Shares shares);  // ceil
[[nodiscard]] std::optional<base::Shares> preview_withdraw(const SharePool& pool,
                                                           base::Amount assets);  // ceil
[[nodiscard]] std::optional<base::Amount> preview_redeem(const SharePool& pool,
                                                         base::Shares shares);  // floor

enum class ShareOperationKind : std::uint8_t {
  convert_to_shares,
  convert_to_assets,
  deposit,
  mint,
  withdraw,
  redeem,
  gain,
  loss,
};

struct ShareOperation {
  ShareOperationKind kind = ShareOperationKind::convert_to_shares;
  base::Amount assets;
  base::Shares shares;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "what is done; gain and loss change the value, not the shares");
    visit("assets", self.assets, "convert_to_shares, deposit, withdraw, gain, loss");
    visit("shares", self.shares, "convert_to_assets, mint, redeem");
  }
};

enum class ShareStatus : std::uint8_t {
  ok,
  zero_shares,
  exceeds_assets,
  exceeds_shares,
  does_not_fit,
};

struct ShareStep {
  ShareOperationKind kind = ShareOperationKind::convert_to_shares;
  ShareStatus status = ShareStatus::ok;
  base::Amount assets;
  base::Shares shares;
  base::Amount total_assets;
  base::Shares total_shares;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "of the operation");
    visit("status", self.status, "ok, or the rule that refused it");
    visit("assets", self.assets, "that moved, or were converted");
    visit("shares", self.shares, "that were minted or burned, or were converted");
    visit("total_assets", self.total_assets, "in the pool afterwards");
    visit("total_shares", self.total_shares, "outstanding afterwards");
  }
};

// Carries out one operation; a refused one leaves the pool as it was.
[[nodiscard]] ShareStep carry_out(const ShareOperation& operation, SharePool& pool);

struct PoolSharesInput {
  std::uint8_t scale = 0;
  std::uint8_t share_scale = 0;
  SharePool pool;
  std::vector<ShareOperation> operations;

  static constexpr std::string_view kDoc =
      "Shares of a pool: deposits, mints, withdrawals, redemptions and conversions.";
  static constexpr std::string_view kSource =
      "ERC-4626; OpenZeppelin Contracts, ERC4626.sol: _convertToShares, _convertToAssets and "
      "the previews";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts of assets, 0 to 38");
    visit("share_scale", self.share_scale, "fraction digits of shares, 0 to 38");
    visit("pool", self.pool, "where it starts");
    visit("operations", self.operations, "at most 100,000, in order");
  }
};

struct PoolSharesOutput {
  std::vector<ShareStep> steps;
  SharePool pool;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps, "one for each operation");
    visit("pool", self.pool, "after the last operation");
  }
};

[[nodiscard]] base::Result<PoolSharesOutput> pool_shares(const PoolSharesInput& input);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ShareOperationKind> {
  static constexpr std::array<std::string_view, 8> kNames{"convert_to_shares",
                                                          "convert_to_assets",
                                                          "deposit",
                                                          "mint",
                                                          "withdraw",
                                                          "redeem",
                                                          "gain",
                                                          "loss"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ShareStatus> {
  static constexpr std::array<std::string_view, 5> kNames{"ok", "zero_shares", "exceeds_assets",
                                                          "exceeds_shares", "does_not_fit"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "", "a deposit or mint must make at least one share", "no more may leave than is in the pool",
      "no more shares may be burned than there are",
      "numbers must fit: 128 bits for assets, 127 for shares"};
};
