// SPDX-License-Identifier: Apache-2.0
//
// Whether sharing a risk over more members makes it smaller, and how much of it one member, peril
// or group may be. Four cases, by the tail index a of one loss and the part rho of its variance
// that is common to all:
//
//   finite variance (a > 2, or a limit on each event), rho = 0   dispersion a member falls as
//   N^-1/2 finite variance, rho > 0                   sqrt(rho + (1 - rho) / N): it stops at
//   sqrt(rho) 1 < a <= 2, no limit                       N^(1/a - 1): it falls, but slower a <= 1,
//   no limit                           N^(1/a - 1): it does not fall, and below 1 it grows
//
// (the generalised central limit theorem; Ibragimov, Jaffee and Walden, "Nondiversification traps",
// 2009). Where the mean is infinite no premium is enough and only a limit on each event helps: the
// expected payment under a limit L of a Pareto loss with least x and index a is
//
//   x + x (ln L - ln x) for a = 1,  else x + x^a (L^(1-a) - x^(1-a)) / (1 - a)
//
// The tail index is given, or Hill's estimator of the largest k losses.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/stress/stress.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

enum class DispersionCase : std::uint8_t {
  falls_as_root_n,
  stops_at_common_factor,
  falls_slower,
  does_not_fall
};

enum class ConcentrationKind : std::uint8_t { member, peril, group };

struct ConcentrationExposure {
  std::string member;
  std::string peril;
  std::string group;
  double amount = 0;

  static constexpr std::array<std::string_view, 2> kRequired{"member", "amount"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("member", self.member, "who is exposed");
    visit("peril", self.peril, "to what; may be empty");
    visit("group", self.group, "correlated with whom; may be empty");
    visit("amount", self.amount, "what may be owed");
  }
};

struct ConcentrationInput {
  std::vector<ConcentrationExposure> exposures;
  double member_limit = 1;
  double peril_limit = 1;
  double group_limit = 1;
  std::optional<double> tail_index;
  std::vector<double> losses;
  std::uint32_t largest = 0;
  double common_share = 0;
  std::optional<double> event_limit;
  std::optional<double> budget;
  double least_loss = 1;
  std::vector<double> sizes;

  static constexpr std::string_view kDoc =
      "Whether a larger pool disperses less, and limits on members, perils and groups.";
  static constexpr std::string_view kSource =
      "Ibragimov, Jaffee and Walden, Nondiversification traps in catastrophe insurance markets, "
      "2009; "
      "Hill 1975; Herfindahl's index";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("exposures", self.exposures, "at most 100,000; none: no limits are judged");
    visit("member_limit", self.member_limit, "largest share of one member, above 0, at most 1");
    visit("peril_limit", self.peril_limit, "of one peril");
    visit("group_limit", self.group_limit, "of one group");
    visit("tail_index", self.tail_index, "a of P(X > x) ~ x^-a; null: of the losses");
    visit("losses", self.losses, "above 0, at most 1,000,000, for Hill's estimator");
    visit("largest", self.largest, "how many of them it takes; 0: a tenth");
    visit("common_share", self.common_share, "part of the variance common to all, 0 to 1");
    visit("event_limit", self.event_limit, "most that is paid for one event; null: none");
    visit("budget", self.budget,
          "expected payment for one event that can be borne; null: not asked");
    visit("least_loss", self.least_loss, "of the Pareto tail, above 0");
    visit("sizes", self.sizes, "numbers of members; none: 1, 10, 100, 1,000, 10,000");
  }
};

struct ConcentrationShare {
  ConcentrationKind kind = ConcentrationKind::member;
  std::string name;
  double amount = 0;
  double share = 0;
  double limit = 0;
  double excess = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "member, peril or group");
    visit("name", self.name, "of it");
    visit("amount", self.amount, "its exposures");
    visit("share", self.share, "of all exposures");
    visit("limit", self.limit, "of its kind");
    visit("excess", self.excess, "amount above the limit");
  }
};

struct ConcentrationIndex {
  ConcentrationKind kind = ConcentrationKind::member;
  double herfindahl = 0;
  double effective_number = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "member, peril or group");
    visit("herfindahl", self.herfindahl, "sum of squared shares");
    visit("effective_number", self.effective_number, "one over it");
  }
};

struct DispersionRow {
  double members = 0;
  double dispersion = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("members", self.members, "of the pool");
    visit("dispersion", self.dispersion, "of one member's part, against being alone");
  }
};

struct ConcentrationOutput {
  std::optional<double> tail_index;
  std::optional<double> tail_index_error;
  std::optional<DispersionCase> dispersion;
  bool has_mean = true;
  bool needs_limit = false;
  std::optional<double> expected_limited;
  std::optional<double> limit_for_budget;
  std::vector<DispersionRow> rows;
  std::vector<ConcentrationIndex> indexes;
  std::vector<ConcentrationShare> breaches;
  std::vector<ConcentrationShare> largest;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("tail_index", self.tail_index, "that was used; null: not known, no case is named");
    visit("tail_index_error", self.tail_index_error, "a / sqrt(k) of Hill's estimator");
    visit("dispersion", self.dispersion, "which case holds");
    visit("has_mean", self.has_mean, "false: the mean of an unlimited loss is infinite");
    visit("needs_limit", self.needs_limit, "no premium is enough without a limit on each event");
    visit("expected_limited", self.expected_limited, "payment for one event under the event limit");
    visit(
        "limit_for_budget", self.limit_for_budget,
        "event limit whose expected payment is the budget; null: not asked, or any limit will do");
    visit("rows", self.rows, "one for each size");
    visit("indexes", self.indexes, "of members, perils and groups");
    visit("breaches", self.breaches, "shares above their limit, largest excess first");
    visit("largest", self.largest, "the largest ten of each kind");
  }
};

[[nodiscard]] base::Result<ConcentrationOutput> concentration(const ConcentrationInput& input);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::DispersionCase> {
  static constexpr std::array<std::string_view, 4> kNames{
      "falls_as_root_n", "stops_at_common_factor", "falls_slower", "does_not_fall"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::stress::ConcentrationKind> {
  static constexpr std::array<std::string_view, 3> kNames{"member", "peril", "group"};
};
