// SPDX-License-Identifier: Apache-2.0
//
// What the benchmarks share: a clock, seeded dice, figures as lines of text, and raw disk appends.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cofferdam::bench {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// splitmix64 (Steele, Lea and Flood 2014): the same figures of the same seed on any machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((next() >> 32) * bound >> 32);
  }

  [[nodiscard]] base::u128 id() { return base::make_u128(next(), next()); }

 private:
  std::uint64_t state_;
};

// Prints "name ........ value".
void figure(const std::string& name, double value);

// Stops the program with the error's text.
void fail(const base::Error& error);
void must_hold(bool holds, const char* what);

template <class T>
T must(base::Result<T> result) {
  if (!result) fail(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

[[nodiscard]] double quantile(std::vector<double> values, double q);

// What takes the processor from a program that does nothing but read the clock: other programs, the
// machine's own work, another machine on the same processor.
struct Stalls {
  double share = 0;  // of the time, in gaps of more than 300 microseconds; the mean of all cores
  double longest_millis = 0;
};

// A thread on each core, for so long.
[[nodiscard]] Stalls stalls(double seconds);

struct Appends {
  double rate = 0;
  double median_micros = 0;
};

// What the disk itself gives: one writer, preallocated file, direct and synchronous writes.
[[nodiscard]] Appends durable_appends(const std::string& folder, int count, std::size_t bytes);

[[nodiscard]] std::uint64_t resident_bytes();
[[nodiscard]] std::uint64_t folder_bytes(const std::string& folder);

}  // namespace cofferdam::bench
