// SPDX-License-Identifier: Apache-2.0
//
// Settings: what `serve` can be told, each once. Options of the command line, keys of the
// configuration file, what --print-config shows, and docs/operating/configuration.md are made from
// one table; a setting that is in no row of it does not exist.
//
// An option counts more than the file, the file more than the default. No setting is a secret: what
// is secret lies in files that settings name.
#pragma once

#include "cofferdam/server/server.h"

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace cofferdam::server {

struct Settings {
  std::string listen = "127.0.0.1:8420";
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;
  std::string log_requests = "failed";
  std::uint64_t body_bytes_max = std::uint64_t{16} << 20;
  std::uint64_t connections_max = 1024;
  std::uint64_t connections_of_address_max = 512;
  std::uint64_t requests_per_second_of_address = 100'000;
  std::uint64_t requests_per_second_of_key = 100'000;
  std::uint64_t idle_seconds = 60;
  std::uint64_t requests_waiting_max = 4096;
  std::uint64_t stop_seconds = 10;
  std::string backup_folder;
  std::string alert_webhook;
  std::string alert_webhook_secret_file;
  std::uint64_t alert_webhook_attempts = 10;
  std::string public_pools;  // codes, with commas between them
  std::uint64_t public_seconds = 60;
};

struct Setting {
  std::string_view key;          // in the file: "limits.idle_seconds"
  std::string_view option;       // "--idle-seconds"
  std::string_view placeholder;  // "SECONDS"
  std::string_view doc;
  std::variant<std::string Settings::*, std::uint64_t Settings::*> member;
  std::uint64_t least = 0;  // of a number
  std::uint64_t most = 0;
  std::span<const std::string_view> names = {};  // of a text out of a closed list
  bool is_path = false;  // in the file: one that is not absolute begins at the file's folder
};

// In the order of the file: those without a section first, then section by section.
[[nodiscard]] std::span<const Setting> all_settings();
[[nodiscard]] const Setting* find_setting_by_option(std::string_view option);

// The value of an option.
[[nodiscard]] Result<void> set_option(Settings& settings, const Setting& setting,
                                      const std::string& text);

inline constexpr std::size_t kConfigurationBytesMax = std::size_t{1} << 20;
// The file's text (TOML 1.0). An error names the file, the line, the key, the value and the rule.
[[nodiscard]] Result<void> read_configuration(Settings& settings, std::string_view text,
                                              const std::string& path);

// The settings as a configuration file, every key with its documentation.
[[nodiscard]] std::string configuration_text(const Settings& settings);
// docs/operating/configuration.md
[[nodiscard]] std::string configuration_page();

// As the server takes them.
[[nodiscard]] Result<Options> options_of(const Settings& settings);

// Rules that both ways in have in common; `where` names the value in an error.
[[nodiscard]] Result<void> set_text(Settings& settings, const Setting& setting, std::string value,
                                    const std::string& where);
[[nodiscard]] Result<void> set_number(Settings& settings, const Setting& setting,
                                      std::uint64_t value, const std::string& where);

}  // namespace cofferdam::server
