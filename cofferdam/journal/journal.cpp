// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/journal.h"

#include "cofferdam/base/check.h"
#include "cofferdam/journal/archive.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/prepared.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/recovery.h"
#include "cofferdam/journal/segment.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr auto kTick = std::chrono::milliseconds(50);
constexpr auto kPreparingTick = std::chrono::milliseconds(5);

// A segment that takes records, or will once its first group is written.
struct Open {
  Segment segment;
  std::unique_ptr<File> file;
  std::unique_ptr<Prepared> prepared;  // until activated
  HeadSlot head;
};

// What one write makes durable.
struct Group {
  std::shared_ptr<Open> into;
  std::uint64_t offset = 0;
  AlignedBuffer bytes;
  Sequence first = 0;
  Sequence last = 0;
  crypto::Hash last_hash{};
};

[[nodiscard]] Result<void> check_options(const Options& options) {
  if (options.segment_bytes % kBlock != 0 || options.segment_bytes < kRecordsOffset + kBlock ||
      options.segment_bytes > kSegmentBytesMax) {
    return base::malformed("segment_bytes", std::to_string(options.segment_bytes),
                           "must be a multiple of 4096 between 20480 and 2147483648");
  }
  if (!std::has_single_bit(options.sector_bytes) || options.sector_bytes < 512 ||
      options.sector_bytes > kBlock) {
    return base::malformed("sector_bytes", std::to_string(options.sector_bytes),
                           "must be 512, 1024, 2048 or 4096");
  }
  if (options.groups_per_head == 0) {
    return base::malformed("groups_per_head", "0", "must be at least 1");
  }
  return {};
}

[[nodiscard]] JournalId random_id() {
  std::random_device dice;
  JournalId id{};
  for (std::size_t i = 0; i < id.size(); i += 4) {
    const std::uint32_t word = dice();
    std::memcpy(id.data() + i, &word, sizeof(word));
  }
  return id;
}

}  // namespace

struct Journal::State {
  State(Disk& on, std::string in, const Options& with)
      : disk(on),
        folder(std::move(in)),
        options(with),
        preparer(disk, folder, with.segment_bytes) {}

  Disk& disk;
  std::string folder;
  Options options;
  std::unique_ptr<FolderLock> folder_lock;
  RecoveryReport report;
  JournalId id{};
  Preparer preparer;

  // The appending thread's own.
  std::shared_ptr<Open> appending;    // where the active group goes
  std::uint64_t previous_offset = 0;  // start of the last record in that segment, 0: none

  mutable std::mutex mutex;  // of everything below
  std::condition_variable changed;
  std::condition_variable wake;  // the background thread
  std::vector<Segment> segments;
  std::shared_ptr<Open> writing;  // the segment of the last group written
  std::deque<Group> queue;        // sealed, in order
  Group active;
  AlignedBuffer spare_memory;
  Sequence next = 1;
  Sequence durable = 0;
  crypto::Hash chain_hash{};
  crypto::Hash durable_hash{};
  std::uint64_t groups_since_head = 0;
  bool leading = false;  // somebody writes; the mutex is free meanwhile
  bool wants_prepared = false;
  std::optional<Error> stopped;
  bool closed = false;
  std::jthread background;

  [[nodiscard]] Result<void> usable() const {
    if (stopped) return std::unexpected(*stopped);
    if (closed) return failure(ErrorKind::refused, "journal", folder, "it is closed");
    return {};
  }

  [[nodiscard]] std::uint64_t append_offset() const { return active.offset + active.bytes.size(); }

  [[nodiscard]] bool fits(std::uint64_t offset, std::uint64_t body_bytes) const {
    return offset + align_up(kRecordHeaderBytes + body_bytes, kRecordAlignment) <=
           appending->segment.header.segment_bytes;
  }

  void start_group(std::uint64_t offset) {
    active = Group{.into = appending, .offset = offset, .bytes = std::move(spare_memory)};
    active.bytes.clear();
    active.first = next;
  }

  // Moves the active group to the queue; the next one starts at the next sector.
  void seal() {
    if (active.bytes.size() == 0) return;
    active.bytes.pad_to(appending->segment.header.sector_bytes);
    const std::uint64_t end = append_offset();
    queue.push_back(std::move(active));
    start_group(end);
  }

