// SPDX-License-Identifier: Apache-2.0
//
// What is done with a request: who asks, for what, and on which thread.
#pragma once

#include "cofferdam/server/api_keys.h"
#include "cofferdam/server/feed.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/metrics.h"
#include "cofferdam/server/parameters.h"
#include "cofferdam/server/route.h"
#include "cofferdam/server/server.h"
#include "cofferdam/server/workers.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace cofferdam::server {

class Service final : public HttpHandler {
 public:
  Service(operation::Session& session, const Options& options);

  [[nodiscard]] Result<void> open() { return keys_.load(); }

  // Before the network runs.
  void attach(HttpServer& http);
  // Ends the feed and takes no more; what was begun goes on.
  void begin_stop();
  // After the network has ended: what was begun is done.
  void finish();

  [[nodiscard]] std::optional<HttpResponse> refuse(HttpRequest& head) override;
  [[nodiscard]] std::unique_ptr<HttpBody> take_body(const std::shared_ptr<HttpExchange>& exchange,
                                                    const HttpRequest& head) override;
  void request(std::shared_ptr<HttpExchange> exchange, HttpRequest request) override;
  [[nodiscard]] HttpResponse broken_request(unsigned status, std::string_view why) override;
  void answered(const HttpRequest& head, unsigned status, std::uint64_t micros) override;

 private:
  friend class BatchBody;

  // A request that was understood and waits for the books.
  struct Call {
    std::shared_ptr<HttpExchange> exchange;
    const Route* route = nullptr;
    std::string principal;
    Controls controls;
    operation::Json content;
  };

  // On the network's thread.
  [[nodiscard]] bool answer_own(const std::shared_ptr<HttpExchange>& exchange,
                                const HttpRequest& request);
  [[nodiscard]] std::optional<HttpResponse> read_call(const HttpRequest& request, Call& call) const;
  [[nodiscard]] std::optional<HttpResponse> read_input(const HttpRequest& request, Pairs pairs,
                                                       Call& call) const;
  void follow(std::shared_ptr<HttpExchange> exchange, const HttpRequest& request);
  void give_metrics(std::shared_ptr<HttpExchange> exchange, std::string caller);
  [[nodiscard]] const std::string& openapi();

  [[nodiscard]] static operation::Envelope envelope_of(const Call& call);

  // On the books' thread.
  [[nodiscard]] std::optional<HttpResponse> forbid(const std::string& principal,
                                                   std::uint16_t roles) const;
  [[nodiscard]] HttpResponse run(Call& call);
  [[nodiscard]] HttpResponse run_command(Call& call);
  [[nodiscard]] HttpResponse run_query(const Call& call);
  [[nodiscard]] HttpResponse run_task(const Call& call);
  // Of a task in two parts: the first here, the rest on the thread of files, which then answers.
  void begin_task(const std::shared_ptr<Call>& call);
  // Answers when everything that is recorded now is durable.
  void release(std::shared_ptr<HttpExchange> exchange, HttpResponse response);

  operation::Session& session_;
  const Options& options_;
  Routes routes_;
  ApiKeys keys_;
  Metrics metrics_;
  Feed feed_;
  HttpServer* http_ = nullptr;
  std::string openapi_;
  double start_seconds_ = 0;
  bool is_stopping_ = false;
  std::atomic<int> travels_ = 0;  // questions about the past that wait or are answered
  std::atomic<bool> pump_waits_{false};
  // The threads come last: they end before what they use.
  std::optional<Committer> committer_;
  std::optional<Worker> files_;
  std::optional<Worker> books_;
};

}  // namespace cofferdam::server
