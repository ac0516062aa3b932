// SPDX-License-Identifier: Apache-2.0
//
// A journal whose files were changed in any way is refused with a reason, or gives a prefix of what
// was written; it never crashes, hangs or takes memory without bound. The input is a program of
// damages to one of a few journals that are made at the start: bytes overwritten, files cut, moved,
// duplicated and swapped, headers rewritten with a good checksum, whole files from the input.
#include "cofferdam/base/check.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/simulated_disk.h"
#include "cofferdam/journal/verify.h"

#include "input.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::journal {
namespace {

using fuzz::Input;

constexpr JournalId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr std::size_t kEditsMax = 16;
constexpr std::size_t kFileBytesMax = std::size_t{64} << 10U;
// Enough for what recovery writes to small segments, not for one whose header asks for gigabytes.
constexpr std::uint64_t kDiskBytes = std::uint64_t{4} << 20U;

Options options() {
  return {.segment_bytes = 20480,
          .sector_bytes = 512,
          .groups_per_head = 3,
          .background = false,
          .journal_id = kId};
}

struct Base {
  std::unique_ptr<SimulatedDisk> disk = std::make_unique<SimulatedDisk>();
  std::vector<crypto::Hash> hashes;  // of the records, from 1
};

enum class End : std::uint8_t { closed, killed };

Base make(Sequence records, End end) {
  Base base;
  auto journal = Journal::open(*base.disk, "j", options()).value();
  for (Sequence n = 1; n <= records; ++n) {
    const std::string body(n * 61 % 300, static_cast<char>('a' + n % 26));
    COFFERDAM_CHECK(journal->reserve(body.size()), "there is room");
    journal->append(1, static_cast<std::int64_t>(n), body);
    base.hashes.push_back(journal->chain_hash());
    if (n % 2 == 0 || n == records) COFFERDAM_CHECK(journal->commit(n), "the disk is good");
  }
  if (end == End::closed) COFFERDAM_CHECK(journal->close(), "the disk is good");
  journal.reset();
  base.disk->kill();
  return base;
}

const std::vector<Base>& bases() {
  static const std::vector<Base> kBases = [] {
    std::vector<Base> all;
    all.push_back(make(5, End::closed));
    all.push_back(make(5, End::killed));
    all.push_back(make(60, End::closed));
    all.push_back(make(60, End::killed));
    all.push_back(make(0, End::killed));
    return all;
  }();
  return kBases;
}

// What was changed, and whether by one who computes checksums and hashes anew: then what is read
// may be something that was never written.
class Damager {
 public:
  Damager(SimulatedDisk& disk, Input& input) : disk_(disk), input_(input) {}

  [[nodiscard]] bool forged() const { return forged_; }

  void run() {
    for (std::size_t n = 0; n < kEditsMax && !input_.empty(); ++n) edit();
  }

 private:
  void edit() {
    const std::vector<std::string> names = disk_.list("j").value();
    const std::size_t what = input_.choice(12);
    if (what == 0) return put_raw();
    if (what == 1) return put_manifest();
    if (names.empty()) return;
    const std::string path = "j/" + names[input_.choice(names.size())];
    std::string& bytes = disk_.platter(path);
    if (what == 2) return resize(bytes);
    if (what == 3) return move(path, "j/" + names[input_.choice(names.size())]);
    if (bytes.empty()) return;
    if (what == 4)
      return copy_block(bytes, disk_.platter("j/" + names[input_.choice(names.size())]));
    if (what == 5) return overwrite(bytes);
    if (what == 6) return flip(bytes);
    if (what == 7) return wipe(bytes);
    forged_ = true;
    if (what == 8) return set_segment_header(bytes);
    if (what == 9) return set_head_slot(bytes);
    if (what == 10) return set_record_header(bytes);
    rechain(bytes);
  }

  void put_raw() {
    forged_ = true;
    const std::string name = segment_name(1 + input_.choice(5));
    const std::size_t size = input_.number<std::uint16_t>();
    std::string bytes(input_.take(size));
    bytes.resize(std::max<std::size_t>(bytes.size(), input_.number<std::uint16_t>()));
    disk_.put("j/" + name, std::move(bytes));
  }

  void put_manifest() {
    forged_ = true;
    disk_.put("j/archive.manifest", std::string(input_.take(input_.number<std::uint16_t>())));
  }

  void resize(std::string& bytes) { bytes.resize(input_.place(kFileBytesMax)); }