  // Bytes of the next segment that should be there by now, when its first quarter is full: the next
  // one is whole when this one is full by three quarters.
  [[nodiscard]] std::uint64_t wanted_of_next() const {
    const std::uint64_t bytes = appending->segment.header.segment_bytes;
    const std::uint64_t offset = append_offset();
    return offset <= bytes / 4 ? 0 : 2 * (offset - bytes / 4);
  }

  [[nodiscard]] Result<void> create();
  [[nodiscard]] Result<void> resume();
  void begin_segment();
  [[nodiscard]] Result<void> lead(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Result<void> write_group(Group& group);
  [[nodiscard]] Result<void> write_head(std::unique_lock<std::mutex>& lock);
  void run(const std::stop_token& stop);
};

Result<void> Journal::State::create() {
  if (auto done = preparer.ensure(); !done) return done;
  const auto prepared = preparer.take();
  SegmentHeader header{.journal_id = options.journal_id ? *options.journal_id : random_id(),
                       .index = 1,
                       .first_sequence = 1,
                       .segment_bytes = options.segment_bytes,
                       .sector_bytes = options.sector_bytes};
  auto segment = activate(disk, folder, *prepared, header);
  if (!segment) return std::unexpected(segment.error());
  report.created = true;
  return {};
}

// Continues after the last record of the newest segment.
Result<void> Journal::State::resume() {
  auto list = list_segments(disk, {folder});
  if (!list) return std::unexpected(list.error());
  auto recovered = recover(disk, folder, std::move(*list), options.accept_truncation_at);
  if (!recovered) return std::unexpected(recovered.error());
  const bool created = report.created;
  report = std::move(recovered->report);
  report.created = created;
  id = recovered->list.id;
  segments = std::move(recovered->list.segments);
  writing = std::make_shared<Open>();
  writing->segment = segments.back();
  writing->head = segments.back().head();
  auto file = disk.open(segments.back().path, OpenMode::update);
  if (!file) return std::unexpected(file.error());
  writing->file = std::move(*file);
  const TailJudgement& tail = recovered->tail;
  appending = writing;
  previous_offset = tail.last_offset;
  durable = tail.last_sequence;
  next = durable + 1;
  chain_hash = durable_hash = tail.last_hash;
  start_group(align_up(tail.end, writing->segment.header.sector_bytes));
  return {};
}

Result<std::unique_ptr<Journal>> Journal::open(Disk& disk, std::string folder, Options options) {
  if (auto ok = check_options(options); !ok) return std::unexpected(ok.error());
  if (auto done = disk.create_folder(folder); !done) return std::unexpected(done.error());
  auto state = std::make_unique<State>(disk, std::move(folder), options);
  auto lock = disk.lock(state->folder);
  if (!lock) return std::unexpected(lock.error());
  state->folder_lock = std::move(*lock);
  const auto list = list_segments(disk, {state->folder});
  if (!list) return std::unexpected(list.error());
  if (list->segments.empty()) {
    const auto manifest = read_manifest(disk, state->folder);
    if (!manifest) return std::unexpected(manifest.error());
    if (!manifest->segments.empty()) {
      return failure(ErrorKind::integrity, segment_name(manifest->segments.size() + 1), "",
                     "the segment is missing: the folder has an archive manifest and no segment",
                     "restore it from a replica or a backup");
    }
    const auto names = disk.list(state->folder);
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      if (name.ends_with(kPreparedEnding)) (void)disk.remove(state->folder + "/" + name);
    }
    if (auto done = state->create(); !done) return std::unexpected(done.error());
  }
  if (auto done = state->resume(); !done) return std::unexpected(done.error());
  std::unique_ptr<Journal> journal(new Journal(std::move(state)));
  State& s = *journal->state_;
  if (s.options.background) {
    s.background = std::jthread([&s](const std::stop_token& stop) { s.run(stop); });
  }
  return journal;
}

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}

Journal::~Journal() {
  if (!state_->background.joinable()) return;
  state_->background.request_stop();
  state_->wake.notify_all();
  state_->background.join();
}

Result<void> Journal::reserve(std::uint64_t body_bytes) {
  State& s = *state_;
  if (body_bytes > body_bytes_max()) {
    return base::malformed("body", std::to_string(body_bytes) + " bytes",
                           "must be at most " + std::to_string(body_bytes_max()) + " bytes",
                           "use larger segments");
  }
  {
    const std::scoped_lock lock(s.mutex);
    if (auto ok = s.usable(); !ok) return ok;
    // A commit between now and the append may move the append to the next sector.
    const std::uint64_t worst =
        align_up(s.append_offset(), s.appending->segment.header.sector_bytes);
    if (s.fits(worst, body_bytes)) return {};
  }
  auto done = s.preparer.ensure();
  if (!done && done.error().kind != ErrorKind::exhausted) {
    const std::scoped_lock lock(s.mutex);
    if (!s.stopped) s.stopped = done.error();
  }
  return done;
}

