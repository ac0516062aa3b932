// SPDX-License-Identifier: Apache-2.0
//
// What a client can send, as functions of bytes: frames of a WebSocket and the calls in them, the
// parameters of a target, the head and the records of a body in bulk, transfers as plain JSON. The
// first byte says which. What the short way reads, the codec must read as the same.
#include "cofferdam/base/check.h"
#include "cofferdam/operation/registry.h"
#include "cofferdam/operation/transfers_text.h"
#include "cofferdam/server/bulk.h"
#include "cofferdam/server/rpc.h"
#include "cofferdam/server/websocket.h"

#include "fuzz/any_names.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

namespace operation = cofferdam::operation;
namespace server = cofferdam::server;
namespace ledger = cofferdam::ledger;

// The same bytes in parts of any size are the same messages, or the same fault.
std::string messages_of(std::string_view bytes, std::size_t part) {
  server::FrameReader reader(4096);
  std::string found;
  while (true) {
    const std::string_view now = bytes.substr(0, part);
    bytes.remove_prefix(now.size());
    reader.add(now);
    while (true) {
      const auto next = reader.next();
      if (!next) return found + "!" + std::to_string(static_cast<int>(next.error().code));
      if (!*next) break;
      COFFERDAM_CHECK((*next)->payload.size() <= 4096, "a message is bounded");
      found += std::to_string(static_cast<int>((*next)->kind)) + (*next)->payload + "\n";
    }
    if (bytes.empty()) return found;
  }
}

void read_call(std::string_view text) {
  auto call = server::read_rpc(text);
  if (!call) {
    const std::string fault = server::rpc_fault(call.error());
    COFFERDAM_CHECK(operation::parse_json(fault).has_value(), "a fault is JSON");
    return;
  }
  COFFERDAM_CHECK(operation::parse_json(server::rpc_result(call->id, "null")).has_value(),
                  "an answer is JSON");
  (void)server::read_rpc_parameters(std::move(call->params));
}

void read_bulk(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, server::kBulkHeadBytes);
  const auto records = server::read_bulk_head(head, bytes.size());
  if (!records) return;
  COFFERDAM_CHECK(bytes.size() == server::kBulkHeadBytes + *records * sizeof(ledger::Transfer),
                  "the length is that of the records");
  std::vector<ledger::Transfer> transfers(*records);
  std::memcpy(static_cast<void*>(transfers.data()), bytes.data() + server::kBulkHeadBytes,
              bytes.size() - server::kBulkHeadBytes);
  (void)server::check_bulk(transfers, 0);
}

void read_transfers(std::string_view text) {
  static const operation::Registry registry = operation::make_registry();
  static const operation::CommandEntry* const entry = registry.find_command("transfer.create");
  const cofferdam::fuzz::AnyNames names;
  (void)operation::read_plain_line(text);
  const auto plain = operation::read_plain_transfers(text, names);
  if (!plain) return;
  const auto json = operation::parse_json(text);
  COFFERDAM_CHECK(json.has_value(), "what is plain is JSON");
  const auto slow = entry->read(*json, operation::Codec{names});
  COFFERDAM_CHECK(slow.has_value(), "what is plain is good");
  const auto& other = std::get<ledger::CreateTransfers>(*slow);
  COFFERDAM_CHECK(other.transfers.size() == plain->transfers.size() &&
                      std::memcmp(other.transfers.data(), plain->transfers.data(),
                                  other.transfers.size() * sizeof(ledger::Transfer)) == 0,
                  "both ways read the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      COFFERDAM_CHECK(messages_of(bytes, bytes.size()) == messages_of(bytes, 3),
                      "messages do not depend on how their bytes come in");
      break;
    case 1:
      read_call(bytes);
      break;
    case 2:
      (void)server::parse_query_string(bytes);
      (void)server::parse_idempotency_key(bytes);
      break;
    case 3:
      read_bulk(bytes);
      break;
    default:
      read_transfers(bytes);
  }
  return 0;
}
