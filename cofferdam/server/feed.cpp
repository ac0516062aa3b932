// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/feed.h"

#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/operation_names.h"

#include <algorithm>
#include <utility>

namespace cofferdam::server {
namespace {

using operation::Json;

// What a reader has not taken yet may be this much; more of it waits.
constexpr std::size_t kUnreadBytesMax = std::size_t{256} << 10;
// Of the events that are kept for everybody.
constexpr std::size_t kTailEventsMax = 4096;
constexpr std::size_t kTailBytesMax = std::size_t{4} << 20;
// The books wait while the feed works, so each call does a bounded part of it.
constexpr std::size_t kPumpTailBytesMax = std::size_t{2} << 20;     // that are given from the tail
constexpr std::size_t kPumpJournalBytesMax = std::size_t{1} << 20;  // to who reads the journal
constexpr std::size_t kPumpRecordsMax = 512;
constexpr std::size_t kPumpReadBytesMax = std::size_t{4} << 20;
// What is charged beside the bytes: for a record that is read from the journal, for an event that
// is looked at, for a reader that is opened.
constexpr std::size_t kRecordCost = 1024;
constexpr std::size_t kEventCost = 64;
constexpr std::size_t kOpenCost = std::size_t{512} << 10;

void spend(std::size_t& budget, std::size_t spent) {
  budget -= std::min(budget, spent);
}

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
    } else if (is_text && name.ends_with(".*") &&
               operation::is_beginning_of_operations(name.substr(0, name.size() - 1))) {
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
  end_reader(*at);
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

void Feed::remove_all(const HttpExchange* exchange) {
  for (auto at = subscribers_.begin(); at != subscribers_.end();) {
    const auto one = at++;
    if (one->exchange.get() != exchange) continue;
    one->ended = [](const Error*) {};
    let_go(one);
  }
}

void Feed::end_reader(Subscriber& subscriber) {
  if (subscriber.reader == nullptr) return;
  subscriber.reader.reset();
  --readers_;
  const auto own = readers_of_.find(subscriber.who);
  if (--own->second == 0) readers_of_.erase(own);
}

std::size_t Feed::size_of(const HttpExchange* exchange) const {
  return static_cast<std::size_t>(
      std::count_if(subscribers_.begin(), subscribers_.end(),
                    [&](const auto& one) { return one.exchange.get() == exchange; }));
}

std::size_t Feed::size_of_principal(const std::string& who) const {
  return static_cast<std::size_t>(std::count_if(subscribers_.begin(), subscribers_.end(),
                                                [&](const auto& one) { return one.who == who; }));
}

FeedEvent Feed::event_of(const journal::Record& record, const FeedFilter* filter) const {
  FeedEvent event{.sequence = record.sequence, .kind = "record", .operation = {}, .json = {}};
  if (record.kind == engine::kCommandRecord) {
    if (const auto recorded = engine::recorded_command(record)) {
      event.kind = "command";
      event.operation = operation::operation_name(recorded->record.operation);
      if (filter == nullptr || filter->wants(event))
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
    tail_.push_back(event_of(**next, nullptr));
    tail_bytes_ += tail_.back().json.size();
    tail_next_ = (*next)->sequence + 1;
    while (tail_.size() > kTailEventsMax || (tail_bytes_ > kTailBytesMax && tail_.size() > 1)) {
      tail_bytes_ -= tail_.front().json.size();
      tail_.pop_front();
    }
  }
  return true;
}

bool Feed::feed_from_tail(Subscriber& subscriber, Budget& budget) const {
  std::string text;
  const std::size_t unread = subscriber.exchange->unread_bytes();
  bool is_full = false;
  while (subscriber.after + 1 < tail_next_) {
    is_full = unread + text.size() >= kUnreadBytesMax;
    if (is_full || budget.tail_bytes == 0) break;
    spend(budget.tail_bytes, kEventCost);
    const FeedEvent& event = tail_[static_cast<std::size_t>(subscriber.after + 1 - tail_first())];
    if (subscriber.filter.wants(event)) {
      const std::size_t before = text.size();
      text += subscriber.form(event);
      spend(budget.tail_bytes, text.size() - before);
    }
    subscriber.after = event.sequence;
  }
  const bool has_more = !is_full && subscriber.after + 1 < tail_next_;
  if (!text.empty()) subscriber.exchange->part(std::move(text));
  return has_more;
}

Result<bool> Feed::feed_from_journal(Subscriber& subscriber, Budget& budget) {
  journal::Journal& journal = session_.engine().journal();
  if (subscriber.reader == nullptr) {
    const auto own = readers_of_.find(subscriber.who);
    if (readers_ >= kFeedReadersMax ||
        (own != readers_of_.end() && own->second >= kReadersOfPrincipalMax))
      return false;
    if (subscriber.exchange->unread_bytes() >= kUnreadBytesMax) return false;
    if (!std::exchange(budget.may_open, false) || budget.journal_bytes == 0) return true;
    spend(budget.journal_bytes, kOpenCost);
    auto reader = journal.read_from(subscriber.after + 1);
    if (!reader) return std::unexpected(reader.error());
    subscriber.reader = std::move(*reader);
    ++readers_;
    ++readers_of_[subscriber.who];
  } else {
    journal.extend(*subscriber.reader);
  }
  std::string text;
  std::size_t bytes = 0;
  const std::size_t unread = subscriber.exchange->unread_bytes();
  bool has_more = true;
  for (std::size_t i = 0;
       i < kPumpRecordsMax && bytes < kPumpReadBytesMax && budget.journal_bytes > 0; ++i) {
    if (unread + text.size() >= kUnreadBytesMax || subscriber.after + 1 >= tail_first()) {
      has_more = false;
      break;
    }
    const auto next = subscriber.reader->next();
    if (!next) return std::unexpected(next.error());
    if (*next == nullptr) break;
    bytes += (*next)->body.size();
    spend(budget.journal_bytes, kRecordCost + (*next)->body.size());
    if ((*next)->sequence <= subscriber.after) continue;  // it was given this from the tail
    const FeedEvent event = event_of(**next, &subscriber.filter);
    if (subscriber.filter.wants(event)) {
      text += subscriber.form(event);
      spend(budget.journal_bytes, event.json.size());
    }
    subscriber.after = event.sequence;
  }
  if (!text.empty()) subscriber.exchange->part(std::move(text));
  return has_more;
}

Result<bool> Feed::feed(Subscriber& subscriber, Budget& budget) {
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
  const bool has_more = feed_from_tail(subscriber, budget);
  // Only who was given the newest has caught up. At the old end of the tail, which moves on with
  // every record, a reader that takes its time would fall behind at once and be told of a gap; it
  // keeps its place in the journal instead.
  if (subscriber.after + 1 >= tail_next_) {
    subscriber.has_caught_up = true;
    end_reader(subscriber);
  }
  return has_more;
}

bool Feed::pump() {
  if (subscribers_.empty()) return false;
  Result<bool> tail = tail_is_owed_ ? Result<bool>(true) : read_tail();
  Budget budget{.tail_bytes = kPumpTailBytesMax, .journal_bytes = kPumpJournalBytesMax};
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
  tail_is_owed_ = budget.tail_bytes == 0;
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
