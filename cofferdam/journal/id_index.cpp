// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/id_index.h"

#include "cofferdam/base/check.h"
#include "cofferdam/journal/merge_choice.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace cofferdam::journal {

namespace {

constexpr std::uint64_t kIdIndexKind = 0x0000000100444900;  // "ID", format 1
constexpr std::size_t kFixedWords = 12;  // secret, bits per key, through, next file, pieces
constexpr std::size_t kPieceWords = 8;

void put(std::vector<std::uint64_t>& words, const IdPiecePlace& p) {
  words.insert(words.end(), {p.file, p.shard, p.first_block, p.blocks, p.records, p.tail_offset,
                             p.lines, p.tail_checksum});
}

IdPiecePlace place_at(std::span<const std::uint64_t> w) {
  return {.file = w[0],
          .shard = w[1],
          .first_block = w[2],
          .blocks = w[3],
          .records = w[4],
          .tail_offset = w[5],
          .lines = w[6],
          .tail_checksum = w[7]};
}

}  // namespace

IdIndex::IdIndex(IdIndexOptions options)
    : options_(std::move(options)), folder_(options_.folder, options_.hook, &shared_.pace) {
  COFFERDAM_CHECK(options_.fanout >= 2 && options_.pieces_max > options_.fanout * 2,
                  "flushes must be able to outrun merges a little");
  table_ = std::make_shared<IdTable>(options_.table_ids);
  spare_ = std::make_shared<IdTable>(options_.table_ids);
}

IdIndex::~IdIndex() {
  if (thread_.joinable()) {
    shared_.pace.hurry();
    thread_.request_stop();
    thread_.join();
  }
}

base::Result<std::unique_ptr<IdIndex>> IdIndex::open(IdIndexOptions options) {
  std::unique_ptr<IdIndex> index(new IdIndex(std::move(options)));
  if (auto done = index->folder_.make(); !done) return std::unexpected(done.error());
  if (auto done = index->load(); !done) {
    if (done.error().kind != base::ErrorKind::integrity) return std::unexpected(done.error());
    index->rebuilding_ = done.error();
    index->secret_ = index->options_.secret;
    index->next_file_ = 1;
    if (auto wiped = wipe(index->folder_); !wiped) return std::unexpected(wiped.error());
    if (auto made = index->write({}, 0); !made) return std::unexpected(made.error());
    index->publish({}, 0, nullptr);
  }
  index->seen_ = index->view_;
  index->inserted_through_ = index->view_->through;
  IdIndex* self = index.get();
  index->thread_ = std::jthread([self](const std::stop_token& stop) { self->work(stop); });
  return index;
}

base::Result<void> IdIndex::load() {
  const auto manifest = read_manifest(folder_, kIdIndexKind, options_.lineage);
  if (!manifest) return std::unexpected(manifest.error());
  if (*manifest) return load_words((*manifest)->words);
  const auto names = folder_.list();
  if (!names) return std::unexpected(names.error());
  if (!names->empty()) return damaged("manifest", "an index that has files must have a manifest");
  secret_ = options_.secret;
  if (auto made = write({}, 0); !made) return made;
  publish({}, 0, nullptr);
  return {};
}

base::Result<void> IdIndex::load_words(std::span<const std::uint64_t> words) {
  if (words.size() < kFixedWords || (words.size() - kFixedWords) / kPieceWords != words[11] ||
      (words.size() - kFixedWords) % kPieceWords != 0)
    return damaged("manifest", "a manifest must list as many pieces as it says");
  std::copy_n(words.begin(), secret_.size(), secret_.begin());
  if (words[8] != options_.bits_per_key)
    return damaged("manifest", "filters must have the configured bits per key");
  next_file_ = words[10];
  std::map<std::uint64_t, std::shared_ptr<const IdRunFile>> files;
  Shards shards;
  std::vector<std::uint64_t> kept;
  for (std::size_t i = kFixedWords; i < words.size(); i += kPieceWords) {
    const IdPiecePlace place = place_at(words.subspan(i, kPieceWords));
    auto& run = files[place.file];
    if (!run) {
      auto file = folder_.open(run_name(place.file));
      if (!file) return std::unexpected(file.error());
      run = std::make_shared<const IdRunFile>(std::move(*file), place.file);
      kept.push_back(place.file);
    }
    auto piece = load_piece(run, place);
    if (!piece) return std::unexpected(piece.error());
    shards[place.shard].push_back(std::move(*piece));
  }
  if (auto done = sweep(folder_, kept); !done) return done;
  publish(std::move(shards), words[9], nullptr);
  return {};
}

