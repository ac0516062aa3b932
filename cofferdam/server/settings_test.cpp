// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/settings.h"

#include <gtest/gtest.h>

#include <set>

namespace cofferdam::server {
namespace {

TEST(Settings, EveryOneHasItsWordsAndIsReachedBothWays) {
  std::set<std::string_view> keys;
  std::set<std::string_view> options;
  const std::string page = configuration_page();
  for (const Setting& setting : all_settings()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    EXPECT_TRUE(options.insert(setting.option).second) << setting.option;
    EXPECT_TRUE(setting.option.starts_with("--"));
    EXPECT_GT(setting.doc.size(), 20U) << setting.key;
    EXPECT_TRUE(setting.doc.ends_with(".")) << setting.key;
    EXPECT_FALSE(setting.placeholder.empty()) << setting.key;
    EXPECT_NE(page.find("`" + std::string(setting.key) + "`"), std::string::npos);
    EXPECT_EQ(find_setting_by_option(setting.option), &setting);
    const bool is_number = std::holds_alternative<std::uint64_t Settings::*>(setting.member);
    EXPECT_EQ(setting.least < setting.most, is_number) << setting.key;
  }
  // A member without a row would be a setting that nobody can set.
  std::size_t bytes = 0;
  for (const Setting& setting : all_settings())
    bytes += std::holds_alternative<std::string Settings::*>(setting.member)
                 ? sizeof(std::string)
                 : sizeof(std::uint64_t);
  EXPECT_EQ(bytes, sizeof(Settings));
}

TEST(Settings, WhatIsPrintedIsReadBack) {
  Settings settings{.listen = "[::1]:1",
                    .tls_certificate = "/a \"b\"\\c",
                    .tls_key = "/k",
                    .tls_client_ca = "/c",
                    .log_requests = "all",
                    .body_bytes_max = 2048,
                    .connections_max = 7,
                    .connections_of_address_max = 6,
                    .requests_per_second_of_address = 5,
                    .requests_per_second_of_key = 0,
                    .idle_seconds = 8,
                    .requests_waiting_max = 9,
                    .stop_seconds = 0,
                    .backup_folder = "/backups"};
  const std::string text = configuration_text(settings);
  Settings read;
  const auto done = read_configuration(read, text, "/etc/cofferdam.toml");
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(configuration_text(read), text);
  EXPECT_EQ(read.tls_certificate, settings.tls_certificate);
}

TEST(Settings, PathsBeginAtTheFile) {
  Settings settings;
  ASSERT_TRUE(read_configuration(settings, "[tls]\nkey = \"tls/key.pem\"", "/etc/c/f.toml"));
  EXPECT_EQ(settings.tls_key, "/etc/c/tls/key.pem");
}

TEST(Settings, WhatIsWrongIsNamedWithItsPlace) {
  struct Case {
    const char* text;
    const char* field;
    const char* rule;
  };

  for (const Case& bad :
       {Case{"\nlimits.idle = 3", "f.toml line 2 limits.idle", "is no key"},
        {"[limits]\nidle_seconds = 0", "f.toml line 2 limits.idle_seconds", "from 1 to 86400"},
        {"[limits]\nidle_seconds = 86401", "f.toml line 2", "from 1 to 86400"},
        {"[limits]\nidle_seconds = -1", "f.toml line 2", "not negative"},
        {"[limits]\nidle_seconds = \"9\"", "f.toml line 2", "whole number"},
        {"[limits]\nidle_seconds = 1.5", "f.toml line 2", "whole number"},
        {"listen = 8420", "f.toml line 1 listen", "text in quotes"},
        {"limits = 5", "f.toml line 1 limits", "is a section"},
        {"[log]\nrequests = \"some\"", "f.toml line 2 log.requests", "none, failed, all"},
        {"[secrets]\nkey = \"x\"", "f.toml line 1 secrets", "is no key"},
        {"listen = \"a\"\nlisten = \"b\"", "f.toml line 2", ""},
        {"listen = ", "f.toml line 1", ""}}) {
    Settings settings;
    const auto read = read_configuration(settings, bad.text, "f.toml");
    ASSERT_FALSE(read) << bad.text;
    EXPECT_EQ(read.error().kind, base::ErrorKind::malformed);
    EXPECT_TRUE(read.error().field.starts_with(bad.field)) << read.error().text();
    EXPECT_NE(read.error().rule.find(bad.rule), std::string::npos) << read.error().text();
  }
}

TEST(Settings, OptionsHaveTheSameBounds) {
  Settings settings;
  const Setting& idle = *find_setting_by_option("--idle-seconds");
  EXPECT_TRUE(set_option(settings, idle, "5"));
  EXPECT_EQ(settings.idle_seconds, 5U);
  for (const char* text : {"0", "86401", "x", "", "5s", "-1"})
    EXPECT_FALSE(set_option(settings, idle, text)) << text;
  EXPECT_FALSE(set_option(settings, *find_setting_by_option("--log-requests"), "some"));
}

}  // namespace
}  // namespace cofferdam::server
