// SPDX-License-Identifier: Apache-2.0
//
// Tells another program over HTTP, by POST, what became of an alert. A thread of its own: whoever
// gives it a message waits for nothing, and a receiver that is slow, or gone, slows nobody.
//
// A message goes to https, or to this very machine; to the one address, without redirects and
// without a proxy. It carries an id, which is the same in every attempt, and a signature:
//
//   Cofferdam-Delivery: ID
//   Cofferdam-Signature: t=SECONDS,v1=HEX    HMAC-SHA256 of "SECONDS.BODY" under the secret
//
// Any answer of 200 to 299 takes it. An answer of 400 to 499 that says that it will never be taken
// gives it up at once. Otherwise it is tried again after a pause that doubles, and given up after
// the last attempt. Messages wait in order, and a bounded number of them: when more come, the
// oldest of the least urgent ones is dropped. All of it is counted. What waits when the server
// stops is lost: a receiver that must not miss anything follows the feed of events.
#pragma once

#include "cofferdam/base/error.h"

#include <cstdint>
#include <memory>
#include <string>

namespace cofferdam::server {

struct WebhookOptions {
  std::string url;          // empty: none
  std::string secret_file;  // at least 16 bytes, closed to group and others
  std::uint32_t attempts_max = 10;
  std::size_t waiting_max = 1024;
  std::uint32_t pause_millis = 500;  // after the first attempt
  std::uint32_t pause_millis_max = 60'000;
  std::uint32_t connect_seconds = 5;
  std::uint32_t answer_seconds = 10;  // for the whole attempt
};

struct WebhookFigures {
  std::uint64_t delivered = 0;
  std::uint64_t failed_attempts = 0;
  std::uint64_t given_up = 0;
  std::uint64_t dropped = 0;
  std::uint64_t waiting = 0;
};

struct WebhookMessage {
  std::string delivery;
  std::string body;
  int urgency = 0;
};

class Webhook {
 public:
  Webhook() = default;
  virtual ~Webhook() = default;
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  [[nodiscard]] static base::Result<std::unique_ptr<Webhook>> open(const WebhookOptions& options);

  // From any thread; never waits for the network.
  virtual void offer(WebhookMessage message) = 0;
  // Breaks off what is under way. What still waits is dropped.
  virtual void stop() = 0;
  [[nodiscard]] virtual WebhookFigures figures() const = 0;
};

// An error names what is wrong with the address: neither https nor this machine, or with a name and
// a password in it.
[[nodiscard]] base::Result<void> check_webhook_url(const std::string& url);

}  // namespace cofferdam::server
