// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/calldata.h"

#include "cofferdam/crypto/keccak.h"

#include <algorithm>

namespace cofferdam::crypto {

namespace {

struct Function {
  CallKind kind;
  std::string_view name;
  std::array<std::string_view, 3> types{};
  std::array<std::string_view, 3> names{};
};

// ERC-20; OwnerManager, ModuleManager, GuardManager and FallbackManager of the Safe contracts.
constexpr std::array<Function, 11> kFunctions{{
    {CallKind::erc20_transfer, "transfer", {"address", "uint256"}, {"to", "amount"}},
    {CallKind::erc20_approve, "approve", {"address", "uint256"}, {"spender", "amount"}},
    {CallKind::add_owner, "addOwnerWithThreshold", {"address", "uint256"}, {"owner", "threshold"}},
    {CallKind::remove_owner,
     "removeOwner",
     {"address", "address", "uint256"},
     {"previous_owner", "owner", "threshold"}},
    {CallKind::swap_owner,
     "swapOwner",
     {"address", "address", "address"},
     {"previous_owner", "old_owner", "new_owner"}},
    {CallKind::change_threshold, "changeThreshold", {"uint256"}, {"threshold"}},
    {CallKind::enable_module, "enableModule", {"address"}, {"module"}},
    {CallKind::disable_module,
     "disableModule",
     {"address", "address"},
     {"previous_module", "module"}},
    {CallKind::set_guard, "setGuard", {"address"}, {"guard"}},
    {CallKind::set_module_guard, "setModuleGuard", {"address"}, {"module_guard"}},
    {CallKind::set_fallback_handler, "setFallbackHandler", {"address"}, {"handler"}},
}};

constexpr std::string_view kMultiSend = "multiSend(bytes)";

[[nodiscard]] std::string signature_of(const Function& function) {
  std::string text(function.name);
  text += "(";
  for (std::size_t i = 0; i < function.types.size() && !function.types[i].empty(); ++i) {
    if (i > 0) text += ",";
    text += function.types[i];
  }
  return text + ")";
}

[[nodiscard]] std::string selector_of(std::string_view signature) {
  return std::string(bytes_of(keccak256(signature)).substr(0, 4));
}

[[nodiscard]] Word word_at(std::string_view bytes, std::size_t offset) {
  Word word{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), 32, word.begin());
  return word;
}

[[nodiscard]] std::unexpected<base::Error> refused(std::string_view data, std::string rule) {
  return base::malformed("data", to_prefixed_hex(data.substr(0, 36)), std::move(rule),
                         "what cannot be read is not signed");
}

[[nodiscard]] base::Result<DecodedCall> decode_function(const Function& function,
                                                        const CallToDecode& call) {
  DecodedCall decoded{.kind = function.kind,
                      .operation = call.operation,
                      .to = call.to,
                      .value = call.value,
                      .signature = signature_of(function)};
  const auto count = static_cast<std::size_t>(
      std::find(function.types.begin(), function.types.end(), std::string_view()) -
      function.types.begin());
  if (call.data.size() != 4 + 32 * count)
    return refused(call.data, "the call data of " + decoded.signature + " has " +
                                  std::to_string(4 + 32 * count) + " bytes");
  for (std::size_t i = 0; i < count; ++i) {
    const Word word = word_at(call.data, 4 + 32 * i);
    std::string value = to_decimal(word);
    if (function.types[i] == "address") {
      const auto address = to_address(word);
      if (!address) return refused(call.data, "an address is padded with zeros");
      value = to_text(*address);
    }
    decoded.arguments.push_back(
        {std::string(function.names[i]), std::string(function.types[i]), value});
    decoded.words.push_back(word);
  }
  return decoded;
}

// The packed list inside multiSend: operation 1, to 20, value 32, size 32, data.
[[nodiscard]] base::Result<std::vector<DecodedCall>> decode_packed(std::string_view packed) {
  std::vector<DecodedCall> calls;
  while (!packed.empty()) {
    if (packed.size() < 85 || calls.size() == kMultiSendCallsMax)
      return refused(packed, "multiSend holds at most 256 calls, each whole");
    CallToDecode call{.operation = static_cast<std::uint8_t>(packed[0])};
    std::copy_n(packed.begin() + 1, 20, call.to.bytes.begin());
    call.value = word_at(packed, 21);
    const auto size = to_u128(word_at(packed, 53));
    if (!size || *size > packed.size() - 85)
      return refused(packed, "a call in multiSend ends within it");
    call.data = packed.substr(85, static_cast<std::size_t>(*size));
    if (call.operation > 1) return refused(packed, "an operation is 0 or 1");
    if (call.data.starts_with(selector_of(kMultiSend)))
      return refused(packed, "multiSend inside multiSend is not read");
    auto decoded = decode_call(call);
    if (!decoded) return std::unexpected(decoded.error());
    calls.push_back(std::move(*decoded));
    packed.remove_prefix(85 + static_cast<std::size_t>(*size));
  }
  return calls;
}

[[nodiscard]] base::Result<DecodedCall> decode_multi_send(const CallToDecode& call) {
  const std::string_view body = call.data.substr(4);
  if (body.size() < 64 || to_u128(word_at(body, 0)) != base::u128{32})
    return refused(call.data, "the bytes of multiSend stand right behind their offset");
  const auto size = to_u128(word_at(body, 32));
  if (!size || *size > body.size() - 64 || body.size() - 64 != (*size + 31) / 32 * 32)
    return refused(call.data, "the bytes of multiSend are padded to whole words, no more");
  const std::string_view packed = body.substr(64, static_cast<std::size_t>(*size));
  const std::string_view padding = body.substr(64 + packed.size());
  if (padding.find_first_not_of('\0') != std::string_view::npos)
    return refused(call.data, "the padding of multiSend is zero");
  if (packed.empty()) return refused(call.data, "multiSend holds at least one call");
  auto calls = decode_packed(packed);
  if (!calls) return std::unexpected(calls.error());
  return DecodedCall{.kind = CallKind::multi_send,
                     .operation = call.operation,
                     .to = call.to,
                     .value = call.value,
                     .signature = std::string(kMultiSend),
                     .calls = std::move(*calls)};
}

}  // namespace

base::Result<DecodedCall> decode_call(const CallToDecode& call) {
  if (call.data.empty())
    return DecodedCall{.operation = call.operation, .to = call.to, .value = call.value};
  if (call.data.size() < 4) return refused(call.data, "call data begin with 4 bytes of selector");
  const std::string_view selector = call.data.substr(0, 4);
  for (const Function& function : kFunctions)
    if (selector == selector_of(signature_of(function))) return decode_function(function, call);
  if (selector == selector_of(kMultiSend)) return decode_multi_send(call);
  return refused(call.data, "the function is not on the closed list");
}

bool changes_control(CallKind kind) {
  switch (kind) {
    case CallKind::native_transfer:
    case CallKind::erc20_transfer:
    case CallKind::erc20_approve:
    case CallKind::multi_send:
      return false;
    case CallKind::add_owner:
    case CallKind::remove_owner:
    case CallKind::swap_owner:
    case CallKind::change_threshold:
    case CallKind::enable_module:
    case CallKind::disable_module:
    case CallKind::set_guard:
    case CallKind::set_module_guard:
    case CallKind::set_fallback_handler:
      return true;
  }
  return true;
}

std::string erc20_transfer_data(const Address& to, const Word& amount) {
  std::string data = selector_of("transfer(address,uint256)");
  data += bytes_view(word_of(to));
  data += bytes_view(amount);
  return data;
}

}  // namespace cofferdam::crypto
