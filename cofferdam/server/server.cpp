// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/server.h"

#include "cofferdam/server/service.h"

#include <csignal>

namespace cofferdam::server {

Result<void> serve(std::unique_ptr<operation::Session> session, Options options,
                   const std::function<void(std::uint16_t)>& ready) {
  Service service(*session, options);
  if (Result<void> opened = service.open(); !opened) return opened;
  auto http = HttpServer::open(options.http, service);
  if (!http) return std::unexpected(http.error());
  service.attach(**http);
  (*http)->on_signal([&](int number) {
    operation::Json fields = operation::Json::object();
    fields.add("signal", number == SIGTERM ? "SIGTERM" : "SIGINT");
    log_line("info", "stopping", fields);
    service.begin_stop();
    (*http)->stop();
  });
  operation::Json fields = operation::Json::object();
  fields.add("address", options.http.address);
  fields.add("port", operation::Json::number((*http)->port()));
  fields.add("tls", operation::Json::truth(options.http.has_tls()));
  fields.add("books", session->folder());
  fields.add("sequence", std::to_string(session->engine().sequence()));
  log_line("info", "serving", fields);
  ready((*http)->port());
  (*http)->run(options.grace_seconds);
  service.finish();
  Result<void> closed = session->close();
  operation::Json last = operation::Json::object();
  last.add("sequence", std::to_string(session->engine().sequence()));
  log_line("info", "stopped", last);
  http->reset();
  return closed;
}

}  // namespace cofferdam::server