base::Result<void> IdIndex::write(const Shards& shards, base::Sequence through) {
  Manifest manifest{.kind = kIdIndexKind, .lineage = options_.lineage, .words = {}};
  manifest.words.assign(secret_.begin(), secret_.end());
  std::size_t pieces = 0;
  for (const auto& shard : shards) pieces += shard.size();
  manifest.words.insert(manifest.words.end(), {options_.bits_per_key, through, next_file_, pieces});
  for (const auto& shard : shards) {
    for (const IdPiecePtr& piece : shard) put(manifest.words, piece->place);
  }
  return write_manifest(folder_, manifest);
}

void IdIndex::publish(Shards shards, base::Sequence through,
                      std::shared_ptr<const IdTable> flushing) {
  auto view = std::make_shared<View>();
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    for (const IdPiecePtr& piece : shards[shard])
      view->filters[shard].push_back(
          {piece->filter.lines().data(), piece->place.lines, piece.get()});
  }
  view->shards = std::move(shards);
  view->flushing = std::move(flushing);
  view->through = through;
  retired_.push_back(std::exchange(view_, std::move(view)));
}

void IdIndex::prepare(std::span<const base::u128> ids, Probes& probes) const {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Probe& probe = probes[i];
    probe.key = scramble(secret_, ids[i]);
    table_->prefetch(probe.key);
    if (seen_->flushing) seen_->flushing->prefetch(probe.key);
    for (const FilterRef& filter : seen_->filters[shard_of(probe.key)])
      __builtin_prefetch(filter.base + filter_line(probe.key, filter.lines));
    probe.mask = filter_mask(probe.key);
  }
}

base::Result<std::optional<std::uint64_t>> IdIndex::test(const Probe& probe) {
  if (const auto value = table_->find(probe.key)) return value;
  if (seen_->flushing) {
    if (const auto value = seen_->flushing->find(probe.key)) return value;
  }
  for (const FilterRef& filter : seen_->filters[shard_of(probe.key)]) {
    if (!may_hold(filter.base[filter_line(probe.key, filter.lines)], probe.mask)) continue;
    auto found = filter.piece->find(probe.key);
    ++block_reads_;
    if (!found || *found) return found;
    ++false_reads_;
  }
  return std::nullopt;
}

base::Result<void> IdIndex::find_batch(std::span<const base::u128> ids,
                                       std::span<std::optional<std::uint64_t>> out) {
  COFFERDAM_CHECK(ids.size() == out.size(), "one answer for each id");
  {
    const std::lock_guard lock(shared_.mutex);
    if (seen_ != view_) {
      retired_.push_back(std::exchange(seen_, view_));
      shared_.changed.notify_all();
    }
  }
  // While one group of ids is tested, the lines of the next are on their way.
  std::array<Probes, 2> groups;
  const auto group_at = [&](std::size_t i) {
    return ids.subspan(i, std::min(kProbes, ids.size() - i));
  };
  if (!ids.empty()) prepare(group_at(0), groups[0]);
  for (std::size_t i = 0, turn = 0; i < ids.size(); i += kProbes, turn ^= 1) {
    if (i + kProbes < ids.size()) prepare(group_at(i + kProbes), groups[turn ^ 1]);
    const std::size_t count = group_at(i).size();
    for (std::size_t j = 0; j < count; ++j) {
      auto value = test(groups[turn][j]);
      if (!value) return std::unexpected(value.error());
      out[i + j] = *value;
    }
  }
  return {};
}

base::Result<void> IdIndex::make_room(std::size_t count) {
  COFFERDAM_CHECK(count <= options_.table_ids, "a batch must fit into an empty table");
  if (table_->room() >= count) return {};
  return rotate();
}

