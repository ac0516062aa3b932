// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows the library of TOML.
#include "cofferdam/server/settings.h"

#include <algorithm>
#include <filesystem>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace cofferdam::server {
namespace {

std::string keys_text() {
  std::string list;
  for (const Setting& setting : all_settings())
    list += (list.empty() ? "" : ", ") + std::string(setting.key);
  return list;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(all_settings(), [&](const Setting& setting) {
    return setting.key.starts_with(std::string(name) + ".");
  });
}

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return node.is_table() ? "a table" : node.is_array() ? "a list" : "a value of another type";
}

class ConfigurationReader {
 public:
  ConfigurationReader(Settings& settings, const std::string& path)
      : settings_(settings), path_(path) {}

  [[nodiscard]] Result<void> table(const toml::table& table, const std::string& before) {
    for (const auto& [name, node] : table) {
      const std::string key = before + std::string(name.str());
      const auto found = std::ranges::find(all_settings(), key, &Setting::key);
      const bool is_known = found != all_settings().end();
      if (!is_known && before.empty() && is_section(key)) {
        const toml::table* inner = node.as_table();
        if (inner == nullptr)
          return base::malformed(where(node, key), text_of(node), "is a section: [" + key + "]");
        if (Result<void> read = this->table(*inner, key + "."); !read) return read;
      } else if (!is_known) {
        return base::malformed(where(node, key), text_of(node), "is no key of the configuration",
                               "the keys are: " + keys_text());
      } else if (Result<void> read = value(node, *found); !read) {
        return read;
      }
    }
    return {};
  }

 private:
  [[nodiscard]] std::string where(const toml::node& node, const std::string& key) const {
    return path_ + " line " + std::to_string(node.source().begin.line) + " " + key;
  }

  [[nodiscard]] Result<void> value(const toml::node& node, const Setting& setting) {
    const std::string here = where(node, std::string(setting.key));
    if (std::holds_alternative<std::string Settings::*>(setting.member)) {
      const auto* text = node.as_string();
      if (text == nullptr) return base::malformed(here, text_of(node), "must be a text in quotes");
      std::string value = text->get();
      if (setting.is_path && !value.empty() && !std::filesystem::path(value).is_absolute())
        value = (std::filesystem::path(path_).parent_path() / value).string();
      return set_text(settings_, setting, std::move(value), here);
    }
    const auto* number = node.as_integer();
    if (number == nullptr || number->get() < 0)
      return base::malformed(here, text_of(node), "must be a whole number, not negative");
    return set_number(settings_, setting, static_cast<std::uint64_t>(number->get()), here);
  }

  Settings& settings_;
  const std::string& path_;
};

}  // namespace

Result<void> read_configuration(Settings& settings, std::string_view text,
                                const std::string& path) {
  if (text.size() > kConfigurationBytesMax)
    return base::malformed(path, std::to_string(text.size()) + " bytes", "has at most 1 MiB");
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed)
    return base::malformed(path + " line " + std::to_string(parsed.error().source().begin.line), "",
                           std::string(parsed.error().description()));
  return ConfigurationReader(settings, path).table(parsed.table(), "");
}

}  // namespace cofferdam::server
