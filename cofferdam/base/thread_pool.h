// SPDX-License-Identifier: Apache-2.0
//
// Threads that are started once and wait for work. A pass is cut into numbered pieces; which thread
// takes which piece is left to chance, so a piece writes only where its number says, and the result
// of a pass cannot depend on the number of threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace cofferdam::base {

inline constexpr std::size_t kThreadsMax = 256;

class ThreadPool {
 public:
  // The caller is one of the threads, so 1 starts none; 0 means as many as the machine has.
  explicit ThreadPool(std::size_t threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t threads() const { return workers_.size() + 1; }

  // Calls work(piece) for 0 <= piece < pieces and returns when all are done. `work` must not throw,
  // nor call run() of the same pool. One caller at a time.
  template <class Work>
  void run(std::size_t pieces, Work&& work) {
    using Plain = std::remove_reference_t<Work>;
    run_pieces(
        pieces, [](void* object, std::size_t piece) { (*static_cast<Plain*>(object))(piece); },
        const_cast<void*>(static_cast<const void*>(&work)));
  }

 private:
  using Call = void (*)(void* object, std::size_t piece);

  void run_pieces(std::size_t pieces, Call call, void* object);
  void work_until_stopped();
  void take_pieces();

  // One pass: set before `pass_` is raised, left alone until every worker has reported back.
  Call call_ = nullptr;
  void* object_ = nullptr;
  std::size_t pieces_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> idle_{0};
  std::atomic<std::uint64_t> pass_{0};
  std::atomic<bool> stops_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<std::size_t> sleepers_{0};
  std::vector<std::thread> workers_;
};

// Cuts `count` into pieces of at most `size` and calls work(begin, end) for each.
template <class Work>
void for_ranges(ThreadPool& pool, std::size_t count, std::size_t size, Work&& work) {
  pool.run((count + size - 1) / size, [&](std::size_t piece) {
    const std::size_t begin = piece * size;
    work(begin, begin + size < count ? begin + size : count);
  });
}

}  // namespace cofferdam::base
