// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/adequacy_proof.h"

#include "cofferdam/base/decimal.h"

#include <algorithm>
#include <set>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::i128;
using base::malformed;
using base::Result;
using base::SignedAmount;
using base::u128;
using crypto::SumNode;
using crypto::SumTree;

constexpr std::size_t kContractsMax = 1'000;
constexpr std::size_t kScenariosMax = 256;
constexpr std::size_t kTextMax = 1'024;

// What root and leaves share, of the two calculators.
struct Terms {
  std::uint8_t scale = 0;
  const std::string& context;
  const std::vector<std::string>& contracts;
  const std::vector<std::string>& scenarios;
  Amount resources;

  [[nodiscard]] std::size_t sums() const { return 2 * (contracts.size() + scenarios.size()); }
};

bool is_line(const std::string& text) {
  return !text.empty() && text.size() <= kTextMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

Result<void> names(std::string_view field, const std::vector<std::string>& all, std::size_t most) {
  if (all.size() > most)
    return malformed(std::string(field), std::to_string(all.size()),
                     "at most " + std::to_string(most));
  std::set<std::string> seen;
  for (const std::string& name : all)
    if (!is_line(name) || !seen.insert(name).second)
      return malformed(std::string(field), name, "must be one line of text each, once");
  return {};
}

Result<void> check(const Terms& terms) {
  if (!is_line(terms.context))
    return malformed("context", terms.context, "must be one line of at most 1,024 bytes");
  if (terms.scale > 38) return malformed("scale", std::to_string(terms.scale), "must be 0 to 38");
  if (Result<void> sound = names("contracts", terms.contracts, kContractsMax); !sound) return sound;
  return names("scenarios", terms.scenarios, kScenariosMax);
}

Result<void> check(const Terms& terms, const AdequacyLeaf& leaf) {
  if (!is_line(leaf.account))
    return malformed("account", leaf.account, "must be one line of at most 1,024 bytes");
  const bool is_hex = leaf.salt.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hex || leaf.salt.size() < 32 || leaf.salt.size() > 128 || leaf.salt.size() % 2 != 0)
    return malformed("salt", leaf.salt, "must be 32 to 128 lower-case hexadecimal digits");
  if (leaf.positions.size() != terms.contracts.size())
    return malformed("positions", leaf.account, "must have one for each contract");
  if (leaf.equity.size() != terms.scenarios.size())
    return malformed("equity", leaf.account, "must have one for each scenario");
  return {};
}

std::string units(i128 value) {
  return base::format_decimal(value, 0);
}

SumNode node_of(const AdequacyLeaf& leaf) {
  SumNode node;
  std::string lines =
      "cofferdam adequacy leaf 1\naccount " + leaf.account + "\nsalt " + leaf.salt + "\n";
  const auto add = [&](std::string_view name, SignedAmount value) {
    const i128 size = value.units();
    lines += std::string(name) + " " + units(size) + "\n";
    const Amount magnitude(base::magnitude(size));
    node.sums.push_back(size > 0 ? magnitude : Amount());
    node.sums.push_back(size < 0 ? magnitude : Amount());
  };
  for (const SignedAmount position : leaf.positions) add("position", position);
  for (const SignedAmount equity : leaf.equity) add("equity", equity);
  node.hash = crypto::sha256(lines);
  return node;
}

std::string root_of(const Terms& terms, std::uint64_t leaves, const SumNode& top) {
  std::string lines = "cofferdam adequacy root 1\ncontext " + terms.context + "\nscale " +
                      std::to_string(terms.scale) + "\n";
  for (const std::string& name : terms.contracts) lines += "contract " + name + "\n";
  for (const std::string& name : terms.scenarios) lines += "scenario " + name + "\n";
  lines += "leaves " + std::to_string(leaves) + "\nresources " +
           base::format_decimal(terms.resources.units(), 0) + "\n";
  for (const Amount sum : top.sums) lines += "sum " + base::format_decimal(sum.units(), 0) + "\n";
  lines += "top " + crypto::to_hex(top.hash) + "\n";
  return crypto::to_hex(crypto::sha256(lines));
}

std::vector<AdequacyContract> contracts_of(const Terms& terms, const SumNode& top) {
  std::vector<AdequacyContract> out;
  for (std::size_t i = 0; i < terms.contracts.size(); ++i) {
    const Amount held_long = top.sums[2 * i], held_short = top.sums[2 * i + 1];
    out.push_back({terms.contracts[i], held_long, held_short, held_long == held_short});
  }
  return out;
}

std::vector<AdequacyScenario> scenarios_of(const Terms& terms, const SumNode& top) {
  std::vector<AdequacyScenario> out;
  for (std::size_t i = 0; i < terms.scenarios.size(); ++i) {
    const std::size_t at = 2 * (terms.contracts.size() + i);
    out.push_back({terms.scenarios[i], top.sums[at], top.sums[at + 1],
                   top.sums[at + 1].units() <= terms.resources.units()});
  }
  return out;
}

