// SPDX-License-Identifier: Apache-2.0
//
// A batch over the network: lines are judged as they come in, and outcomes go out while the rest is
// still on its way. The client reads while it sends; of what it has not read a bounded amount is
// kept, then its lines wait.
#pragma once

#include "cofferdam/server/http.h"

#include <memory>
#include <string>

namespace cofferdam::server {

class Service;
struct BatchRun;

class BatchBody final : public HttpBody {
 public:
  BatchBody(Service& service, std::shared_ptr<HttpExchange> exchange, const HttpRequest& head);
  ~BatchBody() override;

  void part(std::string bytes, std::function<void()> more) override;
  void end() override;
  void broken() override;

 private:
  Service& service_;
  std::shared_ptr<BatchRun> run_;
};

}  // namespace cofferdam::server
