// SPDX-License-Identifier: Apache-2.0
//
// Load over loopback on one thread: requests of HTTP in a closed loop (each connection sends when
// it has its answer) or an open one (requests are due at a rate, whatever the server does, and
// their time runs from when they were due).
#pragma once

#include "bench/figures.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::bench {

struct Load {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  double seconds = 3;
  double per_second = 0;  // 0: closed loop
  // That come first and are not counted: connections are taken, and what they ask is in caches.
  double warm_up_seconds = 0.5;
  // The next request; what it points to is good until it is called again.
  std::function<std::string_view()> request;
};

struct Rate {
  double per_second = 0;
  double cores = 0;  // that this program itself was busy with
  std::vector<double> micros;
  std::vector<std::vector<double>> windows;  // the same by the half second in which they were due
};

[[nodiscard]] int connect_to(std::uint16_t port);
// Of the answer at the front, 0 while it is not whole. Gives up where it is no 200.
[[nodiscard]] std::size_t answer_size(std::string_view bytes);
[[nodiscard]] Rate run_load(const Load& load);
// Sends all while it reads; hands each part that comes to `taken` until that says true.
void exchange(int wire, std::string_view all, const std::function<bool(std::string_view)>& taken);

}  // namespace cofferdam::bench
