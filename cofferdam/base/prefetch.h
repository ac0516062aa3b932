// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace cofferdam::base {

// Asks for the cache lines of memory that will be used soon. The empty statement keeps the calls:
// g++ 12 takes a function that does nothing but prefetch for one without effect and leaves it out.
inline void prefetch(const void* memory, std::size_t bytes) {
  const auto* first = static_cast<const std::byte*>(memory);
  for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(first + i);
  asm volatile("" : : "r"(memory));
}

}  // namespace cofferdam::base
