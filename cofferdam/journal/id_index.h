// SPDX-License-Identifier: Apache-2.0
//
// The id index: has this 128-bit id been seen, and where? A map from every id ever recorded to a
// 64-bit value of the caller's (its place in the journal and a few flags), asked for each incoming
// transfer before it is applied, so its speed must not fall as the journal grows and its memory
// must stay below four bytes an id.
//
// Shape: new ids go into a table in memory; a full table is handed to a background thread, which
// writes it as a sorted run and merges runs (two of one size become one of the next). An
// absent id costs one cache line in each table and one filter line a run, all fetched ahead of use;
// a present id costs one read of 4 KiB more.
//
// Laws:
// - Ids are never removed. What a rolled-back command did is not inserted: the engine keeps the ids
//   of the command it is deciding itself and calls insert_batch once, when it is decided.
// - One record of the journal, one insert_batch, in the order of sequences.
// - The index is a projection. It has no log of its own: the runs are complete through
//   indexed_through(), and after opening the engine inserts what lies behind it in the journal
//   again. Whatever is missing or damaged on opening empties the index, indexed_through() is 0, and
//   the same procedure rebuilds it. Damage that is found later is an integrity error of the call
//   that met it; no call ever answers from damaged bytes.
// - One thread calls; the index has one thread of its own.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/journal/background.h"
#include "cofferdam/journal/id_key.h"
#include "cofferdam/journal/id_run.h"
#include "cofferdam/journal/id_table.h"
#include "cofferdam/journal/run_file.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace cofferdam::journal {

struct IdIndexOptions {
  std::string folder;         // of its own; made if it does not exist
  std::uint64_t lineage = 0;  // of the journal, for instance from its genesis hash
  IndexSecret secret = {};    // random; used when the index is made, afterwards the stored one is
  std::size_t table_ids = IdTable::kCapacityMax;  // ids in each of the two tables
  std::uint64_t bits_per_key = 20;  // of filter; 20 gives about 2 false answers in 10,000 a run
  std::uint64_t fanout = 2;         // runs of one size that become one; more: fewer rewrites
  std::size_t pieces_max = 24;      // runs a shard may have before flushes wait for merges
  FileHook hook = {};               // tests only
};

struct IdEntry {
  base::u128 id = 0;
  std::uint64_t value = 0;
};

struct IdIndexFigures {
  std::uint64_t ids = 0;            // in runs and tables
  std::uint64_t ids_in_tables = 0;  // not yet in runs: what a restart inserts again
  std::uint64_t table_bytes = 0;    // fixed buffers
  std::uint64_t run_bytes = 0;      // filters and fences, grows with the ids
  std::uint64_t disk_bytes = 0;
  std::uint64_t runs_in_fullest_shard = 0;
  std::uint64_t block_reads = 0;  // by find_batch
  std::uint64_t false_reads = 0;  // of these, for ids that were not there
  std::uint64_t flushes = 0;
  std::uint64_t merges = 0;
  std::uint64_t waits = 0;  // times an insert waited for a flush
};

class IdIndex {
 public:
  // Fails only where the operating system does. See rebuilding().
  [[nodiscard]] static base::Result<std::unique_ptr<IdIndex>> open(IdIndexOptions options);
  ~IdIndex();
  IdIndex(const IdIndex&) = delete;
  IdIndex& operator=(const IdIndex&) = delete;

  // Why the stored index was thrown away on opening, if it was.
  [[nodiscard]] const std::optional<base::Error>& rebuilding() const { return rebuilding_; }

  // out[i] is the value of ids[i], or nothing. Requires equal sizes.
  [[nodiscard]] base::Result<void> find_batch(std::span<const base::u128> ids,
                                              std::span<std::optional<std::uint64_t>> out);
  // Waits until `count` ids can be inserted without waiting or failing; called before a command is
  // made durable. The only place where a full disk shows. Requires count <= table_ids.
  [[nodiscard]] base::Result<void> make_room(std::size_t count);
  // The ids of the record `sequence`, which none of the index holds. A record at or before
  // inserted_through() is passed over, so that feeding from too early does no harm.
  [[nodiscard]] base::Result<void> insert_batch(std::span<const IdEntry> entries,
                                                base::Sequence sequence);
  // Makes everything inserted durable: before an orderly stop, so that the next start reads no
  // journal for this index.
  [[nodiscard]] base::Result<void> flush();

