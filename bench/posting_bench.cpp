// SPDX-License-Identifier: Apache-2.0
//
// How fast the engine posts, durably: random 128-bit ids, batches of 8,190, and what stands beside
// it. Prints one line a figure. Usage: posting_bench FOLDER [millions of transfers for the long
// run] [one part alone: short, accounts or sustained]
#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/real_disk.h"

#include "bench/figures.h"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

namespace {

using cofferdam::base::AccountId;
using cofferdam::base::Amount;
using cofferdam::base::AssetId;
using cofferdam::base::CommandId;
using cofferdam::base::OwnerId;
using cofferdam::base::PoolId;
using cofferdam::base::PrincipalId;
using cofferdam::base::TransferId;
using cofferdam::bench::Clock;
using cofferdam::bench::Dice;
using cofferdam::bench::seconds_since;
namespace engine = cofferdam::engine;
namespace ledger = cofferdam::ledger;
namespace pool = cofferdam::pool;

constexpr std::size_t kBatch = ledger::kBatchEventsMax;

// Commits behind the submitting thread, as a server's flusher does.
class Flusher {
 public:
  explicit Flusher(engine::Engine& books) : books_(books), thread_([this] { run(); }) {}

  ~Flusher() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
  }

  // At most `lag` records may wait for their flush.
  void offer(std::uint64_t sequence, std::uint64_t lag) {
    std::unique_lock lock(mutex_);
    wanted_ = sequence;
    changed_.notify_all();
    changed_.wait(lock, [&] { return durable_ + lag >= wanted_; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stop_ || durable_ < wanted_; });
      if (durable_ >= wanted_) return;
      const std::uint64_t target = wanted_;
      lock.unlock();
      cofferdam::bench::must(books_.commit(target));
      lock.lock();
      durable_ = target;
      changed_.notify_all();
    }
  }

  engine::Engine& books_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wanted_ = 0;
  std::uint64_t durable_ = 0;
  bool stop_ = false;
  std::jthread thread_;
};

struct Books {
  cofferdam::journal::RealDisk disk;
  std::unique_ptr<engine::Engine> engine;
  Dice dice{42};

  explicit Books(const std::string& folder) {
    std::filesystem::remove_all(folder);
    open(folder);
    send(cofferdam::venue::Genesis{.venue = "bench", .root = "root"});
    send(ledger::CreateAsset{.code = "USD", .scale = 2});
    send(pool::CreatePool{.code = "main", .activity = "bench", .regime = pool::Regime::house});
    send(pool::AttachAgreement{.pool = PoolId(1),
                               .title = "Bench",
                               .document = std::string(64, '0'),
                               .parties = {"bench"},
                               .law = "none"});
    pool::ActivatePool activate;
    activate.pool = PoolId(1);
    send(activate);
  }

  void open(const std::string& folder) {
    engine = cofferdam::bench::must(
        engine::Engine::open(disk, folder, engine::Options{.snapshot_every_bytes = ~0ULL}));
  }

  engine::Reply send(engine::Command command) {
    engine::Request request{.id = CommandId(dice.id()), .principal = PrincipalId(1)};
    request.command = std::move(command);
    engine::Reply reply = cofferdam::bench::must(engine->execute(request));
    if (!reply.ok()) {
      const engine::Refusal refusal = reply.shape != 0
                                          ? engine::refusal_of_shape(request.command, reply.shape)
                                          : engine::refusal_of(request.command, reply.outcome);
      std::fprintf(stderr, "refused: %s: %s\n", refusal.status.c_str(), refusal.rule.c_str());
      std::exit(1);
    }
    return reply;
  }

  void accounts(std::uint32_t count) {
    for (std::uint32_t next = 1; next <= count;) {
      ledger::CreateAccounts create;
      for (; next <= count && create.accounts.size() < kBatch; ++next)
        create.accounts.push_back({.id = AccountId(next),
                                   .pool = PoolId(1),
                                   .asset = AssetId(1),
                                   .account_class = ledger::AccountClass::general,
                                   .owner_class = ledger::OwnerClass::house,
                                   .owner = OwnerId(7),
                                   .code = 1});
      send(std::move(create));
    }
  }

