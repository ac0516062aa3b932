// SPDX-License-Identifier: Apache-2.0
//
// The exact count of a ballot: what a vote weighs, whether a quorum and a majority were reached, by
// when, and how much stake would have turned the result. Integers only and no state: governance,
// the ballots on claims and the calculator `vote` all count with it.
//
// Its words are those of OpenZeppelin's Governor (contracts/governance, 5.x), and so are its rules
// where that has one:
//   quorum      floor(supply at the snapshot * numerator / denominator), reached when the votes
//               that count for it are at least as many (GovernorVotesQuorumFraction); for and
//               abstain count, unless the rules name another set (GovernorCountingSimple)
//   succeeded   for > against, strictly; as a general majority n / d: for * d > n * (for + against)
//   extension   when the quorum is first reached the deadline becomes the later of itself and the
//               time of that vote plus the extension, once (GovernorPreventLateQuorum)
// What it adds: a cap on the weight of one beneficial owner, the weighted median of the amounts
// that voters name, and the cost to corrupt.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::decision {

inline constexpr std::uint32_t kPpm = 1'000'000;  // parts in a million: 100 %
// Most weight in one ballot: sums of it, twice over, fit 128 bits.
inline constexpr base::Amount kSupplyMax{static_cast<base::u128>(1) << 120};

// In the order, and so with the numbers, of the source's VoteType.
enum class Support : std::uint8_t { against, in_favour, abstain };

enum class QuorumCounts : std::uint8_t { for_and_abstain, for_only, all };

// What the quorum is a part of.
enum class QuorumBase : std::uint8_t { supply, eligible };

struct BallotRules {
  std::uint32_t quorum_numerator = 4;
  std::uint32_t quorum_denominator = 100;
  QuorumCounts quorum_counts = QuorumCounts::for_and_abstain;
  QuorumBase quorum_base = QuorumBase::supply;
  std::uint32_t majority_numerator = 1;
  std::uint32_t majority_denominator = 2;
  bool majority_at_least = false;
  std::uint32_t owner_cap_ppm = kPpm;

  friend bool operator==(const BallotRules&, const BallotRules&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("quorum_numerator", self.quorum_numerator, "quorum = floor(base * this / denominator)");
    visit("quorum_denominator", self.quorum_denominator, "at least 1 and the numerator");
    visit("quorum_counts", self.quorum_counts,
          "which votes count for it: for_and_abstain as GovernorCountingSimple, for_only, or all");
    visit("quorum_base", self.quorum_base,
          "supply: all weight at the snapshot; eligible: less that of owners with a conflict");
    visit("majority_numerator", self.majority_numerator,
          "succeeded when for * denominator > this * (for + against); 1 of 2: for > against");
    visit("majority_denominator", self.majority_denominator, "at least 1 and the numerator");
    visit("majority_at_least", self.majority_at_least,
          "true: >= instead of >, and at least one vote for");
    visit("owner_cap_ppm", self.owner_cap_ppm,
          "most weight of one owner, in millionths of the supply, rounded down; 1,000,000: no cap");
  }
};

struct RuleFault {
  std::string_view field;
  std::uint32_t value = 0;
  std::string_view rule;
};

// The first rule that cannot be counted by; nullopt: all can.
[[nodiscard]] std::optional<RuleFault> fault_of(const BallotRules& rules);

struct Totals {
  base::Amount against;
  base::Amount in_favour;
  base::Amount abstain;

  [[nodiscard]] base::Amount cast() const { return against + in_favour + abstain; }

  void add(Support support, base::Amount weight);

  friend bool operator==(const Totals&, const Totals&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("against", self.against, "weight against");
    visit("for", self.in_favour, "weight for");
    visit("abstain", self.abstain, "weight that abstained");
  }
};

// Of the supply, or of the eligible part of it, as the rules say; rounded down.
[[nodiscard]] base::Amount quorum_of(const BallotRules& rules, base::Amount supply,
                                     base::Amount eligible);

// The weight that counts for the quorum.
[[nodiscard]] base::Amount quorum_weight(const BallotRules& rules, const Totals& totals);
[[nodiscard]] bool quorum_reached(const BallotRules& rules, base::Amount quorum,
                                  const Totals& totals);
[[nodiscard]] bool majority_reached(const BallotRules& rules, const Totals& totals);
[[nodiscard]] bool carried(const BallotRules& rules, base::Amount quorum, const Totals& totals);

// The most that all accounts of one beneficial owner count together.
[[nodiscard]] base::Amount owner_cap(const BallotRules& rules, base::Amount supply);

// What one more vote counts when `counted` of its owner's weight counts already: votes of one owner
// are taken in the order in which they were cast until the cap is full, so nothing is rounded and
// the count at any moment is final.
[[nodiscard]] base::Amount counted_weight(base::Amount weight, base::Amount cap,
                                          base::Amount counted);

// Instants as plain numbers: blocks, seconds or nanoseconds, as the caller counts.
[[nodiscard]] std::int64_t extended_deadline(std::int64_t deadline, std::int64_t now,
                                             std::int64_t extension);

struct NamedAmount {
  base::Amount amount;
  base::Amount weight;
};

// The least of the amounts such that those who named it or less weigh at least half: the lower
// weighted median, which nobody moves by naming an extreme. nullopt: nobody of any weight.
[[nodiscard]] std::optional<base::Amount> weighted_median(std::vector<NamedAmount> named);

// The least weight that would have turned the result. `weight`: cast votes that are turned or kept
// away, and stake that was not cast; `uncast_weight`: only stake that was not cast. Absent where no
// such weight would do. A unit of weight that is turned counts twice, once on each side.
struct CostToCorrupt {
  std::optional<base::Amount> weight;
  std::optional<base::Amount> uncast_weight;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("weight", self.weight,
          "the least weight that, turned, withheld or added, gives the other result; null: none");
    visit("uncast_weight", self.uncast_weight,
          "the least weight that was not cast and would, cast, give the other result; null: none");
  }
};

// `uncast`: weight that may vote and has not.
[[nodiscard]] CostToCorrupt cost_to_corrupt(const BallotRules& rules, base::Amount quorum,
                                            const Totals& totals, base::Amount uncast);

// How many owners it takes to bring a weight under a cap; nullopt where the cap is zero.
[[nodiscard]] std::optional<std::uint64_t> owners_needed(base::Amount weight, base::Amount cap);

// part / whole in millionths, rounded down; 0 of nothing.
[[nodiscard]] std::uint32_t parts_per_million(base::Amount part, base::Amount whole);

}  // namespace cofferdam::decision

template <>
struct cofferdam::base::EnumText<cofferdam::decision::Support> {
  static constexpr std::array<std::string_view, 3> kNames{"against", "for", "abstain"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::decision::QuorumCounts> {
  static constexpr std::array<std::string_view, 3> kNames{"for_and_abstain", "for_only", "all"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::decision::QuorumBase> {
  static constexpr std::array<std::string_view, 2> kNames{"supply", "eligible"};
};
