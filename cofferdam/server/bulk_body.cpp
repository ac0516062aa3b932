// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/bulk_body.h"

#include "cofferdam/server/parameters.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/service.h"

#include <algorithm>
#include <cstring>

namespace cofferdam::server {
namespace {

// Of one request, judged or waiting for it, and not released yet.
constexpr std::size_t kBatchesMax = 6;

}  // namespace

struct BulkRun {
  // Of the network's thread.
  std::shared_ptr<HttpExchange> exchange;
  std::function<void()> more;
  std::size_t waiting = 0;
  bool has_begun = false;
  bool is_answered = false;
  // Of the books' thread.
  std::string principal;
  std::string key;
  bool is_over = false;

  void released(std::string block, bool is_last) {
    --waiting;
    if (is_answered) return;
    if (!has_begun) {
      has_begun = true;
      exchange->begin({.content_type = std::string(kBulkAnswerType)});
      exchange->part(bulk_answer_head());
    }
    exchange->part(std::move(block));
    is_answered = is_last;
    if (is_last) return exchange->end();
    if (more) std::exchange(more, nullptr)();
  }

  void refused(const BulkBlock& block, const HttpResponse& problem) {
    if (is_answered) return;
    is_answered = true;
    more = nullptr;
    if (!has_begun) return exchange->answer(problem);
    exchange->part(bulk_problem(block, problem.body));
    exchange->end();
  }
};

BulkBody::BulkBody(Service& service, std::shared_ptr<HttpExchange> exchange,
                   const HttpRequest& head)
    : service_(service),
      run_(std::make_shared<BulkRun>()),
      length_(head.content_length),
      idempotency_key_(head.idempotency_key) {
  run_->exchange = std::move(exchange);
  run_->principal = head.caller;
  run_->key = head.caller_key;
}

BulkBody::~BulkBody() = default;

void BulkBody::refuse(const HttpResponse& problem) {
  run_->refused({.first = taken_}, problem);
}

// A body of no bytes has no parts.
void BulkBody::end() {
  if (head_.empty()) refuse(syntax_response(read_bulk_head(head_, 0).error()));
}

void BulkBody::part(std::string bytes, std::function<void()> more) {
  std::string_view rest = bytes;
  if (records_ == 0) {
    const std::size_t size = std::min(rest.size(), kBulkHeadBytes - head_.size());
    head_ += rest.substr(0, size);
    rest.remove_prefix(size);
    if (!length_)
      return refuse(
          problem_response({.status = 411,
                            .code = "length-required",
                            .title = "A body in bulk says how long it is",
                            .field = "Content-Length",
                            .value = "",
                            .rule = "must be there; a body in chunks is not taken here"}));
    if (head_.size() < std::min<std::uint64_t>(kBulkHeadBytes, *length_)) return more();
    const Result<std::uint64_t> records = read_bulk_head(head_, *length_);
    if (!records) return refuse(syntax_response(records.error()));
    if (idempotency_key_.empty()) return refuse(id_missing("Idempotency-Key"));
    const Result<base::CommandId> key = parse_idempotency_key(idempotency_key_);
    if (!key) return refuse(syntax_response(key.error()));
    records_ = *records;
    key_ = *key;
  }
  while (!rest.empty()) {
    if (batch_.empty())
      batch_.resize(
          static_cast<std::size_t>(std::min<std::uint64_t>(kBulkBatchMax, records_ - taken_)));
    const std::size_t whole = batch_.size() * sizeof(ledger::Transfer);
    const std::size_t size = std::min(rest.size(), whole - batch_bytes_);
    std::memcpy(reinterpret_cast<char*>(batch_.data()) + batch_bytes_, rest.data(), size);
    rest.remove_prefix(size);
    batch_bytes_ += size;
    if (batch_bytes_ < whole) break;
    if (const Result<void> good = check_bulk(batch_, taken_); !good) {
      // What was handed over is answered first.
      service_.books_->add([service = &service_, run = run_, first = taken_,
                            problem = syntax_response(good.error())] {
        service->refuse_bulk(run, {.first = first}, problem);
      });
      return;
    }
    hand_over();
  }
  if (run_->waiting < kBatchesMax)
    more();
  else
    run_->more = std::move(more);
}

void BulkBody::hand_over() {
  ++run_->waiting;
  const std::uint64_t first = taken_;
  taken_ += batch_.size();
  batch_bytes_ = 0;
  service_.books_->add([service = &service_, run = run_, first, is_last = taken_ == records_,
                        id = bulk_command_id(key_, first / kBulkBatchMax),
                        transfers = std::exchange(batch_, {})]() mutable {
    service->carry_out_bulk(run, first, is_last, id, std::move(transfers));
  });
}

void Service::carry_out_bulk(const std::shared_ptr<BulkRun>& run, std::uint64_t first, bool is_last,
                             base::CommandId id, std::vector<ledger::Transfer> transfers) {
  send_held();  // what was carried out before does not wait for this
  if (run->is_over) return;
  if (!is_key_good(run->key)) return refuse_bulk(run, {.first = first}, key_ended());
  const Route& route = *routes_.find(kBulkPath);
  if (auto refused = admission_.ask_scope(run->key, route))
    return refuse_bulk(run, {.first = first}, *refused);
  if (auto forbidden = forbid_command(run->principal, route.roles))
    return refuse_bulk(run, {.first = first}, *forbidden);
  const principal::Principal* who =
      principal::find_principal(session_.engine().state().principal, run->principal);
  engine::Request request{.id = id, .principal = who->id};
  request.command = ledger::CreateTransfers{.guards = {}, .transfers = std::move(transfers)};
  const Result<engine::Reply> reply = session_.engine().submit(request);
  note_disk(reply ? nullptr : &reply.error());
  note_unsealed(run->principal, run->key, route.operation, id);
  if (!reply) return refuse_bulk(run, {.first = first}, error_response(reply.error()));
  const BulkBlock block{.first = first, .sequence = reply->sequence, .replayed = reply->replayed};
  if (!reply->ok()) {
    const engine::Refusal refusal = reply->shape != 0
                                        ? engine::refusal_of_shape(request.command, reply->shape)
                                        : engine::refusal_of(request.command, reply->outcome);
    return refuse_bulk(run, block,
                       problem_response({.status = 409,
                                         .code = refusal.status,
                                         .title = "A rule says no",
                                         .rule = refusal.rule}));
  }
  committer_->offer(reply->sequence, [run, block, is_last,
                                      text = bulk_statuses(block, reply->outcome.event_statuses)](
                                         const Result<void>& durable) mutable {
    if (durable) return run->released(std::move(text), is_last);
    run->refused(block, error_response(durable.error()));
  });
}

// Behind what was carried out before.
void Service::refuse_bulk(const std::shared_ptr<BulkRun>& run, const BulkBlock& block,
                          HttpResponse problem) {
  if (run->is_over) return;
  run->is_over = true;
  committer_->offer(session_.engine().sequence(),
                    [run, block, problem = std::move(problem)](const Result<void>& durable) {
                      run->refused(block, durable ? problem : error_response(durable.error()));
                    });
}

void BulkBody::broken() {
  run_->more = nullptr;
}

}  // namespace cofferdam::server