  [[nodiscard]] ledger::CreateTransfers batch(std::uint32_t accounts, bool hot, std::uint16_t flags,
                                              std::size_t size = kBatch) {
    ledger::CreateTransfers create;
    create.transfers.resize(size);
    for (ledger::Transfer& t : create.transfers) {
      t.id = TransferId(dice.id());
      const auto debit = hot ? 1 : 1 + dice.below(accounts);
      auto credit = 1 + dice.below(accounts - 1);
      if (credit >= debit) ++credit;
      t.debit_account = AccountId(debit);
      t.credit_account = AccountId(credit);
      t.amount = Amount(1 + dice.below(1000));
      t.pool = PoolId(1);
      t.asset = AssetId(1);
      t.code = 1;
      t.flags = flags;
    }
    return create;
  }

  // Seconds for the batches, from the first submission to the last durable record.
  double post(std::vector<ledger::CreateTransfers>& batches) {
    Flusher flusher(*engine);
    const auto start = Clock::now();
    for (ledger::CreateTransfers& create : batches) {
      engine::Request request{.id = CommandId(dice.id()), .principal = PrincipalId(1)};
      request.command = std::move(create);
      const engine::Reply reply = cofferdam::bench::must(engine->submit(request));
      cofferdam::bench::must_hold(reply.ok(), "a batch of the bench was refused");
      for (const std::uint8_t status : reply.outcome.event_statuses)
        cofferdam::bench::must_hold(status == 0, "a transfer of the bench was refused");
      flusher.offer(reply.sequence, 4);
    }
    flusher.offer(engine->sequence(), 0);
    return seconds_since(start);
  }

  double rate(std::uint32_t accounts, bool hot, std::uint16_t flags, std::size_t count) {
    std::vector<ledger::CreateTransfers> batches;
    for (std::size_t i = 0; i < count; ++i) batches.push_back(batch(accounts, hot, flags));
    return static_cast<double>(count * kBatch) / post(batches);
  }
};

