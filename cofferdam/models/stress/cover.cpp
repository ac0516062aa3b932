// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/cover.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::i128;
using base::malformed;
using base::Result;
using base::SignedAmount;
using base::u128;

// Amounts below this add up over all members within 127 bits.
constexpr u128 kAmountMax = u128{1} << 100;
constexpr std::size_t kNamedMax = 100;

struct Group {
  std::string name;
  u128 fund_share = 0;
  std::vector<u128> shortfall;  // by scenario
};

Result<void> check_member(const CoverInput& input, std::size_t i) {
  const CoverMember& m = input.members[i];
  const std::string at = "members[" + std::to_string(i) + "].";
  const std::size_t count = input.scenarios.size();
  if (m.member.empty()) return malformed(at + "member", "", "must have a name");
  if (m.losses.size() != count)
    return malformed(at + "losses", std::to_string(m.losses.size()) + " losses",
                     "must be one for each scenario");
  if (m.margins.size() != 1 && m.margins.size() != count)
    return malformed(at + "margins", std::to_string(m.margins.size()) + " margins",
                     "must be one, or one for each scenario");
  if (m.fund_share.units() > kAmountMax)
    return malformed(at + "fund_share", base::to_text(m.fund_share.units()),
                     "must be at most 2^100 smallest units");
  for (const SignedAmount& loss : m.losses)
    if (loss.magnitude().units() > kAmountMax)
      return malformed(at + "losses", base::to_text(loss.units()),
                       "must be at most 2^100 smallest units");
  for (const Amount& margin : m.margins)
    if (margin.units() > kAmountMax)
      return malformed(at + "margins", base::to_text(margin.units()),
                       "must be at most 2^100 smallest units");
  return {};
}

Result<void> check(const CoverInput& input) {
  if (input.scale > 38) return malformed("scale", std::to_string(input.scale), "must be 0 to 38");
  const std::size_t scenarios = input.scenarios.size();
  if (scenarios == 0 || scenarios > kCoverScenariosMax)
    return malformed("scenarios", std::to_string(scenarios), "must be 1 to 10,000");
  if (input.members.empty() || input.members.size() > kCoverMembersMax ||
      input.members.size() * scenarios > kCoverCellsMax)
    return malformed("members", std::to_string(input.members.size()),
                     "must be 1 to 100,000, and times scenarios at most 1,000,000");
  if (input.resources.units() > kAmountMax)
    return malformed("resources", base::to_text(input.resources.units()),
                     "must be at most 2^100 smallest units");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < input.members.size(); ++i) {
    if (Result<void> member = check_member(input, i); !member) return member;
    if (!names.insert(input.members[i].member).second)
      return malformed("members[" + std::to_string(i) + "].member", input.members[i].member,
                       "must be named once");
  }
  return {};
}

// Groups in the order of their first members; a member without a group stands alone, also when a
// group bears its name.
std::vector<Group> groups_of(const CoverInput& input) {
  std::vector<Group> groups;
  std::map<std::string_view, std::size_t> place;
  const std::size_t scenarios = input.scenarios.size();
  for (const CoverMember& m : input.members) {
    std::size_t at = groups.size();
    if (!m.group.empty()) at = place.try_emplace(m.group, at).first->second;
    if (at == groups.size())
      groups.push_back({.name = m.group.empty() ? m.member : m.group,
                        .fund_share = 0,
                        .shortfall = std::vector<u128>(scenarios)});
    Group& group = groups[at];
    group.fund_share += m.fund_share.units();
    for (std::size_t s = 0; s < scenarios; ++s) {
      const u128 margin = m.margins[m.margins.size() == 1 ? 0 : s].units();
      const i128 left =
          m.losses[s].units() - static_cast<i128>(margin) - static_cast<i128>(m.fund_share.units());
      if (left > 0) group.shortfall[s] += static_cast<u128>(left);
    }
  }
  return groups;
}

class Judge {
 public:
  Judge(const CoverInput& input, const std::vector<Group>& groups)
      : input_(input), groups_(groups) {
    for (const Group& group : groups) all_shares_ += group.fund_share;
  }

  // The scenario with the least surplus when the `count` largest groups default.
  [[nodiscard]] CoverResult judge(std::string name, std::size_t count) const {
    CoverResult worst;
    for (std::size_t s = 0; s < input_.scenarios.size(); ++s) {
      CoverResult one = in_scenario(s, count);
      if (s == 0 || one.surplus < worst.surplus) worst = std::move(one);
    }
    worst.cover = std::move(name);
    worst.is_covered = !worst.surplus.is_negative();
    return worst;
  }

 private:
  [[nodiscard]] CoverResult in_scenario(std::size_t s, std::size_t count) const {
    std::vector<std::size_t> order;
    for (std::size_t g = 0; g < groups_.size(); ++g)
      if (groups_[g].shortfall[s] > 0) order.push_back(g);
    const auto larger = [&](std::size_t a, std::size_t b) {
      const u128 x = groups_[a].shortfall[s], y = groups_[b].shortfall[s];
      return x != y ? x > y : a < b;
    };
    const std::size_t taken = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(taken),
                      order.end(), larger);
    CoverResult result{.scenario = input_.scenarios[s]};
    u128 need = 0, available = input_.resources.units() + all_shares_;
    for (std::size_t i = 0; i < taken; ++i) {
      const Group& group = groups_[order[i]];
      need += group.shortfall[s];
      available -= group.fund_share;
      if (i < kNamedMax) result.defaulters.push_back({group.name, Amount(group.shortfall[s])});
    }
    result.need = Amount(need);
    result.available = Amount(available);
    result.surplus = SignedAmount(static_cast<i128>(available) - static_cast<i128>(need));
    return result;
  }

  const CoverInput& input_;
  const std::vector<Group>& groups_;
  u128 all_shares_ = 0;
};

}  // namespace

Result<CoverOutput> cover(const CoverInput& input) {
  if (Result<void> checked = check(input); !checked) return std::unexpected(checked.error());
  const std::vector<Group> groups = groups_of(input);
  const Judge judge(input, groups);
  CoverOutput out;
  out.results.push_back(judge.judge("1", 1));
  out.results.push_back(judge.judge("2", 2));
  out.results.push_back(judge.judge("all", groups.size()));
  return out;
}

}  // namespace cofferdam::stress
