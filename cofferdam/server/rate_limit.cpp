// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/rate_limit.h"

#include <algorithm>

namespace cofferdam::server {
namespace {

constexpr std::uint64_t kToken = 1'000'000'000;
// An idle bucket is full after this; longer times are cut so that no product runs over.
constexpr std::int64_t kIdleMaxNs = std::int64_t{3'600} * 1'000'000'000;

}  // namespace

RateLimit::Bucket& RateLimit::bucket_of(const std::string& who, std::int64_t now_ns) {
  const auto [found, is_new] = buckets_.try_emplace(who);
  Bucket& bucket = found->second;
  if (is_new) {
    visits_.push_front(who);
    bucket = {.tokens = rate_.burst * kToken, .filled_ns = now_ns, .place = visits_.begin()};
    if (buckets_.size() > senders_max_) {
      buckets_.erase(visits_.back());
      visits_.pop_back();
    }
    return bucket;
  }
  visits_.splice(visits_.begin(), visits_, bucket.place);
  // A nanosecond brings per_second billionths of a token. A clock that goes back brings none.
  const auto passed = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(now_ns - bucket.filled_ns, 0, kIdleMaxNs));
  const std::uint64_t full = rate_.burst * kToken;
  const std::uint64_t room = full - bucket.tokens;
  bucket.tokens =
      passed >= room / rate_.per_second + 1 ? full : bucket.tokens + passed * rate_.per_second;
  bucket.tokens = std::min(bucket.tokens, full);
  bucket.filled_ns = now_ns;
  return bucket;
}

std::uint32_t RateLimit::wait(const std::string& who, std::int64_t now_ns) {
  if (rate_.per_second == 0) return 0;
  const Bucket& bucket = bucket_of(who, now_ns);
  if (bucket.tokens >= kToken) return 0;
  const std::uint64_t nanoseconds = (kToken - bucket.tokens) / rate_.per_second;
  return static_cast<std::uint32_t>(nanoseconds / 1'000'000'000 + 1);
}

std::uint32_t RateLimit::take(const std::string& who, std::int64_t now_ns) {
  if (const std::uint32_t seconds = wait(who, now_ns); seconds != 0) return seconds;
  if (rate_.per_second != 0) buckets_.find(who)->second.tokens -= kToken;
  return 0;
}

}  // namespace cofferdam::server
