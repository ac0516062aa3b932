// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/server.h"

#include "cofferdam/server/service.h"

#include <csignal>
#include <sys/resource.h>

namespace cofferdam::server {

namespace {

// For the journal, the indexes and the readers of the event stream. Without them the journal would
// stop for want of a descriptor, and connections would have taken it.
constexpr std::size_t kDescriptorsOfBooks = 512;

[[nodiscard]] Result<void> make_room_for(std::size_t connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  (void)::getrlimit(RLIMIT_NOFILE, &limit);
  if (connections + kDescriptorsOfBooks <= limit.rlim_cur) return {};
  return base::malformed("--connections-max", std::to_string(connections),
                         "must leave 512 of the " + std::to_string(limit.rlim_cur) +
                             " file descriptors that this process may open",
                         "raise the limit of open files, or lower --connections-max");
}

}  // namespace

Result<void> serve(std::unique_ptr<operation::Session> session, Options options,
                   const std::function<void(std::uint16_t)>& ready) {
  if (Result<void> room = make_room_for(options.http.limits.connections_max); !room) return room;
  session->confine_files(options.backup_folder);
  Service service(*session, options);
  if (Result<void> opened = service.open(); !opened) return opened;
  auto http = HttpServer::open(options.http, service);
  if (!http) return std::unexpected(http.error());
  service.attach(**http);
  (*http)->on_signal([&](int number) {
    operation::Json fields = operation::Json::object();
    fields.add("signal", number == SIGTERM ? "SIGTERM" : "SIGINT");
    log_line("info", "stopping", fields);
    if (options.on_stop) options.on_stop();
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
