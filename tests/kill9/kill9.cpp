// SPDX-License-Identifier: Apache-2.0
//
// cofferdam_kill9 --rounds N [--folder PATH]      kill -9 at a random moment, N times on one folder
// cofferdam_kill9 --write PATH --from K           the writer: batches for ever, acknowledged on
//                                                 the standard output, one number a line
// cofferdam_kill9 --check PATH --acknowledged FILE  compares the folder with such a list
//
// The number k stands for the command with the id k + kFirst; the writer goes on behind the last.
#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/real_disk.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace base = cofferdam::base;
namespace engine = cofferdam::engine;
namespace ledger = cofferdam::ledger;
namespace pool = cofferdam::pool;

constexpr std::uint64_t kFirst = 1000;
constexpr std::uint32_t kAccounts = 50;

[[nodiscard]] engine::Options options() {
  engine::Options o;
  o.segment_bytes = 1 << 20;
  o.snapshot_every_bytes = 256 << 10;
  o.index_table_ids = 4096;
  return o;
}

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::_Exit(1);
}

[[nodiscard]] std::unique_ptr<engine::Engine> open(cofferdam::journal::RealDisk& disk,
                                                   const std::string& folder) {
  auto opened = engine::Engine::open(disk, folder, options());
  if (!opened) give_up("open: " + opened.error().text());
  return std::move(*opened);
}

void run(engine::Engine& books, std::uint64_t id, engine::Command command) {
  const auto reply = books.execute({.id = base::CommandId(id),
                                    .principal = base::PrincipalId(1),
                                    .command = std::move(command)});
  if (!reply) give_up("execute: " + reply.error().text());
  if (!reply->ok()) give_up("refused: command " + std::to_string(id));
}

void found(engine::Engine& books) {
  run(books, 1, cofferdam::venue::Genesis{.venue = "KILL", .root = "root"});
  run(books, 2, ledger::CreateAsset{.code = "USD", .scale = 2});
  run(books, 3, pool::CreatePool{.code = "P", .activity = "kill -9", .allows_deficit = true});
  run(books, 4,
      pool::AttachAgreement{.pool = base::PoolId(1),
                            .title = "Deed",
                            .document = std::string(64, 'a'),
                            .parties = {"x"},
                            .law = "none"});
  pool::ActivatePool activate;
  activate.pool = base::PoolId(1);
  run(books, 5, activate);
  ledger::CreateAccounts accounts;
  for (std::uint32_t i = 1; i <= kAccounts; ++i)
    accounts.accounts.push_back(
        {.id = base::AccountId(i), .pool = base::PoolId(1), .asset = base::AssetId(1), .code = 1});
  run(books, 6, accounts);
}

[[nodiscard]] ledger::CreateTransfers batch(std::uint64_t k) {
  ledger::CreateTransfers made;
  for (std::uint64_t i = 0; i < 1 + k % 40; ++i)
    made.transfers.push_back(
        {.id = base::TransferId(base::make_u128(k * 0x9E3779B97F4A7C15, i + 1)),
         .debit_account = base::AccountId(1 + (k + i) % kAccounts),
         .credit_account = base::AccountId(1 + (k + 3 * i + 7) % kAccounts),
         .amount = base::Amount(1 + i),
         .pool = base::PoolId(1),
         .asset = base::AssetId(1),
         .code = 1});
  return made;
}

// Commands are repeated from the beginning: those that are there are answered as replays.
[[noreturn]] void write_for_ever(const std::string& folder, std::uint64_t from, int out) {
  cofferdam::journal::RealDisk disk;
  const auto books = open(disk, folder);
  found(*books);
  for (std::uint64_t k = from;; ++k) {
    run(*books, kFirst + k, batch(k));
    const std::string line = std::to_string(k) + "\n";
    if (::write(out, line.data(), line.size()) < 0) std::_Exit(1);
  }
}

// How many of 0.. the folder holds; gives up where one that was acknowledged is missing.
[[nodiscard]] std::uint64_t check(const std::string& folder, std::uint64_t acknowledged) {
  cofferdam::journal::RealDisk disk;
  std::uint64_t there = 0;
  cofferdam::crypto::Hash state{};
  cofferdam::crypto::Hash chain{};
  {
    const auto books = open(disk, folder);
    while (true) {
      const auto command = books->find_command(base::CommandId(kFirst + there));
      if (!command) give_up("find: " + command.error().text());
      if (!*command) break;
      ++there;
    }
    if (there < acknowledged)
      give_up(fmt::format("{} commands were acknowledged, {} are there", acknowledged, there));
    state = engine::state_hash(books->state());
    chain = books->chain_hash();
  }
  const auto replayed = engine::replay(disk, folder, {.index_table_ids = 1 << 16});
  if (!replayed) give_up("replay: " + replayed.error().text());
  if (replayed->chain_hash != chain || engine::state_hash(*replayed->state) != state)
    give_up("replay from the first record gives another state");
  return there;
}

void one_round(const std::string& folder, std::uint64_t round, std::uint64_t& next) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) give_up("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    write_for_ever(folder, next, ends[1]);
  }
  ::close(ends[1]);
  ::usleep(static_cast<useconds_t>(20'000 + round * 7'919 % 180'000));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::string text;
  std::array<char, 65536> part{};
  for (ssize_t n = 0; (n = ::read(ends[0], part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(n));
  ::close(ends[0]);
  std::uint64_t acknowledged = next;
  const std::size_t end = text.rfind('\n');
  if (end != std::string::npos) {
    const std::size_t begin = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
    acknowledged = std::stoull(text.substr(begin == std::string::npos ? 0 : begin + 1)) + 1;
  }
  next = check(folder, acknowledged);
}

}  // namespace

int main(int count, char** words) {
  std::uint64_t rounds = 10;
  std::uint64_t from = 0;
  std::string folder;
  std::string mode = "rounds";
  std::string acknowledged;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    const std::string value = words[i + 1];
    if (word == "--rounds") rounds = std::stoull(value);
    if (word == "--from") from = std::stoull(value);
    if (word == "--folder") folder = value;
    if (word == "--acknowledged") acknowledged = value;
    if (word == "--write" || word == "--check") {
      mode = word.substr(2);
      folder = value;
    }
  }
  if (mode == "write") write_for_ever(folder, from, STDOUT_FILENO);
  if (mode == "check") {
    std::ifstream file(acknowledged);
    std::uint64_t last = 0;
    for (std::uint64_t k = 0; file >> k;) last = k + 1;
    fmt::print("{} acknowledged, {} there\n", last, check(folder, last));
    return 0;
  }
  const bool own = folder.empty();
  if (own)
    folder =
        std::filesystem::temp_directory_path() / ("cofferdam-kill9-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::uint64_t next = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) one_round(folder, round, next);
  if (own) std::filesystem::remove_all(folder);
  fmt::print("{} rounds of kill -9: no acknowledged command lost, {} commands in the end\n", rounds,
             next);
  return 0;
}