  void move(const std::string& from, const std::string& other) {
    const std::string to = "j/" + segment_name(1 + input_.choice(5));
    switch (input_.choice(4)) {
      case 0:
        return disk_.erase(from);
      case 1:
        return disk_.put(to, std::string(disk_.platter(from)));
      case 2: {
        std::string kept = disk_.platter(from);
        disk_.put(from, std::string(disk_.platter(other)));
        return disk_.put(other, std::move(kept));
      }
      default: {
        std::string kept = disk_.platter(from);
        disk_.erase(from);
        return disk_.put(to, std::move(kept));
      }
    }
  }

  void copy_block(std::string& to, const std::string& from) {
    const std::size_t size = std::size_t{512} << (input_.choice(2) * 3);
    const std::size_t source = input_.choice(64) * size;
    const std::size_t target = input_.choice(64) * size;
    if (source + size > from.size() || target + size > to.size()) return;
    std::memmove(to.data() + target, from.data() + source, size);
  }

  void overwrite(std::string& bytes) {
    const std::size_t at = input_.place(bytes.size());
    const std::string_view part = input_.take(input_.number<std::uint8_t>());
    bytes.replace(at, std::min(part.size(), bytes.size() - at), part, 0, bytes.size() - at);
  }

  void flip(std::string& bytes) {
    char& byte = bytes[input_.place(bytes.size())];
    byte = static_cast<char>(byte ^ static_cast<char>(1U << input_.choice(8)));
  }

  void wipe(std::string& bytes) {
    const std::size_t at = input_.place(bytes.size());
    const std::size_t size = std::min(input_.place(bytes.size()) + 1, bytes.size() - at);
    std::memset(bytes.data() + at, 0, size);
  }

  void set_segment_header(std::string& bytes) {
    if (bytes.size() < kRecordsOffset) return;
    SegmentHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    const std::uint64_t value = input_.edge();
    switch (input_.choice(6)) {
      case 0:
        header.index = value;
        break;
      case 1:
        header.first_sequence = value;
        break;
      case 2:
        header.segment_bytes = value / kBlock * kBlock;
        break;
      case 3:
        header.sector_bytes = static_cast<std::uint32_t>(value);
        break;
      case 4:
        header.previous_hash[0] ^= 1U;
        break;
      default:
        header.journal_id[0] ^= 1U;
    }
    const std::string block = segment_header_block(header);
    const std::size_t which = input_.choice(4);
    if (which != 1) bytes.replace(0, kBlock, block);
    if (which != 2) bytes.replace(kHeaderCopyOffset, kBlock, block);
  }

  void set_head_slot(std::string& bytes) {
    if (bytes.size() < kRecordsOffset) return;
    const std::size_t at = kHeadSlotOffset + input_.choice(2) * kBlock;
    HeadSlot slot;
    std::memcpy(&slot, bytes.data() + at, sizeof(slot));
    const std::uint64_t value = input_.edge();
    switch (input_.choice(6)) {
      case 0:
        slot.index = value;
        break;
      case 1:
        slot.counter = value;
        break;
      case 2:
        slot.sequence = value;
        break;
      case 3:
        slot.closed = value;
        break;
      case 4:
        slot.hash[0] ^= 1U;
        break;
      default:
        slot.journal_id[0] ^= 1U;
    }
    bytes.replace(at, kBlock, head_slot_block(slot));
  }

  // Where the magic of a record stands.
  [[nodiscard]] static std::vector<std::size_t> records_of(const std::string& bytes) {
    std::vector<std::size_t> places;
    for (std::size_t at = kRecordsOffset; at + kRecordHeaderBytes <= bytes.size(); at += 8)
      if (bytes.compare(at, 4, "CFR1") == 0) places.push_back(at);
    return places;
  }

  void set_record_header(std::string& bytes) {
    const std::vector<std::size_t> places = records_of(bytes);
    if (places.empty()) return;
    const std::size_t at = places[input_.choice(places.size())];
    RecordHeader header;
    std::memcpy(&header, bytes.data() + at, sizeof(header));
    const std::uint64_t value = input_.edge();
    switch (input_.choice(8)) {
      case 0:
        header.durable_sequence = value;
        break;
      case 1:
        header.previous_bytes = static_cast<std::uint32_t>(value);
        break;
      case 2:
        header.sequence = value;
        break;
      case 3:
        header.body_bytes = static_cast<std::uint32_t>(value);
        break;
      case 4:
        header.kind = static_cast<std::uint16_t>(value);
        break;
      case 5:
        header.hash[0] ^= 1U;
        break;
      case 6:
        header.previous_hash[0] ^= 1U;
        break;
      default:
        header.time_ns = static_cast<std::int64_t>(value);
    }
    header.header_crc = header_crc(header);
    std::memcpy(bytes.data() + at, &header, sizeof(header));
  }