// The segment exists in name once its first group is written; until then it is only decided.
void Journal::State::begin_segment() {
  seal();
  auto prepared = preparer.take();
  COFFERDAM_CHECK(prepared != nullptr, "append() without reserve()");
  auto opened = std::make_shared<Open>();
  opened->segment.header = SegmentHeader{.journal_id = appending->segment.header.journal_id,
                                         .index = appending->segment.header.index + 1,
                                         .first_sequence = next,
                                         .previous_hash = chain_hash,
                                         .segment_bytes = prepared->bytes,
                                         .sector_bytes = options.sector_bytes};
  opened->prepared = std::move(prepared);
  appending = std::move(opened);
  previous_offset = 0;
  wants_prepared = false;
  start_group(kRecordsOffset);
}

Sequence Journal::append(std::uint16_t kind, std::int64_t time_ns, std::string_view body) {
  State& s = *state_;
  RecordHeader header{.journal_id = s.appending->segment.header.journal_id,
                      .previous_hash = s.chain_hash,  // changed by this thread only
                      .sequence = s.next,
                      .time_ns = time_ns,
                      .body_bytes = static_cast<std::uint32_t>(body.size()),
                      .kind = kind};
  header.hash = chain(header, body);  // the long part, outside the lock

  const std::scoped_lock lock(s.mutex);
  if (!s.fits(s.append_offset(), body.size())) s.begin_segment();
  const std::uint64_t offset = s.append_offset();
  header.durable_sequence = s.active.first - 1;
  header.previous_bytes =
      s.previous_offset == 0 ? 0 : static_cast<std::uint32_t>(offset - s.previous_offset);
  header.header_crc = header_crc(header);
  const std::size_t size = align_up(kRecordHeaderBytes + body.size(), kRecordAlignment);
  char* place = s.active.bytes.extend(size);
  std::memcpy(place, &header, kRecordHeaderBytes);
  std::memcpy(place + kRecordHeaderBytes, body.data(), body.size());
  const std::size_t used = kRecordHeaderBytes + body.size();
  std::memset(place + used, 0, size - used);
  s.previous_offset = offset;
  s.chain_hash = header.hash;
  s.active.last = header.sequence;
  s.active.last_hash = header.hash;
  const bool quarter_full = offset > s.appending->segment.header.segment_bytes / 4;
  if (s.options.background && quarter_full && !s.wants_prepared) {
    s.wants_prepared = true;
    s.wake.notify_one();
  }
  return s.next++;
}

Result<void> Journal::State::write_group(Group& group) {
  Open& into = *group.into;
  if (into.prepared) {
    auto segment = activate(disk, folder, *into.prepared, into.segment.header);
    if (!segment) return std::unexpected(segment.error());
    into.file = std::move(into.prepared->file);
    into.head = segment->head();
    into.prepared.reset();
    // Now that the next segment is there for certain, the old one may say so.
    HeadSlot closing = writing->head;
    closing.sequence = into.segment.header.first_sequence - 1;
    closing.hash = into.segment.header.previous_hash;
    closing.closed = 1;
    if (auto done = write_head_slot(*writing->file, closing); !done) return done;
    const std::scoped_lock guard(mutex);
    segments.push_back(std::move(*segment));
    writing = group.into;
    groups_since_head = 0;
  }
  return into.file->write_durable(group.offset, group.bytes.bytes());
}

// Writes all that is queued. Each group is written only after the one before it is durable, which
// is what durable_sequence in its records says.
Result<void> Journal::State::lead(std::unique_lock<std::mutex>& lock) {
  leading = true;
  seal();
  while (!queue.empty() && !stopped) {
    Group group = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    auto done = write_group(group);
    lock.lock();
    if (!done) {
      stopped = done.error();
      break;
    }
    durable = group.last;
    durable_hash = group.last_hash;
    ++groups_since_head;
    if (group.bytes.capacity() > spare_memory.capacity()) spare_memory = std::move(group.bytes);
    changed.notify_all();
  }
  if (!stopped && groups_since_head >= options.groups_per_head) {
    (void)write_head(lock);  // what was asked for is durable; a failure stops the journal
  }
  leading = false;
  changed.notify_all();
  if (stopped) return std::unexpected(*stopped);
  return {};
}

