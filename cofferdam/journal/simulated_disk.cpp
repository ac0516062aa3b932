// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/simulated_disk.h"

#include "cofferdam/base/check.h"
#include "cofferdam/journal/disk.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

// splitmix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, std::string path, SimulatedDisk::ContentPointer content,
                bool writable)
      : disk_(disk),
        path_(std::move(path)),
        content_(std::move(content)),
        generation_(disk.generation_),
        writable_(writable) {}

  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
    if (is_closed() || disk_.is_off()) return disk_failure("read", path_, EIO);
    const std::string& bytes = content_->bytes;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
    std::memcpy(out.data(), bytes.data() + offset, count);
    return count;
  }

  [[nodiscard]] Result<void> write(std::uint64_t offset, std::string_view bytes) override {
    if (is_closed() || !writable_) return disk_failure("write", path_, EBADF);
    const std::uint64_t end = offset + bytes.size();
    if (end > content_->bytes.size() && !has_room(end)) {
      return disk_failure("write", path_, ENOSPC);
    }
    ++disk_.writes_;
    int code = 0;
    const bool whole = disk_.writes_ != disk_.fail_write_at_;
    if (disk_.is_off()) return disk_failure("write", path_, EIO);
    ++disk_.changes_;
    if (!whole) {
      code = disk_.fail_write_code_;
      bytes = bytes.substr(0, bytes.size() / 2 / SimulatedDisk::kSector * SimulatedDisk::kSector);
    }
    put(offset, bytes);
    if (!whole) return disk_failure("write", path_, code);
    return {};
  }

  [[nodiscard]] Result<void> write_durable(std::uint64_t offset, std::string_view bytes) override {
    if (auto done = write(offset, bytes); !done) return done;
    return sync_range(offset, bytes.size());
  }

  [[nodiscard]] Result<void> sync() override {
    if (auto done = sync_range(0, content_->bytes.size()); !done) return done;
    content_->durable_size = content_->bytes.size();
    return {};
  }

  [[nodiscard]] Result<void> allocate(std::uint64_t bytes) override {
    if (is_closed() || !writable_) return disk_failure("preallocate", path_, EBADF);
    if (disk_.is_off()) return disk_failure("preallocate", path_, EIO);
    if (bytes <= content_->bytes.size()) return {};
    if (!has_room(bytes)) return disk_failure("preallocate", path_, ENOSPC);
    ++disk_.changes_;
    content_->bytes.resize(bytes, '\0');
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() override {
    if (is_closed() || disk_.is_off()) return disk_failure("stat", path_, EIO);
    return std::uint64_t{content_->bytes.size()};
  }

 private:
  [[nodiscard]] bool is_closed() const { return generation_ != disk_.generation_; }

  [[nodiscard]] bool has_room(std::uint64_t size) const {
    return disk_.capacity_ == SimulatedDisk::kNever ||
           disk_.used() - content_->bytes.size() + size <= disk_.capacity_;
  }

  void put(std::uint64_t offset, std::string_view bytes) {
    if (bytes.empty()) return;
    SimulatedDisk::Content& content = *content_;
    const std::uint64_t end = offset + bytes.size();
    if (end > content.bytes.size()) content.bytes.resize(end, '\0');
    const std::uint64_t last = (end - 1) / SimulatedDisk::kSector;
    for (std::uint64_t sector = offset / SimulatedDisk::kSector; sector <= last; ++sector) {
      const auto [entry, is_new] = content.unsynced.try_emplace(sector);
      if (!is_new) continue;
      entry->second.bytes =
          content.bytes.substr(sector * SimulatedDisk::kSector, SimulatedDisk::kSector);
    }
    std::memcpy(content.bytes.data() + offset, bytes.data(), bytes.size());
  }

  [[nodiscard]] Result<void> sync_range(std::uint64_t offset, std::uint64_t size) {
    if (is_closed() || disk_.is_off()) return disk_failure("sync", path_, EIO);
    ++disk_.syncs_;
    ++disk_.changes_;
    const bool failing = disk_.syncs_ == disk_.fail_sync_at_;
    SimulatedDisk::Content& content = *content_;
    const std::uint64_t first = offset / SimulatedDisk::kSector;
    const std::uint64_t end = (offset + size + SimulatedDisk::kSector - 1) / SimulatedDisk::kSector;
    for (auto entry = content.unsynced.begin(); entry != content.unsynced.end();) {
      const bool inside = entry->first >= first && entry->first < end;
      if (inside && failing) entry->second.given_up = true;
      if (inside && !failing && !entry->second.given_up) {
        entry = content.unsynced.erase(entry);
      } else {
        ++entry;
      }
    }
    if (failing) return disk_failure("sync", path_, disk_.fail_sync_code_);
    content.durable_size = std::max(content.durable_size,
                                    std::min<std::uint64_t>(offset + size, content.bytes.size()));
    return {};
  }

  SimulatedDisk& disk_;
  std::string path_;
  SimulatedDisk::ContentPointer content_;
  std::uint64_t generation_;
  bool writable_;
};

