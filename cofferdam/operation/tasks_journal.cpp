// SPDX-License-Identifier: Apache-2.0
//
// Moving old segments of the journal to an archive.
#include "cofferdam/journal/archive.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/tasks.h"

namespace cofferdam::operation {

struct ArchiveParameters {
  std::string to;
  std::optional<base::Sequence> before;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("to", self.to, "folder of the archive; made when absent");
    visit("before", self.before,
          "only segments whose records all lie before this one; every closed one when absent");
  }
};

template <>
struct FieldForms<ArchiveParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"to"};
};

namespace {

Json segment_json(const journal::ArchivedSegment& segment) {
  Json json = Json::object();
  json.add("index", std::to_string(segment.index));
  json.add("first_sequence", std::to_string(segment.first_sequence));
  json.add("last_sequence", std::to_string(segment.last_sequence));
  json.add("bytes", std::to_string(segment.bytes));
  json.add("sha256", crypto::to_hex(segment.sha256));
  return json;
}

Result<Document> journal_archive(Session& session, const ArchiveParameters& parameters,
                                 Progress& progress) {
  if (Result<void> real = must_not_be_dry(session); !real) return std::unexpected(real.error());
  engine::Engine& engine = session.engine();
  if (parameters.to.empty())
    return base::malformed("to", "", "must name a folder outside the books");
  if (Result<void> committed = engine.commit(engine.sequence()); !committed)
    return std::unexpected(std::move(committed).error());
  const base::Sequence end = engine.sequence() + 1;
  const base::Sequence before = parameters.before.value_or(end);
  if (before == 0 || before > end)
    return base::malformed(
        "before", std::to_string(before),
        "must be a record of the journal, or the one behind the last, " + std::to_string(end));
  // A start after this needs a snapshot that covers what is gone.
  if (engine.figures().snapshot_sequence + 1 < before) {
    progress.step("snapshot", 0, 0);
    if (Result<void> taken = engine.take_snapshot(); !taken)
      return std::unexpected(std::move(taken).error());
  }
  progress.step("segments", 0, 0);
  const auto moved =
      journal::archive(session.disk(), {.folder = engine.journal().folder(),
                                        .archive_folder = parameters.to,
                                        .snapshot_folder = session.folder() + "/snapshots",
                                        .before = before});
  if (!moved) return std::unexpected(moved.error());
  if (Result<void> forgotten = engine.journal().forget_archived(); !forgotten)
    return std::unexpected(std::move(forgotten).error());
  Json json = Json::object();
  json.add("moved", std::to_string(moved->size()));
  json.add("first_live_sequence", std::to_string(engine.journal().first_sequence()));
  json.add("snapshot_sequence", std::to_string(engine.figures().snapshot_sequence));
  Json& segments = json.add("segments", Json::list());
  for (const journal::ArchivedSegment& segment : *moved)
    segments.items.push_back(segment_json(segment));
  return Document(std::move(json));
}

}  // namespace

void register_journal_tasks(Registry& registry) {
  add_task<ArchiveParameters>(registry, "journal.archive",
                              "Move closed segments that a snapshot covers to another folder.",
                              &journal_archive);
}

}  // namespace cofferdam::operation
