// SPDX-License-Identifier: Apache-2.0
//
// Who is let in from the network, before anything of the books is asked: how often a sender and a
// key may come, whether a key is good from here, and for what. On the network's thread.
#pragma once

#include "cofferdam/server/api_keys.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/rate_limit.h"
#include "cofferdam/server/route.h"

#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::server {

class Admission {
 public:
  // Requests in a second; 0: no limit. The keys must outlive this.
  Admission(ApiKeys& keys, std::uint64_t of_address, std::uint64_t of_key);

  // Each of these is nothing when all is well, else the answer.
  [[nodiscard]] std::optional<HttpResponse> ask_sender(const std::string& peer);
  // `authorization`: the header. Notes who it is.
  [[nodiscard]] std::optional<HttpResponse> ask_key(std::string_view authorization,
                                                    const std::string& peer, std::string& caller,
                                                    std::string& caller_key);
  // The same, where the key comes in a message.
  [[nodiscard]] std::optional<HttpResponse> ask_session_key(std::string_view key,
                                                            const std::string& peer,
                                                            std::string& caller,
                                                            std::string& caller_key);
  // Whether the key is good for an operation of the registry.
  [[nodiscard]] std::optional<HttpResponse> ask_scope(const std::string& key,
                                                      const Route& route) const;
  // The same for what is no operation: `events`, `metrics`.
  [[nodiscard]] std::optional<HttpResponse> ask_scope(const std::string& key,
                                                      std::string_view name) const;
  // One more call with a key that was asked before, over a connection that lasts.
  [[nodiscard]] std::optional<HttpResponse> ask_again(const std::string& key);

  // Writes down when keys were used. From any thread.
  void save_uses();

 private:
  [[nodiscard]] std::optional<HttpResponse> ask_holder(const ApiKeys::Holder& holder,
                                                       const std::string& peer, std::string& caller,
                                                       std::string& caller_key);

  ApiKeys& keys_;
  RateLimit by_sender_;
  RateLimit by_key_;
  RateLimit bad_keys_;
};

}  // namespace cofferdam::server
