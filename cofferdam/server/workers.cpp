// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/workers.h"

#include "cofferdam/journal/journal.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace cofferdam::server {
namespace {

using Clock = std::chrono::steady_clock;

// A slower disk is waited for by a thread of its own, so that the network goes on meanwhile.
constexpr double kQuickCommitSeconds = 300e-6;

}  // namespace

Worker::Worker(std::size_t waiting_max) : waiting_max_(waiting_max), thread_([this] { run(); }) {}

Worker::~Worker() {
  stop();
}

bool Worker::offer(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_ || jobs_.size() + taken_ >= waiting_max_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Worker::add(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Worker::add_first(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    first_.push_back(std::move(job));
    has_first_ = true;
  }
  changed_.notify_one();
}

bool Worker::gather(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_ || jobs_.size() + taken_ + gathered_.size() >= waiting_max_) return false;
  }
  gathered_.push_back(std::move(job));
  return true;
}

void Worker::hand_over() {
  {
    const std::lock_guard lock(mutex_);
    for (std::function<void()>& job : gathered_) jobs_.push_back(std::move(job));
  }
  gathered_.clear();
  changed_.notify_one();
}

bool Worker::run_here(const std::function<void()>& last) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_ || is_busy_ || !jobs_.empty() || has_first_) return false;
    is_busy_ = true;
    taken_ = gathered_.size();
  }
  const std::vector<std::function<void()>> jobs = std::exchange(gathered_, {});
  for (const std::function<void()>& job : jobs) {
    if (!is_abandoned_) job();
    --taken_;
  }
  last();
  {
    const std::lock_guard lock(mutex_);
    is_busy_ = false;
    if (jobs_.empty() && !has_first_ && !is_stopping_) return true;
  }
  changed_.notify_one();
  return true;
}

void Worker::set_rest(std::function<void()> rest) {
  const std::lock_guard lock(mutex_);
  rest_ = std::move(rest);
}

void Worker::run_first() {
  std::deque<std::function<void()>> first;
  {
    const std::lock_guard lock(mutex_);
    first.swap(first_);
    has_first_ = false;
  }
  for (const std::function<void()>& job : first) job();
}

void Worker::abandon() {
  std::deque<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  is_stopping_ = is_abandoned_ = true;
  dropped.swap(jobs_);
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  // What they hold may be older than this worker.
  gathered_.clear();
}

std::size_t Worker::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() + taken_;
}

void Worker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock,
                  [&] { return !is_busy_ && (is_stopping_ || !jobs_.empty() || has_first_); });
    if (jobs_.empty() && !has_first_) return;
    is_busy_ = true;
    // All at once, so that who brings more seldom meets the lock.
    std::deque<std::function<void()>> jobs = std::exchange(jobs_, {});
    taken_ = jobs.size();
    lock.unlock();
    for (; !jobs.empty(); jobs.pop_front(), --taken_) {
      if (has_first_) run_first();
      if (!is_abandoned_) jobs.front()();
    }
    if (has_first_) run_first();
    if (rest_) rest_();
    lock.lock();
    is_busy_ = false;
  }
}

Committer::Committer(engine::Engine& books, Deliver deliver, std::function<void()> after_group)
    : books_(books),
      deliver_(std::move(deliver)),
      after_group_(std::move(after_group)),
      thread_([this] { run(); }) {}

Committer::~Committer() {
  stop();
}

void Committer::offer(base::Sequence up_to, Release release) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({up_to, std::move(release)});
  }
  changed_.notify_one();
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

CommitFigures Committer::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

bool Committer::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

void Committer::note(const Result<void>& durable, std::size_t released, double seconds) {
  ++figures_.groups;
  figures_.released += released;
  figures_.seconds += seconds;
  usual_seconds_ += (seconds - usual_seconds_) / 8;
  has_failed_ = has_failed_ || !durable;
}

std::optional<Result<void>> Committer::commit_here(base::Sequence up_to) {
  {
    const std::lock_guard lock(mutex_);
    if (is_busy_ || is_stopping_ || has_failed_ || !waiting_.empty() ||
        usual_seconds_ > kQuickCommitSeconds)
      return std::nullopt;
    is_busy_ = true;
  }
  const auto start = Clock::now();
  std::optional<Result<void>> durable(books_.commit(up_to));
  const double spent = std::chrono::duration<double>(Clock::now() - start).count();
  {
    const std::lock_guard lock(mutex_);
    note(*durable, 1, spent);
    is_busy_ = false;
    if (!waiting_.empty() || is_stopping_) changed_.notify_one();
  }
  after_group_();
  return durable;
}

void Committer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !is_busy_ && (is_stopping_ || !waiting_.empty()); });
    if (waiting_.empty()) return;
    is_busy_ = true;
    auto group = std::make_shared<std::vector<Waiting>>(std::move(waiting_));
    waiting_.clear();
    lock.unlock();
    base::Sequence up_to = 0;
    for (const Waiting& one : *group) up_to = std::max(up_to, one.up_to);
    const auto start = Clock::now();
    const bool is_new = up_to > books_.journal().durable();
    auto durable = std::make_shared<Result<void>>(is_new ? books_.commit(up_to) : Result<void>());
    const double spent = std::chrono::duration<double>(Clock::now() - start).count();
    const std::size_t count = group->size();
    deliver_([group, durable] {
      for (const Waiting& one : *group) one.release(*durable);
    });
    if (is_new) after_group_();
    lock.lock();
    is_busy_ = false;
    if (is_new)
      note(*durable, count, spent);
    else
      figures_.released += count;
    has_failed_ = has_failed_ || !*durable;
  }
}

}  // namespace cofferdam::server
