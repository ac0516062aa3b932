// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::cli {

// A progress line on standard error, while that is a terminal.
class TerminalProgress final : public operation::Progress {
 public:
  TerminalProgress() = default;
  ~TerminalProgress() override;
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  void step(std::string_view doing, std::uint64_t done, std::uint64_t all) override;

 private:
  bool shown_ = false;
  std::uint64_t permille_ = 0;
};

}  // namespace cofferdam::cli
