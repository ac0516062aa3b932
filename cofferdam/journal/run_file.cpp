// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/run_file.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cofferdam::journal {

namespace {

// 16 KiB a write: what is made and written between two rests keeps a processor and the disk for
// half a millisecond.
constexpr std::size_t kPendingBlocks = 4;
constexpr std::size_t kPieceWords = kPendingBlocks * kBlockWords;
constexpr std::uint64_t kOddA = 0x9E3779B185EBCA87;  // odd, so multiplying loses nothing
constexpr std::uint64_t kOddB = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kManifestMagic = 0x5845444E49444643;  // "CFDINDEX"

std::uint64_t rotate(std::uint64_t v, int by) {
  return (v << by) | (v >> (64 - by));
}

// One step is a bijection of `sum` and, for a given sum, of `word`: a changed word cannot cancel.
std::uint64_t step(std::uint64_t sum, std::uint64_t word) {
  return rotate(sum + word * kOddB, 31) * kOddA;
}

std::unexpected<base::Error> failed(std::string name, const char* what, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return std::unexpected(
      base::Error{.kind = full ? base::ErrorKind::exhausted : base::ErrorKind::unavailable,
                  .field = std::move(name),
                  .value = std::strerror(code),
                  .rule = std::string("the operating system must be able to ") + what,
                  .hint = full ? "free space on the disk; the index goes on by itself" : ""});
}

// The errno that a test asks for, 0 for none.
int fated(const FileHook& hook, FileOperation operation, std::string_view name) {
  if (!hook) return 0;
  switch (hook(operation, name)) {
    case FileFate::go_on:
      return 0;
    case FileFate::die:
      return EIO;
    case FileFate::full:
      return ENOSPC;
  }
  return 0;
}

std::uint64_t block_seed(std::uint64_t number, std::uint64_t block) {
  return number * kOddA + block;
}

}  // namespace

std::unexpected<base::Error> damaged(std::string what, std::string rule) {
  return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                     .field = std::move(what),
                                     .value = "",
                                     .rule = std::move(rule),
                                     .hint = "the index is rebuilt from the journal"});
}

std::uint64_t checksum_words(std::span<const std::uint64_t> words, std::uint64_t seed) {
  std::array<std::uint64_t, 4> lanes = {seed, seed ^ kOddA, seed ^ kOddB, ~seed};
  std::size_t i = 0;
  for (; i + 4 <= words.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) lanes[lane] = step(lanes[lane], words[i + lane]);
  }
  for (; i < words.size(); ++i) lanes[i % 4] = step(lanes[i % 4], words[i]);
  std::uint64_t sum = words.size() * kOddA;
  for (const std::uint64_t lane : lanes) sum = step(sum, lane);
  sum ^= sum >> 29;
  return sum * kOddB;
}

std::string run_name(std::uint64_t number) {
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4) digits[i] = "0123456789abcdef"[number & 15];
  return "run-" + digits;
}

RunFile::RunFile(RunFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      hook_(other.hook_) {}

RunFile& RunFile::operator=(RunFile&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    name_ = std::move(other.name_);
    hook_ = other.hook_;
  }
  return *this;
}

RunFile::~RunFile() {
  close();
}

void RunFile::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

base::Result<void> RunFile::write_at(std::uint64_t offset, std::span<const std::uint64_t> words) {
  const int fate = fated(*hook_, FileOperation::write, name_);
  if (fate != 0) words = words.first(words.size() / 2);
  const auto bytes = std::as_bytes(words);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(name_, "write", errno);
    done += static_cast<std::size_t>(n);
  }
  if (fate != 0) return failed(name_, "write", fate);
  return {};
}

base::Result<void> RunFile::read_at(std::uint64_t offset, std::span<std::uint64_t> words) const {
  const auto bytes = std::as_writable_bytes(words);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(name_, "read", errno);
    if (n == 0) return damaged(name_, "a file must be as long as its manifest says");
    done += static_cast<std::size_t>(n);
  }
  return {};
}

