// SPDX-License-Identifier: Apache-2.0
//
// The server, as its connections see it.
#pragma once

#include "cofferdam/server/http.h"
#include "cofferdam/server/http_exchange.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cofferdam::server {

class ConnectionOwner : public NetworkThread {
 public:
  [[nodiscard]] virtual const HttpOptions& options() const = 0;
  [[nodiscard]] virtual HttpHandler& handler() = 0;
  [[nodiscard]] virtual bool is_stopping() const = 0;
  virtual void enter(HttpSession* session, const std::string& peer) = 0;
  virtual void leave(HttpSession* session, const std::string& peer) = 0;
  // Room for bodies that are read whole.
  [[nodiscard]] virtual std::shared_ptr<ByteBudget> bodies() const = 0;
  // Room for answers that wait to be taken.
  [[nodiscard]] virtual std::shared_ptr<ByteBudget> answers() const = 0;
  virtual void later(std::uint32_t millis, std::function<void()> what) = 0;
};

}  // namespace cofferdam::server
