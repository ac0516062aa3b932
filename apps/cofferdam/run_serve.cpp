// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/server/server.h"

#include "run.h"

namespace cofferdam::cli {
namespace {

using base::Result;

// "127.0.0.1:8420", "[::1]:8420", or a port alone.
Result<void> read_listen(const std::string& text, server::HttpOptions& http) {
  const auto colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (colon != std::string::npos) http.address = text.substr(0, colon);
  if (http.address.starts_with('[') && http.address.ends_with(']'))
    http.address = http.address.substr(1, http.address.size() - 2);
  const Result<std::uint64_t> number = base::parse_u64(port, "--listen");
  if (!number) return std::unexpected(number.error());
  if (*number > 65535) return base::malformed("--listen", text, "a port is at most 65535");
  http.port = static_cast<std::uint16_t>(*number);
  return {};
}

}  // namespace

Result<int> run_serve(const Globals& globals, const ServeCall& call,
                      const operation::Registry& registry) {
  server::Options options{.version = std::string(kVersion)};
  if (Result<void> read = read_listen(call.listen, options.http); !read)
    return std::unexpected(read.error());
  if (call.tls_certificate.empty() != call.tls_key.empty())
    return base::malformed("--tls-key", call.tls_key,
                           "--tls-certificate and --tls-key go together");
  options.http.certificate_file = call.tls_certificate;
  options.http.key_file = call.tls_key;
  if (!call.tls_client_ca.empty() && call.tls_key.empty())
    return base::malformed("--tls-client-ca", call.tls_client_ca, "goes with --tls-certificate");
  options.http.client_ca_file = call.tls_client_ca;
  options.http.limits.body_bytes_max = call.body_bytes_max;
  options.http.limits.connections_max = call.connections_max;
  options.http.limits.connections_of_address_max = call.connections_of_address_max;
  options.http.limits.idle_seconds = call.idle_seconds;
  options.requests_per_second_of_address = call.requests_per_second_of_address;
  options.requests_per_second_of_key = call.requests_per_second_of_key;
  options.log_requests = call.log_requests == "none"  ? server::LogRequests::none
                         : call.log_requests == "all" ? server::LogRequests::all
                                                      : server::LogRequests::failed;
  if (call.alert_webhook.empty() != call.alert_webhook_secret_file.empty())
    return base::malformed("--alert-webhook-secret-file", call.alert_webhook_secret_file,
                           "--alert-webhook and --alert-webhook-secret-file go together");
  options.webhook = {.url = call.alert_webhook,
                     .secret_file = call.alert_webhook_secret_file,
                     .attempts_max = call.alert_webhook_attempts};
  options.public_pools = call.public_pools;
  options.public_seconds = call.public_seconds;
  auto session = open_books(globals, registry);
  if (!session) return std::unexpected(session.error());
  const std::string scheme = options.http.has_tls() ? "https://" : "http://";
  const bool is_six = options.http.address.find(':') != std::string::npos;
  const std::string host = is_six ? "[" + options.http.address + "]" : options.http.address;
  const Result<void> served =
      server::serve(std::move(*session), std::move(options), [&](std::uint16_t port) {
        // For people, and for programs that asked for any free port.
        std::printf("%s%s:%u\n", scheme.c_str(), host.c_str(), unsigned{port});
        std::fflush(stdout);
      });
  if (!served) return std::unexpected(served.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
