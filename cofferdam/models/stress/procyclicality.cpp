// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/procyclicality.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::size_t kMovesMax = 1'000'000;
// A sum of moves beyond the margin by less than this part of it is the rounding of doubles.
constexpr double kRoundingPart = 1e-12;

Result<void> check(const ProcyclicalityInput& in) {
  const auto bad = [](std::string_view name, double value, std::string rule) {
    return malformed(std::string(name), base::number_text(value), std::move(rule));
  };
  if (!(in.confidence > 0.5 && in.confidence < 1))
    return bad("confidence", in.confidence, "must be above 0.5 and below 1");
  if (in.horizon < 1 || in.horizon > 1'000) return bad("horizon", in.horizon, "must be 1 to 1,000");
  if (in.look_back < 20 || in.look_back > 10'000)
    return bad("look_back", in.look_back, "must be 20 to 10,000");
  if (in.long_look_back < in.look_back || in.long_look_back > 50'000)
    return bad("long_look_back", in.long_look_back, "must be at least look_back, to 50,000");
  if (!(in.decay >= 0.5 && in.decay <= 0.9999))
    return bad("decay", in.decay, "must be 0.5 to 0.9999");
  if (!(in.buffer >= 0 && in.buffer <= 1)) return bad("buffer", in.buffer, "must be 0 to 1");
  if (!(in.stress_weight >= 0 && in.stress_weight <= 1))
    return bad("stress_weight", in.stress_weight, "must be 0 to 1");
  if (in.call_steps < 1 || in.call_steps > 10'000)
    return bad("call_steps", in.call_steps, "must be 1 to 10,000");
  const std::size_t least = std::size_t{in.look_back} + in.horizon + 1;
  if (in.moves.size() < least || in.moves.size() > kMovesMax)
    return malformed("moves", std::to_string(in.moves.size()),
                     "must be look_back + horizon + 1 moves at least, to 1,000,000");
  if (in.judged_from >= in.moves.size())
    return bad("judged_from", in.judged_from, "must be the index of a move");
  for (std::size_t t = 0; t < in.moves.size(); ++t)
    if (!(in.moves[t] > -1 && in.moves[t] <= 100))
      return bad("moves[" + std::to_string(t) + "]", in.moves[t], "must be above -1, to 100");
  return {};
}

// The last so many values in order: the quantile is one of them.
class SortedWindow {
 public:
  explicit SortedWindow(std::size_t size) : size_(size) {}

  void add(double value) {
    if (order_.size() == size_) {
      sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), order_.front()));
      order_.pop_front();
    }
    order_.push_back(value);
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), value), value);
  }

  [[nodiscard]] double quantile(double p) const {
    const double rank = std::ceil(p * static_cast<double>(sorted_.size()) - 1e-9);
    return sorted_[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
  }

 private:
  std::size_t size_;
  std::deque<double> order_;
  std::vector<double> sorted_;
};

// A sum that things are added to and taken from without end. What one addition rounds away is kept
// beside it (A. Neumaier 1974): after a large number has left, the small ones are still there.
class RunningSum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }

  [[nodiscard]] double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

// Margins of the five tools at each step from look_back on.
using Margins = std::array<std::vector<double>, 5>;

Margins margins_of(const ProcyclicalityInput& in) {
  Margins out;
  SortedWindow recent(in.look_back), past(in.long_look_back);
  std::deque<double> bases;  // of the last long_look_back steps
  RunningSum sum;
  double variance = 0, worst = 0;
  const double scale = std::sqrt(static_cast<double>(in.horizon));
  const double z = numerics::gaussian_quantile(1 - (1 - in.confidence) / 2);
  for (std::size_t t = 0; t < in.moves.size(); ++t) {
    if (t >= in.look_back) {
      const double base =
          scale * (in.estimate == MarginEstimate::historical ? recent.quantile(in.confidence)
                                                             : z * std::sqrt(variance));
      worst = std::max(worst, base);
      bases.push_back(base);
      sum.add(base);
      if (bases.size() > in.long_look_back) sum.add(-bases.front()), bases.pop_front();
      const double mean = sum.value() / static_cast<double>(bases.size());
      const double floored = std::max(base, scale * past.quantile(in.confidence));
      const double stressed =
          std::max(base, (1 - in.stress_weight) * base + in.stress_weight * worst);
      const double buffered = std::max(base, (1 + in.buffer) * std::min(base, mean));
      out[0].push_back(base);
      out[1].push_back(floored);
      out[2].push_back(stressed);
      out[3].push_back(buffered);
      out[4].push_back(std::max({floored, stressed, buffered}));
    }
    const double size = std::abs(in.moves[t]);
    recent.add(size);
    past.add(size);
    // The first look-back starts the average, so that it does not start from nothing.
    variance = t < in.look_back
                   ? (variance * static_cast<double>(t) + size * size) / static_cast<double>(t + 1)
                   : in.decay * variance + (1 - in.decay) * size * size;
  }
  return out;
}

// What came at each step from look_back on: the sum of its `horizon` moves, either way. Each sum by
// itself: a move that repeats an earlier one meets its margin exactly, and must not fall out of it
// by what a running sum has rounded.
std::vector<double> moves_after(const ProcyclicalityInput& in) {
  std::vector<double> out;
  for (std::size_t t = in.look_back; t + in.horizon <= in.moves.size(); ++t) {
    double sum = 0;
    for (std::size_t k = t; k < t + in.horizon; ++k) sum += in.moves[k];
    out.push_back(std::abs(sum));
  }
  return out;
}

double part_held(std::uint64_t steps, std::uint64_t exceeded) {
  return steps == 0 ? 0 : 1 - static_cast<double>(exceeded) / static_cast<double>(steps);
}

}  // namespace

Result<ProcyclicalityOutput> procyclicality(const ProcyclicalityInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  constexpr std::array<std::string_view, 5> kTools{"none", "floor", "stressed", "buffer", "all"};
  const Margins margins = margins_of(in);
  const std::size_t from = in.judged_from == 0 ? in.moves.size() / 2 : in.judged_from;
  const std::vector<double> after = moves_after(in);
  ProcyclicalityOutput out{.tools = {}};
  for (std::size_t k = 0; k < kTools.size(); ++k) {
    const std::vector<double>& margin = margins[k];
    MarginTool tool{.tool = std::string(kTools[k]), .peak = margin[0], .trough = margin[0]};
    for (std::size_t i = 0; i < margin.size(); ++i) {
      tool.mean += margin[i] / static_cast<double>(margin.size());
      tool.peak = std::max(tool.peak, margin[i]);
      tool.trough = std::min(tool.trough, margin[i]);
      if (i >= in.call_steps)
        tool.call_max = std::max(tool.call_max, margin[i] - margin[i - in.call_steps]);
      const std::size_t t = i + in.look_back;
      if (t + in.horizon > in.moves.size()) continue;
      const bool exceeded = after[i] > margin[i] * (1 + kRoundingPart);
      (t < from ? tool.earlier : tool.later) += 1;
      if (exceeded) (t < from ? tool.earlier_exceeded : tool.later_exceeded) += 1;
    }
    tool.peak_to_trough = tool.trough > 0 ? tool.peak / tool.trough : 0;
    tool.earlier_coverage = part_held(tool.earlier, tool.earlier_exceeded);
    tool.later_coverage = part_held(tool.later, tool.later_exceeded);
    out.tools.push_back(std::move(tool));
  }
  return out;
}

}  // namespace cofferdam::stress
