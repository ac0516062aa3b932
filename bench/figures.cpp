// SPDX-License-Identifier: Apache-2.0
#include "bench/figures.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sched.h>
#include <thread>
#include <unistd.h>

namespace cofferdam::bench {

void figure(const std::string& name, double value) {
  if (value >= 100)
    std::printf("%-52s %14.0f\n", name.c_str(), value);
  else
    std::printf("%-52s %14.3f\n", name.c_str(), value);
  std::fflush(stdout);
}

void fail(const base::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  std::exit(1);
}

void must_hold(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(q * last)];
}

Stalls stalls(double seconds) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Stalls> each(cores);
  std::vector<std::thread> threads;
  for (unsigned core = 0; core < cores; ++core) {
    threads.emplace_back([&stalls = each[core], core, seconds] {
      cpu_set_t only;
      CPU_ZERO(&only);
      CPU_SET(core, &only);
      (void)::sched_setaffinity(0, sizeof only, &only);
      const auto start = Clock::now();
      double last = 0;
      for (double now = 0; now < seconds; last = now) {
        now = seconds_since(start);
        if (now - last < 300e-6) continue;
        stalls.share += (now - last) / seconds;
        stalls.longest_millis = std::max(stalls.longest_millis, (now - last) * 1e3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Stalls all;
  for (const Stalls& one : each) {
    all.share += one.share / cores;
    all.longest_millis = std::max(all.longest_millis, one.longest_millis);
  }
  return all;
}

Appends durable_appends(const std::string& folder, int count, std::size_t bytes) {
  const std::string path = folder + "/raw_appends";
  const std::size_t size = bytes * static_cast<std::size_t>(count);
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  must_hold(fd >= 0, "cannot make the file of raw appends");
  std::unique_ptr<char, decltype(&std::free)> block(
      static_cast<char*>(std::aligned_alloc(4096, bytes)), &std::free);
  std::memset(block.get(), 7, bytes);
  for (std::size_t at = 0; at < size; at += bytes)
    must_hold(::pwrite(fd, block.get(), bytes, static_cast<off_t>(at)) > 0, "cannot preallocate");
  ::fsync(fd);
  ::close(fd);
  fd = ::open(path.c_str(), O_RDWR | O_DIRECT | O_DSYNC);
  const bool direct = fd >= 0;
  if (!direct) fd = ::open(path.c_str(), O_RDWR | O_DSYNC);
  std::vector<double> micros;
  const auto start = Clock::now();
  for (std::size_t at = 0; at < size; at += bytes) {
    const auto one = Clock::now();
    must_hold(::pwrite(fd, block.get(), bytes, static_cast<off_t>(at)) > 0, "cannot append");
    micros.push_back(seconds_since(one) * 1e6);
  }
  const double rate = count / seconds_since(start);
  ::close(fd);
  std::filesystem::remove(path);
  return {rate, quantile(micros, 0.5)};
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t folder_bytes(const std::string& folder) {
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) sum += entry.file_size();
  return sum;
}

}  // namespace cofferdam::bench
