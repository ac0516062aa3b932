// SPDX-License-Identifier: Apache-2.0
//
// A record whose hashes are right and whose parts do not fit each other is an error of the reader,
// not the end of the program.
#include "cofferdam/engine/record.h"

#include "cofferdam/engine/history.h"

#include <gtest/gtest.h>

namespace cofferdam::engine {
namespace {

CommandRecord batch_of(std::size_t events, std::size_t statuses) {
  ledger::CreateTransfers batch;
  batch.transfers.resize(events);
  CommandRecord record{.operation = Operation<ledger::CreateTransfers>::kNumber, .version = 1};
  record.content = base::encode(batch);
  record.outcome.event_statuses.resize(statuses);
  return record;
}

bool is_read(const CommandRecord& record) {
  const std::string body = base::encode(record);
  const auto recorded = recorded_command({.sequence = 3, .kind = kCommandRecord, .body = body});
  if (!recorded) {
    EXPECT_EQ(recorded.error().kind, base::ErrorKind::integrity);
    EXPECT_EQ(recorded.error().field, "journal record 3");
  }
  return recorded.has_value();
}

TEST(Record, OfABatchHasOneStatusForEachEventOrNone) {
  EXPECT_TRUE(is_read(batch_of(2, 2)));
  EXPECT_TRUE(is_read(batch_of(2, 0)));  // refused as a whole
  EXPECT_FALSE(is_read(batch_of(2, 1)));
  EXPECT_FALSE(is_read(batch_of(2, 3)));
  CommandRecord record = batch_of(2, 2);
  record.content = "no batch";
  EXPECT_FALSE(is_read(record));
}

TEST(Record, OfTradesHasOneStatusForEachTradeOrNone) {
  market::RecordTrades batch;
  batch.trades.resize(2);
  CommandRecord record{.operation = Operation<market::RecordTrades>::kNumber, .version = 1};
  record.content = base::encode(batch);
  EXPECT_TRUE(is_read(record));
  record.outcome.event_statuses.resize(2);
  EXPECT_TRUE(is_read(record));
  record.outcome.event_statuses.resize(3);
  EXPECT_FALSE(is_read(record));
}

TEST(Record, MovesAmountsOfEventsThatAreThere) {
  CommandRecord record = batch_of(2, 2);
  record.outcome.moved = {{.position = 1, .amount = base::Amount(5)}};
  EXPECT_TRUE(is_read(record));
  record.outcome.moved = {{.position = 2, .amount = base::Amount(5)}};
  EXPECT_FALSE(is_read(record));
}

// The bytes of every other record are those of the first format.
TEST(Record, NamesAlertsInItsSecondFormatAlone) {
  CommandRecord record = batch_of(1, 1);
  const std::string plain = base::encode(record);
  record.outcome.alerts = {{.alert = alert::AlertId(3), .value = base::SignedAmount(-7)}};
  EXPECT_EQ(base::encode(record), plain);
  EXPECT_TRUE(is_read(record));  // as the writer of the first format would have it: without them
  record.format = kCommandRecordFormatAlerts;
  const auto recorded =
      recorded_command({.sequence = 3, .kind = kCommandRecord, .body = base::encode(record)});
  ASSERT_TRUE(recorded.has_value());
  EXPECT_EQ(recorded->record.outcome, record.outcome);
  record.outcome.alerts.clear();
  EXPECT_FALSE(is_read(record));  // one way to write each record
}

TEST(Record, CarriesOutWhatCanBeRead) {
  CommandRecord record{.operation = Operation<decision::Approve>::kNumber, .version = 1};
  record.outcome.executed = Executed{.operation = Operation<Tick>::kNumber, .version = 1};
  EXPECT_FALSE(is_read(record));
  record.outcome.executed->content = base::encode(Tick{});
  EXPECT_TRUE(is_read(record));
}

}  // namespace
}  // namespace cofferdam::engine
