// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/posting_index.h"

#include "cofferdam/base/check.h"
#include "cofferdam/journal/merge_choice.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cofferdam::journal {

namespace {

constexpr std::uint64_t kPostingIndexKind = 0x00000001504F5354;  // "POST", format 1
constexpr std::size_t kFixedWords = 3;                           // through, next file, runs
constexpr std::size_t kRunWords = 6;
constexpr unsigned kLevelsMax = 64;  // above every level

}  // namespace

PostingIndex::PostingIndex(PostingIndexOptions options)
    : options_(std::move(options)), folder_(options_.folder, options_.hook, &shared_.pace) {
  COFFERDAM_CHECK(options_.buffer_entries > 0 && options_.fanout >= 2 &&
                      options_.runs_max > options_.fanout * 2,
                  "new runs must be able to outrun merges a little");
  filling_.reserve(options_.buffer_entries);
  pending_.reserve(options_.buffer_entries);
}

PostingIndex::~PostingIndex() {
  if (thread_.joinable()) {
    shared_.pace.hurry();
    thread_.request_stop();
    thread_.join();
  }
}

base::Result<std::unique_ptr<PostingIndex>> PostingIndex::open(PostingIndexOptions options) {
  std::unique_ptr<PostingIndex> index(new PostingIndex(std::move(options)));
  if (auto done = index->folder_.make(); !done) return std::unexpected(done.error());
  if (auto done = index->load(); !done) {
    if (done.error().kind != base::ErrorKind::integrity) return std::unexpected(done.error());
    index->rebuilding_ = done.error();
    index->next_file_ = 1;
    index->view_ = std::make_shared<PostingView>();
    if (auto wiped = wipe(index->folder_); !wiped) return std::unexpected(wiped.error());
    if (auto made = index->write({}); !made) return std::unexpected(made.error());
  }
  index->added_through_ = index->view_->through;
  for (const auto& run : index->view_->runs)
    index->last_address_ = std::max(index->last_address_, run->place.last_address);
  PostingIndex* self = index.get();
  index->thread_ = std::jthread([self](const std::stop_token& stop) { self->work(stop); });
  return index;
}

base::Result<void> PostingIndex::load() {
  auto view = std::make_shared<PostingView>();
  const auto manifest = read_manifest(folder_, kPostingIndexKind, options_.lineage);
  if (!manifest) return std::unexpected(manifest.error());
  if (!*manifest) {
    const auto names = folder_.list();
    if (!names) return std::unexpected(names.error());
    if (!names->empty()) return damaged("manifest", "an index that has files must have a manifest");
    view_ = std::move(view);
    return write(*view_);
  }
  const std::span<const std::uint64_t> words((*manifest)->words);
  if (words.size() < kFixedWords || (words.size() - kFixedWords) % kRunWords != 0 ||
      (words.size() - kFixedWords) / kRunWords != words[2])
    return damaged("manifest", "a manifest must list as many runs as it says");
  view->through = words[0];
  next_file_ = words[1];
  std::vector<std::uint64_t> kept;
  for (std::size_t i = kFixedWords; i < words.size(); i += kRunWords) {
    const PostingRunPlace place = {.file = words[i],
                                   .blocks = words[i + 1],
                                   .entries = words[i + 2],
                                   .first_address = words[i + 3],
                                   .last_address = words[i + 4],
                                   .tail_checksum = words[i + 5]};
    auto run = load_postings(folder_, place);
    if (!run) return std::unexpected(run.error());
    view->runs.push_back(std::move(*run));
    kept.push_back(place.file);
  }
  view_ = std::move(view);
  return sweep(folder_, kept);
}

base::Result<void> PostingIndex::write(const PostingView& view) {
  Manifest manifest{.kind = kPostingIndexKind,
                    .lineage = options_.lineage,
                    .words = {view.through, next_file_, view.runs.size()}};
  for (const PostingRunPtr& run : view.runs) {
    const PostingRunPlace& p = run->place;
    manifest.words.insert(manifest.words.end(), {p.file, p.blocks, p.entries, p.first_address,
                                                 p.last_address, p.tail_checksum});
  }
  return write_manifest(folder_, manifest);
}