base::Result<void> IdIndex::rotate() {
  if (table_->size() == 0) return {};
  std::unique_lock lock(shared_.mutex);
  shared_.pace.handed_over();
  if (!spare_) {
    ++waits_;
    shared_.pace.hurry();
    shared_.changed.wait(lock, [this] { return spare_ != nullptr || shared_.trouble; });
    if (!spare_) return std::unexpected(*shared_.trouble);
  }
  pending_ = std::exchange(table_, std::exchange(spare_, nullptr));
  // Emptied here and not where it was flushed: only this thread knows that no search reads it.
  table_->clear();
  pending_through_ = inserted_through_;
  publish(view_->shards, view_->through, pending_);
  retired_.push_back(std::exchange(seen_, view_));
  shared_.idle = false;
  shared_.changed.notify_all();
  return {};
}

base::Result<void> IdIndex::insert_batch(std::span<const IdEntry> entries,
                                         base::Sequence sequence) {
  if (sequence <= inserted_through_) return {};
  if (auto done = make_room(entries.size()); !done) return done;
  constexpr std::size_t kAhead = 8;
  std::array<IdKey, kAhead> keys;
  for (std::size_t i = 0; i < entries.size() + kAhead; ++i) {
    if (i >= kAhead) table_->insert({keys[i % kAhead], entries[i - kAhead].value});
    if (i >= entries.size()) continue;
    keys[i % kAhead] = scramble(secret_, entries[i].id);
    table_->prefetch(keys[i % kAhead]);
  }
  inserted_through_ = sequence;
  return {};
}

base::Result<void> IdIndex::flush() {
  if (auto done = rotate(); !done) return done;
  std::unique_lock lock(shared_.mutex);
  shared_.pace.hurry();
  shared_.changed.wait(lock, [this] { return pending_ == nullptr || shared_.trouble; });
  if (pending_ != nullptr) return std::unexpected(*shared_.trouble);
  // Records without ids after the last flush move the mark with the next flush; inserting them
  // again is nothing.
  return {};
}

base::Result<void> IdIndex::settle() {
  shared_.pace.hurry();
  std::unique_lock lock(shared_.mutex);
  shared_.changed.wait(lock,
                       [this] { return (shared_.idle && pending_ == nullptr) || shared_.trouble; });
  if (shared_.trouble) return std::unexpected(*shared_.trouble);
  return {};
}

base::Sequence IdIndex::indexed_through() const {
  const std::lock_guard lock(shared_.mutex);
  return view_->through;
}

IdIndexFigures IdIndex::figures() const {
  const std::lock_guard lock(shared_.mutex);
  IdIndexFigures f;
  f.ids_in_tables = table_->size() + (view_->flushing ? view_->flushing->size() : 0);
  f.ids = f.ids_in_tables;
  f.table_bytes = 2 * table_->bytes();
  for (const auto& shard : view_->shards) {
    f.runs_in_fullest_shard = std::max<std::uint64_t>(f.runs_in_fullest_shard, shard.size());
    for (const IdPiecePtr& piece : shard) {
      f.ids += piece->place.records;
      f.run_bytes += piece->bytes();
      f.disk_bytes += piece->place.blocks * (kBlockBytes + 8) + piece->place.lines * 64;
    }
  }
  f.block_reads = block_reads_;
  f.false_reads = false_reads_;
  f.flushes = flushes_;
  f.merges = merges_;
  f.waits = waits_;
  return f;
}

base::Result<void> IdIndex::verify() {
  std::shared_ptr<const View> view;
  {
    const std::lock_guard lock(shared_.mutex);
    view = view_;
  }
  for (const auto& shard : view->shards) {
    for (const IdPiecePtr& piece : shard) {
      if (auto done = verify_piece(*piece); !done) return done;
    }
  }
  return {};
}

// ---- the background thread ----

void IdIndex::work(const std::stop_token& stop) {
  stop_ = stop;
  work_in_background(stop, shared_,
                     {.once = [this] { return work_once(); },
                      .is_pending = [this] { return pending_ != nullptr; },
                      .is_wanted = [this] { return pending_ != nullptr || !retired_.empty(); }});
}

// False when there is nothing to do.
base::Result<bool> IdIndex::work_once() {
  bool pending = false;
  std::vector<std::shared_ptr<const View>> retired;  // goes at the end of this call
  {
    const std::lock_guard lock(shared_.mutex);
    pending = pending_ != nullptr;
    retired.swap(retired_);
  }
  if (!pending || crowded()) {
    auto merged = merge_one();
    if (!merged || *merged || !pending) return merged;
  }
  if (auto done = flush_pending(); !done) return std::unexpected(done.error());
  return true;
}

