// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/feed.h"

#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/operation_names.h"

#include <algorithm>

namespace cofferdam::server {
namespace {

using operation::Json;

// What a reader has not taken yet may be this much; more of it waits.
constexpr std::size_t kUnreadBytesMax = std::size_t{256} << 10;
// Of the events that are kept for everybody.
constexpr std::size_t kTailEventsMax = 4096;
constexpr std::size_t kTailBytesMax = std::size_t{4} << 20;
// The books wait while the feed works, so each call does a bounded part of it.
constexpr std::size_t kPumpBytesMax = std::size_t{4} << 20;
constexpr std::size_t kPumpRecordsMax = 512;
constexpr std::size_t kPumpReadBytesMax = std::size_t{8} << 20;

Json command_event(const engine::RecordedCommand& recorded, const operation::Codec& codec) {
  const engine::CommandRecord& record = recorded.record;
  Json json = Json::object();
  json.add("sequence", std::to_string(recorded.sequence));
  json.add("time", base::format_time(recorded.time));
  json.add("id", base::to_text(record.id.value()));
  json.add("principal",
           codec.names.code_of(operation::Numbered::principal, record.principal.value()));
  json.add("operation", operation::operation_name(record.operation));
  const bool ok = record.outcome.ok();
  const bool is_short = record.content.size() <= kEventContentBytesMax;
  std::size_t refused = 0;
  for (const std::uint8_t status : record.outcome.event_statuses) refused += status == 0 ? 0U : 1U;
  const auto command =
      !ok || is_short ? engine::decode_command(record.operation, record.version, record.content)
                      : decltype(engine::decode_command(0, 0, {})){};
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
  if (command && is_short)
    json.add("content", operation::command_json(*command, codec));
  else
    json.add("content_bytes", Json::number(record.content.size()));
  return json;
}

}  // namespace

bool FeedFilter::wants(const FeedEvent& event) const {
  if (event.kind != "command") return checkpoints;
  if (commands) return true;
  return std::any_of(operations.begin(), operations.end(), [&](const std::string& name) {
    return name.ends_with('.') ? event.operation.starts_with(name) : event.operation == name;
  });
}

Result<FeedFilter> read_filter(const Json& channels) {
  if (channels.kind != Json::Kind::list || channels.items.size() > kChannelsMax)
    return base::malformed("channels", operation::excerpt(channels),
                           "must be a list of at most 32 names");
  FeedFilter filter{.commands = false, .checkpoints = false};
  for (const Json& channel : channels.items) {
    const std::string& name = channel.text;
    const bool is_text = channel.kind == Json::Kind::text;
    if (is_text && name == "commands") {
      filter.commands = true;
    } else if (is_text && name == "checkpoints") {
      filter.checkpoints = true;
    } else if (is_text && name.size() > 2 && name.size() < 80 && name.ends_with(".*")) {
      filter.operations.push_back(name.substr(0, name.size() - 1));
    } else if (is_text && operation::operation_number(name)) {
      filter.operations.push_back(name);
    } else {
      return base::malformed("channels", operation::excerpt(channel),
                             "must be 'commands', 'checkpoints', the name of a command, or all of "
                             "a noun, as 'pool.*'");
    }
  }
  return filter;
}

bool Feed::add(Subscriber subscriber) {
  if (subscribers_.size() >= kSubscribersMax) return false;
  if (subscribers_.empty()) {
    tail_.clear();
    tail_bytes_ = 0;
    tail_reader_.reset();
    tail_next_ = session_.engine().journal().durable() + 1;
  }
  subscribers_.push_back(std::move(subscriber));
  size_ = subscribers_.size();
  return true;
}

void Feed::let_go(std::list<Subscriber>::iterator at, const Error* trouble) {
  if (at->reader != nullptr) --readers_;
  at->ended(trouble);
  subscribers_.erase(at);
  size_ = subscribers_.size();
}

bool Feed::remove(const HttpExchange* exchange, std::string_view name) {
  const auto found = std::find_if(subscribers_.begin(), subscribers_.end(), [&](const auto& one) {
    return one.exchange.get() == exchange && one.name == name;
  });
  if (found == subscribers_.end()) return false;
  found->ended = [](const Error*) {};
  let_go(found);
  return true;
}

std::size_t Feed::size_of(const HttpExchange* exchange) const {
  return static_cast<std::size_t>(
      std::count_if(subscribers_.begin(), subscribers_.end(),
                    [&](const auto& one) { return one.exchange.get() == exchange; }));
}

FeedEvent Feed::event_of(const journal::Record& record) const {
  FeedEvent event{.sequence = record.sequence, .kind = "record", .operation = {}, .json = {}};
  if (record.kind == engine::kCommandRecord) {
    if (const auto recorded = engine::recorded_command(record)) {
      event.kind = "command";
      event.operation = operation::operation_name(recorded->record.operation);
      event.json = operation::write_json(command_event(*recorded, session_.codec()));
      return event;
    }
  } else {
    event.kind = "checkpoint";
  }
  event.json = R"({"sequence":")" + std::to_string(record.sequence) + "\"}";
  return event;
}

