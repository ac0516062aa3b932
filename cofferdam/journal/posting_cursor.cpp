// SPDX-License-Identifier: Apache-2.0
//
// Reading lists. Runs follow each other in the journal, so a list is read one run after the other
// and nothing has to be merged.
#include "cofferdam/base/check.h"
#include "cofferdam/journal/posting_index.h"

#include <algorithm>
#include <utility>

namespace cofferdam::journal {

PostingCursor::PostingCursor(std::shared_ptr<const PostingView> view, std::uint8_t kind,
                             std::uint64_t key, std::uint64_t from, Direction direction)
    : view_(std::move(view)),
      from_(make_posting(kind, key, std::min(from, kAddressMax))),
      direction_(direction),
      runs_left_(view_->runs.size()) {
  // Past every address there is nothing; kAddressMax itself would be found.
  if (ascending() && from > kAddressMax) runs_left_ = 0;
}

base::Result<std::optional<std::uint64_t>> PostingCursor::next() {
  while (at_ == addresses_.size()) {
    const bool more = in_run_ ? enter_block() : enter_run();
    if (more) {
      if (auto done = load(); !done) return std::unexpected(done.error());
      continue;
    }
    if (in_run_) {
      in_run_ = false;
      --runs_left_;
    }
    if (runs_left_ == 0) return std::nullopt;
  }
  return addresses_[at_++];
}

void PostingCursor::seek(std::uint64_t address) {
  const bool beyond = address > kAddressMax;
  from_ = make_posting(from_.kind(), from_.key, std::min(address, kAddressMax));
  if (beyond && ascending()) {
    runs_left_ = 0;
    in_run_ = false;
    at_ = addresses_.size();
    return;
  }
  const auto before = [this](std::uint64_t a, std::uint64_t b) {
    return ascending() ? a < b : a > b;
  };
  const auto found =
      std::lower_bound(addresses_.begin(), addresses_.end(), from_.address(), before);
  at_ = static_cast<std::size_t>(found - addresses_.begin());
  // Not in this block: look for the right one, from this run on.
  if (found == addresses_.end()) in_run_ = false;
}

// Goes to the block of the current run, or of one behind it, in which `from_` stands or would
// stand. False when no run is left.
bool PostingCursor::enter_run() {
  for (; runs_left_ > 0; --runs_left_) {
    const auto& runs = view_->runs;
    const PostingRun& run = *runs[ascending() ? runs.size() - runs_left_ : runs_left_ - 1];
    if (ascending() ? run.place.last_address < from_.address()
                    : run.place.first_address > from_.address())
      continue;
    const auto after = std::upper_bound(run.fences.begin(), run.fences.end(), from_);
    block_ = static_cast<std::size_t>(after - run.fences.begin());
    if (block_ == 0) {
      if (!ascending() || run.fences.front().list() != from_.list()) continue;
    } else {
      --block_;
    }
    in_run_ = true;
    return true;
  }
  return false;
}

// Goes to the next block of the run. False when the list does not reach into it.
bool PostingCursor::enter_block() {
  const auto& runs = view_->runs;
  const PostingRun& run = *runs[ascending() ? runs.size() - runs_left_ : runs_left_ - 1];
  if (ascending()) {
    if (block_ + 1 >= run.fences.size() || run.fences[block_ + 1].list() != from_.list())
      return false;
    ++block_;
  } else {
    if (block_ == 0 || run.fences[block_].list() != from_.list()) return false;
    --block_;
  }
  return true;
}

base::Result<void> PostingCursor::load() {
  const auto& runs = view_->runs;
  const PostingRun& run = *runs[ascending() ? runs.size() - runs_left_ : runs_left_ - 1];
  Block block;
  if (auto done = run.read(block_, block); !done) return done;
  if (!unpack(block, run.place.first_address, unpacked_))
    return damaged(run.file.name(), "a block of postings must unpack");
  addresses_.clear();
  at_ = 0;
  auto posting = std::lower_bound(unpacked_.begin(), unpacked_.end(),
                                  make_posting(from_.kind(), from_.key, 0));
  for (; posting != unpacked_.end() && posting->list() == from_.list(); ++posting) {
    const std::uint64_t address = posting->address();
    if (ascending() ? address >= from_.address() : address <= from_.address())
      addresses_.push_back(address);
  }
  if (!ascending()) std::reverse(addresses_.begin(), addresses_.end());
  return {};
}

IntersectionCursor::IntersectionCursor(std::vector<PostingCursor> cursors)
    : cursors_(std::move(cursors)) {
  COFFERDAM_CHECK(!cursors_.empty(), "an intersection is of one list at least");
  for (const PostingCursor& cursor : cursors_)
    COFFERDAM_CHECK(cursor.direction() == cursors_.front().direction(),
                    "lists are read in one direction");
}

base::Result<std::optional<std::uint64_t>> IntersectionCursor::next() {
  auto wanted = cursors_.front().next();
  if (!wanted || !*wanted) return wanted;
  // Each cursor in turn goes to the wanted address or behind it; what it finds behind is wanted
  // next. Found by all in a row, the address is in all lists.
  std::size_t agreed = 1;
  for (std::size_t i = 1 % cursors_.size(); agreed < cursors_.size();
       i = (i + 1) % cursors_.size()) {
    cursors_[i].seek(**wanted);
    auto found = cursors_[i].next();
    if (!found || !*found) return found;
    agreed = **found == **wanted ? agreed + 1 : 1;
    wanted = found;
  }
  return wanted;
}

}  // namespace cofferdam::journal
