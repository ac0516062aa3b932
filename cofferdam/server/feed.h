// SPDX-License-Identifier: Apache-2.0
//
// The feed of events: every command that was recorded, in order, for readers over server-sent
// events and over WebSocket. An event is known by its record's sequence, so a reader that comes
// back says where it was. Only durable records are sent.
//
// Each record is read and written as JSON once. What was read last is kept, within bounds, and
// given to everybody who is up with it. A reader that comes from further back is fed from the
// journal until it has caught up with the newest, however long that takes. Nothing is buffered for
// a slow reader: it waits until it has taken what it was given. One that has a form for it is then
// told which events it has missed, and goes on with the newest; one that has none is fed from the
// journal again.
#pragma once

#include "cofferdam/journal/reader.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/server/http.h"

#include <atomic>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::server {

inline constexpr std::size_t kSubscribersMax = 1024;
inline constexpr std::size_t kSubscriptionsOfPrincipalMax = 128;
inline constexpr std::size_t kFeedReadersMax = 128;  // that are fed from the journal at a time
// The places are few, and each holds a part of the journal: one principal leaves some to others.
inline constexpr std::size_t kReadersOfPrincipalMax = 16;
// A command with more content than this is told without it.
inline constexpr std::size_t kEventContentBytesMax = std::size_t{16} << 10;

struct FeedEvent {
  base::Sequence sequence = 0;
  std::string_view kind;  // "command", "checkpoint", or "record" of one that is neither
  std::string operation;  // of a command
  std::string json;
};

// What a subscriber wants to hear of.
struct FeedFilter {
  bool commands = true;
  bool checkpoints = true;
  std::vector<std::string> operations = {};  // "transfer.create", or "pool." for all of a noun

  [[nodiscard]] bool wants(const FeedEvent& event) const;
};

inline constexpr std::size_t kChannelsMax = 32;
// A list of "commands", "checkpoints", names of operations, and "NOUN.*".
[[nodiscard]] Result<FeedFilter> read_filter(const operation::Json& channels);

// On the thread that owns the books, but for size().
class Feed {
 public:
  explicit Feed(operation::Session& session) : session_(session) {}

  struct Subscriber {
    std::shared_ptr<HttpExchange> exchange;
    std::string name = {};  // where an exchange has several
    std::string who = {};   // the principal
    base::Sequence after = 0;
    FeedFilter filter = {};
    std::function<bool()> may_stay;
    std::function<std::string(const FeedEvent&)> form;
    // Of what was missed; absent: nothing is ever passed over.
    std::function<std::string(base::Sequence first, base::Sequence last)> gap = {};
    // Null: it may not stay, or has gone; else what became of the journal.
    std::function<void(const Error* trouble)> ended;
    std::string beat = {};  // what keeps the connection alive, where something has to
    // The feed's own.
    std::unique_ptr<journal::Reader> reader = {};
    bool has_caught_up = false;  // it was given the newest once
  };

  // False when there are too many already.
  [[nodiscard]] bool add(Subscriber subscriber);
  [[nodiscard]] bool remove(const HttpExchange* exchange, std::string_view name);
  // Gives everybody what has become durable, within bounds. True: there is more to give now.
  [[nodiscard]] bool pump();
  // All of an exchange.
  void remove_all(const HttpExchange* exchange);
  // Keeps connections alive; who has gone, or may not stay, is let go.
  void beat();
  void end();

  [[nodiscard]] std::size_t size() const { return size_.load(); }

  [[nodiscard]] std::size_t size_of(const HttpExchange* exchange) const;
  [[nodiscard]] std::size_t size_of_principal(const std::string& who) const;

 private:
  // What one pump may still do.
  struct Budget {
    std::size_t tail_bytes = 0;
    std::size_t journal_bytes = 0;
    bool may_open = true;  // a reader of the journal: that walks through a part of a segment
  };

  [[nodiscard]] Result<bool> read_tail();
  [[nodiscard]] Result<bool> feed(Subscriber& subscriber, Budget& budget);
  [[nodiscard]] bool feed_from_tail(Subscriber& subscriber, Budget& budget) const;
  [[nodiscard]] Result<bool> feed_from_journal(Subscriber& subscriber, Budget& budget);
  void end_reader(Subscriber& subscriber);
  // Without its JSON where a filter is given that does not want it.
  [[nodiscard]] FeedEvent event_of(const journal::Record& record, const FeedFilter* filter) const;
  void let_go(std::list<Subscriber>::iterator at, const Error* trouble = nullptr);

  [[nodiscard]] base::Sequence tail_first() const { return tail_next_ - tail_.size(); }

  operation::Session& session_;
  std::list<Subscriber> subscribers_;
  std::atomic<std::size_t> size_{0};
  std::size_t readers_ = 0;
  std::map<std::string, std::size_t> readers_of_;  // by principal
  // The newest events that were read, without a gap; tail_next_ is the one to be read next.
  std::deque<FeedEvent> tail_;
  std::size_t tail_bytes_ = 0;
  base::Sequence tail_next_ = 1;
  std::unique_ptr<journal::Reader> tail_reader_;
  // The last pump could not give everybody what is in the tail: it does not move on before.
  bool tail_is_owed_ = false;
};

}  // namespace cofferdam::server
