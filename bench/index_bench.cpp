// SPDX-License-Identifier: Apache-2.0
//
// Measures the on-disk indexes of the journal.
//
//   index_bench ids      [count, default 5000000] [folder] [ids a second] [fanout]
//   index_bench postings [transfers, default 5000000] [folder] [transfers a second] [accounts]
//
// ids: random 128-bit ids in batches of 8,190, each batch looked for and then inserted, as the
// engine does with transfers. postings: five entries a transfer (two of 10,000 accounts, one of 10
// pools, one of 20 codes, a random reference), then pages of lists at random. The folder is emptied
// first and removed at the end.
#include "cofferdam/journal/id_index.h"
#include "cofferdam/journal/posting_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <time.h>
#include <vector>

namespace {

using cofferdam::base::u128;
using Clock = std::chrono::steady_clock;

// Time that this thread has run, which on a busy machine says more than time that has passed.
double thread_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double process_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

constexpr std::size_t kBatch = 8190;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib * 1024;
  }
  return 0;
}

// The n-th id of the run: a permutation of n, so that any earlier id can be asked for again.
u128 id_of(std::uint64_t n) {
  const auto mix = [](std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  };
  return cofferdam::base::make_u128(mix(n * 2 + 0x1234567), mix(n * 2 + 1));
}

template <class T>
T must(cofferdam::base::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().text());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Part {
  double find = 0;
  double insert = 0;
  double find_cpu = 0;
  double worst = 0;
  std::uint64_t ids = 0;
};

void report(const Part& part, std::uint64_t done, const cofferdam::journal::IdIndex& index,
            std::uint64_t rss_before) {
  const auto f = index.figures();
  const double per_id = 1e9 / static_cast<double>(part.ids);
  fmt::print(
      "{:>11} | find {:6.1f} (ran {:6.1f}) insert {:6.1f} ns/id | worst batch {:6.2f} ms | runs "
      "{:2} | run RAM "
      "{:.2f} B/id, RSS {:.2f} B/id beside {:.0f} MB of tables | disk {:.1f} B/id | false {:.5f} | "
      "waits {}\n",
      done, part.find * per_id, part.find_cpu * per_id, part.insert * per_id, part.worst * 1e3,
      f.runs_in_fullest_shard, static_cast<double>(f.run_bytes) / static_cast<double>(f.ids),
      (static_cast<double>(resident_bytes()) - static_cast<double>(rss_before + f.table_bytes)) /
          static_cast<double>(f.ids),
      static_cast<double>(f.table_bytes) / 1e6,
      static_cast<double>(f.disk_bytes) / static_cast<double>(f.ids),
      static_cast<double>(f.false_reads) / static_cast<double>(done), f.waits);
  std::fflush(stdout);
}

