// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/mcr.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <string>

namespace cofferdam::insurance {
namespace {

using base::Amount;
using base::Rounding;
using base::u128;

constexpr u128 kBps = 10'000;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

}  // namespace

base::Result<McrOutput> mcr(const McrInput& in) {
  if (in.gearing_bps == 0) return base::malformed("gearing_bps", "0", "must be above 0");
  if (in.adjustment_bps > kBps)
    return base::malformed("adjustment_bps", std::to_string(in.adjustment_bps),
                           "at most 10,000: 100 %");
  if (in.elapsed.value() < 0 || in.least_between.value() < 0)
    return base::malformed("elapsed", "", "must not be negative");
  const auto seconds = static_cast<u128>(in.elapsed.value() / kNanoseconds);
  McrOutput out;
  out.change_bps = static_cast<std::uint32_t>(
      std::min<u128>(in.increment_bps_per_day * seconds / 86'400, in.adjustment_bps));
  const bool rises = in.desired > in.stored;
  const u128 part = rises ? kBps + out.change_bps : kBps - out.change_bps;
  const auto moved = base::try_mul_div<Rounding::down>(in.stored, part, kBps);
  if (!moved) return base::malformed("stored", "", "the requirement is beyond 128 bits");
  out.current = rises ? std::min(*moved, in.desired) : std::max(*moved, in.desired);
  if (seconds == 0) out.current = in.stored;
  out.stored = in.stored;
  out.desired = in.desired;
  out.updated = in.forced || in.elapsed >= in.least_between;
  if (out.updated) {
    const auto geared = base::try_mul_div<Rounding::down>(in.active_cover, kBps, in.gearing_bps);
    if (!geared) return base::malformed("active_cover", "", "the requirement is beyond 128 bits");
    out.stored = out.current;
    out.desired = *geared;
  }
  if (!out.current.is_zero()) {
    const auto ratio = base::try_mul_div<Rounding::down>(in.capital, kBps, out.current.units());
    if (!ratio || ratio->units() > static_cast<u128>(base::kI128Max) / (base::kRateOne / 10'000))
      return base::malformed("capital", "", "the ratio is beyond 128 bits");
    out.capital_ratio =
        base::Rate(static_cast<base::i128>(ratio->units()) * (base::kRateOne / 10'000));
  }
  return out;
}

}  // namespace cofferdam::insurance
