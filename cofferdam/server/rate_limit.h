// SPDX-License-Identifier: Apache-2.0
//
// How often somebody may come: a bucket of tokens for each, in a table of bounded size. One thread.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cofferdam::server {

struct Rate {
  std::uint64_t per_second = 0;  // 0: no limit
  std::uint64_t burst = 0;       // that may come at once
};

class RateLimit {
 public:
  // Who has not come for longest is forgotten beyond `senders_max`: a bucket that is forgotten is a
  // full one, so many senders loosen the limit of some and tighten nobody's.
  explicit RateLimit(Rate rate, std::size_t senders_max = std::size_t{1} << 16)
      : rate_(rate), senders_max_(senders_max) {}

  // 0: go on. Else the seconds after which it is worth trying again; nothing was taken then.
  [[nodiscard]] std::uint32_t take(const std::string& who, std::int64_t now_ns);
  // Whether take() would go on.
  [[nodiscard]] std::uint32_t wait(const std::string& who, std::int64_t now_ns);

  [[nodiscard]] std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    std::uint64_t tokens = 0;  // in billionths
    std::int64_t filled_ns = 0;
    std::list<std::string>::iterator place;  // in the order of the last visit
  };

  [[nodiscard]] Bucket& bucket_of(const std::string& who, std::int64_t now_ns);

  Rate rate_;
  std::size_t senders_max_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::list<std::string> visits_;  // the latest first
};

}  // namespace cofferdam::server