void measure_ids(std::uint64_t count, const std::string& folder, std::uint64_t pace,
                 std::uint64_t fanout) {
  namespace journal = cofferdam::journal;
  std::filesystem::remove_all(folder);
  const std::uint64_t rss_before = resident_bytes();
  journal::IdIndexOptions options;
  options.folder = folder;
  options.fanout = fanout;
  std::random_device dice;
  for (auto& word : options.secret) word = (std::uint64_t{dice()} << 32) | dice();
  auto index = must(journal::IdIndex::open(options));
  std::vector<u128> ids(kBatch);
  std::vector<std::optional<std::uint64_t>> found(kBatch);
  std::vector<journal::IdEntry> entries(kBatch);
  Part part;
  double total = 0;
  std::uint64_t done = 0;
  const auto begin = Clock::now();
  for (std::uint64_t sequence = 1; done < count; ++sequence) {
    // The rest of the engine's work on a batch, as far as this program is concerned.
    while (pace != 0 &&
           seconds_since(begin) * static_cast<double>(pace) < static_cast<double>(done)) {
    }
    const std::size_t size = std::min<std::uint64_t>(kBatch, count - done);
    for (std::size_t i = 0; i < size; ++i) {
      ids[i] = id_of(done + i);
      entries[i] = {ids[i], (sequence << 13) | i};
    }
    const double ran = thread_seconds();
    const auto start = Clock::now();
    must(index->find_batch({ids.data(), size}, {found.data(), size}));
    const double find = seconds_since(start);
    part.find_cpu += thread_seconds() - ran;
    must(index->insert_batch({entries.data(), size}, sequence));
    const double all = seconds_since(start);
    if (std::any_of(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(size),
                    [](const auto& value) { return value.has_value(); })) {
      fmt::print("a fresh id was found: the index is wrong\n");
      std::exit(1);
    }
    part.find += find;
    part.insert += all - find;
    part.worst = std::max(part.worst, all);
    part.ids += size;
    total += all;
    done += size;
    if (part.ids >= 1000000 || done == count) {
      report(part, done, *index, rss_before);
      part = {};
    }
  }
  fmt::print("{} ids in {:.2f} s: {:.0f} ids/s, {:.1f} ns/id\n", done, total,
             static_cast<double>(done) / total, total * 1e9 / static_cast<double>(done));
  auto start = Clock::now();
  must(index->flush());
  must(index->settle());
  fmt::print("merges end {:.2f} s later; the background thread ran {:.0f} ns/id\n",
             seconds_since(start),
             (process_seconds() - thread_seconds()) * 1e9 / static_cast<double>(done));

  std::mt19937_64 order(7);
  start = Clock::now();
  constexpr std::uint64_t kAsked = 100 * kBatch;
  for (std::uint64_t asked = 0; asked < kAsked; asked += kBatch) {
    std::vector<std::uint64_t> which(kBatch);
    for (std::size_t i = 0; i < kBatch; ++i) {
      which[i] = order() % count;
      ids[i] = id_of(which[i]);
    }
    must(index->find_batch(ids, found));
    for (std::size_t i = 0; i < kBatch; ++i) {
      if (found[i] == (((which[i] / kBatch + 1) << 13) | (which[i] % kBatch))) continue;
      fmt::print("a stored id was not found: the index is wrong\n");
      std::exit(1);
    }
  }
  fmt::print("stored ids found again: {:.0f} ns/id\n",
             seconds_since(start) * 1e9 / static_cast<double>(kAsked));
  index.reset();
  start = Clock::now();
  index = must(journal::IdIndex::open(options));
  fmt::print("opened in {:.3f} s\n", seconds_since(start));
  start = Clock::now();
  must(index->verify());
  fmt::print("verified in {:.2f} s\n", seconds_since(start));
  index.reset();
  std::filesystem::remove_all(folder);
}

// The lists a transfer goes into, as a function of its number, so that answers can be checked.
struct Lists {
  std::uint64_t debit;
  std::uint64_t credit;
  std::uint64_t pool;
  std::uint64_t code;
  std::uint64_t reference;
};

Lists lists_of(std::uint64_t n, std::uint64_t accounts) {
  const std::uint64_t a = cofferdam::base::low64(id_of(n));
  const std::uint64_t b = cofferdam::base::high64(id_of(n));
  return {a % accounts, (a >> 32) % accounts, a % 10, b % 20, b};
}

void ask(const cofferdam::journal::PostingIndex& index, std::uint64_t count,
         std::uint64_t accounts) {
  using cofferdam::journal::Direction;
  constexpr int kAsked = 2000;
  std::mt19937_64 order(7);
  double account = 0;
  double reference = 0;
  double both = 0;
  for (int i = 0; i < kAsked; ++i) {
    const std::uint64_t n = order() % count;
    const std::uint64_t address = ((n / kBatch + 1) << 13) | (n % kBatch);
    const Lists lists = lists_of(n, accounts);
    auto start = Clock::now();
    auto page = index.cursor(1, lists.debit, address, Direction::ascending);
    bool right = must(page.next()) == address;
    for (int more = 0; more < 99; ++more) {
      if (!must(page.next())) break;
    }
    account += seconds_since(start);
    start = Clock::now();
    auto one = index.cursor(4, lists.reference, 0, Direction::ascending);
    right = right && must(one.next()) == address && !must(one.next());
    reference += seconds_since(start);
    start = Clock::now();
    cofferdam::journal::IntersectionCursor meet(
        {index.cursor(1, lists.credit, address, Direction::ascending),
         index.cursor(3, lists.code, address, Direction::ascending)});
    right = right && must(meet.next()) == address;
    for (int more = 0; more < 9; ++more) {
      if (!must(meet.next())) break;
    }
    both += seconds_since(start);
    if (right) continue;
    fmt::print("a list lacks an address: the index is wrong\n");
    std::exit(1);
  }
  fmt::print(
      "page of 100 of an account {:.0f} us, one reference {:.0f} us, 10 of account and code "
      "{:.0f} us\n",
      account * 1e6 / kAsked, reference * 1e6 / kAsked, both * 1e6 / kAsked);
}

