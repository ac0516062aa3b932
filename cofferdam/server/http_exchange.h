// SPDX-License-Identifier: Apache-2.0
//
// An exchange hands what is answered, on whatever thread, to its connection on the network's.
#pragma once

#include "cofferdam/server/http.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace cofferdam::server {

class NetworkThread {
 public:
  virtual ~NetworkThread() = default;
  // At once when called on the network's thread, else there and soon.
  virtual void dispatch(std::function<void()> what) = 0;
};

// A connection, as its exchange sees it. All on the network's thread, but for the two flags.
class HttpSession {
 public:
  HttpSession() = default;
  virtual ~HttpSession() = default;
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  virtual void on_answer(HttpResponse response) = 0;
  virtual void on_begin(HttpResponse head) = 0;
  virtual void on_part(std::string bytes) = 0;
  virtual void on_end() = 0;
  virtual void close_if_idle() = 0;
  virtual void close_now() = 0;
  virtual void close_if_late(std::chrono::steady_clock::time_point now) = 0;

  std::atomic<std::size_t> unread{0};
  std::atomic<bool> gone{false};
};

class Exchange final : public HttpExchange {
 public:
  Exchange(NetworkThread& network, std::shared_ptr<HttpSession> session)
      : network_(network), session_(std::move(session)) {}

  // Nobody answers any more: a defect of ours must not leave the client waiting.
  ~Exchange() override;

  // Somebody else answers.
  void abandon() { session_.reset(); }

  void answer(HttpResponse response) override;
  void begin(HttpResponse head) override;
  void part(std::string bytes) override;
  void end() override;
  [[nodiscard]] std::size_t unread_bytes() const override;
  [[nodiscard]] bool is_gone() const override;

 private:
  NetworkThread& network_;
  // Let go on the network's thread only, where connections live and end.
  std::shared_ptr<HttpSession> session_;
  bool has_begun_ = false;
};

// Of an upgraded connection: parts may come from several threads at once, and end() closes it.
class UpgradedExchange final : public HttpExchange {
 public:
  UpgradedExchange(NetworkThread& network, std::shared_ptr<HttpSession> session)
      : network_(network), session_(std::move(session)) {}

  ~UpgradedExchange() override;

  void answer(HttpResponse response) override;
  void begin(HttpResponse head) override;
  void part(std::string bytes) override;
  void end() override;

  [[nodiscard]] std::size_t unread_bytes() const override { return session_->unread.load(); }

  [[nodiscard]] bool is_gone() const override { return session_->gone; }

 private:
  NetworkThread& network_;
  std::shared_ptr<HttpSession> session_;  // let go on the network's thread only
};

}  // namespace cofferdam::server
