// SPDX-License-Identifier: Apache-2.0
//
// Transfers in bulk over the network: the body is put together into batches on the network's
// thread, and each is judged as soon as it is whole, while the next comes in and the one before is
// made durable. A few batches of a request are under way at most; then its sender waits.
#pragma once

#include "cofferdam/server/bulk.h"
#include "cofferdam/server/http.h"

#include <memory>
#include <string>
#include <vector>

namespace cofferdam::server {

class Service;
struct BulkRun;

class BulkBody final : public HttpBody {
 public:
  BulkBody(Service& service, std::shared_ptr<HttpExchange> exchange, const HttpRequest& head);
  ~BulkBody() override;

  void part(std::string bytes, std::function<void()> more) override;

  void end() override;

  void broken() override;

 private:
  void hand_over();
  void refuse(const HttpResponse& problem);

  Service& service_;
  std::shared_ptr<BulkRun> run_;
  std::optional<std::uint64_t> length_;
  std::string idempotency_key_;
  base::CommandId key_;
  std::string head_;
  std::uint64_t records_ = 0;  // 0: the head is not whole yet
  std::uint64_t taken_ = 0;    // that were handed over
  std::vector<ledger::Transfer> batch_;
  std::size_t batch_bytes_ = 0;
};

}  // namespace cofferdam::server
