// SPDX-License-Identifier: Apache-2.0
//
// The files under the on-disk indexes. Everything an index keeps can be made again from the
// journal, so this layer promises one thing only: bytes that are not exactly what was written are
// noticed, never used. It knows nothing of ids, postings or journal records.
//
// Words: a *block* is 4,096 bytes, 510 words of payload, a word of lengths and a checksum over all
// of it that also covers the file's number and the block's place, so that a block read from the
// wrong place fails. A *run* is a file of blocks in the order of their keys, followed by a *tail*
// (what is kept in memory: fences, filters). A *manifest* is the one file that says which runs
// count; it is replaced as a whole. What no manifest names is rubbish and is removed on opening.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/journal/pace.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

inline constexpr std::size_t kBlockBytes = 4096;
inline constexpr std::size_t kBlockWords = kBlockBytes / 8;
inline constexpr std::size_t kPayloadWords = kBlockWords - 2;  // then lengths, then the checksum

using Block = std::array<std::uint64_t, kBlockWords>;

// A 64-bit checksum over words. Any change confined to one word always changes it; other damage
// passes with a chance of about 2^-64. Not a defence against an enemy: the journal is that.
[[nodiscard]] std::uint64_t checksum_words(std::span<const std::uint64_t> words,
                                           std::uint64_t seed);

// What a test may stop. Called before each operation that changes the disk. `die` means that the
// process died here: the operation fails (a write leaves its first half behind), and so must
// everything after it, which is the hook's business. `full` means that the disk has no space left.
enum class FileOperation { create, write, sync, rename, remove, sync_folder };
enum class FileFate { go_on, die, full };
using FileHook = std::function<FileFate(FileOperation, std::string_view name)>;

class RunFile {
 public:
  RunFile() = default;
  RunFile(RunFile&& other) noexcept;
  RunFile& operator=(RunFile&& other) noexcept;
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;
  ~RunFile();

  [[nodiscard]] base::Result<void> write_at(std::uint64_t offset,
                                            std::span<const std::uint64_t> words);
  [[nodiscard]] base::Result<void> read_at(std::uint64_t offset,
                                           std::span<std::uint64_t> words) const;
  // Reads whole blocks and checks each of them; `number` is the file's own.
  [[nodiscard]] base::Result<void> read_blocks(std::uint64_t number, std::uint64_t first,
                                               std::span<Block> blocks) const;
  // Returns when the disk has these bytes, so that sync() finds little left; what goes wrong shows
  // there.
  void write_out(std::uint64_t offset, std::uint64_t bytes) const;
  [[nodiscard]] base::Result<void> sync();
  [[nodiscard]] base::Result<std::uint64_t> size() const;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  friend class IndexFolder;

  RunFile(int descriptor, std::string name, const FileHook* hook)
      : descriptor_(descriptor), name_(std::move(name)), hook_(hook) {}

  void close();

  int descriptor_ = -1;
  std::string name_;
  const FileHook* hook_ = nullptr;
};

// The one folder of an index. Must outlive the files it opened; the pace, the writing of runs. No
// pace: files are written as fast as the disk takes them.
class IndexFolder {
 public:
  IndexFolder(std::string path, FileHook hook, const Pace* pace = nullptr)
      : path_(std::move(path)), hook_(std::move(hook)), pace_(pace) {}

  [[nodiscard]] base::Result<void> make() const;
  [[nodiscard]] base::Result<RunFile> create(const std::string& name) const;
  [[nodiscard]] base::Result<RunFile> open(const std::string& name) const;
  // The file holds either the old words or the new ones, also after a power cut.
  [[nodiscard]] base::Result<void> replace(const std::string& name,
                                           std::span<const std::uint64_t> words) const;
  [[nodiscard]] base::Result<void> remove(const std::string& name) const;
  [[nodiscard]] base::Result<void> sync() const;
  [[nodiscard]] base::Result<std::vector<std::string>> list() const;

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] const Pace* pace() const { return pace_; }

 private:
  std::string path_;
  FileHook hook_;
  const Pace* pace_;
};

// Writes blocks one after another from block 0, then a tail, then makes them durable.
class BlockWriter {
 public:
  [[nodiscard]] base::Result<void> start(const IndexFolder& folder, std::uint64_t number);

  // A payload to fill, all zero; add() seals it.
  [[nodiscard]] Block& payload() { return pending_[used_]; }

  [[nodiscard]] base::Result<void> add(std::uint32_t count, std::uint32_t bytes);
  // Words behind the blocks; after the first of these no block may follow.
  [[nodiscard]] base::Result<void> tail(std::span<const std::uint64_t> words);
  [[nodiscard]] base::Result<RunFile> finish();

  [[nodiscard]] std::uint64_t blocks() const { return blocks_; }

  [[nodiscard]] std::uint64_t number() const { return number_; }

  [[nodiscard]] std::uint64_t offset() const { return offset_ + used_ * kBlockBytes; }

 private:
  [[nodiscard]] base::Result<void> drain();
  // In pieces, at the pace of the folder.
  [[nodiscard]] base::Result<void> write(std::span<const std::uint64_t> words);

  RunFile file_;
  const Pace* pace_ = nullptr;
  std::uint64_t number_ = 0;
  std::uint64_t blocks_ = 0;
  std::uint64_t offset_ = 0;  // bytes already written
  std::size_t used_ = 0;      // blocks waiting in pending_
  std::vector<Block> pending_;
};

// "run-" and sixteen hexadecimal digits.
[[nodiscard]] std::string run_name(std::uint64_t number);

[[nodiscard]] constexpr std::uint32_t block_count(const Block& block) {
  return static_cast<std::uint32_t>(block[kPayloadWords]);
}

[[nodiscard]] constexpr std::uint32_t block_bytes(const Block& block) {
  return static_cast<std::uint32_t>(block[kPayloadWords] >> 32);
}

// The manifest: words of the caller's choice, kept under a kind (which index, which version), the
// journal's mark and a checksum.
struct Manifest {
  std::uint64_t kind = 0;
  std::uint64_t lineage = 0;
  std::vector<std::uint64_t> words;
};

inline constexpr std::string_view kManifestName = "manifest";

[[nodiscard]] base::Result<void> write_manifest(const IndexFolder& folder,
                                                const Manifest& manifest);
// Nothing there is std::nullopt; damaged, or of another kind or journal, is an integrity error.
[[nodiscard]] base::Result<std::optional<Manifest>> read_manifest(const IndexFolder& folder,
                                                                  std::uint64_t kind,
                                                                  std::uint64_t lineage);
// Removes every file but the manifest and the named runs.
[[nodiscard]] base::Result<void> sweep(const IndexFolder& folder,
                                       std::span<const std::uint64_t> runs_kept);
// Removes all files: the index must then be rebuilt from sequence 1.
[[nodiscard]] base::Result<void> wipe(const IndexFolder& folder);

[[nodiscard]] std::unexpected<base::Error> damaged(std::string what, std::string rule);

}  // namespace cofferdam::journal