class SimulatedLock final : public FolderLock {
 public:
  SimulatedLock(SimulatedDisk& disk, std::string folder)
      : disk_(disk), folder_(std::move(folder)), generation_(disk.generation_) {}

  ~SimulatedLock() override {
    if (generation_ == disk_.generation_) disk_.locks_.erase(folder_);
  }

  SimulatedLock(const SimulatedLock&) = delete;
  SimulatedLock& operator=(const SimulatedLock&) = delete;

 private:
  SimulatedDisk& disk_;
  std::string folder_;
  std::uint64_t generation_;
};

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& path, OpenMode mode) {
  if (is_off()) return disk_failure("open", path, EIO);
  auto entry = names_.find(path);
  if (mode == OpenMode::create) {
    if (entry != names_.end()) return disk_failure("open", path, EEXIST);
    if (!folders_.contains(folder_of(path))) return disk_failure("open", path, ENOENT);
    ++changes_;
    name_changes_.push_back({.folder = folder_of(path), .path = path, .before = nullptr});
    entry = names_.emplace(path, std::make_shared<Content>()).first;
  }
  if (entry == names_.end()) return disk_failure("open", path, ENOENT);
  return std::make_unique<SimulatedFile>(*this, path, entry->second, mode != OpenMode::read);
}

Result<std::vector<std::string>> SimulatedDisk::list(const std::string& folder) {
  if (is_off()) return disk_failure("list", folder, EIO);
  if (!folders_.contains(folder)) return disk_failure("list", folder, ENOENT);
  std::vector<std::string> names;
  for (const std::string& path : std::views::keys(names_)) {
    if (folder_of(path) == folder) names.push_back(path.substr(folder.size() + 1));
  }
  return names;
}

Result<void> SimulatedDisk::create_folder(const std::string& folder) {
  if (is_off()) return disk_failure("create folder", folder, EIO);
  folders_.insert(folder);
  return {};
}

Result<void> SimulatedDisk::rename(const std::string& from, const std::string& to) {
  if (is_off()) return disk_failure("rename", from, EIO);
  const auto entry = names_.find(from);
  if (entry == names_.end()) return disk_failure("rename", from, ENOENT);
  ++changes_;
  const auto target = names_.find(to);
  name_changes_.push_back({.folder = folder_of(to),
                           .path = from,
                           .before = entry->second,
                           .path2 = to,
                           .before2 = target == names_.end() ? nullptr : target->second});
  ContentPointer content = entry->second;
  names_.erase(entry);
  names_[to] = std::move(content);
  return {};
}

Result<void> SimulatedDisk::remove(const std::string& path) {
  if (is_off()) return disk_failure("remove", path, EIO);
  const auto entry = names_.find(path);
  if (entry == names_.end()) return disk_failure("remove", path, ENOENT);
  ++changes_;
  name_changes_.push_back({.folder = folder_of(path), .path = path, .before = entry->second});
  names_.erase(entry);
  return {};
}

Result<void> SimulatedDisk::sync_folder(const std::string& folder) {
  if (is_off()) return disk_failure("sync folder", folder, EIO);
  ++syncs_;
  ++changes_;
  if (syncs_ == fail_sync_at_) return disk_failure("sync folder", folder, fail_sync_code_);
  std::erase_if(name_changes_, [&](const NameChange& c) { return c.folder == folder; });
  return {};
}

Result<std::unique_ptr<FolderLock>> SimulatedDisk::lock(const std::string& folder) {
  if (is_off()) return disk_failure("lock", folder, EIO);
  if (!locks_.insert(folder).second) {
    return failure(ErrorKind::refused, "folder", folder, "another writer has this journal open",
                   "stop the other program; where it serves, ask it: COFFERDAM_SERVER=URL, and "
                   "COFFERDAM_KEY_FILE with an API key");
  }
  return std::make_unique<SimulatedLock>(*this, folder);
}

