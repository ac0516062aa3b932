// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/metrics.h"

#include <fmt/core.h>

#include <cstdio>
#include <unistd.h>

namespace cofferdam::server {
namespace {

std::uint64_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long long all = 0;
  unsigned long long resident = 0;
  const int read = std::fscanf(file, "%llu %llu", &all, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<unsigned long long>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::string head(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

template <class Value>
std::string one(std::string_view name, std::string_view type, std::string_view help, Value value) {
  return head(name, type, help) + fmt::format("{} {}\n", name, value);
}

std::string alerts_page(const AlertCounts& counts) {
  const std::string_view name = "cofferdam_alerts";
  std::string out = head(name, "gauge", "Alerts that are raised, by severity and state.");
  const auto& severities = base::EnumText<alert::Severity>::kNames;
  for (std::size_t i = 0; i < severities.size(); ++i) {
    out += fmt::format("{}{{severity=\"{}\",state=\"raised\"}} {}\n", name, severities[i],
                       counts.raised[i]);
    out += fmt::format("{}{{severity=\"{}\",state=\"acknowledged\"}} {}\n", name, severities[i],
                       counts.acknowledged[i]);
  }
  return out;
}

std::string webhook_page(const WebhookFigures& figures) {
  return one("cofferdam_webhook_delivered_total", "counter", "Messages that the receiver took.",
             figures.delivered) +
         one("cofferdam_webhook_failed_attempts_total", "counter", "Attempts that failed.",
             figures.failed_attempts) +
         one("cofferdam_webhook_given_up_total", "counter",
             "Messages given up after the last attempt.", figures.given_up) +
         one("cofferdam_webhook_dropped_total", "counter",
             "Messages dropped because too many waited.", figures.dropped) +
         one("cofferdam_webhook_waiting", "gauge", "Messages that wait.", figures.waiting);
}

}  // namespace

void Metrics::count(std::string_view operation, unsigned status, std::uint64_t micros) {
  const auto found = requests_.find(std::pair(operation, status));
  if (found != requests_.end())
    ++found->second;
  else
    requests_.emplace(std::pair(std::string(operation), status), 1);
  micros_ += micros;
  std::size_t bucket = 0;
  while (bucket < kBucketMicros.size() && micros > kBucketMicros[bucket]) ++bucket;
  ++buckets_[bucket];
}

std::string Metrics::page(const Gauges& g) const {
  std::string out =
      head("cofferdam_http_requests_total", "counter", "Requests by operation and HTTP status.");
  for (const auto& [key, count] : requests_)
    out += fmt::format("cofferdam_http_requests_total{{operation=\"{}\",code=\"{}\"}} {}\n",
                       key.first, key.second, count);
  const std::string_view duration = "cofferdam_http_request_duration_seconds";
  out += head(duration, "histogram", "From the header that was read to the answer.");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBucketMicros.size(); ++i) {
    sum += buckets_[i];
    out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", duration,
                       static_cast<double>(kBucketMicros[i]) / 1e6, sum);
  }
  sum += buckets_.back();
  out += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", duration, sum,
                     static_cast<double>(micros_) / 1e6);
  out +=
      one("cofferdam_http_connections", "gauge", "Connections that are open.", g.http.connections);
  out += one("cofferdam_http_connections_accepted_total", "counter", "Connections taken.",
             g.http.accepted);
  out += one("cofferdam_http_connections_refused_total", "counter",
             "Connections turned away because too many were open.", g.http.turned_away);
  out +=
      one("cofferdam_jobs_waiting", "gauge", "Requests that wait for the books.", g.jobs_waiting);
  out +=
      one("cofferdam_event_subscribers", "gauge", "Readers of the feed of events.", g.subscribers);
  out += one("cofferdam_commit_groups_total", "counter", "Writes that made records durable.",
             g.commits.groups);
  out += one("cofferdam_commit_seconds_total", "counter", "Time spent in those writes.",
             g.commits.seconds);
  out += one("cofferdam_journal_sequence", "gauge", "The last record.", g.sequence);
  out += one("cofferdam_journal_durable_sequence", "gauge", "The last record that is durable.",
             g.durable);
  out += one("cofferdam_commands_malformed_total", "counter",
             "Commands refused by their shape alone.", g.malformed);
  out += one("cofferdam_commands_unsealed_total", "counter",
             "Commands refused over their signature, of which there is no record.", g.unsealed);
  out += alerts_page(g.alerts);
  if (g.webhook) out += webhook_page(*g.webhook);
  out += one("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
  out +=
      one("process_start_time_seconds", "gauge", "Start, in seconds since 1970.", g.start_seconds);
  return out;
}

}  // namespace cofferdam::server
