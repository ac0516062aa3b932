// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as what stands in a record of the journal: a command of any operation, a whole record
// of a command, a checkpoint. What decodes encodes to the same bytes, and everything that is
// derived from a record without judging it again (its transfers, its ids) takes no harm from its
// content.
#include "cofferdam/base/check.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/door.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/engine/record.h"

#include "input.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

namespace base = cofferdam::base;
namespace engine = cofferdam::engine;
using cofferdam::fuzz::Input;

void as_command(Input& input) {
  const auto operation = input.number<std::uint16_t>();
  const std::string_view content = input.rest();
  const auto command = engine::decode_command(operation, 1, content);
  if (!command) return;
  COFFERDAM_CHECK(engine::encode_command(*command) == content, "one encoding for each value");
  if (const std::uint16_t shape = engine::check_shape(*command); shape != 0)
    COFFERDAM_CHECK(!engine::refusal_of_shape(*command, shape).rule.empty(), "a rule in words");
}

void as_record(Input& input) {
  const std::string_view body = input.rest();
  const auto recorded = engine::recorded_command(
      {.sequence = 7, .time_ns = 1, .kind = engine::kCommandRecord, .body = body});
  if (!recorded) return;
  const engine::CommandRecord& record = recorded->record;
  COFFERDAM_CHECK(base::encode(record) == body, "one encoding for each value");
  const auto transfers = engine::transfers_of(record, recorded->sequence, recorded->time);
  COFFERDAM_CHECK(
      transfers.size() <= record.outcome.event_statuses.size() + record.outcome.postings.size(),
      "a transfer for each event and posting");
  if (const auto command = engine::carried_out(record))
    static_cast<void>(engine::index_entries(*command, record, recorded->sequence, {}));
}

void as_checkpoint(Input& input) {
  const std::string_view body = input.rest();
  const auto checkpoint = base::decode<engine::Checkpoint>(body);
  if (!checkpoint) return;
  COFFERDAM_CHECK(base::encode(*checkpoint) == body, "one encoding for each value");
  COFFERDAM_CHECK(!engine::signature_holds(*checkpoint) || body.size() > 64, "signed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  switch (input.choice(3)) {
    case 0:
      as_command(input);
      break;
    case 1:
      as_record(input);
      break;
    default:
      as_checkpoint(input);
  }
  return 0;
}
