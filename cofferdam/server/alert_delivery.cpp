// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/alert_delivery.h"

#include "cofferdam/journal/journal.h"
#include "cofferdam/server/log.h"

namespace cofferdam::server {

Result<std::unique_ptr<AlertDelivery>> AlertDelivery::open(operation::Session& session,
                                                           const WebhookOptions& options) {
  if (options.url.empty()) return std::make_unique<AlertDelivery>(session, nullptr);
  auto webhook = Webhook::open(options);
  if (!webhook) return std::unexpected(std::move(webhook).error());
  return std::make_unique<AlertDelivery>(session, std::move(*webhook));
}

void AlertDelivery::attach(Committer& committer) {
  session_.engine().on_alerts([this, &committer](const engine::AlertNotice& notice) {
    auto messages = alert_messages(notice, session_.engine().state(), session_.codec());
    {
      const std::lock_guard lock(mutex_);
      noted_.push_back({notice.sequence, std::move(messages)});
    }
    // An alert does not wait for somebody who wants an answer.
    committer.offer(notice.sequence, [this](const Result<void>& /*durable*/) { tell_durable(); });
  });
}

void AlertDelivery::tell_durable() {
  const base::Sequence durable = session_.engine().journal().durable();
  const std::lock_guard lock(mutex_);  // held while telling, so that the order is that of the books
  while (!noted_.empty() && noted_.front().sequence <= durable) {
    for (const AlertText& message : noted_.front().messages) {
      log_line(message.level, "alert", message.log);
      if (webhook_ != nullptr)
        webhook_->offer({message.delivery, operation::write_json(message.sent), message.urgency});
    }
    noted_.pop_front();
  }
}

void AlertDelivery::finish() {
  session_.engine().on_alerts({});
  tell_durable();
  if (webhook_ != nullptr) webhook_->stop();
}

std::optional<WebhookFigures> AlertDelivery::webhook_figures() const {
  return webhook_ == nullptr ? std::nullopt : std::optional(webhook_->figures());
}

}  // namespace cofferdam::server
