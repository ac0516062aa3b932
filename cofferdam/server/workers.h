// SPDX-License-Identifier: Apache-2.0
//
// The two threads beside the network's: one that owns the books, one that makes records durable.
#pragma once

#include "cofferdam/engine/engine.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace cofferdam::server {

using base::Result;

// Runs jobs one after another on a thread of its own.
class Worker {
 public:
  explicit Worker(std::size_t waiting_max);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False: too many wait already, and the job is dropped.
  [[nodiscard]] bool offer(std::function<void()> job);
  // For jobs that are bounded by something else, such as one a connection.
  void add(std::function<void()> job);
  // Before what waits already, behind the job that runs.
  void add_first(std::function<void()> job);
  // As offer(), for one thread that brings many: they wait beside the queue until hand_over(), so
  // that the worker is woken once for all of them.
  [[nodiscard]] bool gather(std::function<void()> job);
  void hand_over();

  // What waits for it. By the thread that gathers.
  [[nodiscard]] std::size_t gathered() const { return gathered_.size(); }

  // What was gathered, and then `last` instead of the rest, is done on the calling thread, if the
  // worker has nothing to do and nothing waits for it. False: nothing was done. Two threads are
  // never at it together.
  [[nodiscard]] bool run_here(const std::function<void()>& last);
  // Called on the worker's thread whenever it has done what there was.
  void set_rest(std::function<void()> rest);
  // What waits is dropped; what runs, runs on.
  void abandon();
  // Ends when all jobs are done.
  void stop();
  [[nodiscard]] std::size_t waiting() const;

 private:
  void run();

  const std::size_t waiting_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  void run_first();

  std::deque<std::function<void()>> jobs_;
  std::deque<std::function<void()>> first_;
  std::atomic<bool> has_first_{false};
  std::function<void()> rest_;
  std::vector<std::function<void()>> gathered_;  // of the thread that gathers
  bool is_busy_ = false;                         // this worker, or the thread in run_here()
  std::atomic<std::size_t> taken_{0};            // off the queue, and not done yet
  std::atomic<bool> is_abandoned_{false};
  bool is_stopping_ = false;
  std::thread thread_;
};

struct CommitFigures {
  std::uint64_t groups = 0;
  std::uint64_t released = 0;
  double seconds = 0;
};

// Group commit: what waits is released together, after one write and one flush for all of it.
class Committer {
 public:
  // Called with the disk's verdict, on the committer's thread.
  using Release = std::function<void(const Result<void>& durable)>;
  // Called once a group, with everything that is to be released: to hand the calls on in one piece.
  using Deliver = std::function<void(std::function<void()> all)>;

  Committer(engine::Engine& books, Deliver deliver, std::function<void()> after_group);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void offer(base::Sequence up_to, Release release);
  // Commits on the calling thread, where nothing is being committed and the disk has been quick of
  // late; nullopt: not so, and nothing was done. A disk that answers in the time that it takes to
  // wake another thread and to be woken by it is better waited for.
  [[nodiscard]] std::optional<Result<void>> commit_here(base::Sequence up_to);
  void stop();
  [[nodiscard]] CommitFigures figures() const;
  [[nodiscard]] bool has_failed() const;

 private:
  struct Waiting {
    base::Sequence up_to = 0;
    Release release;
  };

  void run();
  // Under the lock.
  void note(const Result<void>& durable, std::size_t released, double seconds);

  engine::Engine& books_;
  Deliver deliver_;
  std::function<void()> after_group_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting> waiting_;
  CommitFigures figures_;
  double usual_seconds_ = 0;  // of a commit: each counts an eighth, those before it the rest
  bool is_stopping_ = false;
  bool is_busy_ = false;  // this thread, or the one in commit_here()
  bool has_failed_ = false;
  std::thread thread_;
};

}  // namespace cofferdam::server
