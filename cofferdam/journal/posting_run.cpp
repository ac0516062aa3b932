// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/posting_run.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace cofferdam::journal {

namespace {

constexpr std::size_t kFirstBytes = 16;     // the first entry stands in full
constexpr std::size_t kEntryBytesMax = 18;  // tag, kind, key, address
constexpr std::size_t kPayloadBytes = kPayloadWords * 8;
constexpr std::uint64_t kKeyStepMax = (std::uint64_t{1} << 62) - 1;
constexpr std::uint64_t kTailSeed = 0x54534F50;
constexpr std::size_t kReadAheadBlocks = 64;

unsigned char* put_varint(unsigned char* at, std::uint64_t v) {
  for (; v >= 128; v >>= 7) *at++ = static_cast<unsigned char>(v | 128);
  *at++ = static_cast<unsigned char>(v);
  return at;
}

// Null when the bytes end first or the number has more than 64 bits.
const unsigned char* take_varint(const unsigned char* at, const unsigned char* end,
                                 std::uint64_t& v) {
  v = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t byte = *at++;
    v |= (byte & 127) << shift;
    if (byte < 128) return at;
  }
  return nullptr;
}

std::span<const std::uint64_t> words_of(const std::vector<Posting>& fences) {
  static_assert(sizeof(Posting) == 16);
  return {reinterpret_cast<const std::uint64_t*>(fences.data()), fences.size() * 2};
}

class PostingWriter {
 public:
  [[nodiscard]] base::Result<void> start(const IndexFolder& folder, std::uint64_t number,
                                         std::uint64_t first_address) {
    run_.place.file = number;
    run_.place.first_address = first_address;
    return writer_.start(folder, number);
  }

  [[nodiscard]] base::Result<void> add(const Posting& posting) {
    if (at_ != nullptr && posting == before_) return {};
    run_.place.last_address = std::max(run_.place.last_address, posting.address());
    ++run_.place.entries;
    if (at_ != nullptr && end_ - at_ < static_cast<std::ptrdiff_t>(kEntryBytesMax)) {
      if (auto done = end_block(); !done) return done;
    }
    if (at_ == nullptr) {
      begin_block(posting);
    } else {
      pack(posting);
    }
    before_ = posting;
    ++count_;
    return {};
  }

  [[nodiscard]] base::Result<PostingRunPtr> finish() {
    if (at_ != nullptr) {
      if (auto done = end_block(); !done) return std::unexpected(done.error());
    }
    run_.place.tail_checksum = checksum_words(words_of(run_.fences), kTailSeed);
    if (auto done = writer_.tail(words_of(run_.fences)); !done)
      return std::unexpected(done.error());
    auto file = writer_.finish();
    if (!file) return std::unexpected(file.error());
    run_.file = std::move(*file);
    return std::make_shared<const PostingRun>(std::move(run_));
  }

 private:
  void begin_block(const Posting& posting) {
    Block& block = writer_.payload();
    block[0] = posting.key;
    block[1] = posting.kind_and_address;
    start_ = reinterpret_cast<unsigned char*>(block.data());
    at_ = start_ + kFirstBytes;
    end_ = start_ + kPayloadBytes;
    run_.fences.push_back(posting);
  }

  void pack(const Posting& posting) {
    const std::uint64_t relative = posting.address() - run_.place.first_address;
    if (posting.list() == before_.list()) {
      at_ = put_varint(at_, (posting.address() - before_.address()) << 1);
    } else if (posting.kind() == before_.kind() && posting.key - before_.key <= kKeyStepMax) {
      at_ = put_varint(at_, ((posting.key - before_.key) << 1) | 1);
      at_ = put_varint(at_, relative);
    } else {
      *at_++ = 1;
      *at_++ = posting.kind();
      std::memcpy(at_, &posting.key, 8);
      at_ = put_varint(at_ + 8, relative);
    }
  }

  [[nodiscard]] base::Result<void> end_block() {
    ++run_.place.blocks;
    const auto used = static_cast<std::uint32_t>(at_ - start_);
    at_ = nullptr;
    return writer_.add(std::exchange(count_, 0), used);
  }

