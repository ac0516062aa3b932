// SPDX-License-Identifier: Apache-2.0
//
// Cover: whether prefunded money stands the default of the one, the two or all participants whose
// default would cost most, with everything that stands under one control (PFMI principle 4, key
// consideration 4; EMIR article 43(2)). In scenario s, for member m of group g:
//
//   shortfall(m, s) = max(0, loss(m, s) - margin(m, s) - fund_share(m))
//   shortfall(g, s) = sum over its members: what one affiliate has left does not pay for another
//   need(k, s)      = sum of the k largest shortfall(g, s)
//
// What the defaulters themselves put into the fund is used before, so it is no resource: available
// is `resources` plus the fund shares of the groups that are not among the k. The scenario that
// decides is the one with the least available less need. Everything is exact.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

inline constexpr std::size_t kCoverMembersMax = 100'000;
inline constexpr std::size_t kCoverScenariosMax = 10'000;
inline constexpr std::size_t kCoverCellsMax = 1'000'000;

struct CoverMember {
  std::string member;
  std::string group;
  base::Amount fund_share;
  std::vector<base::SignedAmount> losses;
  std::vector<base::Amount> margins;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("member", self.member, "name, once");
    visit("group", self.group, "who controls it; empty: a group of its own");
    visit("fund_share", self.fund_share, "what it has put into the fund itself");
    visit("losses", self.losses, "in each scenario; a gain is negative");
    visit("margins", self.margins, "its margin, in each scenario or one for all");
  }
};

struct CoverInput {
  std::uint8_t scale = 0;
  std::vector<std::string> scenarios;
  base::Amount resources;
  std::vector<CoverMember> members;

  static constexpr std::string_view kDoc =
      "Whether prefunded money covers the largest defaults in stress: cover 1, cover 2, cover all.";
  static constexpr std::string_view kSource =
      "CPMI-IOSCO, Principles for financial market infrastructures, principle 4; Regulation (EU) "
      "648/2012, article 43(2)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("scenarios", self.scenarios, "names, 1 to 10,000");
    visit("resources", self.resources, "prefunded by others than the members: own capital, pools");
    visit("members", self.members, "at most 100,000; members times scenarios at most 1,000,000");
  }
};

struct CoverDefaulter {
  std::string group;
  base::Amount shortfall;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("group", self.group, "or member, when it has no group");
    visit("shortfall", self.shortfall, "after its own margin and fund share");
  }
};

struct CoverResult {
  std::string cover;
  bool is_covered = false;
  std::string scenario;
  base::Amount need;
  base::Amount available;
  base::SignedAmount surplus;
  std::vector<CoverDefaulter> defaulters;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("cover", self.cover, "1, 2 or all");
    visit("is_covered", self.is_covered, "in every scenario");
    visit("scenario", self.scenario, "the one with the least surplus; the first of equals");
    visit("need", self.need, "what the defaulters' own money leaves unpaid there");
    visit("available", self.available, "resources and fund shares of the others");
    visit("surplus", self.surplus, "available less need; negative: not covered");
    visit("defaulters", self.defaulters,
          "who defaults there, largest first; at most 100 are named");
  }
};

struct CoverOutput {
  std::vector<CoverResult> results;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("results", self.results, "for cover 1, cover 2 and cover all");
  }
};

[[nodiscard]] base::Result<CoverOutput> cover(const CoverInput& input);

}  // namespace cofferdam::stress
