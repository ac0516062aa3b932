// SPDX-License-Identifier: Apache-2.0
//
// JSON-RPC 2.0 as values: what stands in a message, and how answers are written.
#pragma once

#include "cofferdam/operation/json.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/parameters.h"

#include <expected>
#include <string>
#include <string_view>

namespace cofferdam::server {

inline constexpr std::size_t kRpcIdBytesMax = 128;
// A value takes some hundred bytes of memory where it may take two in a message.
inline constexpr std::size_t kRpcValuesMax = std::size_t{1} << 17;

struct RpcCall {
  std::string id = "null";  // as JSON
  std::string method;
  operation::Json params = operation::Json::object();
  std::size_t cost = 0;  // of memory, about
};

// What cannot be taken as a call; the id, as far as it was found.
struct RpcFault {
  std::string id = "null";
  int code = 0;
  std::string why;
};

[[nodiscard]] std::expected<RpcCall, RpcFault> read_rpc(std::string_view text);

// The parameters of an operation: `content` apart, the others as they would stand in a target, so
// that take_controls() reads both. `command_id` is `id` there.
struct RpcParameters {
  operation::Json content = operation::Json::object();
  Pairs controls;
};

[[nodiscard]] Result<RpcParameters> read_rpc_parameters(operation::Json params);

// `result` is JSON already. `sequence`: of the books that it rests on; 0 where it rests on none.
[[nodiscard]] std::string rpc_result(std::string_view id, std::string_view result,
                                     std::uint64_t sequence = 0);
[[nodiscard]] std::string rpc_fault(const RpcFault& fault);
// The answer to a request over HTTP, as one to a call: a problem document is the error's data.
[[nodiscard]] std::string rpc_answer(std::string_view id, const HttpResponse& response);
[[nodiscard]] std::string rpc_notification(std::string_view method, std::string_view params);

}  // namespace cofferdam::server
