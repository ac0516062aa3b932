// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/thread_pool.h"

#include "cofferdam/base/check.h"

#include <algorithm>

namespace cofferdam::base {
namespace {

// Some ten microseconds of looking before a worker lies down: passes often follow each other.
constexpr int kLooksBeforeSleep = 4000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

ThreadPool::ThreadPool(std::size_t threads) {
  if (threads == 0) threads = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  COFFERDAM_CHECK(threads <= kThreadsMax, "a pool has at most 256 threads");
  for (std::size_t i = 1; i < threads; ++i) workers_.emplace_back([this] { work_until_stopped(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stops_.store(true);
    pass_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::take_pieces() {
  for (std::size_t piece = next_.fetch_add(1); piece < pieces_; piece = next_.fetch_add(1))
    call_(object_, piece);
}

void ThreadPool::work_until_stopped() {
  std::uint64_t seen = 0;
  while (true) {
    for (int look = 0; look < kLooksBeforeSleep && pass_.load() == seen; ++look) relax();
    if (pass_.load() == seen) {
      std::unique_lock lock(mutex_);
      sleepers_.fetch_add(1);
      wake_.wait(lock, [&] { return pass_.load() != seen; });
      sleepers_.fetch_sub(1);
    }
    if (stops_.load()) return;
    ++seen;
    take_pieces();
    idle_.fetch_add(1);
  }
}

void ThreadPool::run_pieces(std::size_t pieces, Call call, void* object) {
  if (workers_.empty() || pieces <= 1) {
    for (std::size_t piece = 0; piece < pieces; ++piece) call(object, piece);
    return;
  }
  call_ = call;
  object_ = object;
  pieces_ = pieces;
  next_.store(0);
  idle_.store(0);
  pass_.fetch_add(1);
  if (sleepers_.load() > 0) {
    // The lock makes sure that a worker about to lie down has done so, or sees the pass.
    {
      const std::lock_guard lock(mutex_);
    }
    wake_.notify_all();
  }
  take_pieces();
  // Every worker has seen this pass before the next may begin; it then has nothing of it in hand.
  while (idle_.load() != workers_.size()) std::this_thread::yield();
}

}  // namespace cofferdam::base
