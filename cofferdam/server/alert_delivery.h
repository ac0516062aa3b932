// SPDX-License-Identifier: Apache-2.0
//
// Brings alerts out of the books: to the log and to the webhook, in the order of the records, each
// when its record is durable and not before.
#pragma once

#include "cofferdam/operation/session.h"
#include "cofferdam/server/alert_messages.h"
#include "cofferdam/server/webhook.h"
#include "cofferdam/server/workers.h"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace cofferdam::server {

class AlertDelivery {
 public:
  // The webhook's options may name none.
  [[nodiscard]] static Result<std::unique_ptr<AlertDelivery>> open(operation::Session& session,
                                                                   const WebhookOptions& options);

  AlertDelivery(operation::Session& session, std::unique_ptr<Webhook> webhook)
      : session_(session), webhook_(std::move(webhook)) {}

  // From now on every record that did something to alerts is noted.
  void attach(Committer& committer);
  // Tells what has become durable. From any thread.
  void tell_durable();
  // When no command is judged any more.
  void finish();

  [[nodiscard]] std::optional<WebhookFigures> webhook_figures() const;

 private:
  struct Noted {
    base::Sequence sequence = 0;
    std::vector<AlertText> messages;
  };

  operation::Session& session_;
  std::unique_ptr<Webhook> webhook_;  // null: there is none
  std::mutex mutex_;
  std::deque<Noted> noted_;
};

}  // namespace cofferdam::server
