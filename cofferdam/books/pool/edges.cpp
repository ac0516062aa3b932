// SPDX-License-Identifier: Apache-2.0
//
// The one table of the edges that a regime opens: who may be debited for whom, and why. The pool's
// own accounts (custody, clearing, dust) stand between an owner and the world, so what comes in or
// goes out runs pool -> owner or owner -> pool. Accounts of one owner need no edge. No regime opens
// a way from one client to another, nor from a client to the house except for a fee.
#include "cofferdam/books/pool/pool.h"
#include "cofferdam/books/pool/reason.h"

#include <array>
#include <span>

namespace cofferdam::pool {

namespace {

using enum OwnerClass;
using ledger::Edge;

// OwnerClass::pool is written out: unqualified it would be the namespace.
constexpr OwnerClass kPool = OwnerClass::pool;

constexpr std::array kClientEdges{
    Edge{kPool, client, kDeposit},
    Edge{client, kPool, kWithdrawal},
    Edge{kPool, client, kSettlement},
    Edge{client, kPool, kSettlement},
    Edge{kPool, client, kInterest},
    Edge{client, kPool, kFee},
    Edge{client, house, kFee},
    Edge{client, insurance, kPremium},
    Edge{client, insurance, kContribution},
    Edge{insurance, client, kClaim},
    Edge{kPool, house, kBufferTopUp},
    Edge{house, kPool, kBufferRelease},
    Edge{house, client, kWaterfall},
    Edge{insurance, client, kWaterfall},
    Edge{house, kPool, kWithdrawal},
};

constexpr std::array kOrderEdges{
    Edge{kPool, client, kDeposit},    Edge{client, kPool, kWithdrawal},
    Edge{kPool, client, kSettlement}, Edge{client, kPool, kSettlement},
    Edge{client, kPool, kFee},        Edge{client, house, kFee},
    Edge{kPool, house, kBufferTopUp}, Edge{house, kPool, kBufferRelease},
    Edge{house, kPool, kWithdrawal},
};

constexpr std::array kHouseEdges{
    Edge{kPool, house, kDeposit},     Edge{house, kPool, kWithdrawal},
    Edge{kPool, house, kSettlement},  Edge{house, kPool, kSettlement},
    Edge{kPool, house, kInterest},    Edge{house, kPool, kFee},
    Edge{house, insurance, kPremium},
};

constexpr std::array kCapitalEdges{
    Edge{kPool, house, kDeposit},       Edge{house, kPool, kWithdrawal},
    Edge{kPool, client, kDeposit},      Edge{client, kPool, kWithdrawal},
    Edge{kPool, provider, kDeposit},    Edge{provider, kPool, kWithdrawal},
    Edge{kPool, house, kSettlement},    Edge{house, kPool, kSettlement},
    Edge{kPool, client, kSettlement},   Edge{client, kPool, kSettlement},
    Edge{kPool, provider, kSettlement}, Edge{provider, kPool, kSettlement},
    Edge{client, house, kFee},          Edge{provider, house, kFee},
};

constexpr std::array kInsuranceEdges{
    Edge{kPool, member, kDeposit},          Edge{member, kPool, kWithdrawal},
    Edge{member, insurance, kContribution}, Edge{member, insurance, kPremium},
    Edge{kPool, insurance, kContribution},  Edge{kPool, insurance, kPremium},
    Edge{insurance, member, kClaim},        Edge{insurance, kPool, kClaim},
    Edge{insurance, member, kDistribution}, Edge{kPool, insurance, kInterest},
    Edge{insurance, kPool, kWaterfall},     Edge{member, insurance, kSubscription},
    Edge{insurance, member, kRedemption},   Edge{insurance, house, kFee},
    Edge{house, kPool, kWithdrawal},
};

constexpr std::array kSharedEdges{
    Edge{kPool, provider, kDeposit},
    Edge{provider, kPool, kWithdrawal},
    Edge{provider, kPool, kSubscription},
    Edge{kPool, provider, kRedemption},
    Edge{kPool, client, kDeposit},
    Edge{client, kPool, kWithdrawal},
    Edge{client, kPool, kPremium},
    Edge{client, kPool, kSettlement},
    Edge{kPool, client, kSettlement},
    Edge{client, kPool, kFee},
    Edge{client, house, kFee},
    Edge{provider, house, kFee},
    Edge{kPool, provider, kInterest},
    Edge{house, kPool, kWithdrawal},
};

constexpr std::array kStrategyEdges{
    Edge{kPool, client, kDeposit},    Edge{client, kPool, kWithdrawal},
    Edge{kPool, client, kSettlement}, Edge{client, kPool, kSettlement},
    Edge{client, kPool, kPremium},    Edge{client, house, kFee},
    Edge{house, kPool, kWithdrawal},
};

[[nodiscard]] std::span<const Edge> edges_of(Regime regime) {
  switch (regime) {
    case Regime::capital:
      return kCapitalEdges;
    case Regime::individual:
    case Regime::omnibus:
      return kClientEdges;
    case Regime::house:
      return kHouseEdges;
    case Regime::insurance:
      return kInsuranceEdges;
    case Regime::collateral:
    case Regime::liquidity:
      return kSharedEdges;
    case Regime::order:
      return kOrderEdges;
    case Regime::strategy:
      return kStrategyEdges;
  }
  return {};
}

}  // namespace

std::vector<Edge> default_edges(Regime regime) {
  const std::span<const Edge> edges = edges_of(regime);
  return {edges.begin(), edges.end()};
}

}  // namespace cofferdam::pool