void two_phase(Books& books) {
  std::vector<ledger::CreateTransfers> batches;
  for (int i = 0; i < 60; ++i) {
    ledger::CreateTransfers pending = books.batch(10'000, false, ledger::kPending);
    ledger::CreateTransfers posting;
    posting.transfers.resize(pending.transfers.size());
    for (std::size_t j = 0; j < posting.transfers.size(); ++j) {
      ledger::Transfer& t = posting.transfers[j];
      t.id = TransferId(books.dice.id());
      t.pending_id = pending.transfers[j].id;
      t.amount = Amount::max();
      t.flags = ledger::kPostPending;
    }
    batches.push_back(std::move(pending));
    batches.push_back(std::move(posting));
  }
  const double events = static_cast<double>(batches.size() * kBatch);
  cofferdam::bench::figure("two-phase: pending and posting events/s", events / books.post(batches));
}

void singles(Books& books, const std::string& folder) {
  std::vector<double> micros;
  const auto start = Clock::now();
  for (int i = 0; i < 5'000; ++i) {
    const auto one = Clock::now();
    books.send(books.batch(10'000, false, 0, 1));
    micros.push_back(seconds_since(one) * 1e6);
  }
  const double rate = 5'000 / seconds_since(start);
  const auto raw = cofferdam::bench::durable_appends(folder, 5'000, 4096);
  cofferdam::bench::figure("batch of 1: transfers/s", rate);
  cofferdam::bench::figure("  the disk: durable appends/s", raw.rate);
  cofferdam::bench::figure("  ratio (floor 0.65)", rate / raw.rate);
  cofferdam::bench::figure("  p50 microseconds", cofferdam::bench::quantile(micros, 0.5));
  cofferdam::bench::figure("  p99 microseconds", cofferdam::bench::quantile(micros, 0.99));
  cofferdam::bench::figure("  p99 over one append's median (floor 5)",
                           cofferdam::bench::quantile(micros, 0.99) / raw.median_micros);
}

// The rate with a million accounts, beside that with ten thousand in the same minute.
double many_accounts(const std::string& folder) {
  double few = 0;
  {
    Books books(folder);
    books.accounts(10'000);
    books.rate(10'000, false, 0, 20);
    few = books.rate(10'000, false, 0, 200);
  }
  Books books(folder);
  const auto before = cofferdam::bench::resident_bytes();
  books.accounts(1'000'000);
  cofferdam::bench::figure("resident bytes an account",
                           static_cast<double>(cofferdam::bench::resident_bytes() - before) / 1e6);
  cofferdam::bench::figure("10,000 accounts, the same run: transfers/s", few);
  const double many = books.rate(1'000'000, false, 0, 200);
  cofferdam::bench::figure("1,000,000 accounts: transfers/s", many);
  cofferdam::bench::figure("  over the rate with 10,000", many / few);
  return many;
}

void sustained(const std::string& folder, std::size_t millions, double many) {
  Books books(folder);
  books.accounts(10'000);
  const std::size_t batches = millions * 1'000'000 / kBatch;
  const std::size_t a_million = 1'000'000 / kBatch;
  double total = 0;
  const auto before = cofferdam::bench::resident_bytes();
  std::size_t done = 0;
  while (done < batches) {
    std::vector<ledger::CreateTransfers> some;
    for (std::size_t i = 0; i < a_million && done < batches; ++i, ++done)
      some.push_back(books.batch(10'000, false, 0));
    const double events = static_cast<double>(some.size() * kBatch);
    const double spent = books.post(some);
    total += spent;
    if (done / a_million % 5 == 0)
      std::printf("  after %5.1f million: %.0f/s\n", static_cast<double>(done * kBatch) / 1e6,
                  events / spent);
  }
  const double posted = static_cast<double>(batches * kBatch);
  cofferdam::bench::figure("sustained: transfers/s", posted / total);
  if (many > 0)
    cofferdam::bench::figure("  a million accounts over this (floor 0.7)", many * total / posted);
  cofferdam::bench::figure(
      "  resident bytes a transfer",
      static_cast<double>(cofferdam::bench::resident_bytes() - before) / posted);
  cofferdam::bench::must(books.engine->take_snapshot());
  cofferdam::bench::must(books.engine->close());
  books.engine.reset();
  cofferdam::bench::figure("  bytes on disk a transfer",
                           static_cast<double>(cofferdam::bench::folder_bytes(folder)) / posted);
  const auto start = Clock::now();
  books.open(folder);
  cofferdam::bench::figure("  seconds to open again", seconds_since(start));
  cofferdam::bench::must(books.engine->close());
  books.engine.reset();
  const auto verifying = Clock::now();
  cofferdam::bench::must(engine::replay(books.disk, folder, {}));
  cofferdam::bench::figure("  seconds to verify from the first record", seconds_since(verifying));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "posting_bench.books";
  const std::size_t millions = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10;
  const std::string part = argc > 3 ? argv[3] : "";
  if (part.empty() || part == "short") {
    Books books(folder);
    books.accounts(10'000);
    books.rate(10'000, false, 0, 20);
    cofferdam::bench::figure("10,000 accounts: transfers/s", books.rate(10'000, false, 0, 200));
    cofferdam::bench::figure("one hot account: transfers/s", books.rate(10'000, true, 0, 200));
    two_phase(books);
    singles(books, folder);
  }
  double many = 0;
  if (part.empty() || part == "accounts") many = many_accounts(folder);
  if (part.empty() || part == "sustained") sustained(folder, millions, many);
  std::filesystem::remove_all(folder);
}
