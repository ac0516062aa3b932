// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/settings.h"

#include "cofferdam/base/parse_integer.h"

#include <algorithm>
#include <array>

namespace cofferdam::server {
namespace {

constexpr std::array<std::string_view, 3> kLogNames{"none", "failed", "all"};
constexpr std::uint64_t kDaySeconds = 86'400;

const std::array<Setting, 19> kSettings{
    Setting{.key = "listen",
            .option = "--listen",
            .placeholder = "ADDRESS:PORT",
            .doc = "Where connections are taken; port 0 for any that is free; an address that "
                   "other machines can reach needs TLS.",
            .member = &Settings::listen},
    Setting{.key = "tls.certificate",
            .option = "--tls-certificate",
            .placeholder = "FILE",
            .doc = "Chain of certificates, PEM; TLS 1.2 and 1.3.",
            .member = &Settings::tls_certificate,
            .is_path = true},
    Setting{.key = "tls.key",
            .option = "--tls-key",
            .placeholder = "FILE",
            .doc = "Private key of the first certificate, PEM.",
            .member = &Settings::tls_key,
            .is_path = true},
    Setting{.key = "tls.client_ca",
            .option = "--tls-client-ca",
            .placeholder = "FILE",
            .doc = "A client must show a certificate that one of these authorities has signed, in "
                   "addition to its API key; PEM.",
            .member = &Settings::tls_client_ca,
            .is_path = true},
    Setting{.key = "log.requests",
            .option = "--log-requests",
            .placeholder = "WHICH",
            .doc = "Which requests have a line in the log.",
            .member = &Settings::log_requests,
            .names = kLogNames},
    Setting{.key = "limits.body_bytes_max",
            .option = "--body-bytes-max",
            .placeholder = "BYTES",
            .doc = "Bytes of one request; a batch is read in parts and is not bound by it.",
            .member = &Settings::body_bytes_max,
            .least = 1024,
            .most = std::uint64_t{1} << 30},
    Setting{.key = "limits.connections_max",
            .option = "--connections-max",
            .placeholder = "NUMBER",
            .doc = "Connections that are open at once; more are closed.",
            .member = &Settings::connections_max,
            .least = 1,
            .most = 1'000'000},
    Setting{.key = "limits.connections_of_address_max",
            .option = "--connections-of-address-max",
            .placeholder = "NUMBER",
            .doc = "Connections that one IPv4 address, or one /64 of IPv6, has open at once; more "
                   "are closed.",
            .member = &Settings::connections_of_address_max,
            .least = 1,
            .most = 1'000'000},
    Setting{.key = "limits.requests_per_second_of_address",
            .option = "--requests-per-second-of-address",
            .placeholder = "NUMBER",
            .doc = "Requests of one IPv4 address, or one /64 of IPv6; more are answered 429; 0 for "
                   "no limit.",
            .member = &Settings::requests_per_second_of_address,
            .least = 0,
            .most = 1'000'000'000},
    Setting{.key = "limits.requests_per_second_of_key",
            .option = "--requests-per-second-of-key",
            .placeholder = "NUMBER",
            .doc = "Requests with one API key; more are answered 429; 0 for no limit.",
            .member = &Settings::requests_per_second_of_key,
            .least = 0,
            .most = 1'000'000'000},
    Setting{.key = "limits.idle_seconds",
            .option = "--idle-seconds",
            .placeholder = "SECONDS",
            .doc = "Until a connection without a request, or with half a header, is closed.",
            .member = &Settings::idle_seconds,
            .least = 1,
            .most = kDaySeconds},
    Setting{.key = "limits.requests_waiting_max",
            .option = "--requests-waiting-max",
            .placeholder = "NUMBER",
            .doc = "Requests that wait for the books; more are answered 503.",
            .member = &Settings::requests_waiting_max,
            .least = 1,
            .most = 1'000'000},
    Setting{.key = "limits.stop_seconds",
            .option = "--stop-seconds",
            .placeholder = "SECONDS",
            .doc = "What a stop gives the requests that are under way.",
            .member = &Settings::stop_seconds,
            .least = 0,
            .most = 3600},
    Setting{.key = "backup.folder",
            .option = "--backup-folder",
            .placeholder = "DIR",
            .doc = "Folder in which backups are written that are asked for over the network, each "
                   "under a name of its own; without it they are refused.",
            .member = &Settings::backup_folder,
            .is_path = true},
    Setting{.key = "alerts.webhook",
            .option = "--alert-webhook",
            .placeholder = "URL",
            .doc = "Where alerts are sent, signed: https, or http to this machine.",
            .member = &Settings::alert_webhook},
    Setting{.key = "alerts.webhook_secret_file",
            .option = "--alert-webhook-secret-file",
            .placeholder = "FILE",
            .doc = "What they are signed with: at least 16 bytes, in a file closed to others.",
            .member = &Settings::alert_webhook_secret_file,
            .is_path = true},
    Setting{.key = "alerts.webhook_attempts",
            .option = "--alert-webhook-attempts",
            .placeholder = "NUMBER",
            .doc = "Attempts before a message is given up.",
            .member = &Settings::alert_webhook_attempts,
            .least = 1,
            .most = 100},
    Setting{.key = "public.pools",
            .option = "--public",
            .placeholder = "POOLS",
            .doc = "Pools that /public shows to everybody, without a key; commas between their "
                   "codes.",
            .member = &Settings::public_pools},
    Setting{.key = "public.seconds",
            .option = "--public-seconds",
            .placeholder = "SECONDS",
            .doc = "Least time between two versions of that page.",
            .member = &Settings::public_seconds,
            .least = 1,
            .most = kDaySeconds}};

std::string section_of(std::string_view key) {
  const auto dot = key.find('.');
  return std::string(dot == std::string_view::npos ? "" : key.substr(0, dot));
}

std::string name_of(std::string_view key) {
  const auto dot = key.find('.');
  return std::string(dot == std::string_view::npos ? key : key.substr(dot + 1));
}

// A TOML basic string.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\u0000";
    else
      out += c;
  }
  return out + '"';
}

std::string value_text(const Settings& settings, const Setting& setting) {
  if (const auto* text = std::get_if<std::string Settings::*>(&setting.member))
    return toml_text(settings.**text);
  return std::to_string(settings.*std::get<std::uint64_t Settings::*>(setting.member));
}

std::string names_text(const Setting& setting) {
  std::string list;
  for (const std::string_view name : setting.names)
    list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

// "from 1 to 86400", "none, failed, all" or nothing.
std::string rule_text(const Setting& setting) {
  if (!setting.names.empty()) return "one of " + names_text(setting);
  if (std::holds_alternative<std::uint64_t Settings::*>(setting.member))
    return "from " + std::to_string(setting.least) + " to " + std::to_string(setting.most);
  return setting.is_path ? "a path" : "a text";
}

// "127.0.0.1:8420", "[::1]:8420", or a port alone.
Result<void> read_listen(const std::string& text, HttpOptions& http) {
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

// "a,b": a and b.
std::vector<std::string> codes_of(std::string_view list) {
  std::vector<std::string> codes;
  while (!list.empty()) {
    const auto comma = list.find(',');
    codes.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
  }
  return codes;
}

}  // namespace

std::span<const Setting> all_settings() {
  return kSettings;
}

const Setting* find_setting_by_option(std::string_view option) {
  const auto found = std::ranges::find(kSettings, option, &Setting::option);
  return found == kSettings.end() ? nullptr : &*found;
}

Result<void> set_text(Settings& settings, const Setting& setting, std::string value,
                      const std::string& where) {
  if (!setting.names.empty() && std::ranges::find(setting.names, value) == setting.names.end())
    return base::malformed(where, value, "must be " + rule_text(setting));
  settings.*std::get<std::string Settings::*>(setting.member) = std::move(value);
  return {};
}

Result<void> set_number(Settings& settings, const Setting& setting, std::uint64_t value,
                        const std::string& where) {
  if (value < setting.least || value > setting.most)
    return base::malformed(where, std::to_string(value), "must be " + rule_text(setting));
  settings.*std::get<std::uint64_t Settings::*>(setting.member) = value;
  return {};
}

Result<void> set_option(Settings& settings, const Setting& setting, const std::string& text) {
  const std::string where(setting.option);
  if (std::holds_alternative<std::string Settings::*>(setting.member))
    return set_text(settings, setting, text, where);
  const Result<std::uint64_t> number = base::parse_u64(text, where);
  if (!number) return std::unexpected(number.error());
  return set_number(settings, setting, *number, where);
}

std::string configuration_text(const Settings& settings) {
  std::string text = "# Configuration of cofferdam serve.\n";
  std::string section;
  for (const Setting& setting : kSettings) {
    if (section_of(setting.key) != section) {
      section = section_of(setting.key);
      text += "\n[" + section + "]\n";
    }
    text += "\n# " + std::string(setting.doc) + "\n# " + rule_text(setting) + "; option " +
            std::string(setting.option) + "\n" + name_of(setting.key) + " = " +
            value_text(settings, setting) + "\n";
  }
  return text;
}

std::string configuration_page() {
  const Settings defaults;
  std::string text =
      "# Configuration\n\n"
      "What `cofferdam serve` can be told, on the command line or in a file. `serve --config FILE` "
      "reads that file; without it\n`cofferdam.toml` in the folder of the books is read where "
      "there is one. An option counts more than the file, the file more\nthan the default. `serve "
      "--print-config` prints what is in force, every key with its meaning, as a file that can be "
      "used.\n\n"
      "The file is TOML 1.0. An unknown key, a wrong type and a value out of its range end the "
      "start with exit code 2 and name file,\nline, key, value and rule. A path that is not "
      "absolute begins at the folder of the file. No setting is a secret: what is\nsecret lies in "
      "the files that settings name.\n\n"
      "| Key | Option | Default | Value | What it is |\n|---|---|---|---|---|\n";
  for (const Setting& setting : kSettings)
    text += "| `" + std::string(setting.key) + "` | `" + std::string(setting.option) + " " +
            std::string(setting.placeholder) + "` | `" + value_text(defaults, setting) + "` | " +
            rule_text(setting) + " | " + std::string(setting.doc) + " |\n";
  return text + "\nThe default, as a file:\n\n```toml\n" + configuration_text(defaults) + "```\n";
}

Result<Options> options_of(const Settings& settings) {
  Options options;
  if (Result<void> read = read_listen(settings.listen, options.http); !read)
    return std::unexpected(read.error());
  if (settings.tls_certificate.empty() != settings.tls_key.empty())
    return base::malformed("--tls-key", settings.tls_key,
                           "--tls-certificate and --tls-key go together");
  if (!settings.tls_client_ca.empty() && settings.tls_key.empty())
    return base::malformed("--tls-client-ca", settings.tls_client_ca,
                           "goes with --tls-certificate");
  options.http.certificate_file = settings.tls_certificate;
  options.http.client_ca_file = settings.tls_client_ca;
  options.http.limits.connections_of_address_max =
      static_cast<std::uint32_t>(settings.connections_of_address_max);
  options.requests_per_second_of_address = settings.requests_per_second_of_address;
  options.requests_per_second_of_key = settings.requests_per_second_of_key;
  options.http.key_file = settings.tls_key;
  options.http.limits.body_bytes_max = settings.body_bytes_max;
  options.http.limits.connections_max = settings.connections_max;
  options.http.limits.idle_seconds = static_cast<std::uint32_t>(settings.idle_seconds);
  options.log_requests = settings.log_requests == "none"  ? LogRequests::none
                         : settings.log_requests == "all" ? LogRequests::all
                                                          : LogRequests::failed;
  options.jobs_max = settings.requests_waiting_max;
  options.grace_seconds = static_cast<std::uint32_t>(settings.stop_seconds);
  options.backup_folder = settings.backup_folder;
  if (settings.alert_webhook.empty() != settings.alert_webhook_secret_file.empty())
    return base::malformed("--alert-webhook-secret-file", settings.alert_webhook_secret_file,
                           "--alert-webhook and --alert-webhook-secret-file go together");
  options.webhook = {.url = settings.alert_webhook,
                     .secret_file = settings.alert_webhook_secret_file,
                     .attempts_max = static_cast<std::uint32_t>(settings.alert_webhook_attempts)};
  options.public_pools = codes_of(settings.public_pools);
  options.public_seconds = static_cast<std::uint32_t>(settings.public_seconds);
  return options;
}

}  // namespace cofferdam::server
