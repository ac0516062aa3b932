// SPDX-License-Identifier: Apache-2.0
//
// The engine: the books of one data folder, open. It holds the state, lets commands in through the
// one door, and keeps the journal, the id index and the snapshots in step with it.
//
// A command is judged and applied in memory, then written; its reply may be shown to anyone only
// after commit() says that its record is durable. Several commands may be submitted before one
// commit: that is group commit. One thread submits; commit() may be called from any thread.
//
// A folder holds journal/ (the truth), snapshots/, index/ (both can be rebuilt from it), keys/ (of
// the checkpoints). Only journal/ and keys/ need to be backed up.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/door.h"
#include "cofferdam/engine/query_index.h"
#include "cofferdam/engine/signature.h"
#include "cofferdam/journal/disk.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::journal {
class Journal;
}

namespace cofferdam::engine {

using base::Result;

struct Options {
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  // A snapshot is taken when so many bytes of journal lie behind the newest one.
  std::uint64_t snapshot_every_bytes = std::uint64_t{1} << 30;
  std::size_t snapshots_kept = 3;
  std::size_t index_table_ids = std::size_t{1} << 19;
  std::string index_folder;  // absent: index/ids in the folder
  bool query_index = true;   // off: list_transfers is refused, posting is faster
  bool background = true;    // off: no threads of our own, for simulations that must be repeatable
  // An operator's decision about a damaged tail; see journal::Options.
  std::optional<base::Sequence> accept_truncation_at;
  // Nanoseconds since 1970 UTC; absent: the system's clock.
  std::function<std::int64_t()> clock;
};

struct Request {
  base::CommandId id;  // the idempotency key
  base::PrincipalId principal;
  std::optional<base::Time> time;  // only for books with time_source 'given'
  std::optional<CommandSignature> signature = {};
  Command command;
  bool want_balances = false;  // of a batch: the counters after each event
  bool rehearse = false;       // of a dry run: execute a governance proposal before its time
};

// The record of a request before it is judged: what a signature is made over.
[[nodiscard]] CommandRecord record_of(const Request& request);

struct Reply {
  base::Sequence sequence = 0;  // of the record; 0 when nothing was recorded
  base::Time time;
  bool replayed = false;    // the id was used before: this is what was recorded then
  std::uint16_t shape = 0;  // not 0: malformed, answered and not recorded
  Outcome outcome;
  std::vector<ledger::BalancesAfter> balances;

  [[nodiscard]] bool ok() const { return shape == 0 && outcome.ok(); }
};

struct Figures {
  std::uint64_t malformed = 0;  // commands refused by their shape since the start
  std::uint64_t unsealed = 0;   // commands refused over their signature since the start
  base::Sequence snapshot_sequence = 0;
  base::Sequence replayed_from = 0;  // first record that the start applied again
  std::uint64_t replayed_records = 0;
  std::vector<base::Error> snapshots_skipped;      // that were not good, and why
  std::optional<base::Error> snapshot_trouble;     // why the last snapshot could not be taken
  std::optional<base::Error> query_index_trouble;  // why the query index was left behind
};

// A record that did something to alerts.
struct AlertNotice {
  base::Sequence sequence = 0;
  base::Time time;
  base::CommandId command;
  base::PrincipalId principal;
  std::vector<alert::AlertChange> changes;
};

class Engine {
 public:
  // Opens the folder, or founds an empty one. `disk` must outlive the engine.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> open(journal::Disk& disk, std::string folder,
                                                            Options options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Judges, applies and appends. Errors: the disk (nothing changed), or an id that was used with
  // other content (names the first field that differs).
  [[nodiscard]] Result<Reply> submit(const Request& request);
  [[nodiscard]] Result<void> commit(base::Sequence up_to);
  // submit and commit.
  [[nodiscard]] Result<Reply> execute(const Request& request);
  // The same judgement, taken back: nothing is recorded.
  [[nodiscard]] Result<Reply> dry_run(const Request& request);

  [[nodiscard]] const State& state() const;
  [[nodiscard]] base::Sequence sequence() const;  // of the last record
  [[nodiscard]] base::Time time() const;          // of the last record
  [[nodiscard]] crypto::Hash chain_hash() const;
  [[nodiscard]] const Figures& figures() const;
  [[nodiscard]] journal::Journal& journal();

  // The stored transfer or posting at an address; nullopt where there is none.
  [[nodiscard]] Result<std::optional<ledger::StoredTransfer>> transfer_at(std::uint64_t address);
  [[nodiscard]] Result<std::optional<ledger::StoredTransfer>> find_transfer(base::TransferId id);
  [[nodiscard]] Result<std::optional<RecordedCommand>> find_command(base::CommandId id);
  // Addresses of the transfers for which all of the filter holds, from `from` on in the direction,
  // at most `limit`. Attempts that burned their id are among them. Waits for the index where it
  // lags behind what was recorded.
  [[nodiscard]] Result<std::vector<std::uint64_t>> list_transfers(const TransferFilter& filter,
                                                                  std::uint64_t from,
                                                                  journal::Direction direction,
                                                                  std::size_t limit);

  // The books as they stood after a record, or at a time: the newest snapshot before it, and the
  // records in between.
  struct Moment {
    std::unique_ptr<State> state;
    base::Sequence sequence = 0;
    base::Time time;
  };

  [[nodiscard]] Result<Moment> at(base::Sequence sequence);
  [[nodiscard]] Result<Moment> at(base::Time time);

  // Called by submit() when it has appended a record that did something to alerts; the record is
  // not durable yet, and nobody is to be told before it is.
  void on_alerts(std::function<void(AlertNotice)> listener);

  [[nodiscard]] Result<void> take_snapshot();
  // A snapshot takes as long as its books are large, and submit() takes the one that is due. Who
  // has somebody waiting meanwhile says so, and takes it elsewhere.
  void leave_snapshots_to_caller();
  [[nodiscard]] bool is_snapshot_due() const;
  // Nothing where none is due. What went wrong is in figures(): it is tried again later.
  void take_due_snapshot();
  // Appends a checkpoint: sequence, chain hash and state hash, signed with the folder's key.
  [[nodiscard]] Result<base::Sequence> checkpoint();
  [[nodiscard]] Result<void> close();

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cofferdam::engine
