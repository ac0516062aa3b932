// SPDX-License-Identifier: Apache-2.0
//
// History over the journal and its id index: where an id was used, and the record that stands
// there. Answers only of records before the one being decided, so that a replay, whose index may
// already hold what comes later, asks and is answered as the first run was.
#pragma once

#include "cofferdam/engine/door.h"
#include "cofferdam/journal/id_index.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"

#include <deque>
#include <memory>
#include <span>

namespace cofferdam::engine {

using base::Result;

// The index keeps ids of several kinds. Those that are not transfers' are hashed with the secret of
// the index, so that nobody can choose a transfer's id to be the key of another kind.
enum class IdKind : std::uint8_t { transfer, command, resolution, trade };
[[nodiscard]] base::u128 index_key(const journal::IndexSecret& secret, IdKind kind, base::u128 id);

// Where the history reads records.
class Records {
 public:
  virtual ~Records() = default;
  [[nodiscard]] virtual Result<RecordedCommand> read(base::Sequence sequence) = 0;
};

// The record's body as a command; an error when it is none.
[[nodiscard]] Result<RecordedCommand> recorded_command(const journal::Record& record);

// Of the journal that is being written: what a question needs is made durable first.
class JournalRecords final : public Records {
 public:
  explicit JournalRecords(journal::Journal& journal) : journal_(journal) {}

  [[nodiscard]] Result<RecordedCommand> read(base::Sequence sequence) override;

 private:
  journal::Journal& journal_;
  // Kept from question to question: it remembers places in the segments that it has walked, and
  // without them every answer walks from the beginning of a segment.
  std::unique_ptr<journal::Reader> reader_;
};

// Of files that are only read.
class ReaderRecords final : public Records {
 public:
  explicit ReaderRecords(journal::Reader& reader) : reader_(reader) {}

  [[nodiscard]] Result<RecordedCommand> read(base::Sequence sequence) override;

 private:
  journal::Reader& reader_;
};

class JournalHistory final : public History, private market::TradeHistory {
 public:
  // Both must outlive the history.
  JournalHistory(Records& records, journal::IdIndex& index);

  // The next questions are about records before this one.
  void set_now(base::Sequence sequence) {
    now_ = sequence;
    trouble_.reset();  // an earlier question's trouble may be over
  }

  // Keeps a record that was just decided at hand; the newest ones are asked for most.
  void remember(RecordedCommand record);

  void begin_batch(std::span<const ledger::Transfer> events) override;
  [[nodiscard]] const ledger::StoredTransfer* find_event(std::size_t position) override;
  [[nodiscard]] const ledger::StoredTransfer* find(base::TransferId id) override;
  [[nodiscard]] ledger::Resolution resolution(base::TransferId pending_id) override;
  [[nodiscard]] const RecordedCommand* find_command(base::CommandId id) override;

  [[nodiscard]] market::TradeHistory& trades() override { return *this; }

  [[nodiscard]] const std::optional<base::Error>& trouble() const override { return trouble_; }

  // The stored transfer or posting at an address; nullptr where there is none.
  [[nodiscard]] const ledger::StoredTransfer* at(std::uint64_t address);

 private:
  struct Loaded {
    RecordedCommand command;
    std::vector<ledger::StoredTransfer> transfers;
    NamedTrades named;
  };

  [[nodiscard]] const market::Trade* find(base::u128 trade_id) override;

  [[nodiscard]] std::optional<Charged> charged() override { return charged_; }

  void prefetch(std::span<const market::Trade> trades) override;
  [[nodiscard]] std::optional<std::uint64_t> look_up(base::u128 key);
  [[nodiscard]] const Loaded* load(base::Sequence sequence);

  [[nodiscard]] base::u128 key(IdKind kind, base::u128 id) const {
    return index_key(index_.secret(), kind, id);
  }

  Records& records_;
  journal::IdIndex& index_;
  base::Sequence now_ = 0;
  std::vector<base::u128> keys_;
  std::vector<std::optional<std::uint64_t>> found_;
  std::size_t next_trade_ = 0;      // trades are asked for in the order of the batch
  std::optional<Charged> charged_;  // of the trade found last
  std::deque<Loaded> recent_;       // newest first, few
  std::optional<base::Error> trouble_;
};

// The ids that a decided record adds to the index. `command` is what the record carried out.
[[nodiscard]] std::vector<journal::IdEntry> index_entries(const Command& command,
                                                          const CommandRecord& record,
                                                          base::Sequence sequence,
                                                          const journal::IndexSecret& secret);
// What the record carried out: its own command or the one that it approved.
[[nodiscard]] std::optional<Command> carried_out(const CommandRecord& record);

}  // namespace cofferdam::engine