// What the runs are; only the background thread changes them.
std::shared_ptr<const IdIndex::View> IdIndex::current() const {
  const std::lock_guard lock(shared_.mutex);
  return view_;
}

bool IdIndex::crowded() const {
  const auto view = current();
  return std::any_of(view->shards.begin(), view->shards.end(),
                     [this](const auto& shard) { return shard.size() >= options_.pieces_max; });
}

// A full disk must not stay full of what could not be finished.
void IdIndex::drop_unfinished(std::uint64_t number, const base::Error& error) {
  if (error.kind == base::ErrorKind::exhausted) static_cast<void>(folder_.remove(run_name(number)));
}

base::Result<void> IdIndex::flush_pending() {
  std::shared_ptr<IdTable> full;
  base::Sequence through = 0;
  {
    const std::lock_guard lock(shared_.mutex);
    full = pending_;
    through = pending_through_;
  }
  if (!full) return {};
  const std::uint64_t number = next_file_++;
  auto pieces = write_flush(folder_, number, sorted(full->records()), options_.bits_per_key);
  if (!pieces) {
    drop_unfinished(number, pieces.error());
    return std::unexpected(pieces.error());
  }
  Shards shards = current()->shards;
  for (IdPiecePtr& piece : *pieces) shards[piece->place.shard].push_back(std::move(piece));
  if (auto done = write(shards, through); !done) {
    drop_unfinished(number, done.error());
    return done;
  }
  const std::lock_guard lock(shared_.mutex);
  publish(std::move(shards), through, nullptr);
  pending_ = nullptr;
  ++flushes_;
  spare_ = std::move(full);
  shared_.changed.notify_all();
  return {};
}

base::Result<bool> IdIndex::merge_one() {
  const auto before = current();
  std::size_t chosen = kShards;
  std::size_t first = 0;
  for (std::size_t shard = 0; shard < kShards && chosen == kShards; ++shard) {
    std::vector<std::uint64_t> sizes;
    for (const IdPiecePtr& piece : before->shards[shard]) sizes.push_back(piece->place.records);
    // A shard's share of a flush varies a little around its mean; half as much again is the same
    // level.
    const std::uint64_t base = options_.table_ids / kShards * 3 / 2 + 1;
    const auto choice = choose_merge(sizes, base, options_.fanout);
    if (!choice) continue;
    chosen = shard;
    first = *choice;
  }
  if (chosen == kShards) return false;
  const std::vector<IdPiecePtr> sources(
      before->shards[chosen].begin() + static_cast<std::ptrdiff_t>(first),
      before->shards[chosen].end());
  const auto between = [this]() -> base::Result<void> {
    if (stop_.stop_requested()) return damaged("merge", "stopped");
    if (crowded()) return {};
    return flush_pending();
  };
  const std::uint64_t number = next_file_++;
  auto merged = merge_pieces(folder_, number, sources, options_.bits_per_key, between);
  if (!merged) {
    drop_unfinished(number, merged.error());
    return std::unexpected(merged.error());
  }
  const auto after = current();  // with what was flushed meanwhile
  Shards shards = after->shards;
  auto& list = shards[chosen];
  const auto begin = list.begin() + static_cast<std::ptrdiff_t>(first);
  *begin = std::move(*merged);
  list.erase(begin + 1, begin + static_cast<std::ptrdiff_t>(sources.size()));
  if (auto done = write(shards, after->through); !done) {
    drop_unfinished(number, done.error());
    return std::unexpected(done.error());
  }
  {
    const std::lock_guard lock(shared_.mutex);
    publish(std::move(shards), view_->through, view_->flushing);
    ++merges_;
  }
  return remove_unused(sources);
}

base::Result<bool> IdIndex::remove_unused(std::span<const IdPiecePtr> sources) {
  const auto view = current();
  for (const IdPiecePtr& source : sources) {
    const std::uint64_t number = source->place.file;
    const bool used = std::any_of(view->shards.begin(), view->shards.end(), [&](const auto& s) {
      return std::any_of(s.begin(), s.end(),
                         [&](const IdPiecePtr& p) { return p->place.file == number; });
    });
    if (used) continue;
    if (auto done = folder_.remove(run_name(number)); !done) return std::unexpected(done.error());
  }
  return true;
}

}  // namespace cofferdam::journal