  [[nodiscard]] base::Sequence inserted_through() const { return inserted_through_; }

  // What nobody outside can guess; it is drawn when the index is made and kept with it.
  [[nodiscard]] const IndexSecret& secret() const { return secret_; }

  [[nodiscard]] base::Sequence indexed_through() const;  // durable in runs
  [[nodiscard]] IdIndexFigures figures() const;
  // Waits for all merges that are due. For tests and measurements.
  [[nodiscard]] base::Result<void> settle();
  // Reads every block. Slow.
  [[nodiscard]] base::Result<void> verify();

 private:
  using Shards = std::array<std::vector<IdPiecePtr>, kShards>;

  struct FilterRef {
    const FilterLine* base = nullptr;
    std::uint64_t lines = 0;
    const IdPiece* piece = nullptr;
  };

  // What a search sees. Immutable; replaced as a whole.
  struct View {
    Shards shards;
    std::array<std::vector<FilterRef>, kShards> filters;  // newest first
    std::shared_ptr<const IdTable> flushing;              // between table and run
    base::Sequence through = 0;
  };

  struct Probe {
    IdKey key;
    FilterMask mask;
  };

  static constexpr std::size_t kProbes = 16;
  using Probes = std::array<Probe, kProbes>;

  explicit IdIndex(IdIndexOptions options);

  [[nodiscard]] base::Result<void> load();
  [[nodiscard]] base::Result<void> load_words(std::span<const std::uint64_t> words);
  [[nodiscard]] base::Result<void> write(const Shards& shards, base::Sequence through);
  void publish(Shards shards, base::Sequence through, std::shared_ptr<const IdTable> flushing);

  void prepare(std::span<const base::u128> ids, Probes& probes) const;
  [[nodiscard]] base::Result<std::optional<std::uint64_t>> test(const Probe& probe);
  [[nodiscard]] base::Result<void> rotate();

  void work(const std::stop_token& stop);
  [[nodiscard]] base::Result<bool> work_once();
  [[nodiscard]] base::Result<void> flush_pending();
  [[nodiscard]] base::Result<bool> merge_one();
  [[nodiscard]] base::Result<bool> remove_unused(std::span<const IdPiecePtr> sources);
  [[nodiscard]] std::shared_ptr<const View> current() const;
  [[nodiscard]] bool crowded() const;
  void drop_unfinished(std::uint64_t number, const base::Error& error);

  IdIndexOptions options_;
  IndexFolder folder_;
  IndexSecret secret_ = {};
  std::optional<base::Error> rebuilding_;

  // The calling thread's.
  std::shared_ptr<const View> seen_;
  std::shared_ptr<IdTable> table_;
  base::Sequence inserted_through_ = 0;
  std::uint64_t block_reads_ = 0;
  std::uint64_t false_reads_ = 0;
  std::uint64_t waits_ = 0;

  // The background thread's, after opening.
  std::uint64_t next_file_ = 1;
  std::stop_token stop_;

  // Shared, under its mutex.
  // What was gathered is written again at each level of merges: with a fanout of 2 some five times.
  Background shared_{std::chrono::milliseconds(3000)};
  std::shared_ptr<const View> view_;
  std::shared_ptr<IdTable> pending_;  // full, to be flushed
  base::Sequence pending_through_ = 0;
  std::shared_ptr<IdTable> spare_;  // to be emptied and filled next
  // Views out of use. The background thread lets go of them: giving back the memory and the blocks
  // of a large run takes milliseconds that the calling thread does not have.
  std::vector<std::shared_ptr<const View>> retired_;
  std::uint64_t flushes_ = 0;
  std::uint64_t merges_ = 0;

  std::jthread thread_;  // last: stops before anything else goes
};

}  // namespace cofferdam::journal
