// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/batch_body.h"

#include "cofferdam/operation/batch.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/scope.h"
#include "cofferdam/server/service.h"

namespace cofferdam::server {

// On the books' thread.
struct BatchRun {
  std::shared_ptr<HttpExchange> exchange;
  std::string principal;
  std::string key;
  std::optional<operation::Batch> batch;
  std::string line;
  bool has_begun = false;
  bool is_over = false;

  [[nodiscard]] Result<void> take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      // A line that is too long is handed over cut, one byte too long, so that it is refused.
      line.append(piece.substr(0, operation::kBatchLineBytesMax + 1 - line.size()));
      if (end == std::string_view::npos) return {};
      Result<void> done = batch->line(line);
      line.clear();
      if (!done) return done;
      bytes.remove_prefix(end + 1);
    }
    return {};
  }

  // The disk has failed: the outcomes that were sent hold, the rest is to be sent again.
  void fail(const Error& error) {
    is_over = true;
    operation::Json json = operation::Json::object();
    json.add("verdict", "unknown");
    json.add("problem", operation::problem_json(error));
    exchange->part(operation::write_json(json) + "\n");
    exchange->end();
  }
};

BatchBody::BatchBody(Service& service, std::shared_ptr<HttpExchange> exchange,
                     std::string principal, std::string key)
    : service_(service), run_(std::make_shared<BatchRun>()) {
  run_->exchange = std::move(exchange);
  run_->principal = std::move(principal);
  run_->key = std::move(key);
}

BatchBody::~BatchBody() = default;

void BatchBody::part(std::string bytes, std::function<void()> more) {
  service_.books_->add([run = run_, service = &service_, bytes = std::move(bytes),
                        more = std::move(more)] {
    if (!run->has_begun) {
      run->has_begun = true;
      const std::uint16_t writers = roles_for(engine::Needs::nothing);
      if (auto forbidden = service->forbid(run->principal, writers);
          forbidden && !has_grant(service->session_.engine().state(), run->principal, writers)) {
        run->is_over = true;
        run->exchange->answer(std::move(*forbidden));
        return;
      }
      run->batch.emplace(service->session_, run->principal,
                         [&exchange = *run->exchange](std::string_view outcomes) {
                           exchange.part(std::string(outcomes));
                         });
      run->batch->set_guard([service, &caller = run->principal, &key = run->key](
                                const operation::CommandEntry& entry, const std::string& principal,
                                base::CommandId id) -> Result<void> {
        if (id.is_none())
          return base::malformed("id", "",
                                 "every line has one, so that it can be sent again safely");
        // A batch may go on for hours: the key may have been revoked since it began.
        if (!service->keys_.is_good(key, system_time()) ||
            !service->keys_.permits(key, entry.name, true))
          return std::unexpected(Error{.kind = base::ErrorKind::refused,
                                       .field = "key",
                                       .value = std::string(entry.name),
                                       .rule = "must be in force, and good for this operation"});
        const bool is_caller = principal == caller;
        const std::uint16_t roles = roles_for(entry.needs);
        if (is_caller && (!service->forbid(caller, roles) ||
                          has_grant(service->session_.engine().state(), caller, roles)))
          return {};
        return std::unexpected(
            Error{.kind = base::ErrorKind::refused,
                  .field = "principal",
                  .value = principal,
                  .rule = is_caller ? "must be active and hold the role that the operation asks"
                                    : "must be the principal of the key"});
      });
      run->exchange->begin({.content_type = std::string(kLinesType)});
    }
    if (!run->is_over) {
      Result<void> done = run->take(bytes);
      if (done) done = run->batch->flush();
      if (!done) run->fail(done.error());
    }
    // After the last answer nothing more is read.
    if (!run->is_over) more();
  });
}

void BatchBody::end() {
  service_.books_->add([run = run_] {
    if (run->is_over) return;
    if (run->batch && !run->line.empty())
      if (Result<void> done = run->batch->line(run->line); !done) return run->fail(done.error());
    if (run->batch)
      if (Result<void> done = run->batch->flush(); !done) return run->fail(done.error());
    run->is_over = true;
    if (!run->has_begun) return run->exchange->answer({.content_type = std::string(kLinesType)});
    run->exchange->end();
  });
}

void BatchBody::broken() {
  service_.books_->add([run = run_] {
    if (run->batch && !run->is_over) static_cast<void>(run->batch->flush());
    run->is_over = true;
  });
}

}  // namespace cofferdam::server