void SimulatedDisk::fail_write(int code, std::uint64_t nth) {
  fail_write_at_ = writes_ + nth;
  fail_write_code_ = code;
}

void SimulatedDisk::fail_sync(int code, std::uint64_t nth) {
  fail_sync_at_ = syncs_ + nth;
  fail_sync_code_ = code;
}

void SimulatedDisk::power_off_after(std::uint64_t changes) {
  power_off_at_ = changes_ + changes;
}

void SimulatedDisk::kill() {
  ++generation_;
  locks_.clear();
  power_off_at_ = kNever;
}

void SimulatedDisk::crash(std::uint64_t seed) {
  std::uint64_t random = seed;
  const std::size_t kept =
      static_cast<std::size_t>(next_random(random) % (name_changes_.size() + 1));
  while (name_changes_.size() > kept) {  // undone from the newest to the oldest
    const NameChange& undo = name_changes_.back();
    if (!undo.path2.empty()) {
      names_.erase(undo.path2);
      if (undo.before2) names_[undo.path2] = undo.before2;
    }
    if (undo.before) {
      names_[undo.path] = undo.before;
    } else {
      names_.erase(undo.path);
    }
    name_changes_.pop_back();
  }
  name_changes_.clear();
  for (auto& content : std::views::values(names_)) crash_content(*content, random);
  fail_write_at_ = fail_sync_at_ = kNever;
  kill();
}

void SimulatedDisk::crash_content(Content& content, std::uint64_t& random) {
  std::vector<std::uint64_t> sectors;
  for (const std::uint64_t sector : std::views::keys(content.unsynced)) sectors.push_back(sector);
  std::ranges::sort(sectors);  // the map's order is not the same everywhere
  // One crash in four is all or nothing; the others decide sector by sector, with a bias.
  const std::uint64_t mood = next_random(random) % 8;
  for (const std::uint64_t sector : sectors) {
    const std::uint64_t dice = next_random(random);
    const std::string& old = content.unsynced[sector].bytes;
    char* now = content.bytes.data() + sector * kSector;
    const bool lost = mood == 0 || (mood != 1 && dice % 8 < mood);
    const bool torn = mood >= 2 && dice / 8 % 4 == 0;
    if (torn) {
      // a mixture, whose end or beginning is old; or nothing that anybody wrote
      const std::size_t cut = dice / 32 % (old.size() + 1);
      const std::uint64_t kind = dice >> 40U;
      if (kind % 3 == 0) {
        std::memcpy(now + cut, old.data() + cut, old.size() - cut);
      } else if (kind % 3 == 1) {
        std::memcpy(now, old.data(), cut);
      } else {
        for (std::size_t i = 0; i < old.size(); ++i)
          now[i] = static_cast<char>(next_random(random));
      }
    } else if (lost) {
      std::memcpy(now, old.data(), old.size());
    }
  }
  content.unsynced.clear();
  if (content.bytes.size() > content.durable_size) {
    const std::uint64_t extra = content.bytes.size() - content.durable_size;
    if (mood != 1) content.bytes.resize(content.durable_size + next_random(random) % (extra + 1));
  }
  content.durable_size = content.bytes.size();
}

std::uint64_t SimulatedDisk::used() const {
  std::uint64_t sum = 0;
  for (const auto& content : std::views::values(names_)) sum += content->bytes.size();
  return sum;
}

std::string& SimulatedDisk::platter(const std::string& path) {
  const auto entry = names_.find(path);
  COFFERDAM_CHECK(entry != names_.end(), "no such file on the simulated disk");
  entry->second->unsynced.clear();
  return entry->second->bytes;
}

void SimulatedDisk::put(const std::string& path, std::string bytes) {
  auto content = std::make_shared<Content>();
  content->durable_size = bytes.size();
  content->bytes = std::move(bytes);
  names_[path] = std::move(content);
}

void SimulatedDisk::erase(const std::string& path) {
  names_.erase(path);
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::copy() const {
  auto other = std::make_unique<SimulatedDisk>();
  other->folders_ = folders_;
  for (const auto& [path, content] : names_) other->put(path, content->bytes);
  return other;
}

}  // namespace cofferdam::journal
