// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/batch_body.h"

#include "cofferdam/operation/batch.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/service.h"

#include <mutex>

namespace cofferdam::server {

namespace {

// Groups of outcomes that are judged and not durable yet; then the rest of the lines waits.
constexpr int kGroupsMax = 4;
// A whole batch of 8,190 transfers has 2.4 MB.
constexpr std::size_t kNetworkLineBytesMax = std::size_t{4} << 20;
// Of a line that has not ended, what takes no room of the bodies'.
constexpr std::size_t kFreeLineBytes = std::size_t{64} << 10;

}  // namespace

struct BatchRun {
  // Of the books' thread.
  std::string principal;
  std::string key;
  std::optional<operation::Batch> batch;
  std::string line;
  std::shared_ptr<ByteBudget> bodies;
  std::uint64_t held = 0;  // of them, for the line
  bool has_begun = false;
  bool is_over = false;
  // Of the books' thread until the first group is offered, then of the network's.
  std::shared_ptr<HttpExchange> exchange;
  bool is_answered = false;
  // Of both.
  std::mutex mutex;
  int groups = 0;
  std::function<void()> more;  // that waits until there are fewer

  ~BatchRun() { let_line_go(); }

  void let_line_go() {
    line.clear();
    if (held == 0) return;
    line = std::string();
    bodies->give_back(principal, std::exchange(held, 0));
  }

  // Half a line may wait for its end for hours.
  [[nodiscard]] Result<void> hold_line() {
    const std::size_t size = line.size() <= kFreeLineBytes ? 0 : line.capacity();
    if (size <= held) return {};
    if (bodies->take(principal, size - held)) {
      held = size;
      return {};
    }
    return std::unexpected(Error{.kind = base::ErrorKind::refused,
                                 .field = "body",
                                 .rule = "too many bytes of bodies wait for their end",
                                 .hint = "send the rest again later"});
  }

  [[nodiscard]] Result<void> take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      if (line.empty() && end != std::string_view::npos) {
        if (Result<void> done = batch->line(piece); !done) return done;
        bytes.remove_prefix(end + 1);
        continue;
      }
      // A line that is too long is handed over cut, one byte too long, so that it is refused.
      line.append(piece.substr(0, kNetworkLineBytesMax + 1 - line.size()));
      if (end == std::string_view::npos) return hold_line();
      Result<void> done = batch->line(line);
      let_line_go();
      if (!done) return done;
      bytes.remove_prefix(end + 1);
    }
    return {};
  }

  void want_more(std::function<void()> asked) {
    {
      const std::lock_guard lock(mutex);
      if (groups >= kGroupsMax) {
        more = std::move(asked);
        return;
      }
    }
    asked();
  }

  void group_done() {
    std::function<void()> asked;
    {
      const std::lock_guard lock(mutex);
      --groups;
      asked = std::exchange(more, nullptr);
    }
    if (asked) asked();
  }
};

namespace {

using Run = std::shared_ptr<BatchRun>;

// On the network's thread. The disk has failed, or the key has ended: the outcomes that were sent
// hold, the rest is to be sent again.
void say_trouble(BatchRun& run, const Error& error) {
  if (std::exchange(run.is_answered, true)) return;
  operation::Json json = operation::Json::object();
  json.add("verdict", "unknown");
  json.add("problem", operation::problem_json(error));
  run.exchange->part(operation::write_json(json) + "\n");
  run.exchange->end();
}

}  // namespace

// Behind the groups that were offered before.
void Service::end_batch(const Run& run, std::optional<Error> error) {
  if (std::exchange(run->is_over, true)) return;
  run->let_line_go();
  if (error) note_disk(&*error);
  committer_->offer(0, [run, error = std::move(error)](const Result<void>& durable) {
    if (error || !durable) return say_trouble(*run, error ? *error : durable.error());
    if (!std::exchange(run->is_answered, true)) run->exchange->end();
  });
}

