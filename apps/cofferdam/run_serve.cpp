// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/server.h"
#include "cofferdam/server/settings.h"

#include "notify.h"
#include "run.h"

#include <filesystem>

namespace cofferdam::cli {
namespace {

using base::Result;

constexpr std::string_view kUsualFile = "cofferdam.toml";

// The defaults, over them the file, over it the options.
Result<server::Settings> settings_of(const Globals& globals, const ServeCall& call) {
  server::Settings settings;
  std::string path = call.config;
  std::error_code absent;
  if (path.empty()) {
    const std::string usual = globals.books + "/" + std::string(kUsualFile);
    if (std::filesystem::exists(usual, absent)) path = usual;
  }
  if (!path.empty()) {
    const Result<std::string> text = read_input(path);
    if (!text) return std::unexpected(text.error());
    if (Result<void> read = server::read_configuration(settings, *text, path); !read)
      return std::unexpected(read.error());
  }
  for (const auto& [option, value] : call.given) {
    const server::Setting* setting = server::find_setting_by_option(option);
    COFFERDAM_CHECK(setting != nullptr, "an option of serve stands for a setting");
    if (Result<void> set = server::set_option(settings, *setting, value); !set)
      return std::unexpected(set.error());
  }
  return settings;
}

Result<int> print_configuration(const Globals& globals, const server::Settings& settings) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  (*output)->write(server::configuration_text(settings));
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

}  // namespace

Result<int> run_serve(const Globals& globals, const ServeCall& call,
                      const operation::Registry& registry) {
  const Result<server::Settings> settings = settings_of(globals, call);
  if (!settings) return std::unexpected(settings.error());
  Result<server::Options> options = server::options_of(*settings);
  if (!options) return std::unexpected(options.error());
  if (call.print_config) return print_configuration(globals, *settings);
  options->version = kVersion;
  options->on_stop = [] { notify_supervisor("STOPPING=1\nSTATUS=Answering what was asked"); };
  notify_supervisor("STATUS=Opening the books");
  auto session = open_books(globals, registry);
  if (!session) return std::unexpected(session.error());
  const std::string scheme = options->http.has_tls() ? "https://" : "http://";
  const bool is_six = options->http.address.find(':') != std::string::npos;
  const std::string host = is_six ? "[" + options->http.address + "]" : options->http.address;
  const Result<void> served =
      server::serve(std::move(*session), std::move(*options), [&](std::uint16_t port) {
        const std::string url = scheme + host + ":" + std::to_string(port);
        // For people, and for programs that asked for any free port.
        std::printf("%s\n", url.c_str());
        std::fflush(stdout);
        notify_supervisor("READY=1\nSTATUS=Serving " + url);
      });
  if (!served) return std::unexpected(served.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
