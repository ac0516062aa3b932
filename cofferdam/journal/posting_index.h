// SPDX-License-Identifier: Apache-2.0
//
// The posting index: which entries of the journal concern this account, pool, code, reference? For
// each list, named by a kind and a 64-bit key of the caller's choice, the ascending addresses of
// what belongs to it. It serves queries and history, never a decision, so it may lag: entries are
// collected, and a background thread turns them into sorted runs and merges runs.
//
// Laws:
// - Addresses (below 2^56) never fall from one add to the next; what is equal in kind, key and
//   address is one entry.
// - Each run covers a range of the journal and the ranges follow each other, so a list is read run
//   by run and paging is stable: what is found later stands behind.
// - indexed_through() says how far queries see; at most two buffers lie behind it. wait_until()
//   waits for a record, when an answer must include it.
// - The index is a projection without a log of its own: after opening, the engine adds what lies
//   behind indexed_through() again; a missing or damaged file empties it (rebuilding() says why).
// - One thread adds and waits; any thread may query.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/journal/background.h"
#include "cofferdam/journal/posting_run.h"
#include "cofferdam/journal/run_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace cofferdam::journal {

struct PostingIndexOptions {
  std::string folder;                                 // of its own; made if it does not exist
  std::uint64_t lineage = 0;                          // of the journal
  std::size_t buffer_entries = std::size_t{1} << 20;  // in each of the two buffers
  std::uint64_t fanout = 8;                           // runs of one size that become one
  std::size_t runs_max = 64;                          // before new runs wait for merges
  FileHook hook = {};                                 // tests only
};

struct PostingIndexFigures {
  std::uint64_t entries = 0;         // in runs
  std::uint64_t entries_behind = 0;  // added, not yet in runs
  base::Sequence records_behind = 0;
  std::uint64_t buffer_bytes = 0;  // fixed
  std::uint64_t fence_bytes = 0;   // grows with the entries
  std::uint64_t disk_bytes = 0;
  std::uint64_t runs = 0;
  std::uint64_t flushes = 0;
  std::uint64_t merges = 0;
  std::uint64_t waits = 0;  // times an add waited for the background thread
};

struct PostingView {
  std::vector<PostingRunPtr> runs;  // oldest first
  base::Sequence through = 0;
};

enum class Direction { ascending, descending };

// The addresses of one list, one after another. Sees the index as it was when it was made.
class PostingCursor {
 public:
  // Ascending from the first address at or after `from`, descending from the last at or before.
  PostingCursor(std::shared_ptr<const PostingView> view, std::uint8_t kind, std::uint64_t key,
                std::uint64_t from, Direction direction);

  // Nothing at the end.
  [[nodiscard]] base::Result<std::optional<std::uint64_t>> next();
  // The next address is the first at or behind this one in the cursor's direction. Requires one not
  // before the last that next() gave.
  void seek(std::uint64_t address);

  [[nodiscard]] Direction direction() const { return direction_; }

 private:
  [[nodiscard]] bool ascending() const { return direction_ == Direction::ascending; }

  [[nodiscard]] bool enter_run();
  [[nodiscard]] bool enter_block();
  [[nodiscard]] base::Result<void> load();

  std::shared_ptr<const PostingView> view_;
  Posting from_;  // the list, and where it is read from
  Direction direction_;
  std::size_t runs_left_;  // including the current one
  bool in_run_ = false;
  std::size_t block_ = 0;
  std::vector<std::uint64_t> addresses_;  // of the list in the current block, in reading order
  std::size_t at_ = 0;
  std::vector<Posting> unpacked_;
};

// What all of several lists have. The cursors run in one direction; at least one.
class IntersectionCursor {
 public:
  explicit IntersectionCursor(std::vector<PostingCursor> cursors);
  [[nodiscard]] base::Result<std::optional<std::uint64_t>> next();

 private:
  std::vector<PostingCursor> cursors_;
};

class PostingIndex {
 public:
  // Fails only where the operating system does. See rebuilding().
  [[nodiscard]] static base::Result<std::unique_ptr<PostingIndex>> open(
      PostingIndexOptions options);
  ~PostingIndex();
  PostingIndex(const PostingIndex&) = delete;
  PostingIndex& operator=(const PostingIndex&) = delete;

  [[nodiscard]] const std::optional<base::Error>& rebuilding() const { return rebuilding_; }

  // The entries of the record `sequence`; may be none. Waits when both buffers are full. A record
  // at or before added_through() is passed over. On an error nothing was added.
  [[nodiscard]] base::Result<void> add(std::span<const Posting> postings, base::Sequence sequence);
  // Returns when queries see everything through `sequence`, which has been added.
  [[nodiscard]] base::Result<void> wait_until(base::Sequence sequence);

  [[nodiscard]] base::Sequence added_through() const { return added_through_; }

  [[nodiscard]] base::Sequence indexed_through() const;

  [[nodiscard]] std::shared_ptr<const PostingView> view() const;

  [[nodiscard]] PostingCursor cursor(std::uint8_t kind, std::uint64_t key, std::uint64_t from,
                                     Direction direction) const {
    return {view(), kind, key, from, direction};
  }

  [[nodiscard]] PostingIndexFigures figures() const;  // by the thread that adds
  // Waits for all merges that are due. For tests and measurements.
  [[nodiscard]] base::Result<void> settle();
  [[nodiscard]] base::Result<void> verify();  // reads every block

 private:
  explicit PostingIndex(PostingIndexOptions options);
  [[nodiscard]] base::Result<void> load();
  [[nodiscard]] base::Result<void> write(const PostingView& view);
  [[nodiscard]] base::Result<void> hand_over();

  void work(const std::stop_token& stop);
  [[nodiscard]] base::Result<bool> work_once();
  [[nodiscard]] base::Result<void> flush_pending();
  [[nodiscard]] base::Result<bool> merge_some(std::size_t from, unsigned level);
  void drop_unfinished(std::uint64_t number, const base::Error& error);

  PostingIndexOptions options_;
  IndexFolder folder_;
  std::optional<base::Error> rebuilding_;

  // The adding thread's.
  std::vector<Posting> filling_;
  base::Sequence added_through_ = 0;
  std::uint64_t last_address_ = 0;
  std::uint64_t waits_ = 0;

  // The background thread's, after opening.
  std::vector<Posting> scratch_;
  std::uint64_t next_file_ = 1;
  std::stop_token stop_;

  // Shared, under its mutex.
  // What was gathered is written again at each level of merges: with a fanout of 8 twice or so.
  Background shared_{std::chrono::milliseconds(500)};
  std::shared_ptr<const PostingView> view_;
  std::vector<Posting> pending_;  // the background thread's while pending_entries_ is not 0
  std::size_t pending_entries_ = 0;
  base::Sequence pending_through_ = 0;
  std::uint64_t flushes_ = 0;
  std::uint64_t merges_ = 0;

  std::jthread thread_;  // last: stops before anything else goes
};

}  // namespace cofferdam::journal
