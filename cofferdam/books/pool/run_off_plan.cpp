// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/run_off_plan.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/check.h"

#include <algorithm>
#include <map>
#include <set>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::u128;

using Classes = std::map<std::uint32_t, std::vector<std::size_t>>;  // priority -> claims

Classes classes_of(std::span<const RankedClaim> claims) {
  Classes classes;
  for (std::size_t i = 0; i < claims.size(); ++i) classes[claims[i].priority].push_back(i);
  return classes;
}

std::optional<RunOffDistribution> distribute(const RunOffAsset& asset) {
  RunOffDistribution result{.asset = asset.asset, .available = asset.available};
  std::vector<RankedClaim> claims;
  for (const RunOffClaim& claim : asset.claims) {
    claims.push_back({.priority = claim.priority, .amount = claim.amount});
    const std::optional<Amount> sum = try_add(result.claimed, claim.amount);
    if (!sum) return std::nullopt;
    result.claimed = *sum;
  }
  const RankedPayments payments = pay_by_rank(asset.available, claims);
  result.residual = payments.residual;
  result.paid = asset.available - payments.residual;
  for (const auto& [priority, members] : classes_of(claims)) {
    RunOffClass row{.priority = priority};
    for (const std::size_t i : members) {
      row.claimed += claims[i].amount;
      row.paid += payments.paid[i];
    }
    row.unpaid = row.claimed - row.paid;
    result.classes.push_back(row);
  }
  for (std::size_t i = 0; i < claims.size(); ++i)
    result.payments.push_back({.owner = asset.claims[i].owner,
                               .priority = claims[i].priority,
                               .claim = claims[i].amount,
                               .paid = payments.paid[i],
                               .unpaid = claims[i].amount - payments.paid[i]});
  return result;
}

}  // namespace

RankedPayments pay_by_rank(Amount available, std::span<const RankedClaim> claims) {
  RankedPayments result{.paid = std::vector<Amount>(claims.size()), .residual = available};
  for (const auto& [priority, members] : classes_of(claims)) {
    std::vector<u128> wanted;
    for (const std::size_t i : members) wanted.push_back(claims[i].amount.units());
    const base::CappedAllocation split = base::allocate_capped(result.residual.units(), wanted);
    for (std::size_t k = 0; k < members.size(); ++k)
      result.paid[members[k]] = Amount(split.parts[k]);
    result.residual = Amount(split.left);
  }
  return result;
}

base::Result<RunOffOutput> run_off_plan(const RunOffInput& input) {
  if (input.assets.size() > kRunOffAssetsMax)
    return base::malformed("assets", std::to_string(input.assets.size()) + " assets",
                           "must be at most " + std::to_string(kRunOffAssetsMax));
  std::size_t claims = 0;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < input.assets.size(); ++i) {
    claims += input.assets[i].claims.size();
    if (claims > kRunOffClaimsMax)
      return base::malformed("assets", std::to_string(claims) + " claims",
                             "must be at most " + std::to_string(kRunOffClaimsMax));
    if (!seen.insert(input.assets[i].asset).second)
      return base::malformed("assets[" + std::to_string(i) + "].asset", input.assets[i].asset,
                             "each asset stands once", "put its claims into one list");
  }
  RunOffOutput output{.assets = {}, .residual_claimant = input.residual_claimant};
  for (std::size_t i = 0; i < input.assets.size(); ++i) {
    std::optional<RunOffDistribution> distribution = distribute(input.assets[i]);
    if (!distribution)
      return base::malformed("assets[" + std::to_string(i) + "].claims", input.assets[i].asset,
                             "the claims on an asset must sum to at most 128 bits");
    output.assets.push_back(*std::move(distribution));
  }
  return output;
}

}  // namespace cofferdam::pool