base::Result<void> PostingIndex::add(std::span<const Posting> postings, base::Sequence sequence) {
  if (sequence <= added_through_) return {};
  if (!filling_.empty() && filling_.size() + postings.size() > options_.buffer_entries) {
    if (auto done = hand_over(); !done) return done;
  }
  for (const Posting& posting : postings) {
    COFFERDAM_CHECK(posting.address() >= last_address_, "addresses never fall");
    last_address_ = posting.address();
  }
  filling_.insert(filling_.end(), postings.begin(), postings.end());
  added_through_ = sequence;
  return {};
}

base::Result<void> PostingIndex::hand_over() {
  std::unique_lock lock(shared_.mutex);
  shared_.pace.handed_over();
  if (pending_entries_ != 0) {
    ++waits_;
    shared_.pace.hurry();
    shared_.changed.wait(lock, [this] { return pending_entries_ == 0 || shared_.trouble; });
    if (pending_entries_ != 0) return std::unexpected(*shared_.trouble);
  }
  std::swap(filling_, pending_);
  filling_.clear();
  pending_entries_ = pending_.size();
  pending_through_ = added_through_;
  shared_.idle = false;
  shared_.changed.notify_all();
  return {};
}

base::Result<void> PostingIndex::wait_until(base::Sequence sequence) {
  COFFERDAM_CHECK(sequence <= added_through_, "only what was added can be waited for");
  if (sequence <= indexed_through()) return {};
  bool under_way = false;
  {
    const std::lock_guard lock(shared_.mutex);
    under_way = pending_entries_ != 0 && sequence <= pending_through_;
  }
  if (!under_way && !filling_.empty()) {
    if (auto done = hand_over(); !done) return done;
  }
  shared_.pace.hurry();
  std::unique_lock lock(shared_.mutex);
  shared_.changed.wait(lock, [this] { return pending_entries_ == 0 || shared_.trouble; });
  if (pending_entries_ != 0) return std::unexpected(*shared_.trouble);
  return {};
}

base::Result<void> PostingIndex::settle() {
  shared_.pace.hurry();
  std::unique_lock lock(shared_.mutex);
  shared_.changed.wait(
      lock, [this] { return (shared_.idle && pending_entries_ == 0) || shared_.trouble; });
  if (shared_.trouble) return std::unexpected(*shared_.trouble);
  return {};
}

std::shared_ptr<const PostingView> PostingIndex::view() const {
  const std::lock_guard lock(shared_.mutex);
  return view_;
}

base::Sequence PostingIndex::indexed_through() const {
  return view()->through;
}

PostingIndexFigures PostingIndex::figures() const {
  const std::lock_guard lock(shared_.mutex);
  PostingIndexFigures f;
  for (const PostingRunPtr& run : view_->runs) {
    f.entries += run->place.entries;
    f.fence_bytes += run->fences.size() * sizeof(Posting);
    f.disk_bytes += run->place.blocks * (kBlockBytes + sizeof(Posting));
  }
  f.entries_behind = filling_.size() + pending_entries_;
  f.records_behind = f.entries_behind == 0 ? 0 : added_through_ - view_->through;
  f.buffer_bytes = 3 * options_.buffer_entries * sizeof(Posting);
  f.runs = view_->runs.size();
  f.flushes = flushes_;
  f.merges = merges_;
  f.waits = waits_;
  return f;
}

base::Result<void> PostingIndex::verify() {
  const auto seen = view();
  for (const PostingRunPtr& run : seen->runs) {
    if (auto done = verify_postings(*run); !done) return done;
  }
  return {};
}

// ---- the background thread ----

void PostingIndex::work(const std::stop_token& stop) {
  stop_ = stop;
  work_in_background(stop, shared_,
                     {.once = [this] { return work_once(); },
                      .is_pending = [this] { return pending_entries_ != 0; },
                      .is_wanted = [this] { return pending_entries_ != 0; }});
}

