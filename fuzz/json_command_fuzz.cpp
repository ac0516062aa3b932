// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a line of a batch: parsed, read as the command they name, and written again. What
// was read must come back the same from what was written.
#include "cofferdam/base/check.h"
#include "cofferdam/operation/registry.h"

#include "fuzz/any_names.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace operation = cofferdam::operation;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const operation::Registry kRegistry = [] {
    operation::Registry registry;
    operation::register_commands(registry);
    return registry;
  }();
  static const cofferdam::fuzz::AnyNames kNames;
  const operation::Codec codec{kNames};
  const auto json = operation::parse_json({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  const auto again = operation::parse_json(operation::write_json(*json));
  COFFERDAM_CHECK(again.has_value(), "what was written can be read");
  COFFERDAM_CHECK(operation::write_json(*again) == operation::write_json(*json),
                  "writing is stable");
  const auto* entry = kRegistry.find_command(json->text_of("operation"));
  const operation::Json* content = json->find("content");
  if (entry == nullptr || content == nullptr) return 0;
  const auto command = entry->read(*content, codec);
  if (!command) return 0;
  const auto back = entry->read(operation::command_json(*command, codec), codec);
  // An amount without a scale is written in units, which is not read again.
  if (back)
    COFFERDAM_CHECK(
        cofferdam::engine::encode_command(*back) == cofferdam::engine::encode_command(*command),
        "a command survives its JSON");
  return 0;
}