bool all_matched(const std::vector<AdequacyContract>& contracts) {
  return std::all_of(contracts.begin(), contracts.end(),
                     [](const AdequacyContract& c) { return c.is_matched; });
}

bool all_covered(const std::vector<AdequacyScenario>& scenarios) {
  return std::all_of(scenarios.begin(), scenarios.end(),
                     [](const AdequacyScenario& s) { return s.is_covered; });
}

}  // namespace

Result<AdequacyProofOutput> adequacy_proof(const AdequacyProofInput& in) {
  const Terms terms{in.scale, in.context, in.contracts, in.scenarios, in.resources};
  if (Result<void> sound = check(terms); !sound) return std::unexpected(sound.error());
  if (in.accounts.empty() || in.accounts.size() > kAdequacyAccountsMax ||
      in.accounts.size() * std::max<std::size_t>(1, terms.sums()) > kAdequacyCellsMax)
    return malformed("accounts", std::to_string(in.accounts.size()),
                     "must be 1 to 100,000; with two sums for each contract and scenario at most "
                     "2,000,000 in all");
  // The order of the names, so that the root does not depend on the order in which they are given.
  std::vector<const AdequacyLeaf*> leaves;
  for (const AdequacyLeaf& leaf : in.accounts) {
    if (Result<void> sound = check(terms, leaf); !sound) return std::unexpected(sound.error());
    leaves.push_back(&leaf);
  }
  std::sort(leaves.begin(), leaves.end(),
            [](const AdequacyLeaf* a, const AdequacyLeaf* b) { return a->account < b->account; });
  std::vector<SumNode> nodes;
  std::optional<std::uint64_t> index;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (i > 0 && leaves[i]->account == leaves[i - 1]->account)
      return malformed("accounts.account", leaves[i]->account, "must stand once");
    if (leaves[i]->account == in.account) index = i;
    nodes.push_back(node_of(*leaves[i]));
  }
  if (!in.account.empty() && !index)
    return malformed("account", in.account, "must be one of the accounts");
  const Result<SumTree> tree = SumTree::build(crypto::SumTreeTag::owners, terms.sums(), nodes);
  if (!tree) return std::unexpected(tree.error());
  const SumNode top = tree->top();
  AdequacyProofOutput out{.root = root_of(terms, leaves.size(), top),
                          .top = crypto::to_hex(top.hash),
                          .leaves = leaves.size(),
                          .contracts = contracts_of(terms, top),
                          .scenarios = scenarios_of(terms, top),
                          .index = index,
                          .steps = {}};
  out.is_matched = all_matched(out.contracts);
  out.is_covered = all_covered(out.scenarios);
  if (index)
    for (const crypto::SumTreeStep& step : tree->path(*index))
      out.steps.push_back({step.side, step.sums, crypto::to_hex(step.hash)});
  return out;
}

Result<AdequacyVerifyOutput> adequacy_verify(const AdequacyVerifyInput& in) {
  const Terms terms{in.scale, in.context, in.contracts, in.scenarios, in.resources};
  if (Result<void> sound = check(terms); !sound) return std::unexpected(sound.error());
  if (Result<void> sound = check(terms, in.leaf); !sound) return std::unexpected(sound.error());
  if (!crypto::hash_from_hex(in.root))
    return malformed("root", in.root, "must be 64 lower-case hexadecimal digits");
  if (in.leaves == 0 || in.leaves > kAdequacyAccountsMax || in.index >= in.leaves)
    return malformed("index", std::to_string(in.index), "must be below the number of leaves");
  std::vector<crypto::SumTreeStep> steps;
  for (const AdequacyStep& step : in.steps) {
    const std::optional<crypto::Hash> hash = crypto::hash_from_hex(step.hash);
    if (!hash) return malformed("steps.hash", step.hash, "must be 64 hexadecimal digits");
    steps.push_back({step.side, step.sums, *hash});
  }
  AdequacyVerifyOutput out{.contracts = {}, .scenarios = {}};
  const Result<SumNode> top =
      crypto::climb(crypto::SumTreeTag::owners, node_of(in.leaf), in.index, in.leaves, steps);
  if (!top) {
    out.verdict = AdequacyVerdict::path_broken;
    return out;
  }
  out.root = root_of(terms, in.leaves, *top);
  if (out.root != in.root) return out;
  out.contracts = contracts_of(terms, *top);
  out.scenarios = scenarios_of(terms, *top);
  out.verdict = !all_matched(out.contracts)   ? AdequacyVerdict::not_matched
                : !all_covered(out.scenarios) ? AdequacyVerdict::not_covered
                                              : AdequacyVerdict::holds;
  return out;
}

}  // namespace cofferdam::stress