// The caller leads.
Result<void> Journal::State::write_head(std::unique_lock<std::mutex>& lock) {
  HeadSlot head = writing->head;
  head.sequence = durable;
  head.hash = durable_hash;
  lock.unlock();
  auto done = write_head_slot(*writing->file, head);
  lock.lock();
  if (!done) {
    stopped = done.error();
    return done;
  }
  writing->head = head;
  groups_since_head = 0;
  return {};
}

Result<void> Journal::commit(Sequence up_to) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  COFFERDAM_CHECK(up_to < s.next, "commit of a record that was not appended");
  while (s.durable < up_to) {
    if (auto ok = s.usable(); !ok) return ok;
    if (s.leading) {
      s.changed.wait(lock);
    } else if (auto done = s.lead(lock); !done && s.durable < up_to) {
      return done;
    }
  }
  return {};
}

Result<void> Journal::rest() {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  s.changed.wait(lock, [&] { return !s.leading; });
  if (auto ok = s.usable(); !ok) return ok;
  if (s.writing->head.sequence == s.durable) return {};
  s.leading = true;
  auto done = s.write_head(lock);
  s.leading = false;
  s.changed.notify_all();
  return done;
}

Result<void> Journal::close() {
  State& s = *state_;
  Sequence last = 0;
  {
    const std::scoped_lock lock(s.mutex);
    if (auto ok = s.usable(); !ok) return ok;
    last = s.next - 1;
  }
  if (auto done = commit(last); !done) return done;
  if (auto done = rest(); !done) return done;
  if (s.background.joinable()) {
    s.background.request_stop();
    s.wake.notify_all();
    s.background.join();
  }
  s.preparer.discard();
  const std::scoped_lock lock(s.mutex);
  s.closed = true;
  s.folder_lock.reset();
  return {};
}

void Journal::State::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  Sequence durable_before = durable;
  std::uint64_t made = 0;  // of the next segment
  auto looked = std::chrono::steady_clock::now();
  while (!stop.stop_requested() && !stopped) {
    const bool is_preparing = wants_prepared && !preparer.is_ready();
    if (!is_preparing) made = 0;
    wake.wait_for(lock, is_preparing && wanted_of_next() > made ? kPreparingTick : kTick);
    if (stop.stop_requested() || stopped) return;
    if (wants_prepared && !preparer.is_ready()) {
      made = wanted_of_next();
      lock.unlock();
      (void)preparer.advance(made);  // reserve() meets the same failure and reports it
      lock.lock();
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - looked < kTick) continue;
    looked = now;
    const bool resting = durable == durable_before && !leading && !stopped;
    durable_before = durable;
    if (!resting || writing->head.sequence == durable) continue;
    leading = true;
    (void)write_head(lock);  // a failure stops the journal, the next caller is told
    leading = false;
    changed.notify_all();
  }
}

Result<void> Journal::forget_archived() {
  const auto manifest = read_manifest(state_->disk, state_->folder);
  if (!manifest) return std::unexpected(manifest.error());
  const std::scoped_lock lock(state_->mutex);
  std::erase_if(state_->segments, [&](const Segment& segment) {
    return segment.header.index <= manifest->segments.size();
  });
  return {};
}

void Journal::extend(Reader& reader) const {
  const std::scoped_lock lock(state_->mutex);
  reader.extend(state_->segments, state_->durable);
}

Sequence Journal::durable() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->durable;
}

Sequence Journal::next_sequence() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->next;
}

Sequence Journal::first_sequence() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->segments.front().header.first_sequence;
}

crypto::Hash Journal::chain_hash() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->chain_hash;
}

JournalId Journal::id() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->segments.front().header.journal_id;
}

const RecoveryReport& Journal::recovery() const {
  return state_->report;
}

const std::string& Journal::folder() const {
  return state_->folder;
}

std::uint64_t Journal::body_bytes_max() const {
  return state_->options.segment_bytes - kRecordsOffset - kRecordHeaderBytes;
}

Result<std::unique_ptr<Reader>> Journal::read_from(Sequence from) const {
  std::unique_ptr<Reader> reader;
  {
    const std::scoped_lock lock(state_->mutex);
    reader =
        std::make_unique<Reader>(state_->disk, state_->segments, state_->durable, CheckHash::yes);
  }
  if (auto done = reader->seek(from); !done) return std::unexpected(done.error());
  return reader;
}

}  // namespace cofferdam::journal