base::Result<void> RunFile::read_blocks(std::uint64_t number, std::uint64_t first,
                                        std::span<Block> blocks) const {
  if (blocks.empty()) return {};
  const std::span<std::uint64_t> words(blocks.front().data(), blocks.size() * kBlockWords);
  if (auto read = read_at(first * kBlockBytes, words); !read) return read;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::span<const std::uint64_t> covered(blocks[i].data(), kBlockWords - 1);
    if (checksum_words(covered, block_seed(number, first + i)) != blocks[i][kBlockWords - 1])
      return damaged(name_ + " block " + std::to_string(first + i),
                     "a block must have the checksum it was written with");
  }
  return {};
}

void RunFile::write_out(std::uint64_t offset, std::uint64_t bytes) const {
  (void)::sync_file_range(
      descriptor_, static_cast<off64_t>(offset), static_cast<off64_t>(bytes),
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

base::Result<void> RunFile::sync() {
  if (const int fate = fated(*hook_, FileOperation::sync, name_))
    return failed(name_, "sync", fate);
  if (::fdatasync(descriptor_) != 0) return failed(name_, "sync", errno);
  return {};
}

base::Result<std::uint64_t> RunFile::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return failed(name_, "read the size", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

base::Result<void> IndexFolder::make() const {
  std::error_code code;
  std::filesystem::create_directories(path_, code);
  if (code) return failed(path_, "make the folder", code.value());
  return {};
}

base::Result<RunFile> IndexFolder::create(const std::string& name) const {
  if (const int fate = fated(hook_, FileOperation::create, name))
    return failed(name, "create", fate);
  const int descriptor =
      ::open((path_ + "/" + name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return failed(name, "create", errno);
  return RunFile(descriptor, name, &hook_);
}

base::Result<RunFile> IndexFolder::open(const std::string& name) const {
  const int descriptor = ::open((path_ + "/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return damaged(name, "a file of the index must exist");
  if (descriptor < 0) return failed(name, "open", errno);
  return RunFile(descriptor, name, &hook_);
}

base::Result<void> IndexFolder::replace(const std::string& name,
                                        std::span<const std::uint64_t> words) const {
  const std::string fresh = name + ".new";
  auto file = create(fresh);
  if (!file) return std::unexpected(file.error());
  if (auto done = file->write_at(0, words); !done) return done;
  if (auto done = file->sync(); !done) return done;
  if (const int fate = fated(hook_, FileOperation::rename, name))
    return failed(name, "rename", fate);
  if (::rename((path_ + "/" + fresh).c_str(), (path_ + "/" + name).c_str()) != 0)
    return failed(name, "rename", errno);
  return sync();
}

base::Result<void> IndexFolder::remove(const std::string& name) const {
  if (const int fate = fated(hook_, FileOperation::remove, name))
    return failed(name, "remove", fate);
  if (::unlink((path_ + "/" + name).c_str()) != 0 && errno != ENOENT)
    return failed(name, "remove", errno);
  return {};
}

base::Result<void> IndexFolder::sync() const {
  if (const int fate = fated(hook_, FileOperation::sync_folder, path_))
    return failed(path_, "sync", fate);
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed(path_, "open the folder", errno);
  const int answer = ::fsync(descriptor);
  const int code = errno;
  ::close(descriptor);
  if (answer != 0) return failed(path_, "sync", code);
  return {};
}

base::Result<std::vector<std::string>> IndexFolder::list() const {
  std::error_code code;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(path_, code), end; !code && it != end;
       it.increment(code))
    names.push_back(it->path().filename().string());
  if (code) return failed(path_, "list the folder", code.value());
  return names;
}

base::Result<void> BlockWriter::start(const IndexFolder& folder, std::uint64_t number) {
  auto file = folder.create(run_name(number));
  if (!file) return std::unexpected(file.error());
  file_ = std::move(*file);
  pace_ = folder.pace();
  number_ = number;
  pending_.assign(kPendingBlocks, Block{});
  return {};
}

base::Result<void> BlockWriter::add(std::uint32_t count, std::uint32_t bytes) {
  Block& block = pending_[used_];
  block[kPayloadWords] = count | (static_cast<std::uint64_t>(bytes) << 32);
  const std::span<const std::uint64_t> covered(block.data(), kBlockWords - 1);
  block[kBlockWords - 1] = checksum_words(covered, block_seed(number_, blocks_));
  ++blocks_;
  if (++used_ == kPendingBlocks) return drain();
  return {};
}

base::Result<void> BlockWriter::drain() {
  if (used_ == 0) return {};
  const std::span<const std::uint64_t> words(pending_.front().data(), used_ * kBlockWords);
  if (auto done = write(words); !done) return done;
  std::fill_n(pending_.begin(), used_, Block{});
  used_ = 0;
  return {};
}

base::Result<void> BlockWriter::write(std::span<const std::uint64_t> words) {
  while (!words.empty()) {
    const auto piece = words.first(std::min(words.size(), kPieceWords));
    if (auto done = file_.write_at(offset_, piece); !done) return done;
    if (pace_ != nullptr && pace_->has_time()) {
      file_.write_out(offset_, piece.size_bytes());
      pace_->rest_after_piece();
    }
    offset_ += piece.size_bytes();
    words = words.subspan(piece.size());
  }
  return {};
}

base::Result<void> BlockWriter::tail(std::span<const std::uint64_t> words) {
  if (auto done = drain(); !done) return done;
  return write(words);
}

base::Result<RunFile> BlockWriter::finish() {
  if (auto done = drain(); !done) return std::unexpected(done.error());
  if (auto done = file_.sync(); !done) return std::unexpected(done.error());
  return std::move(file_);
}

base::Result<void> write_manifest(const IndexFolder& folder, const Manifest& manifest) {
  std::vector<std::uint64_t> all = {kManifestMagic, manifest.kind, manifest.lineage,
                                    manifest.words.size()};
  all.insert(all.end(), manifest.words.begin(), manifest.words.end());
  all.push_back(checksum_words(all, kManifestMagic));
  return folder.replace(std::string(kManifestName), all);
}

base::Result<std::optional<Manifest>> read_manifest(const IndexFolder& folder, std::uint64_t kind,
                                                    std::uint64_t lineage) {
  auto file = folder.open(std::string(kManifestName));
  if (!file && file.error().kind == base::ErrorKind::integrity) return std::nullopt;
  if (!file) return std::unexpected(file.error());
  const auto size = file->size();
  if (!size) return std::unexpected(size.error());
  constexpr std::uint64_t kManifestBytesMax = std::uint64_t{64} << 20;
  if (*size % 8 != 0 || *size < 40 || *size > kManifestBytesMax)
    return damaged("manifest", "a manifest must be 5 to 8,388,608 whole words");
  std::vector<std::uint64_t> all(*size / 8);
  if (auto read = file->read_at(0, all); !read) return std::unexpected(read.error());
  const std::span<const std::uint64_t> covered(all.data(), all.size() - 1);
  if (checksum_words(covered, kManifestMagic) != all.back() || all[0] != kManifestMagic ||
      all[3] != all.size() - 5)
    return damaged("manifest", "a manifest must have the checksum it was written with");
  if (all[1] != kind) return damaged("manifest", "the index must be of the kind that is opened");
  if (all[2] != lineage) return damaged("manifest", "the index must belong to this journal");
  return Manifest{
      .kind = kind, .lineage = lineage, .words = std::vector(all.begin() + 4, all.end() - 1)};
}

base::Result<void> sweep(const IndexFolder& folder, std::span<const std::uint64_t> runs_kept) {
  const auto names = folder.list();
  if (!names) return std::unexpected(names.error());
  std::vector<std::string> kept = {std::string(kManifestName)};
  for (const std::uint64_t number : runs_kept) kept.push_back(run_name(number));
  std::sort(kept.begin(), kept.end());
  for (const std::string& name : *names) {
    if (std::binary_search(kept.begin(), kept.end(), name)) continue;
    if (auto done = folder.remove(name); !done) return done;
  }
  return {};
}

base::Result<void> wipe(const IndexFolder& folder) {
  // The manifest goes first: without it nothing else counts.
  if (auto done = folder.remove(std::string(kManifestName)); !done) return done;
  if (auto done = folder.sync(); !done) return done;
  return sweep(folder, {});
}

}  // namespace cofferdam::journal
