// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/pool_shares.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <string>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::Rounding;
using base::Shares;
using base::u128;

struct Ratio {
  u128 assets = 0;  // A + 1
  u128 shares = 0;  // S + 10^offset
};

std::optional<Ratio> ratio_of(const SharePool& pool) {
  if (pool.offset > kShareOffsetMax || pool.shares.is_negative()) return std::nullopt;
  Ratio ratio;
  if (__builtin_add_overflow(pool.assets.units(), static_cast<u128>(1), &ratio.assets))
    return std::nullopt;
  // 2^127 + 10^38 is below 2^128: this sum always fits.
  ratio.shares = pool.shares.magnitude() + base::power_of_ten(pool.offset);
  return ratio;
}

template <Rounding R>
std::optional<Shares> shares_for(const SharePool& pool, Amount assets) {
  const std::optional<Ratio> ratio = ratio_of(pool);
  if (!ratio) return std::nullopt;
  const std::optional<u128> shares =
      base::try_mul_div<R>(assets.units(), ratio->shares, ratio->assets);
  if (!shares || *shares > static_cast<u128>(base::kI128Max)) return std::nullopt;
  return Shares(static_cast<base::i128>(*shares));
}

template <Rounding R>
std::optional<Amount> assets_for(const SharePool& pool, Shares shares) {
  const std::optional<Ratio> ratio = ratio_of(pool);
  if (!ratio || shares.is_negative()) return std::nullopt;
  const std::optional<u128> assets =
      base::try_mul_div<R>(shares.magnitude(), ratio->assets, ratio->shares);
  if (!assets) return std::nullopt;
  return Amount(*assets);
}

// What an operation would move, before anything is allowed or refused.
struct Movement {
  std::optional<Amount> assets;
  std::optional<Shares> shares;
};

Movement movement_of(const ShareOperation& operation, const SharePool& pool) {
  switch (operation.kind) {
    case ShareOperationKind::convert_to_shares:
      return {operation.assets, convert_to_shares(pool, operation.assets)};
    case ShareOperationKind::convert_to_assets:
      return {convert_to_assets(pool, operation.shares), operation.shares};
    case ShareOperationKind::deposit:
      return {operation.assets, preview_deposit(pool, operation.assets)};
    case ShareOperationKind::mint:
      return {preview_mint(pool, operation.shares), operation.shares};
    case ShareOperationKind::withdraw:
      return {operation.assets, preview_withdraw(pool, operation.assets)};
    case ShareOperationKind::redeem:
      return {preview_redeem(pool, operation.shares), operation.shares};
    case ShareOperationKind::gain:
    case ShareOperationKind::loss:
      return {operation.assets, Shares()};
  }
  return {};
}

ShareStatus put_in(Amount assets, Shares shares, SharePool& pool) {
  const std::optional<Amount> assets_after = try_add(pool.assets, assets);
  const std::optional<Shares> shares_after = try_add(pool.shares, shares);
  if (!assets_after || !shares_after) return ShareStatus::does_not_fit;
  pool.assets = *assets_after;
  pool.shares = *shares_after;
  return ShareStatus::ok;
}

ShareStatus take_out(Amount assets, Shares shares, SharePool& pool) {
  if (assets > pool.assets) return ShareStatus::exceeds_assets;
  if (shares > pool.shares) return ShareStatus::exceeds_shares;
  pool.assets -= assets;
  pool.shares = pool.shares - shares;
  return ShareStatus::ok;
}

ShareStatus move(ShareOperationKind kind, Amount assets, Shares shares, SharePool& pool) {
  switch (kind) {
    case ShareOperationKind::convert_to_shares:
    case ShareOperationKind::convert_to_assets:
      return ShareStatus::ok;
    case ShareOperationKind::deposit:
    case ShareOperationKind::mint:
      return shares.is_zero() ? ShareStatus::zero_shares : put_in(assets, shares, pool);
    case ShareOperationKind::gain:
      return put_in(assets, shares, pool);
    case ShareOperationKind::redeem:
      if (shares > pool.shares) return ShareStatus::exceeds_shares;
      return take_out(assets, shares, pool);
    case ShareOperationKind::withdraw:
    case ShareOperationKind::loss:
      return take_out(assets, shares, pool);
  }
  return ShareStatus::does_not_fit;
}

}  // namespace

std::optional<Shares> convert_to_shares(const SharePool& pool, Amount assets) {
  return shares_for<Rounding::floor>(pool, assets);
}

std::optional<Amount> convert_to_assets(const SharePool& pool, Shares shares) {
  return assets_for<Rounding::floor>(pool, shares);
}

std::optional<Shares> preview_deposit(const SharePool& pool, Amount assets) {
  return shares_for<Rounding::floor>(pool, assets);
}

std::optional<Amount> preview_mint(const SharePool& pool, Shares shares) {
  return assets_for<Rounding::ceil>(pool, shares);
}

std::optional<Shares> preview_withdraw(const SharePool& pool, Amount assets) {
  return shares_for<Rounding::ceil>(pool, assets);
}

std::optional<Amount> preview_redeem(const SharePool& pool, Shares shares) {
  return assets_for<Rounding::floor>(pool, shares);
}

ShareStep carry_out(const ShareOperation& operation, SharePool& pool) {
  const Movement movement = movement_of(operation, pool);
  ShareStep step{.kind = operation.kind,
                 .assets = movement.assets.value_or(Amount()),
                 .shares = movement.shares.value_or(Shares())};
  step.status = movement.assets && movement.shares
                    ? move(operation.kind, *movement.assets, *movement.shares, pool)
                    : ShareStatus::does_not_fit;
  step.total_assets = pool.assets;
  step.total_shares = pool.shares;
  return step;
}

base::Result<PoolSharesOutput> pool_shares(const PoolSharesInput& input) {
  const auto text = [&](Shares shares) {
    return base::format_decimal(shares.value(), input.share_scale);
  };
  if (input.share_scale > base::kScaleMax)
    return base::malformed("share_scale", std::to_string(input.share_scale), "must be 0 to 38");
  if (input.pool.offset > kShareOffsetMax)
    return base::malformed("pool.offset", std::to_string(input.pool.offset), "must be 0 to 38");
  if (input.pool.shares.is_negative())
    return base::malformed("pool.shares", text(input.pool.shares), "must not be negative");
  if (input.operations.size() > kShareOperationsMax)
    return base::malformed("operations", std::to_string(input.operations.size()) + " operations",
                           "must be at most " + std::to_string(kShareOperationsMax));
  for (std::size_t i = 0; i < input.operations.size(); ++i)
    if (input.operations[i].shares.is_negative())
      return base::malformed("operations[" + std::to_string(i) + "].shares",
                             text(input.operations[i].shares), "must not be negative");
  PoolSharesOutput output{.steps = {}, .pool = input.pool};
  for (const ShareOperation& operation : input.operations)
    output.steps.push_back(carry_out(operation, output.pool));
  return output;
}

}  // namespace cofferdam::pool