  BlockWriter writer_;
  PostingRun run_;
  Posting before_;
  std::uint32_t count_ = 0;
  unsigned char* start_ = nullptr;
  unsigned char* at_ = nullptr;  // null between blocks
  unsigned char* end_ = nullptr;
};

class PostingReader {
 public:
  explicit PostingReader(const PostingRun& run) : run_(&run), blocks_(kReadAheadBlocks) {}

  [[nodiscard]] const Posting& posting() const { return unpacked_[at_]; }

  [[nodiscard]] bool done() const { return done_; }

  [[nodiscard]] base::Result<void> next() {
    if (++at_ < unpacked_.size()) return {};
    return load();
  }

  // The first entry, or the first of the next block.
  [[nodiscard]] base::Result<void> load() {
    if (++block_ >= loaded_) {
      const std::uint64_t left = run_->place.blocks - read_;
      if (left == 0) {
        done_ = true;
        return {};
      }
      loaded_ = static_cast<std::size_t>(std::min<std::uint64_t>(left, kReadAheadBlocks));
      if (auto got = run_->file.read_blocks(run_->place.file, read_, {blocks_.data(), loaded_});
          !got)
        return got;
      read_ += loaded_;
      block_ = 0;
    }
    at_ = 0;
    if (!unpack(blocks_[block_], run_->place.first_address, unpacked_))
      return damaged(run_->file.name(), "a block of postings must unpack");
    return {};
  }

 private:
  const PostingRun* run_;
  std::vector<Block> blocks_;
  std::vector<Posting> unpacked_;
  std::uint64_t read_ = 0;
  std::size_t loaded_ = 0;
  std::size_t block_ = 0;
  std::size_t at_ = 0;
  bool done_ = false;
};

}  // namespace

bool unpack(const Block& block, std::uint64_t first_address, std::vector<Posting>& out) {
  const std::size_t bytes = block_bytes(block);
  const std::size_t count = block_count(block);
  if (bytes < kFirstBytes || bytes > kPayloadBytes || count == 0 || count > kPayloadBytes)
    return false;
  out.resize(count);
  const auto* at = reinterpret_cast<const unsigned char*>(block.data());
  const unsigned char* const end = at + bytes;
  at += kFirstBytes;
  Posting now{.key = block[0], .kind_and_address = block[1]};
  out[0] = now;
  for (std::size_t i = 1; i < count; ++i) {
    std::uint64_t tag = 0;
    at = take_varint(at, end, tag);
    if (at == nullptr) return false;
    if ((tag & 1) == 0) {
      now.kind_and_address += tag >> 1;
    } else {
      std::uint8_t kind = now.kind();
      if (tag == 1) {
        if (end - at < 9) return false;
        kind = *at++;
        std::memcpy(&now.key, at, 8);
        at += 8;
      } else {
        now.key += tag >> 1;
      }
      std::uint64_t relative = 0;
      at = take_varint(at, end, relative);
      if (at == nullptr || relative > kAddressMax - first_address) return false;
      now = make_posting(kind, now.key, first_address + relative);
    }
    out[i] = now;
  }
  return at == end;
}

void sort_postings(std::vector<Posting>& postings, std::vector<Posting>& scratch) {
  constexpr unsigned kDigitBits = 11;
  constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  scratch.resize(postings.size());
  std::array<std::uint32_t, 257> kinds{};
  for (const Posting& p : postings) ++kinds[p.kind() + 1U];
  for (std::size_t i = 1; i < kinds.size(); ++i) kinds[i] += kinds[i - 1];
  auto next = kinds;
  for (const Posting& p : postings) scratch[next[p.kind()]++] = p;
  for (std::size_t kind = 0; kind < 256; ++kind) {
    const std::size_t from = kinds[kind];
    const std::size_t size = kinds[kind + 1] - from;
    if (size == 0) continue;
    std::span<Posting> here(scratch.data() + from, size);
    std::span<Posting> there(postings.data() + from, size);
    std::uint64_t differ = 0;  // bits in which keys of this kind differ: the rest needs no pass
    for (const Posting& p : here) differ |= p.key ^ here.front().key;
    for (unsigned shift = 0; shift < 64; shift += kDigitBits) {
      if (((differ >> shift) & (kDigits - 1)) == 0) continue;
      std::array<std::uint32_t, kDigits> starts{};
      for (const Posting& p : here) ++starts[(p.key >> shift) & (kDigits - 1)];
      std::uint32_t sum = 0;
      for (std::uint32_t& start : starts) sum += std::exchange(start, sum);
      for (const Posting& p : here) there[starts[(p.key >> shift) & (kDigits - 1)]++] = p;
      std::swap(here, there);
    }
    if (here.data() == scratch.data() + from) std::copy(here.begin(), here.end(), there.begin());
  }
}