void measure_postings(std::uint64_t count, const std::string& folder, std::uint64_t pace,
                      std::uint64_t accounts) {
  namespace journal = cofferdam::journal;
  std::filesystem::remove_all(folder);
  const std::uint64_t rss_before = resident_bytes();
  journal::PostingIndexOptions options;
  options.folder = folder;
  auto index = must(journal::PostingIndex::open(options));
  std::vector<journal::Posting> postings;
  Part part;
  double total = 0;
  std::uint64_t done = 0;
  std::uint64_t behind = 0;
  const double process_before = process_seconds();
  const double thread_before = thread_seconds();
  const auto begin = Clock::now();
  for (std::uint64_t sequence = 1; done < count; ++sequence) {
    while (pace != 0 &&
           seconds_since(begin) * static_cast<double>(pace) < static_cast<double>(done)) {
    }
    const std::size_t size = std::min<std::uint64_t>(kBatch, count - done);
    postings.clear();
    for (std::size_t i = 0; i < size; ++i) {
      const Lists lists = lists_of(done + i, accounts);
      const std::uint64_t address = (sequence << 13) | i;
      postings.push_back(journal::make_posting(1, lists.debit, address));
      postings.push_back(journal::make_posting(1, lists.credit, address));
      postings.push_back(journal::make_posting(2, lists.pool, address));
      postings.push_back(journal::make_posting(3, lists.code, address));
      postings.push_back(journal::make_posting(4, lists.reference, address));
    }
    const auto start = Clock::now();
    must(index->add(postings, sequence));
    const double all = seconds_since(start);
    part.insert += all;
    part.worst = std::max(part.worst, all);
    part.ids += size;
    total += all;
    done += size;
    behind = std::max(behind, index->figures().entries_behind);
    if (part.ids < 1000000 && done != count) continue;
    const auto f = index->figures();
    const double stored = static_cast<double>(std::max<std::uint64_t>(1, f.entries));
    fmt::print(
        "{:>11} | add {:6.1f} ns/transfer | worst batch {:6.2f} ms | runs {:2} | fences "
        "{:.3f} B/entry, RSS {:.0f} MB | disk {:.2f} B/entry | most behind {} entries | "
        "waits {}\n",
        done, part.insert * 1e9 / static_cast<double>(part.ids), part.worst * 1e3, f.runs,
        static_cast<double>(f.fence_bytes) / stored,
        static_cast<double>(resident_bytes() - rss_before) / 1e6,
        static_cast<double>(f.disk_bytes) / stored, behind, f.waits);
    std::fflush(stdout);
    part = {};
  }
  must(index->wait_until(index->added_through()));
  const double elapsed = seconds_since(begin);
  fmt::print(
      "{} transfers in {:.2f} s, all indexed: {:.0f} transfers/s; adding alone {:.1f} "
      "ns/transfer\n",
      done, elapsed, static_cast<double>(done) / elapsed, total * 1e9 / static_cast<double>(done));
  ask(*index, count, accounts);
  const double asking = thread_seconds();
  auto start = Clock::now();
  must(index->settle());
  fmt::print("merges end {:.2f} s later, {} merges; the background thread ran {:.0f} ns/transfer\n",
             seconds_since(start), index->figures().merges,
             (process_seconds() - process_before - (asking - thread_before)) * 1e9 /
                 static_cast<double>(done));
  ask(*index, count, accounts);
  index.reset();
  start = Clock::now();
  index = must(journal::PostingIndex::open(options));
  fmt::print("opened in {:.3f} s\n", seconds_since(start));
  start = Clock::now();
  must(index->verify());
  fmt::print("verified in {:.2f} s\n", seconds_since(start));
  index.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const std::uint64_t count = argc > 2 ? std::stoull(argv[2]) : 5000000;
  const std::string folder =
      argc > 3 ? argv[3]
               : (std::filesystem::temp_directory_path() / "cofferdam-index-bench").string();
  if (what == "ids") {
    measure_ids(count, folder, argc > 4 ? std::stoull(argv[4]) : 0,
                argc > 5 ? std::stoull(argv[5]) : 2);
  } else if (what == "postings") {
    measure_postings(count, folder, argc > 4 ? std::stoull(argv[4]) : 0,
                     argc > 5 ? std::stoull(argv[5]) : 10000);
  } else {
    fmt::print(stderr, "usage: index_bench ids|postings [count] [folder]\n");
    return 2;
  }
  return 0;
}
