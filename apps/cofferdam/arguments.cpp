// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <cstdlib>

namespace cofferdam::cli {

namespace {

constexpr char kGuard = '\x1f';

std::string environment(const char* name) {
  return std::getenv(name) == nullptr ? "" : std::getenv(name);
}

}  // namespace

std::vector<std::string> guarded(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {  // the library reads its vector from the back
    std::string argument = argv[i];
    const auto value = argument.starts_with("--") ? argument.find("=[") : std::string::npos;
    if (argument.starts_with('['))
      argument.insert(argument.begin(), kGuard);
    else if (value != std::string::npos)
      argument.insert(value + 1, 1, kGuard);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

std::vector<std::string> unguarded(std::vector<std::string> values) {
  for (std::string& value : values)
    if (value.starts_with(kGuard)) value.erase(0, 1);
  return values;
}

void find_books(Globals& globals) {
  globals.is_server_given = !globals.server.empty();
  globals.is_principal_given = !globals.principal.empty();
  if (globals.server.empty() && globals.books.empty())
    globals.server = environment("COFFERDAM_SERVER");
  if (globals.books.empty()) globals.books = environment("COFFERDAM_BOOKS");
  if (globals.books.empty()) globals.books = "books";
  if (globals.principal.empty()) globals.principal = environment("COFFERDAM_PRINCIPAL");
}

}  // namespace cofferdam::cli
