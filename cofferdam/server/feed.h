// SPDX-License-Identifier: Apache-2.0
//
// The feed of events: every command that was recorded, in order, as server-sent events. The id of
// an event is its record's sequence, so a reader that comes back says where it was. Only durable
// records are sent. Nothing is buffered for a slow reader: it is fed from the journal when it has
// taken what it was given.
#pragma once

#include "cofferdam/journal/reader.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/server/http.h"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <string>

namespace cofferdam::server {

inline constexpr std::size_t kSubscribersMax = 256;

// On the thread that owns the books, but for size().
class Feed {
 public:
  explicit Feed(operation::Session& session) : session_(session) {}

  struct Subscriber {
    std::shared_ptr<HttpExchange> exchange;
    std::function<bool()> may_stay;
    base::Sequence after = 0;
    std::unique_ptr<journal::Reader> reader = {};
  };

  // False when there are too many already.
  [[nodiscard]] bool add(Subscriber subscriber);
  // Gives everybody what has become durable.
  void pump();
  // A comment to keep connections alive; who has gone, or may not stay, is let go.
  void beat();
  void end();

  [[nodiscard]] std::size_t size() const { return size_.load(); }

 private:
  [[nodiscard]] Result<void> feed(Subscriber& subscriber);
  [[nodiscard]] std::string event_of(const journal::Record& record) const;

  operation::Session& session_;
  std::list<Subscriber> subscribers_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace cofferdam::server
