// SPDX-License-Identifier: Apache-2.0
//
// What the service says of itself and to everybody: metrics, alerts, the public page, the feed.
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/books/principal/principal.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/service.h"

namespace cofferdam::server {

Result<void> Service::open() {
  if (Result<void> loaded = keys_.load(); !loaded) return loaded;
  if (!options_.public_pools.empty()) {
    auto pages = PublicPages::open(session_, options_.public_pools, options_.public_seconds);
    if (!pages) return std::unexpected(pages.error());
    public_ = std::move(*pages);
  }
  auto alerts = AlertDelivery::open(session_, options_.webhook);
  if (!alerts) return std::unexpected(alerts.error());
  alerts_ = std::move(*alerts);
  return {};
}

bool Service::is_public_path(std::string_view path) const {
  return public_ != nullptr && PublicPages::is_path(path);
}

void Service::give_metrics(std::shared_ptr<HttpExchange> exchange, std::string caller) {
  const bool taken = books_->offer([this, exchange, caller = std::move(caller)] {
    if (auto forbidden = forbid(caller, principal::kAllRoles))
      return exchange->answer(std::move(*forbidden));
    engine::Engine& engine = session_.engine();
    const Gauges gauges{.http = http_->figures(),
                        .commits = committer_->figures(),
                        .jobs_waiting = books_->waiting(),
                        .subscribers = feed_.size(),
                        .sequence = engine.sequence(),
                        .durable = engine.journal().durable(),
                        .malformed = engine.figures().malformed,
                        .unsealed = engine.figures().unsealed,
                        .start_seconds = start_seconds_,
                        .alerts = count_alerts(engine.state()),
                        .webhook = alerts_->webhook_figures()};
    http_->post([this, exchange, gauges] {
      exchange->answer({.content_type = "text/plain; version=0.0.4; charset=utf-8",
                        .body = metrics_.page(gauges)});
    });
  });
  if (!taken) exchange->answer(overloaded());
}

void Service::follow(std::shared_ptr<HttpExchange> exchange, const HttpRequest& request) {
  if (is_stopping_) return exchange->answer(overloaded());
  Result<Pairs> pairs = parse_query_string(request.query);
  if (!pairs) return exchange->answer(syntax_response(pairs.error()));
  std::optional<base::Sequence> after;
  for (const auto& [name, value] : *pairs) {
    const Result<std::uint64_t> number = base::parse_u64(value, name);
    if (name != "after" || !number)
      return exchange->answer(syntax_response(
          base::malformed(name, value, "'after' is the only parameter, a sequence").error()));
    after = *number;
  }
  if (!request.last_event_id.empty()) {
    const Result<std::uint64_t> number = base::parse_u64(request.last_event_id, "Last-Event-ID");
    if (!number) return exchange->answer(syntax_response(number.error()));
    after = *number;
  }
  books_->add([this, exchange = std::move(exchange), after, who = request.caller,
               key = request.caller_key] {
    if (auto forbidden = forbid(who, principal::kAllRoles))
      return exchange->answer(std::move(*forbidden));
    const Result<base::Sequence> from = feed_start(after);
    if (!from) return exchange->answer(error_response(from.error()));
    if (feed_.size() >= kSubscribersMax) return exchange->answer(overloaded());
    if (feed_.size_of_principal(who) >= kSubscriptionsOfPrincipalMax)
      return exchange->answer(too_many_subscriptions());
    exchange->begin({.content_type = "text/event-stream"});
    exchange->part(": from " + std::to_string(*from + 1) + "\n\n");
    const bool added = feed_.add({.exchange = exchange,
                                  .who = who,
                                  .after = *from,
                                  .may_stay = [this, who, key] { return may_follow(who, key); },
                                  .form =
                                      [](const FeedEvent& event) {
                                        return "id: " + std::to_string(event.sequence) +
                                               "\nevent: " + std::string(event.kind) +
                                               "\ndata: " + event.json + "\n\n";
                                      },
                                  .ended =
                                      [exchange](const Error* trouble) {
                                        if (trouble != nullptr) log_feed_trouble(*trouble);
                                        exchange->end();
                                      },
                                  .beat = ": still here\n\n"});
    COFFERDAM_CHECK(added, "there was room for the subscriber");
    queue_pump();
  });
}

bool Service::may_follow(const std::string& who, const std::string& key) const {
  return is_key_good(key) && !forbid(who, principal::kAllRoles);
}

Result<base::Sequence> Service::feed_start(std::optional<base::Sequence> after) const {
  journal::Journal& journal = session_.engine().journal();
  const base::Sequence from = after.value_or(journal.durable());
  if (from > session_.engine().sequence() || from + 1 < journal.first_sequence())
    return base::malformed("after", std::to_string(from), "must be a record of this journal");
  return from;
}

}  // namespace cofferdam::server
