// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/reference.h"
#include "cofferdam/server/settings.h"

#include "run.h"
#include "words.h"

#include <filesystem>
#include <fstream>

namespace cofferdam::cli {
namespace {

std::vector<operation::Page> pages_of(const operation::Registry& registry) {
  std::vector<operation::Page> pages = operation::reference_pages(registry);
  pages.push_back({"man/cofferdam.1", manual_page(registry)});
  pages.push_back({"operating/configuration.md", server::configuration_page()});
  return pages;
}

}  // namespace

base::Result<int> run_complete(const CompleteCall& call, const operation::Registry& registry) {
  const std::string script = completion_script(call.shell, registry);
  std::fwrite(script.data(), 1, script.size(), stdout);
  return kExitOk;
}

base::Result<int> run_reference(const ReferenceCall& call, const operation::Registry& registry) {
  bool stale = false;
  for (const operation::Page& page : pages_of(registry)) {
    const std::filesystem::path path = std::filesystem::path(call.folder) / page.path;
    if (call.check) {
      const base::Result<std::string> there = read_input(path.string());
      if (there && *there == page.text) continue;
      stale = true;
      std::fprintf(stderr, "cofferdam: %s is not what the code says\n", path.c_str());
      continue;
    }
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << page.text;
    if (!file.flush())
      return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                         .field = path.string(),
                                         .rule = "could not be written"});
  }
  if (stale) std::fprintf(stderr, "  hint: cofferdam reference %s\n", call.folder.c_str());
  return stale ? kExitRefused : kExitOk;
}

}  // namespace cofferdam::cli