// False when there is nothing to do.
base::Result<bool> PostingIndex::work_once() {
  bool pending = false;
  bool crowded = false;
  {
    const std::lock_guard lock(shared_.mutex);
    pending = pending_entries_ != 0;
    crowded = view_->runs.size() >= options_.runs_max;
  }
  if (!pending || crowded) {
    auto merged = merge_some(0, kLevelsMax);
    if (!merged || *merged || !pending) return merged;
  }
  if (auto done = flush_pending(); !done) return std::unexpected(done.error());
  return true;
}

// A full disk must not stay full of what could not be finished.
void PostingIndex::drop_unfinished(std::uint64_t number, const base::Error& error) {
  if (error.kind == base::ErrorKind::exhausted) static_cast<void>(folder_.remove(run_name(number)));
}

base::Result<void> PostingIndex::flush_pending() {
  base::Sequence through = 0;
  {
    const std::lock_guard lock(shared_.mutex);
    if (pending_entries_ == 0) return {};
    through = pending_through_;
  }
  sort_postings(pending_, scratch_);
  const std::uint64_t number = next_file_++;
  auto run = write_postings(folder_, number, pending_);
  if (!run) {
    drop_unfinished(number, run.error());
    return std::unexpected(run.error());
  }
  auto fresh = std::make_shared<PostingView>(*view());
  fresh->runs.push_back(std::move(*run));
  fresh->through = through;
  if (auto done = write(*fresh); !done) {
    drop_unfinished(number, done.error());
    return done;
  }
  const std::lock_guard lock(shared_.mutex);
  view_ = std::move(fresh);
  pending_entries_ = 0;
  ++flushes_;
  shared_.changed.notify_all();
  return {};
}

// Merges runs from the place `from` on, if some of a level below `level` are due.
base::Result<bool> PostingIndex::merge_some(std::size_t from, unsigned level) {
  const auto before = view();
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = from; i < before->runs.size(); ++i)
    sizes.push_back(before->runs[i]->place.entries);
  const auto choice = choose_merge(sizes, options_.buffer_entries, options_.fanout);
  if (!choice) return false;
  const std::size_t first = from + *choice;
  const unsigned chosen = run_level(
      *std::max_element(sizes.begin() + static_cast<std::ptrdiff_t>(*choice), sizes.end()),
      options_.buffer_entries, options_.fanout);
  if (chosen >= level) return false;
  const std::vector<PostingRunPtr> sources(
      before->runs.begin() + static_cast<std::ptrdiff_t>(first), before->runs.end());
  // A long merge stands aside for new runs, and for smaller merges of these: otherwise they would
  // pile up behind it, and adding would wait until it ends.
  const auto between = [this, chosen, behind = first + sources.size()]() -> base::Result<void> {
    if (stop_.stop_requested()) return damaged("merge", "stopped");
    if (view()->runs.size() < options_.runs_max) {
      if (auto done = flush_pending(); !done) return done;
    }
    if (auto done = merge_some(behind, chosen); !done) return std::unexpected(done.error());
    return {};
  };
  const std::uint64_t number = next_file_++;
  auto merged = merge_postings(folder_, number, sources, between);
  if (!merged) {
    drop_unfinished(number, merged.error());
    return std::unexpected(merged.error());
  }
  auto fresh = std::make_shared<PostingView>(*view());  // with what was flushed meanwhile
  const auto begin = fresh->runs.begin() + static_cast<std::ptrdiff_t>(first);
  *begin = std::move(*merged);
  fresh->runs.erase(begin + 1, begin + static_cast<std::ptrdiff_t>(sources.size()));
  if (auto done = write(*fresh); !done) {
    drop_unfinished(number, done.error());
    return std::unexpected(done.error());
  }
  {
    const std::lock_guard lock(shared_.mutex);
    view_ = std::move(fresh);
    ++merges_;
  }
  for (const PostingRunPtr& source : sources) {
    if (auto done = folder_.remove(source->file.name()); !done)
      return std::unexpected(done.error());
  }
  return true;
}

}  // namespace cofferdam::journal
