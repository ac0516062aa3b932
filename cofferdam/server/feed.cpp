// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/feed.h"

#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/operation_names.h"

namespace cofferdam::server {
namespace {

using operation::Json;

// What a reader has not taken yet may be this much; more of it waits in the journal.
constexpr std::size_t kUnreadBytesMax = std::size_t{256} << 10;

Json command_event(const engine::RecordedCommand& recorded, const operation::Codec& codec) {
  const engine::CommandRecord& record = recorded.record;
  Json json = Json::object();
  json.add("sequence", std::to_string(recorded.sequence));
  json.add("time", base::format_time(recorded.time));
  json.add("id", base::to_text(record.id.value()));
  json.add("principal",
           codec.names.code_of(operation::Numbered::principal, record.principal.value()));
  json.add("operation", operation::operation_name(record.operation));
  const auto command = engine::decode_command(record.operation, record.version, record.content);
  const bool ok = record.outcome.ok();
  std::size_t refused = 0;
  for (const std::uint8_t status : record.outcome.event_statuses) refused += status == 0 ? 0U : 1U;
  json.add("verdict", ok && refused == 0 ? "ok" : "refused");
  json.add("status", ok || !command ? std::string(refused == 0 ? "ok" : "events_refused")
                                    : engine::refusal_of(*command, record.outcome).status);
  if (!record.outcome.event_statuses.empty()) {
    json.add("events", Json::number(record.outcome.event_statuses.size()));
    json.add("events_refused", Json::number(refused));
  }
  if (!record.outcome.alerts.empty()) {
    Json& alerts = json.add("alerts", Json::list());
    for (const alert::AlertChange& change : record.outcome.alerts)
      alerts.items.push_back(operation::to_json(change, codec));
  }
  if (command) json.add("content", operation::command_json(*command, codec));
  return json;
}

}  // namespace

bool Feed::add(Subscriber subscriber) {
  if (subscribers_.size() >= kSubscribersMax) return false;
  subscribers_.push_back(std::move(subscriber));
  size_ = subscribers_.size();
  return true;
}

std::string Feed::event_of(const journal::Record& record) const {
  std::string text = "id: " + std::to_string(record.sequence) + "\n";
  if (record.kind == engine::kCommandRecord) {
    const auto recorded = engine::recorded_command(record);
    if (!recorded) return {};
    text += "event: command\ndata: " +
            operation::write_json(command_event(*recorded, session_.codec()));
  } else {
    text += "event: checkpoint\ndata: {\"sequence\":\"" + std::to_string(record.sequence) + "\"}";
  }
  return text + "\n\n";
}

Result<void> Feed::feed(Subscriber& subscriber) {
  journal::Journal& journal = session_.engine().journal();
  if (journal.durable() <= subscriber.after) return {};
  if (subscriber.reader == nullptr) {
    auto reader = journal.read_from(subscriber.after + 1);
    if (!reader) return std::unexpected(reader.error());
    subscriber.reader = std::move(*reader);
  } else {
    journal.extend(*subscriber.reader);
  }
  std::string text;
  while (subscriber.exchange->unread_bytes() + text.size() < kUnreadBytesMax) {
    const auto next = subscriber.reader->next();
    if (!next) return std::unexpected(next.error());
    if (*next == nullptr) break;
    text += event_of(**next);
    subscriber.after = (*next)->sequence;
  }
  if (!text.empty()) subscriber.exchange->part(std::move(text));
  return {};
}

void Feed::pump() {
  for (auto at = subscribers_.begin(); at != subscribers_.end();) {
    if (at->exchange->is_gone() || !feed(*at)) {
      at->exchange->end();
      at = subscribers_.erase(at);
    } else {
      ++at;
    }
  }
  size_ = subscribers_.size();
}

void Feed::beat() {
  for (auto at = subscribers_.begin(); at != subscribers_.end();) {
    if (at->exchange->is_gone() || !at->may_stay()) {
      at->exchange->end();
      at = subscribers_.erase(at);
    } else {
      if (at->exchange->unread_bytes() == 0) at->exchange->part(": still here\n\n");
      ++at;
    }
  }
  size_ = subscribers_.size();
}

void Feed::end() {
  for (const Subscriber& subscriber : subscribers_) subscriber.exchange->end();
  subscribers_.clear();
  size_ = 0;
}

}  // namespace cofferdam::server
