// SPDX-License-Identifier: Apache-2.0
//
// The journal: what happened, in order, for ever. Every other thing that is stored can be rebuilt
// from it. This room keeps records whose content it does not know: it has no notion of money.
//
// Words. A record is a kind, a time and a body, numbered from 1 without gaps. The chain hash of a
// record covers its content and the chain hash before it. A group is what was written with one
// flush. A segment is one preallocated file. A record is durable when it survives a power cut, and
// only then may anyone be told that it was accepted. The watermark is the highest sequence known
// to be durable, as written on the disk itself.
//
// Laws.
//  1. What was durable is there, unchanged, or the journal refuses to open and names the place.
//  2. What was not durable is wholly there or wholly gone.
//  3. A write or flush that failed is not retried: the journal stops, because after a failed flush
//     nobody knows what the disk holds. The one exception is a full disk met by reserve(), which
//     changes nothing and may be asked again.
//  4. One writer per folder; readers as many as like.
//
// Threads: one thread calls reserve() and append(); any thread calls commit() and the reads.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/recovery.h"
#include "cofferdam/journal/segment.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {

struct Options {
  std::uint64_t segment_bytes = std::uint64_t{64} << 20U;  // a multiple of 4,096
  // Groups start at multiples of this. 4,096 is the physical sector of most disks and lets writes
  // take the direct path; 512 saves space where single records are made durable one by one.
  std::uint32_t sector_bytes = 4096;
  // A head slot is rewritten after so many groups, so that the watermark on the disk is never far
  // behind: at one flush each, 1/256 of the flushes.
  std::uint32_t groups_per_head = 256;
  // A thread of its own prepares the next segment ahead of need and writes the watermark when the
  // journal rests. Off: both happen inside reserve() and commit(), deterministically.
  bool background = true;
  std::optional<JournalId> journal_id = {};  // of a new journal; drawn at random when absent
  // The operator's decision after a refusal to open: give up this record and all after it. Must
  // name exactly the record that was refused. The segment is kept beside as NAME.damaged.
  std::optional<Sequence> accept_truncation_at = {};
};

class Reader;

class Journal {
 public:
  // Creates the journal when the folder holds none; otherwise recovers its tail (recovery.h).
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(Disk& disk, std::string folder,
                                                             Options options = {});
  // Stops without flushing what was not committed, as a crash would; close() is the clean way.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Guarantees that the next append of at most so many bytes has its place on the disk.
  // ErrorKind::exhausted: the disk is full, nothing changed, ask again later.
  [[nodiscard]] Result<void> reserve(std::uint64_t body_bytes);
  // Adds a record in memory, after reserve(). The body is copied.
  Sequence append(std::uint16_t kind, std::int64_t time_ns, std::string_view body);
  // Returns when every record up to `up_to` is durable. Whoever comes first writes all that is
  // queued with one write and one flush; the others wait for it.
  [[nodiscard]] Result<void> commit(Sequence up_to);
  // Writes the watermark if it is behind. Called when there is nothing else to do.
  [[nodiscard]] Result<void> rest();
  // Commits everything, writes the watermark, stops the thread. Later calls are refused.
  [[nodiscard]] Result<void> close();

  [[nodiscard]] Sequence durable() const;
  [[nodiscard]] Sequence next_sequence() const;
  [[nodiscard]] Sequence first_sequence() const;  // the oldest in the live folder
  [[nodiscard]] crypto::Hash chain_hash() const;  // of the last appended record
  [[nodiscard]] JournalId id() const;
  [[nodiscard]] const RecoveryReport& recovery() const;
  [[nodiscard]] const std::string& folder() const;
  [[nodiscard]] std::uint64_t body_bytes_max() const;

  // Reads records from `from` up to what is durable now.
  [[nodiscard]] Result<std::unique_ptr<Reader>> read_from(Sequence from) const;
  // Lets a reader of this journal see what has become durable since.
  void extend(Reader& reader) const;
  // After archive() ran beside this journal: first_sequence() moves up.
  [[nodiscard]] Result<void> forget_archived();

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cofferdam::journal
