// SPDX-License-Identifier: Apache-2.0
//
// How a call gets to the books, and its answer back: alone or in a group, on the books' thread or
// on the network's, at once or when the disk has it.
#include "cofferdam/journal/journal.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/service.h"

namespace cofferdam::server {
namespace {

// Answers that wait for others to go with.
constexpr std::size_t kReadyMax = 32;
// Commands that wait for others to be made durable with.
constexpr std::size_t kHeldMax = 256;
// The text of transfers that the network's thread carries out itself: a few of them.
constexpr std::size_t kQuickBytesMax = 2048;
// When a group is whole: so many turns of the network's loop brought nothing, or it is as large.
constexpr unsigned kQuietTurns = 3;
constexpr std::size_t kGatheredMax = 256;

// Each replays a part of the journal on the thread of the books, while everything else waits.
constexpr int kTravelsMax = 2;

}  // namespace

void Service::carry_out(std::shared_ptr<Call> call) {
  const auto exchange = call->exchange;
  const bool travels = !std::holds_alternative<std::monostate>(call->controls.at);
  if (travels && travels_.fetch_add(1) >= kTravelsMax) {
    --travels_;
    return exchange->answer(overloaded());
  }
  const bool quick = is_quick(*call);
  if (is_stopping_ || !books_->gather([this, call, travels] {
        // What has been carried out waits for nothing that may take long.
        if (call->route->kind != RouteKind::command || call->text.size() > kQuickBytesMax)
          send_held();
        // A command is carried out whoever listens: it may be asked for again by its id.
        if (call->route->kind != RouteKind::command && call->exchange->is_gone()) {
          if (travels) --travels_;
          return;
        }
        const bool has_key = call->key.empty() || is_key_good(call->key);
        if (has_key && call->route->task != nullptr && call->route->task->begin)
          return begin_task(call);
        // Nothing has been done yet, so a command may be sent again as it is.
        const bool is_full = http_->answers()->is_full(call->principal) ||
                             call->exchange->unread_bytes() >= kSocketUnreadEndMax;
        HttpResponse response = !has_key ? key_ended() : is_full ? overloaded() : run(*call);
        note_unsealed(call->principal, call->caller_key, call->route->operation, call->controls.id);
        if (travels) --travels_;
        release(std::move(call->exchange), std::move(response));
      })) {
    if (travels) --travels_;
    return exchange->answer(overloaded());
  }
  is_quick_ = is_quick_ && quick;
  if (std::exchange(hands_over_, true)) return;
  carry_out_gathered(books_->gathered(), 0);
}

// Behind what the network has at hand, which may be more of them: a request that came is read in
// several turns of the network's loop, so the end is when none has come for so many of them. What
// is left for the next group waits for all of this one, and pays for a flush of its own. A few
// transfers are carried out here and now where the books are free: to wake their thread, and to be
// woken by it, would take longer than they do.
void Service::carry_out_gathered(std::size_t seen, unsigned quiet_turns) {
  http_->post([this, seen, quiet_turns] {
    const std::size_t count = books_->gathered();
    const unsigned quiet = count == seen ? quiet_turns + 1 : 0;
    if (is_quick_ && quiet < kQuietTurns && count < kGatheredMax)
      return carry_out_gathered(count, quiet);
    hands_over_ = false;
    if (!std::exchange(is_quick_, true) || !carry_out_here()) books_->hand_over();
  });
}

// The disk is waited for here too, when the books are free again.
bool Service::carry_out_here() {
  std::vector<Answer> ready;
  std::vector<Answer> held;
  base::Sequence sequence = 0;
  bool is_snapshot_due = false;
  const bool is_done = books_->run_here([&] {
    ready = std::exchange(ready_, {});
    held = std::exchange(held_, {});
    sequence = held_sequence_;
    is_snapshot_due = session_.engine().is_snapshot_due();
  });
  if (is_snapshot_due) books_->add([] {});  // their thread takes it when it rests
  for (auto& [exchange, response] : ready) exchange->answer(std::move(response));
  if (held.empty()) return is_done;
  if (const auto durable = committer_->commit_here(sequence))
    answer_held(held, *durable);
  else
    offer_held(sequence, std::move(held));
  return is_done;
}

bool Service::is_quick(const Call& call) {
  return !call.text.empty() && call.text.size() <= kQuickBytesMax;
}

void Service::send_ready() {
  if (ready_.empty()) return;
  http_->post([ready = std::make_shared<decltype(ready_)>(std::exchange(ready_, {}))] {
    for (auto& [exchange, response] : *ready) exchange->answer(std::move(response));
  });
}

void Service::release(std::shared_ptr<HttpExchange> exchange, HttpResponse response) {
  const base::Sequence sequence = session_.engine().sequence();
  response.sequence = sequence;
  if (sequence <= session_.engine().journal().durable()) {
    ready_.emplace_back(std::move(exchange), std::move(response));
    if (ready_.size() >= kReadyMax) send_ready();
    return;
  }
  held_.emplace_back(std::move(exchange), std::move(response));
  held_sequence_ = sequence;
  if (held_.size() >= kHeldMax) send_held();
}

void Service::answer_held(std::vector<Answer>& held, const Result<void>& durable) {
  for (auto& [exchange, response] : held)
    exchange->answer(durable ? std::move(response) : error_response(durable.error()));
}

void Service::offer_held(base::Sequence sequence, std::vector<Answer> held) {
  committer_->offer(sequence, [held = std::make_shared<std::vector<Answer>>(std::move(held))](
                                  const Result<void>& durable) { answer_held(*held, durable); });
}

void Service::send_held() {
  if (!held_.empty()) offer_held(held_sequence_, std::exchange(held_, {}));
}

}  // namespace cofferdam::server
