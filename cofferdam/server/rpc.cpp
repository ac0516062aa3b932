// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/rpc.h"

#include "cofferdam/server/problem.h"

#include <algorithm>

namespace cofferdam::server {
namespace {

using operation::Json;

constexpr int kNotJson = -32700;
constexpr int kNoRequest = -32600;
constexpr int kWrongParameters = -32602;

// Statuses of HTTP are no reserved codes of JSON-RPC, and say what went wrong to who knows them.
int code_of(unsigned status) {
  return static_cast<int>(status);
}

std::string_view stripped(std::string_view json) {
  while (json.ends_with('\n')) json.remove_suffix(1);
  return json;
}

std::string error_text(std::string_view id, int code, std::string_view message,
                       std::string_view data) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  out += id;
  out += R"(,"error":{"code":)" + std::to_string(code) + R"(,"message":)";
  out += operation::write_json(Json::of(message));
  if (!data.empty()) {
    out += R"(,"data":)";
    out += data;
  }
  return out + "}}";
}

}  // namespace

// Of a value that was parsed.
constexpr std::size_t kValueCost = 128;

std::expected<RpcCall, RpcFault> read_rpc(std::string_view text) {
  RpcCall call;
  const auto fault = [&](int code, std::string why) {
    return std::unexpected(RpcFault{call.id, code, std::move(why)});
  };
  const auto values = std::count_if(text.begin(), text.end(),
                                    [](char c) { return c == ',' || c == '[' || c == '{'; });
  if (static_cast<std::size_t>(values) > kRpcValuesMax)
    return fault(kNoRequest, "a message has at most 131,072 values");
  call.cost = text.size() + kValueCost * static_cast<std::size_t>(values);
  Result<Json> json = operation::parse_json(text);
  if (!json) return fault(kNotJson, json.error().text());
  if (!json->is_object())
    return fault(kNoRequest, "a message is one object; lists of them are not taken");
  if (const Json* id = json->find("id"); id != nullptr) {
    const bool is_good = (id->kind == Json::Kind::text || id->kind == Json::Kind::number) &&
                         id->text.size() <= kRpcIdBytesMax;
    if (!is_good) return fault(kNoRequest, "id: must be text or a number of at most 128 bytes");
    call.id = operation::write_json(*id);
  } else {
    return fault(kNoRequest, "id: every message has one, and nothing is done without");
  }
  for (const std::string& name : json->names)
    if (name != "jsonrpc" && name != "id" && name != "method" && name != "params")
      return fault(kNoRequest, name.substr(0, 80) + ": is no member of a call");
  if (json->text_of("jsonrpc") != "2.0") return fault(kNoRequest, "jsonrpc: must be \"2.0\"");
  call.method = json->text_of("method");
  if (call.method.empty()) return fault(kNoRequest, "method: must be text");
  if (Json* params = json->find("params"); params != nullptr) {
    if (!params->is_object()) return fault(kWrongParameters, "params: must be an object");
    call.params = std::move(*params);
  }
  return call;
}

Result<RpcParameters> read_rpc_parameters(Json params) {
  RpcParameters out;
  for (std::size_t i = 0; i < params.names.size(); ++i) {
    std::string& name = params.names[i];
    Json& value = params.items[i];
    if (name == "content") {
      out.content = std::move(value);
      continue;
    }
    const bool is_control = name == "command_id" || name == "dry_run" || name == "time" ||
                            name == "propose" || name == "at" || name == "signature" ||
                            name == "signature_key" || name == "signature_until";
    if (!is_control)
      return base::malformed(name, operation::excerpt(value),
                             "is no parameter here; fields of the operation stand in 'content'");
    switch (value.kind) {
      case Json::Kind::text:
      case Json::Kind::number:
        break;
      case Json::Kind::boolean:
        value.text = value.flag ? "true" : "false";
        break;
      case Json::Kind::null:
        continue;
      case Json::Kind::list:
      case Json::Kind::object:
        return base::malformed(name, operation::excerpt(value), "must be text");
    }
    out.controls.emplace_back(name == "command_id" ? "id" : std::move(name), std::move(value.text));
  }
  return out;
}

std::string rpc_result(std::string_view id, std::string_view result, std::uint64_t sequence) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  out.reserve(result.size() + 96);
  out += id;
  out += R"(,"result":)";
  out += result;
  if (sequence > 0) out += R"(,"sequence":")" + std::to_string(sequence) + '"';
  return out + "}";
}

std::string rpc_fault(const RpcFault& fault) {
  return error_text(fault.id, fault.code, fault.why, {});
}

std::string rpc_answer(std::string_view id, const HttpResponse& response) {
  const std::string_view body = stripped(response.body);
  if (response.status < 300) {
    if (response.content_type == kJsonType)
      return rpc_result(id, body.empty() ? "null" : body, response.sequence);
    Json text = Json::object();
    text.add("media_type", response.content_type);
    text.add("content", response.body);
    return rpc_result(id, operation::write_json(text), response.sequence);
  }
  const Result<Json> problem = operation::parse_json(body);
  const std::string_view title = problem ? problem->text_of("title") : std::string_view();
  const bool is_syntax = problem && problem->text_of("code") == "syntax";
  return error_text(id, is_syntax ? kWrongParameters : code_of(response.status),
                    title.empty() ? "error" : title, problem ? body : std::string_view());
}

std::string rpc_notification(std::string_view method, std::string_view params) {
  std::string out = R"({"jsonrpc":"2.0","method":")";
  out.reserve(params.size() + 64);
  out += method;
  out += R"(","params":)";
  out += params;
  return out + "}";
}

}  // namespace cofferdam::server
