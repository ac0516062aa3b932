// SPDX-License-Identifier: Apache-2.0
//
// Counters in the text format of Prometheus. Labels are names of operations and statuses of HTTP,
// never ids of accounts.
#pragma once

#include "cofferdam/server/alert_messages.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/webhook.h"
#include "cofferdam/server/workers.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::server {

// What is asked of others when the page is made.
struct Gauges {
  HttpFigures http;
  CommitFigures commits;
  std::uint64_t jobs_waiting = 0;
  std::uint64_t subscribers = 0;
  base::Sequence sequence = 0;
  base::Sequence durable = 0;
  std::uint64_t malformed = 0;
  std::uint64_t unsealed = 0;
  double start_seconds = 0;
  AlertCounts alerts;
  std::optional<WebhookFigures> webhook;  // none: there is no webhook
};

// Of the network's thread.
class Metrics {
 public:
  void count(std::string_view operation, unsigned status, std::uint64_t micros);
  [[nodiscard]] std::string page(const Gauges& gauges) const;

 private:
  static constexpr std::array<std::uint64_t, 12> kBucketMicros{
      100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000};

  // Found by a view of the operation's name: nothing is allocated for a request.
  struct Earlier {
    using is_transparent = void;

    template <class A, class B>
    bool operator()(const std::pair<A, unsigned>& a, const std::pair<B, unsigned>& b) const {
      const int order = std::string_view(a.first).compare(std::string_view(b.first));
      return order < 0 || (order == 0 && a.second < b.second);
    }
  };

  std::map<std::pair<std::string, unsigned>, std::uint64_t, Earlier> requests_;
  std::array<std::uint64_t, kBucketMicros.size() + 1> buckets_{};
  std::uint64_t micros_ = 0;
};

}  // namespace cofferdam::server
