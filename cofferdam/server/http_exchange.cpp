// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/http_exchange.h"

namespace cofferdam::server {
namespace {

HttpResponse unanswered() {
  return {.status = 500,
          .content_type = "application/problem+json",
          .body = R"({"type":"/problems/internal","title":"The request was not answered",)"
                  R"("status":500,"detail":"this is a defect of the server","code":"internal",)"
                  R"("rule":"this is a defect of the server"})"
                  "\n"};
}

}  // namespace

Exchange::~Exchange() {
  if (session_ == nullptr) return;
  network_.dispatch([session = std::move(session_), has_begun = has_begun_] {
    if (has_begun)
      session->close_now();
    else
      session->on_answer(unanswered());
  });
}

void Exchange::answer(HttpResponse response) {
  if (session_ == nullptr) return;
  network_.dispatch([session = std::move(session_), response = std::move(response)]() mutable {
    session->on_answer(std::move(response));
  });
}

void Exchange::begin(HttpResponse head) {
  if (session_ == nullptr) return;
  has_begun_ = true;
  network_.dispatch([session = session_, head = std::move(head)]() mutable {
    session->on_begin(std::move(head));
  });
}

void Exchange::part(std::string bytes) {
  if (session_ == nullptr) return;
  session_->unread += bytes.size();
  network_.dispatch([session = session_, bytes = std::move(bytes)]() mutable {
    session->on_part(std::move(bytes));
  });
}

void Exchange::end() {
  if (session_ == nullptr) return;
  network_.dispatch([session = std::move(session_)] { session->on_end(); });
}

std::size_t Exchange::unread_bytes() const {
  return session_ == nullptr ? 0 : session_->unread.load();
}

bool Exchange::is_gone() const {
  return session_ == nullptr || session_->gone;
}

UpgradedExchange::~UpgradedExchange() {
  network_.dispatch([session = std::move(session_)] {});
}

void UpgradedExchange::answer(HttpResponse response) {
  network_.dispatch([session = session_, response = std::move(response)]() mutable {
    session->on_answer(std::move(response));
  });
}

void UpgradedExchange::begin(HttpResponse head) {
  network_.dispatch([session = session_, head = std::move(head)]() mutable {
    session->on_begin(std::move(head));
  });
}

void UpgradedExchange::part(std::string bytes) {
  session_->unread += bytes.size();
  network_.dispatch([session = session_, bytes = std::move(bytes)]() mutable {
    session->on_part(std::move(bytes));
  });
}

void UpgradedExchange::end() {
  network_.dispatch([session = session_] { session->on_end(); });
}

}  // namespace cofferdam::server