Result<bool> Feed::read_tail() {
  journal::Journal& journal = session_.engine().journal();
  if (journal.durable() < tail_next_) return false;
  if (tail_reader_ == nullptr) {
    auto reader = journal.read_from(tail_next_);
    if (!reader) return std::unexpected(reader.error());
    tail_reader_ = std::move(*reader);
  } else {
    journal.extend(*tail_reader_);
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kPumpRecordsMax && bytes < kPumpReadBytesMax; ++i) {
    const auto next = tail_reader_->next();
    if (!next) return std::unexpected(next.error());
    if (*next == nullptr) return false;
    bytes += (*next)->body.size();
    tail_.push_back(event_of(**next));
    tail_bytes_ += tail_.back().json.size();
    tail_next_ = (*next)->sequence + 1;
    while (tail_.size() > kTailEventsMax || (tail_bytes_ > kTailBytesMax && tail_.size() > 1)) {
      tail_bytes_ -= tail_.front().json.size();
      tail_.pop_front();
    }
  }
  return true;
}

bool Feed::feed_from_tail(Subscriber& subscriber, std::size_t& budget) const {
  std::string text;
  const std::size_t unread = subscriber.exchange->unread_bytes();
  bool is_full = false;
  while (subscriber.after + 1 < tail_next_) {
    is_full = unread + text.size() >= kUnreadBytesMax;
    if (is_full || budget == 0) break;
    const FeedEvent& event = tail_[static_cast<std::size_t>(subscriber.after + 1 - tail_first())];
    if (subscriber.filter.wants(event)) {
      const std::size_t before = text.size();
      text += subscriber.form(event);
      budget -= std::min(budget, text.size() - before);
    }
    subscriber.after = event.sequence;
  }
  const bool has_more = !is_full && subscriber.after + 1 < tail_next_;
  if (!text.empty()) subscriber.exchange->part(std::move(text));
  return has_more;
}

Result<bool> Feed::feed_from_journal(Subscriber& subscriber, std::size_t& budget) {
  journal::Journal& journal = session_.engine().journal();
  if (subscriber.reader == nullptr) {
    if (readers_ >= kFeedReadersMax) return false;
    auto reader = journal.read_from(subscriber.after + 1);
    if (!reader) return std::unexpected(reader.error());
    subscriber.reader = std::move(*reader);
    ++readers_;
  } else {
    journal.extend(*subscriber.reader);
  }
  std::string text;
  std::size_t bytes = 0;
  const std::size_t unread = subscriber.exchange->unread_bytes();
  bool has_more = true;
  for (std::size_t i = 0; i < kPumpRecordsMax && bytes < kPumpReadBytesMax && budget > 0; ++i) {
    if (unread + text.size() >= kUnreadBytesMax || subscriber.after + 1 >= tail_first()) {
      has_more = false;
      break;
    }
    const auto next = subscriber.reader->next();
    if (!next) return std::unexpected(next.error());
    if (*next == nullptr) break;
    const FeedEvent event = event_of(**next);
    if (subscriber.filter.wants(event)) text += subscriber.form(event);
    bytes += (*next)->body.size();
    budget -= std::min(budget, (*next)->body.size());
    subscriber.after = event.sequence;
  }
  if (!text.empty()) subscriber.exchange->part(std::move(text));
  return has_more;
}

Result<bool> Feed::feed(Subscriber& subscriber, std::size_t& budget) {
  if (subscriber.after + 1 < tail_first() && subscriber.has_caught_up && subscriber.gap) {
    // It was too slow for what is kept: it is told what it missed, when it can take that.
    if (subscriber.exchange->unread_bytes() >= kUnreadBytesMax) return false;
    const base::Sequence newest = tail_next_ - 1;
    subscriber.exchange->part(subscriber.gap(subscriber.after + 1, newest));
    subscriber.after = newest;
    return false;
  }
  if (subscriber.after + 1 < tail_first()) {
    Result<bool> more = feed_from_journal(subscriber, budget);
    if (!more || subscriber.after + 1 < tail_first()) return more;
  }
  if (subscriber.reader != nullptr) {
    subscriber.reader.reset();
    --readers_;
  }
  subscriber.has_caught_up = true;
  return feed_from_tail(subscriber, budget);
}

bool Feed::pump() {
  if (subscribers_.empty()) return false;
  Result<bool> tail = read_tail();
  std::size_t budget = kPumpBytesMax;
  bool has_more = tail && *tail;
  // Who was last at the bounded work is first at the next.
  subscribers_.splice(subscribers_.end(), subscribers_, subscribers_.begin());
  for (auto at = subscribers_.begin(); at != subscribers_.end();) {
    const auto one = at++;
    if (!tail || one->exchange->is_gone()) {
      let_go(one, tail ? nullptr : &tail.error());
      continue;
    }
    const Result<bool> more = feed(*one, budget);
    if (!more)
      let_go(one, &more.error());
    else
      has_more = has_more || *more;
  }
  return has_more;
}

void Feed::beat() {
  for (auto at = subscribers_.begin(); at != subscribers_.end();) {
    const auto one = at++;
    if (one->exchange->is_gone() || !one->may_stay())
      let_go(one);
    else if (!one->beat.empty() && one->exchange->unread_bytes() == 0)
      one->exchange->part(one->beat);
  }
}

void Feed::end() {
  while (!subscribers_.empty()) let_go(subscribers_.begin());
}

}  // namespace cofferdam::server