base::Result<PostingRunPtr> write_postings(const IndexFolder& folder, std::uint64_t number,
                                           std::span<const Posting> sorted) {
  COFFERDAM_CHECK(!sorted.empty(), "a run has entries");
  std::uint64_t first_address = kAddressMax;
  for (const Posting& p : sorted) first_address = std::min(first_address, p.address());
  PostingWriter writer;
  if (auto done = writer.start(folder, number, first_address); !done)
    return std::unexpected(done.error());
  for (const Posting& posting : sorted) {
    if (auto done = writer.add(posting); !done) return std::unexpected(done.error());
  }
  return writer.finish();
}

base::Result<PostingRunPtr> merge_postings(const IndexFolder& folder, std::uint64_t number,
                                           std::span<const PostingRunPtr> runs,
                                           const std::function<base::Result<void>()>& between) {
  PostingWriter writer;
  if (auto done = writer.start(folder, number, runs.front()->place.first_address); !done)
    return std::unexpected(done.error());
  std::vector<PostingReader> readers;
  for (const PostingRunPtr& run : runs) {
    if (auto done = readers.emplace_back(*run).load(); !done) return std::unexpected(done.error());
  }
  constexpr std::uint64_t kBetween = 1U << 15;  // some tenths of a millisecond
  std::uint64_t merged = 0;
  while (true) {
    // Of equal lists the oldest run comes first, and its whole list is taken at once.
    PostingReader* least = nullptr;
    for (PostingReader& reader : readers) {
      if (reader.done()) continue;
      if (least == nullptr || reader.posting().list() < least->posting().list()) least = &reader;
    }
    if (least == nullptr) break;
    const base::u128 list = least->posting().list();
    while (!least->done() && least->posting().list() == list) {
      if (auto done = writer.add(least->posting()); !done) return std::unexpected(done.error());
      if (auto done = least->next(); !done) return std::unexpected(done.error());
      if (++merged % kBetween != 0) continue;
      if (auto done = between(); !done) return std::unexpected(done.error());
    }
  }
  return writer.finish();
}

base::Result<PostingRunPtr> load_postings(const IndexFolder& folder, const PostingRunPlace& place) {
  auto file = folder.open(run_name(place.file));
  if (!file) return std::unexpected(file.error());
  const auto size = file->size();
  if (!size) return std::unexpected(size.error());
  if (place.blocks == 0 || place.blocks > *size / kBlockBytes ||
      place.blocks * (kBlockBytes + sizeof(Posting)) != *size)
    return damaged(file->name(), "a file must be as long as its manifest says");
  PostingRun run;
  run.place = place;
  run.fences.resize(place.blocks);
  const std::span<std::uint64_t> words(reinterpret_cast<std::uint64_t*>(run.fences.data()),
                                       run.fences.size() * 2);
  if (auto done = file->read_at(place.blocks * kBlockBytes, words); !done)
    return std::unexpected(done.error());
  if (checksum_words(words, kTailSeed) != place.tail_checksum)
    return damaged(file->name(), "the tail of a run must have the checksum in the manifest");
  run.file = std::move(*file);
  return std::make_shared<const PostingRun>(std::move(run));
}

base::Result<void> verify_postings(const PostingRun& run) {
  PostingReader reader(run);
  if (auto done = reader.load(); !done) return done;
  std::uint64_t seen = 0;
  std::optional<Posting> before;
  while (!reader.done()) {
    const Posting& now = reader.posting();
    if ((before && !(*before < now)) || now.address() > run.place.last_address)
      return damaged(run.file.name(), "entries must stand in order");
    before = now;
    ++seen;
    if (auto done = reader.next(); !done) return done;
  }
  if (seen != run.place.entries)
    return damaged(run.file.name(), "a run must hold as many entries as its manifest says");
  return {};
}

}  // namespace cofferdam::journal
