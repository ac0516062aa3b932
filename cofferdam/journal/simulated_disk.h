// SPDX-License-Identifier: Apache-2.0
//
// SimulatedDisk: a disk in memory that models the page cache and loses power on command. The same
// seed and the same calls give the same outcome.
//
// Content: every 512-byte sector written since the last sync keeps its old bytes beside the new
// ones; crash() lets each such sector survive, vanish, tear or turn to noise by the seed. Names:
// creations, renames and removals since the last sync_folder() survive up to a point chosen by the
// seed, in order, as in a file system that journals its metadata. A failed sync leaves its sectors
// unprotected for ever, as Linux does: a later sync that succeeds does not bring them back.
//
// Not safe for use by several threads at once, except where a lock of the caller's orders them.
#pragma once

#include "cofferdam/journal/disk.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace cofferdam::journal {

class SimulatedDisk final : public Disk {
 public:
  static constexpr std::uint64_t kSector = 512;
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& folder) override;
  [[nodiscard]] Result<void> create_folder(const std::string& folder) override;
  [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Result<void> remove(const std::string& path) override;
  [[nodiscard]] Result<void> sync_folder(const std::string& folder) override;
  [[nodiscard]] Result<std::unique_ptr<FolderLock>> lock(const std::string& folder) override;

  // Faults, each counted from now. The n-th write (or sync) from now fails with `code`; 1 is the
  // next one. A failing write leaves the first half of its sectors written.
  void fail_write(int code, std::uint64_t nth = 1);
  void fail_sync(int code, std::uint64_t nth = 1);

  // All files together may hold this many bytes; allocations and extensions beyond fail (ENOSPC).
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }

  // The power goes after the n-th change from now: that change is done, every later call fails
  // until crash(). 0: at once.
  void power_off_after(std::uint64_t changes);
  // Loses what was not durable, closes every file, drops every lock, turns the power on again.
  void crash(std::uint64_t seed);
  // Closes every file and drops every lock as kill -9 does: nothing that was written is lost.
  void kill();

  [[nodiscard]] std::uint64_t changes() const { return changes_; }  // writes, syncs, names

  [[nodiscard]] std::uint64_t used() const;

  [[nodiscard]] bool is_off() const { return changes_ >= power_off_at_; }

  // Damage, for tests: straight to the platter.
  [[nodiscard]] std::string& platter(const std::string& path);

  [[nodiscard]] bool exists(const std::string& path) const { return names_.contains(path); }

  void put(const std::string& path, std::string bytes);  // durable, replaces
  void erase(const std::string& path);                   // durable
  // A copy of what is readable now; open files and faults are not copied.
  [[nodiscard]] std::unique_ptr<SimulatedDisk> copy() const;

 private:
  struct Content {
    std::string bytes;
    std::uint64_t durable_size = 0;

    // sector -> what the platter holds; the flag says that a failed sync gave the sector up
    struct Old {
      std::string bytes;
      bool given_up = false;
    };

    std::unordered_map<std::uint64_t, Old> unsynced;
  };

  using ContentPointer = std::shared_ptr<Content>;

  struct NameChange {
    std::string folder;
    std::string path;
    ContentPointer before = nullptr;  // null: absent
    std::string path2 = {};           // of a rename: the new name
    ContentPointer before2 = nullptr;
  };
  friend class SimulatedFile;
  friend class SimulatedLock;

  static void crash_content(Content& content, std::uint64_t& random);

  std::map<std::string, ContentPointer> names_;
  std::vector<NameChange> name_changes_;  // not yet durable, in order
  std::set<std::string> folders_;
  std::set<std::string> locks_;
  std::uint64_t generation_ = 0;  // files of an earlier one are closed
  std::uint64_t changes_ = 0;
  std::uint64_t power_off_at_ = kNever;
  std::uint64_t capacity_ = kNever;
  std::uint64_t writes_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t fail_write_at_ = kNever;
  std::uint64_t fail_sync_at_ = kNever;
  int fail_write_code_ = 0;
  int fail_sync_code_ = 0;
};

}  // namespace cofferdam::journal
