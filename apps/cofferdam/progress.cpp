// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include "output.h"

#include <cstdio>
#include <unistd.h>

namespace cofferdam::cli {

TerminalProgress::~TerminalProgress() {
  if (shown_) std::fprintf(stderr, "\r\033[K");
}

void TerminalProgress::step(std::string_view doing, std::uint64_t done, std::uint64_t all) {
  if (!is_terminal(STDERR_FILENO)) return;
  const std::uint64_t permille = all == 0 ? 0 : done * 1000 / all;
  if (shown_ && permille == permille_) return;
  shown_ = true;
  permille_ = permille;
  std::fprintf(stderr, "\r%.*s %llu of %llu (%llu.%llu %%)\033[K", static_cast<int>(doing.size()),
               doing.data(), static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(all), static_cast<unsigned long long>(permille / 10),
               static_cast<unsigned long long>(permille % 10));
}

}  // namespace cofferdam::cli
