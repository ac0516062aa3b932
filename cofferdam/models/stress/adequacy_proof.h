// SPDX-License-Identifier: Apache-2.0
//
// Proof of adequacy: one root over all accounts of a venue, whose tree carries, per contract, what
// is held long and short, and, per scenario, the positive and the negative equity of the accounts.
// It says in public that every position has another side, and how much accounts would owe in each
// scenario against the layers that would pay; a client recomputes its own leaf and its way to the
// root. A loser who is left out breaks long = short.
//
// The document is public and recomputable: `context` names the state of the books and the grids of
// scenarios that it stands on (their hashes), and is hashed into the root.
//
//   leaf  SHA-256 of the lines   cofferdam adequacy leaf 1 / account A / salt S / position P.. /
//                                equity E..      (whole units in decimal, one line each)
//   inner as crypto/merkle_sum_tree.h, tag of owners; sums: long, short of each contract, then
//         positive, negative of each scenario
//   root  SHA-256 of the lines   cofferdam adequacy root 1 / context C / scale D / contract N.. /
//                                scenario N.. / leaves K / resources R / sum U.. / top H
//
// What it cannot show: a pair of accounts with opposite positions can vanish together; equity in a
// scenario is the venue's own figure, which only the client whose leaf it is can dispute; and the
// sums of a neighbour are seen by the one who stands beside it. Salts hide who an account is.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/crypto/merkle_sum_tree.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

inline constexpr std::size_t kAdequacyAccountsMax = 100'000;
inline constexpr std::size_t kAdequacyCellsMax = 2'000'000;

struct AdequacyLeaf {
  std::string account;
  std::string salt;
  std::vector<base::SignedAmount> positions;
  std::vector<base::SignedAmount> equity;

  static constexpr std::array<std::string_view, 2> kRequired{"account", "salt"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "name, once");
    visit("salt", self.salt, "32 to 128 hexadecimal digits that nobody else knows");
    visit("positions", self.positions, "in each contract: long above zero, short below");
    visit("equity", self.equity, "in each scenario");
  }
};

struct AdequacyStep {
  crypto::Side side = crypto::Side::left;
  std::vector<base::Amount> sums;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("side", self.side, "where the neighbour stands");
    visit("sums", self.sums, "its sums");
    visit("hash", self.hash, "its hash");
  }
};

struct AdequacyContract {
  std::string contract;
  base::Amount held_long;
  base::Amount held_short;
  bool is_matched = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "its code");
    visit("held_long", self.held_long, "by all accounts");
    visit("held_short", self.held_short, "by all accounts, without sign");
    visit("is_matched", self.is_matched, "the two are equal");
  }
};

struct AdequacyScenario {
  std::string scenario;
  base::Amount positive;
  base::Amount negative;
  bool is_covered = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scenario", self.scenario, "its name");
    visit("positive", self.positive, "equity of accounts that have some");
    visit("negative", self.negative, "what the others would owe");
    visit("is_covered", self.is_covered, "by the resources");
  }
};

struct AdequacyProofInput {
  std::uint8_t scale = 0;
  std::string context;
  std::vector<std::string> contracts;
  std::vector<std::string> scenarios;
  base::Amount resources;
  std::vector<AdequacyLeaf> accounts;
  std::string account;

  static constexpr std::array<std::string_view, 2> kRequired{"context", "accounts"};
  static constexpr std::string_view kDoc =
      "Proof of adequacy: one root over all accounts, with long and short by contract and equity "
      "by "
      "scenario.";
  static constexpr std::string_view kSource =
      "this product's design; Merkle sum tree with the sums of both children in the hash (Hu, "
      "Zhang "
      "and Guo, eprint 2018/1139)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, positions too, 0 to 38");
    visit("context", self.context,
          "what it stands on: hashes of the state and of the grids, the record; one line");
    visit("contracts", self.contracts, "codes, at most 1,000");
    visit("scenarios", self.scenarios, "names, at most 256");
    visit("resources", self.resources, "prefunded layers that would pay");
    visit("accounts", self.accounts, "1 to 100,000, in any order");
    visit("account", self.account, "whose proof is wanted; empty: none");
  }
};

struct AdequacyProofOutput {
  std::string root;
  std::string top;
  std::uint64_t leaves = 0;
  bool is_matched = false;
  bool is_covered = false;
  std::vector<AdequacyContract> contracts;
  std::vector<AdequacyScenario> scenarios;
  std::optional<std::uint64_t> index;
  std::vector<AdequacyStep> steps;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("root", self.root, "to be published");
    visit("top", self.top, "hash of the top of the tree");
    visit("leaves", self.leaves, "accounts");
    visit("is_matched", self.is_matched, "every contract is");
    visit("is_covered", self.is_covered, "every scenario is");
    visit("contracts", self.contracts, "as given");
    visit("scenarios", self.scenarios, "as given");
    visit("index", self.index, "of the account's leaf, in the order of the accounts' names");
    visit("steps", self.steps, "from the account's leaf to the top");
  }
};

[[nodiscard]] base::Result<AdequacyProofOutput> adequacy_proof(const AdequacyProofInput& input);

enum class AdequacyVerdict : std::uint8_t {
  holds,
  not_covered,
  not_matched,
  path_broken,
  other_root
};

struct AdequacyVerifyInput {
  std::uint8_t scale = 0;
  std::string context;
  std::vector<std::string> contracts;
  std::vector<std::string> scenarios;
  base::Amount resources;
  std::string root;
  AdequacyLeaf leaf;
  std::uint64_t index = 0;
  std::uint64_t leaves = 0;
  std::vector<AdequacyStep> steps;

  static constexpr std::array<std::string_view, 5> kRequired{"context", "root", "leaf", "index",
                                                             "leaves"};
  static constexpr std::string_view kDoc =
      "Whether an account's proof of adequacy leads to the published root, and what the root says.";
  static constexpr std::string_view kSource = "docs/reference/calculators/adequacy-proof.md";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "as published");
    visit("context", self.context, "as published");
    visit("contracts", self.contracts, "as published");
    visit("scenarios", self.scenarios, "as published");
    visit("resources", self.resources, "as published");
    visit("root", self.root, "as published");
    visit("leaf", self.leaf, "what the client knows of itself");
    visit("index", self.index, "of its leaf");
    visit("leaves", self.leaves, "of the tree");
    visit("steps", self.steps, "from its leaf to the top");
  }
};

struct AdequacyVerifyOutput {
  AdequacyVerdict verdict = AdequacyVerdict::other_root;
  std::string root;
  std::vector<AdequacyContract> contracts;
  std::vector<AdequacyScenario> scenarios;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("verdict", self.verdict, "of the proof");
    visit("root", self.root, "that leaf and steps lead to");
    visit("contracts", self.contracts,
          "what it says of each; only where the root is the published");
    visit("scenarios", self.scenarios, "likewise");
  }
};

[[nodiscard]] base::Result<AdequacyVerifyOutput> adequacy_verify(const AdequacyVerifyInput& input);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::AdequacyVerdict> {
  static constexpr std::array<std::string_view, 5> kNames{"holds", "not_covered", "not_matched",
                                                          "path_broken", "other_root"};
  static constexpr std::array<std::string_view, 5> kDocs{
      "the root is the published one; every contract is matched and every scenario covered",
      "the root is the published one; some scenario is not covered",
      "the root is the published one; in some contract long and short differ",
      "the steps do not lead from this leaf to a top", "leaf and steps lead to another root"};
};
