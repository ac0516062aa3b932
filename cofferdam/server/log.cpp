// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/log.h"

#include "cofferdam/server/api_keys.h"

#include <unistd.h>

namespace cofferdam::server {

void log_line(std::string_view level, std::string_view event, const operation::Json& fields) {
  operation::Json line = operation::Json::object();
  line.add("time", base::format_time(system_time()));
  line.add("level", level);
  line.add("event", event);
  for (std::size_t i = 0; i < fields.names.size(); ++i) line.add(fields.names[i], fields.items[i]);
  const std::string text = operation::write_json(line) + "\n";
  // One write a line: lines of several threads do not mix. A log that cannot be written stops
  // nothing.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

void log_feed_trouble(const base::Error& error) {
  operation::Json fields = operation::Json::object();
  fields.add("problem", error.text());
  log_line("error", "feed", fields);
}

}  // namespace cofferdam::server
