// SPDX-License-Identifier: Apache-2.0
//
// The proof of liabilities from the books: for every pool the sum tree of what it owes to clients,
// members and providers, and the tree of the pools above them (crypto/liabilities_proof.h).
//
// A claim counts with what it is worth to its owner, never below zero. What owners owe to a pool
// lowers nobody's claim and no total; it is listed apart, as a number of owners and a sum, because
// the list is for everybody's eyes. The claims of one owner in several classes are one leaf,
// without netting between the classes. Pools that were detached live in other books and are proved
// there.
#pragma once

#include "cofferdam/crypto/liabilities_proof.h"
#include "cofferdam/engine/state.h"

#include <string>
#include <vector>

namespace cofferdam::report {

struct LiabilitiesDeficit {
  base::PoolId pool;
  base::AssetId asset;
  std::uint64_t owners = 0;
  base::Amount amount;
};

struct Liabilities {
  crypto::LiabilitiesContext context;
  std::vector<crypto::PoolTree> pools;  // in the order of their making
  crypto::VenueTree venue;
  std::vector<LiabilitiesDeficit> deficits;
};

// The epoch of a proof is the sequence of the record that it includes: it counts up, and the same
// books have the same roots however often they are asked.
[[nodiscard]] base::Result<Liabilities> liabilities_of(const engine::State& state,
                                                       base::Sequence sequence,
                                                       const crypto::MasterSecret& secret);

// One proof for each pool in which the owner has a leaf; refused when there is none.
[[nodiscard]] base::Result<std::vector<crypto::InclusionProof>> proofs_of(
    const Liabilities& liabilities, base::OwnerId owner);

// The secret that the salts are made from: keys/liabilities.key of the books' folder, mode 0600,
// made when it is asked for first. It never enters the journal.
[[nodiscard]] base::Result<crypto::MasterSecret> liabilities_secret(
    const std::string& books_folder);

}  // namespace cofferdam::report
