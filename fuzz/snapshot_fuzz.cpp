// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a snapshot: as the file, and as the content of a file whose header and hashes are
// right. A file that is not what was written is passed over with a reason; a content that is taken
// is the encoding of the state that was read from it.
#include "cofferdam/base/check.h"
#include "cofferdam/engine/snapshot.h"
#include "cofferdam/journal/simulated_disk.h"

#include "input.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace {

namespace base = cofferdam::base;
namespace engine = cofferdam::engine;
namespace journal = cofferdam::journal;
using cofferdam::fuzz::Input;

const journal::JournalId kId{1, 2, 3};
const std::string kPath = "s/" + journal::snapshot_name(9);

[[nodiscard]] cofferdam::crypto::Hash chain_hash() {
  cofferdam::crypto::Hash hash{};
  hash[0] = 42;
  return hash;
}

void write(journal::SimulatedDisk& disk, std::string_view content, std::uint16_t version) {
  journal::SnapshotHeader header;
  header.content_version = version;
  header.journal_id = kId;
  header.sequence = 9;
  header.chain_hash = chain_hash();
  auto writer = journal::SnapshotWriter::begin(disk, "s", header);
  COFFERDAM_CHECK(writer.has_value(), "the disk is good");
  (*writer)->write(content);
  COFFERDAM_CHECK((*writer)->finish().has_value(), "the disk is good");
}

[[nodiscard]] engine::LoadedSnapshot load(journal::SimulatedDisk& disk) {
  auto loaded = engine::load_snapshot(
      disk, "s", kId, 100, [](base::Sequence sequence) -> base::Result<cofferdam::crypto::Hash> {
        if (sequence == 9) return chain_hash();
        return base::malformed("sequence", "", "is not there");
      });
  COFFERDAM_CHECK(loaded.has_value(), "a bad snapshot is passed over");
  return std::move(*loaded);
}

void as_content(Input& input) {
  const std::string_view content = input.rest();
  journal::SimulatedDisk disk;
  write(disk, content, engine::kSnapshotContentVersion);
  const engine::LoadedSnapshot loaded = load(disk);
  COFFERDAM_CHECK(loaded.sequence == 9 || loaded.skipped.size() == 1, "taken, or a reason");
  if (loaded.sequence != 9) return;
  base::Encoder out;
  engine::encode_state(*loaded.state, out);
  // A snapshot of a release with fewer rooms is shorter; all that it has comes first.
  const std::string again = out.take();
  COFFERDAM_CHECK(again == content || again.size() > content.size(), "the state of these bytes");
  static_cast<void>(engine::state_hash(*loaded.state));
}

// One place of a good file is overwritten.
void as_damage(Input& input) {
  journal::SimulatedDisk disk;
  write(disk, "a content whose hash is in the header", 3);
  std::string& bytes = disk.platter(kPath);
  const std::string before = bytes;
  if (input.choice(2) == 1) bytes.resize(input.place(400));
  if (!bytes.empty()) {
    const std::size_t at = input.place(bytes.size());
    const std::string_view part = input.rest();
    bytes.replace(at, std::min(part.size(), bytes.size() - at), part, 0, bytes.size() - at);
  }
  const bool good = journal::check_snapshot(disk, kPath).has_value();
  COFFERDAM_CHECK(good == (bytes == before), "only what was written is good");
}

// The file as a whole.
void as_file(Input& input) {
  journal::SimulatedDisk disk;
  COFFERDAM_CHECK(disk.create_folder("s").has_value(), "the disk is good");
  journal::SnapshotHeader header;
  const std::string_view head = input.take(sizeof(header));
  std::memcpy(&header, head.data(), head.size());
  // With a good hash of the header, so that what stands in it is believed.
  header.header_hash = cofferdam::crypto::sha256(
      journal::as_bytes(header).substr(0, offsetof(journal::SnapshotHeader, header_hash)));
  disk.put(kPath, std::string(journal::as_bytes(header)) + std::string(input.rest()));
  static_cast<void>(load(disk));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  switch (input.choice(4)) {
    case 0:
      as_damage(input);
      break;
    case 1:
      as_file(input);
      break;
    default:
      as_content(input);
  }
  return 0;
}