bool Service::begin_batch(const Run& run) {
  run->has_begun = true;
  if (auto forbidden = forbid_command(run->principal, roles_for(engine::Needs::nothing))) {
    run->is_over = true;
    run->exchange->answer(std::move(*forbidden));
    return false;
  }
  run->batch.emplace(session_, run->principal, nullptr);
  run->batch->set_line_bytes_max(kNetworkLineBytesMax);
  run->bodies = http_->bodies();
  run->batch->set_held(
      [this, weak = std::weak_ptr(run)](base::Sequence up_to, std::string outcomes) {
        const Run held = weak.lock();
        if (held == nullptr) return;
        {
          const std::lock_guard lock(held->mutex);
          ++held->groups;
        }
        committer_->offer(
            up_to, [held, outcomes = std::move(outcomes)](const Result<void>& durable) mutable {
              if (!durable)
                say_trouble(*held, durable.error());
              else if (!held->is_answered)
                held->exchange->part(std::move(outcomes));
              held->group_done();
            });
      });
  run->batch->set_guard([this, weak = std::weak_ptr(run)](const operation::CommandEntry& entry,
                                                          const std::string& principal,
                                                          base::CommandId id) -> Result<void> {
    if (id.is_none())
      return base::malformed("id", "", "every line has one, so that it can be sent again safely");
    const Run held = weak.lock();
    // A batch may go on for hours: the key may have been revoked since it began.
    if (held == nullptr || !is_key_good(held->key) || !keys_.permits(held->key, entry.name, true))
      return std::unexpected(Error{.kind = base::ErrorKind::refused,
                                   .field = "key",
                                   .value = std::string(entry.name),
                                   .rule = "must be in force, and good for this operation"});
    const bool is_caller = principal == held->principal;
    if (is_caller && !forbid_command(principal, roles_for(entry.needs))) return {};
    return std::unexpected(
        Error{.kind = base::ErrorKind::refused,
              .field = "principal",
              .value = principal,
              .rule = is_caller ? "must be active and hold the role that the operation asks"
                                : "must be the principal of the key"});
  });
  run->exchange->begin({.content_type = std::string(kLinesType)});
  return true;
}

BatchBody::BatchBody(Service& service, std::shared_ptr<HttpExchange> exchange,
                     const HttpRequest& head)
    : service_(service), run_(std::make_shared<BatchRun>()) {
  run_->exchange = std::move(exchange);
  run_->principal = head.caller;
  run_->key = head.caller_key;
}

BatchBody::~BatchBody() = default;

void BatchBody::part(std::string bytes, std::function<void()> more) {
  service_.books_->add([run = run_, service = &service_, bytes = std::move(bytes),
                        more = std::move(more)]() mutable {
    service->send_held();  // what was carried out before does not wait for this
    if (run->is_over || (!run->has_begun && !service->begin_batch(run))) return;
    if (!service->is_key_good(run->key))
      return service->end_batch(run, Error{.kind = base::ErrorKind::refused,
                                           .field = "Authorization",
                                           .rule = "the key was revoked or has ended"});
    if (service->http_->answers()->is_full(run->principal))
      return service->end_batch(run, Error{.kind = base::ErrorKind::refused,
                                           .field = "body",
                                           .rule = "too many bytes of answers wait to be read",
                                           .hint = "send the rest again later"});
    Result<void> done = run->take(bytes);
    if (done) done = run->batch->flush();
    service->note_unsealed(run->principal, run->key, "batch", {});
    if (!done) return service->end_batch(run, done.error());
    run->want_more(std::move(more));
  });
}

void BatchBody::end() {
  service_.books_->add([run = run_, service = &service_] {
    if (run->is_over) return;
    if (!run->has_begun) {
      run->is_over = true;
      return run->exchange->answer({.content_type = std::string(kLinesType)});
    }
    Result<void> done = run->line.empty() ? Result<void>() : run->batch->line(run->line);
    if (done) done = run->batch->flush();
    service->note_unsealed(run->principal, run->key, "batch", {});
    service->end_batch(run, done ? std::nullopt : std::optional(done.error()));
  });
}

void BatchBody::broken() {
  service_.books_->add([run = run_] {
    if (run->batch && !run->is_over) static_cast<void>(run->batch->flush());
    run->is_over = true;
    run->let_line_go();
    const std::lock_guard lock(run->mutex);
    run->more = nullptr;
  });
}

}  // namespace cofferdam::server
