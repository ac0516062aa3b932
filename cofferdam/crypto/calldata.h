// SPDX-License-Identifier: Apache-2.0
//
// What a call to a contract does, for a closed list of functions. What is not on the list, or not
// encoded in the one canonical way, is not decoded: a signer who cannot read a call does not sign
// it. Every argument is shown; nothing is guessed from names.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/crypto/ethereum_address.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::crypto {

enum class CallKind : std::uint8_t {
  native_transfer,  // no data: value moves
  erc20_transfer,
  erc20_approve,
  add_owner,
  remove_owner,
  swap_owner,
  change_threshold,
  enable_module,
  disable_module,
  set_guard,
  set_module_guard,
  set_fallback_handler,
  multi_send,
};

struct CallArgument {
  std::string name;
  std::string type;
  std::string value;  // decimal, or an address with its checksum
};

struct DecodedCall {
  CallKind kind = CallKind::native_transfer;
  std::uint8_t operation = 0;  // of this call: 0 call, 1 delegatecall
  Address to;
  Word value{};
  std::string signature;  // "transfer(address,uint256)"
  std::vector<CallArgument> arguments;
  std::vector<Word> words;         // the arguments as they were encoded
  std::vector<DecodedCall> calls;  // of multi_send
};

inline constexpr std::size_t kMultiSendCallsMax = 256;

struct CallToDecode {
  std::uint8_t operation = 0;
  Address to;
  Word value{};
  std::string_view data;
};

[[nodiscard]] base::Result<DecodedCall> decode_call(const CallToDecode& call);

// True for the functions that change who may move the Safe's money.
[[nodiscard]] bool changes_control(CallKind kind);

// The call data of transfer(to, amount).
[[nodiscard]] std::string erc20_transfer_data(const Address& to, const Word& amount);

}  // namespace cofferdam::crypto

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::CallKind> {
  static constexpr std::array<std::string_view, 13> kNames{
      "native_transfer",  "erc20_transfer",       "erc20_approve", "add_owner",      "remove_owner",
      "swap_owner",       "change_threshold",     "enable_module", "disable_module", "set_guard",
      "set_module_guard", "set_fallback_handler", "multi_send"};
};
