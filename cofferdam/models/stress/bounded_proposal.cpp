// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/bounded_proposal.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::size_t kContentMax = 64;
constexpr std::size_t kTextMax = 1'024;
constexpr std::uint64_t kValueMax = 1'000'000'000'000'000;  // exact as a double
constexpr std::uint64_t kStepsMax = 1'000;

bool is_plain(const std::string& text) {
  return text.size() <= kTextMax && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20;
         });
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.") == std::string::npos;
}

bool is_json_number(const std::string& text) {
  const bool is_digits = text.find_first_not_of("0123456789") == std::string::npos;
  return text == "true" || text == "false" ||
         (!text.empty() && is_digits && (text == "0" || text[0] != '0') && text.size() <= 20);
}

Result<void> check(const BoundedProposalInput& in) {
  if (!is_name(in.operation) || in.operation.find('.') == std::string::npos)
    return malformed("operation", in.operation, "must be the name of a command, noun.verb");
  if (!is_name(in.parameter)) return malformed("parameter", in.parameter, "must name a field");
  if (in.content.size() > kContentMax)
    return malformed("content", std::to_string(in.content.size()), "at most 64 fields");
  std::set<std::string> names{in.parameter};
  for (const ProposalField& field : in.content) {
    if (!is_name(field.name) || !names.insert(field.name).second)
      return malformed("content.name", field.name, "must name each field once");
    if (!is_plain(field.value))
      return malformed("content.value", field.value, "at most 1,024 bytes of text");
    if (field.is_number && !is_json_number(field.value))
      return malformed("content.value", field.value, "must be a whole number, true or false");
  }
  if (in.current > kValueMax || in.cap > kValueMax)
    return malformed("current", std::to_string(std::max(in.current, in.cap)),
                     "values are at most 1,000,000,000,000,000");
  if (in.floor > in.cap)
    return malformed("floor", std::to_string(in.floor), "must be at most the cap");
  if (in.current < in.floor || in.current > in.cap)
    return malformed("current", std::to_string(in.current), "must be within floor and cap");
  if (!(in.wanted >= 0 && in.wanted <= 1e18))
    return malformed("wanted", base::number_text(in.wanted), "must be a number, not negative");
  if (!(in.raise_max >= 0 && in.raise_max <= 100))
    return malformed("raise_max", base::number_text(in.raise_max), "must be 0 to 100");
  if (!(in.lower_max >= 0 && in.lower_max <= 1))
    return malformed("lower_max", base::number_text(in.lower_max), "must be 0 to 1");
  if (!is_plain(in.measure) || in.measure.size() > 200)
    return malformed("measure", in.measure, "at most 200 bytes of text");
  if (!std::isfinite(in.found) || !std::isfinite(in.target))
    return malformed("found", base::number_text(in.found), "found and target must be finite");
  return {};
}

std::uint64_t whole(double value, SafeSide side) {
  const double bounded = std::min(value, static_cast<double>(kValueMax));
  return static_cast<std::uint64_t>(side == SafeSide::up ? std::ceil(bounded)
                                                         : std::floor(bounded));
}

struct Step {
  std::uint64_t value = 0;
  ProposalBound bound = ProposalBound::none;
};

// A step never goes beyond its bound by rounding: a raise is cut down, a lowering up.
Step step_from(const BoundedProposalInput& in, std::uint64_t from) {
  std::uint64_t to = whole(in.wanted, in.safe_side);
  ProposalBound bound = ProposalBound::none;
  const auto value = static_cast<double>(from);
  const auto highest = static_cast<std::uint64_t>(std::floor(value * (1 + in.raise_max)));
  const auto lowest = static_cast<std::uint64_t>(std::ceil(value * (1 - in.lower_max)));
  if (to > in.cap) to = in.cap, bound = ProposalBound::cap;
  if (to < in.floor) to = in.floor, bound = ProposalBound::floor;
  if (to > highest) to = std::max(highest, from), bound = ProposalBound::raise_max;
  if (to < lowest) to = std::min(lowest, from), bound = ProposalBound::lower_max;
  return {to, bound};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string figure(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

std::string reason_of(const BoundedProposalInput& in, const BoundedProposalOutput& out) {
  std::string text;
  if (!in.measure.empty())
    text = in.measure + " is " + figure(in.found) + ", aimed at " + figure(in.target) + ": ";
  text += in.parameter + " from " + std::to_string(out.before) + " to " +
          std::to_string(out.after) + ", " + figure(in.wanted) + " wanted";
  if (out.bound == ProposalBound::none) return text;
  return text + ", bound by " +
         std::string(base::EnumText<ProposalBound>::kNames[static_cast<std::size_t>(out.bound)]);
}

}  // namespace

Result<BoundedProposalOutput> bounded_proposal(const BoundedProposalInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  const Step step = step_from(in, in.current);
  BoundedProposalOutput out{
      .before = in.current, .after = step.value, .bound = step.bound, .reason = {}, .proposal = {}};
  if (out.before != 0)
    out.change = static_cast<double>(out.after) / static_cast<double>(out.before) - 1;
  if (out.after == out.before) {
    if (out.bound == ProposalBound::none) out.bound = ProposalBound::unchanged;
    out.reason = reason_of(in, out);
    return out;
  }
  for (std::uint64_t at = out.after; out.steps_left < kStepsMax; ++out.steps_left) {
    const std::uint64_t next = step_from(in, at).value;
    if (next == at) break;
    at = next;
  }
  out.reason = reason_of(in, out);
  std::string content;
  for (const ProposalField& field : in.content)
    content +=
        quoted(field.name) + ":" + (field.is_number ? field.value : quoted(field.value)) + ",";
  content += quoted(in.parameter) + ":" + std::to_string(out.after);
  out.proposal = "{\"operation\":" + quoted(in.operation) + ",\"content\":{" + content +
                 "},\"reason\":" + quoted(out.reason) + "}";
  return out;
}

}  // namespace cofferdam::stress