  // Gives every record the hash and the checksum that it should have.
  void rechain(std::string& bytes) {
    if (bytes.size() < kRecordsOffset) return;
    SegmentHeader segment;
    std::memcpy(&segment, bytes.data(), sizeof(segment));
    crypto::Hash before = segment.previous_hash;
    for (const std::size_t at : records_of(bytes)) {
      RecordHeader header;
      std::memcpy(&header, bytes.data() + at, sizeof(header));
      const std::string_view all = bytes;
      header.previous_hash = before;
      header.hash = chain(header, all.substr(at + kRecordHeaderBytes, header.body_bytes));
      header.header_crc = header_crc(header);
      before = header.hash;
      std::memcpy(bytes.data() + at, &header, sizeof(header));
    }
    const std::string block = segment_header_block(segment);
    bytes.replace(0, kBlock, block);
    bytes.replace(kHeaderCopyOffset, kBlock, block);
  }

  SimulatedDisk& disk_;
  Input& input_;
  bool forged_ = false;
};

struct Read {
  Sequence first = 0;
  std::vector<crypto::Hash> hashes;
  bool complete = false;  // up to until(); otherwise an error was met on the way
};

Read read_all(Reader& reader) {
  Read all;
  all.first = reader.first_sequence();
  while (true) {
    const auto record = reader.next();
    if (!record) return all;
    if (*record == nullptr) break;
    COFFERDAM_CHECK((*record)->sequence == all.first + all.hashes.size(), "records without gaps");
    all.hashes.push_back((*record)->hash);
  }
  COFFERDAM_CHECK(all.hashes.size() == reader.until() - all.first + 1, "a reader reads all");
  all.complete = true;
  return all;
}

void expect_prefix(const Read& read, const std::vector<crypto::Hash>& written) {
  for (std::size_t i = 0; i < read.hashes.size(); ++i)
    COFFERDAM_CHECK(
        read.first - 1 + i < written.size() && read.hashes[i] == written[read.first - 1 + i],
        "nothing is read that was not written");
}

// A journal that opened goes on, and what is added is there after it is opened again.
void expect_goes_on(SimulatedDisk& disk, std::unique_ptr<Journal> journal) {
  const Sequence next = journal->next_sequence();
  if (!journal->reserve(4)) return;  // the disk is full
  COFFERDAM_CHECK(journal->append(1, 1, "more") == next, "numbers without gaps");
  if (!journal->close()) return;
  const crypto::Hash hash = journal->chain_hash();
  journal.reset();
  const auto again = Journal::open(disk, "j", options());
  COFFERDAM_CHECK(again.has_value(), "what was mended and closed opens");
  COFFERDAM_CHECK((*again)->next_sequence() == next + 1 && (*again)->chain_hash() == hash,
                  "and has what was added");
  COFFERDAM_CHECK(!(*again)->recovery().truncated, "and nothing is cut again");
}

void give_up_tail(SimulatedDisk& disk) {
  const auto list = list_segments(disk, {"j"});
  if (!list || list->segments.empty()) return;
  const auto tail = judge_tail(disk, list->segments.back());
  if (!tail) return;
  Options accepting = options();
  accepting.accept_truncation_at = tail->place.sequence;
  auto journal = Journal::open(disk, "j", accepting);
  if (journal) expect_goes_on(disk, std::move(*journal));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const Base& base = bases()[input.choice(bases().size())];
  const auto disk = base.disk->copy();
  Damager damager(*disk, input);
  damager.run();
  disk->set_capacity(kDiskBytes);

  std::optional<Read> read;
  const auto reader = Reader::open(*disk, {"j"});
  if (reader) read = read_all(**reader);
  if (read && !damager.forged()) expect_prefix(*read, base.hashes);

  const auto report = verify(*disk, {"j"});
  if (report && report->good() && read) {
    COFFERDAM_CHECK(read->complete, "what verifies can be read");
    COFFERDAM_CHECK(report->records == read->hashes.size(), "all of it");
  }

  auto journal = Journal::open(*disk, "j", options());
  if (!journal) {
    COFFERDAM_CHECK(!journal.error().rule.empty(), "a refusal has a reason");
    give_up_tail(*disk);
    return 0;
  }
  if ((*journal)->recovery().created) return 0;
  COFFERDAM_CHECK(reader.has_value(), "what a writer opens a reader opens");
  COFFERDAM_CHECK((*journal)->next_sequence() == (*reader)->until() + 1, "and to the same end");
  expect_goes_on(*disk, std::move(*journal));
  return 0;
}

}  // namespace cofferdam::journal
