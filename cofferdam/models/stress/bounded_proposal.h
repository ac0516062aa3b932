// SPDX-License-Identifier: Apache-2.0
//
// From a result to a proposal: what a parameter should be, and how far towards it one step may go.
// A step raises by at most `raise_max` of the value and lowers by at most `lower_max`; floor and
// cap bound the value itself. So a model that asks for more and more, or for less in quiet times,
// moves the parameter by known steps, each of which others approve.
//
// The answer carries the proposal as text that proposal.create takes: the command with the new
// value in place of the old one, and the reason with the figures that it rests on. Values are whole
// numbers, as parameters in the books are (millionths, units); they are rounded towards safety: up
// where a raise is safer, else down.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

enum class SafeSide : std::uint8_t { up, down };
enum class ProposalBound : std::uint8_t { none, raise_max, lower_max, floor, cap, unchanged };

struct ProposalField {
  std::string name;
  std::string value;
  bool is_number = false;

  static constexpr std::array<std::string_view, 2> kRequired{"name", "value"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "of a field of the command");
    visit("value", self.value, "as text");
    visit("is_number", self.is_number, "written without quotes");
  }
};

struct BoundedProposalInput {
  std::string operation;
  std::vector<ProposalField> content;
  std::string parameter;
  std::uint64_t current = 0;
  double wanted = 0;
  SafeSide safe_side = SafeSide::up;
  double raise_max = 0.25;
  double lower_max = 0.05;
  std::uint64_t floor = 0;
  std::uint64_t cap = 1'000'000'000'000;
  std::string measure;
  double found = 0;
  double target = 0;

  static constexpr std::array<std::string_view, 4> kRequired{"operation", "parameter", "current",
                                                             "wanted"};
  static constexpr std::string_view kDoc =
      "A result as a proposal within bounds: before, after, how many steps remain, and the text "
      "for "
      "proposal.create.";
  static constexpr std::string_view kSource =
      "bounds per step against procyclicality: Regulation (EU) 153/2013, article 28";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "name of the command that sets the parameter");
    visit("content", self.content, "its other fields, at most 64");
    visit("parameter", self.parameter, "name of the field that is to change");
    visit("current", self.current, "its value now");
    visit("wanted", self.wanted, "what the result asks for");
    visit("safe_side", self.safe_side, "towards which a fraction is rounded");
    visit("raise_max", self.raise_max, "most of one step up, as part of the current value");
    visit("lower_max", self.lower_max, "most of one step down, 0 to 1");
    visit("floor", self.floor, "least value");
    visit("cap", self.cap, "greatest value");
    visit("measure", self.measure, "what was found wanting, for the reason; may be empty");
    visit("found", self.found, "of the measure");
    visit("target", self.target, "of the measure");
  }
};

struct BoundedProposalOutput {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  double change = 0;
  ProposalBound bound = ProposalBound::none;
  std::uint64_t steps_left = 0;
  std::string reason;
  std::string proposal;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("before", self.before, "the current value");
    visit("after", self.after, "the proposed one");
    visit("change", self.change, "after / before - 1; 0 from zero");
    visit("bound", self.bound, "what kept it from what was wanted");
    visit("steps_left", self.steps_left,
          "further steps of this size until floor, cap or what is wanted; at most 1,000");
    visit("reason", self.reason, "for those who approve");
    visit("proposal", self.proposal,
          "JSON for proposal.create; empty when nothing is to be changed");
  }
};

[[nodiscard]] base::Result<BoundedProposalOutput> bounded_proposal(
    const BoundedProposalInput& input);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::SafeSide> {
  static constexpr std::array<std::string_view, 2> kNames{"up", "down"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::stress::ProposalBound> {
  static constexpr std::array<std::string_view, 6> kNames{"none",  "raise_max", "lower_max",
                                                          "floor", "cap",       "unchanged"};
};
