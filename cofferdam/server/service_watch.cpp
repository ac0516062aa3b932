// SPDX-License-Identifier: Apache-2.0
//
// What the service says of itself and to everybody: metrics, alerts, the public page.
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

}  // namespace cofferdam::server
