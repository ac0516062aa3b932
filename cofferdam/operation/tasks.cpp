// SPDX-License-Identifier: Apache-2.0
//
// Work over the data folder: verification, checkpoints, snapshots.
#include "cofferdam/operation/tasks.h"

#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/verify.h"
#include "cofferdam/operation/backup.h"

namespace cofferdam::operation {
namespace {

struct NoParameters {
  template <class Self, class Visitor>
  static void fields(Self& /*self*/, Visitor&& /*visit*/) {}
};

struct VerifyParameters {
  std::vector<std::string> archives;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("archives", self.archives, "folders of archived segments, oldest first");
  }
};

Json number_text(std::uint64_t value) {
  return Json::of(std::to_string(value));
}

Result<Document> journal_verify(Session& session, const VerifyParameters& parameters,
                                Progress& progress) {
  if (auto committed = session.engine().commit(session.engine().sequence()); !committed)
    return std::unexpected(committed.error());
  std::vector<std::string> folders = parameters.archives;
  folders.push_back(session.engine().journal().folder());
  const auto report =
      journal::verify(session.disk(), folders, [&](std::uint64_t done, std::uint64_t all) {
        progress.step("bytes", done, all);
        return true;
      });
  if (!report) return std::unexpected(report.error());
  if (!report->good()) return std::unexpected(report->damage->error());
  Json json = Json::object();
  json.add("verdict", "good");
  json.add("first_sequence", number_text(report->first_sequence));
  json.add("last_sequence", number_text(report->last_sequence));
  json.add("records", number_text(report->records));
  json.add("bytes", number_text(report->bytes));
  json.add("last_hash", crypto::to_hex(report->last_hash));
  return Document(std::move(json));
}

Result<Document> books_verify(Session& session, const VerifyParameters& parameters,
                              Progress& progress) {
  if (auto committed = session.engine().commit(session.engine().sequence()); !committed)
    return std::unexpected(committed.error());
  engine::ReplayOptions options{.archives = parameters.archives};
  options.progress = [&](base::Sequence done, base::Sequence all) {
    progress.step("records", done, all);
  };
  const auto replayed = engine::replay(session.disk(), session.folder(), options);
  if (!replayed) return std::unexpected(replayed.error());
  const crypto::Hash now = engine::state_hash(session.engine().state());
  const crypto::Hash then = engine::state_hash(*replayed->state);
  if (now != then)
    return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                 .field = "state hash",
                                 .value = crypto::to_hex(now),
                                 .rule = "a replay from the first record comes to the same state",
                                 .hint = "a snapshot may be damaged: remove snapshots/ and start "
                                         "again; they are rebuilt from the journal"});
  Json json = Json::object();
  json.add("verdict", "good");
  json.add("sequence", number_text(replayed->sequence));
  json.add("records", number_text(replayed->records));
  json.add("checkpoints", number_text(replayed->checkpoints));
  json.add("chain_hash", crypto::to_hex(replayed->chain_hash));
  json.add("state_hash", crypto::to_hex(then));
  return Document(std::move(json));
}

Result<Document> journal_checkpoint(Session& session, const NoParameters& /*parameters*/,
                                    Progress& /*progress*/) {
  if (Result<void> real = must_not_be_dry(session); !real) return std::unexpected(real.error());
  const auto sequence = session.engine().checkpoint();
  if (!sequence) return std::unexpected(sequence.error());
  Json json = Json::object();
  json.add("sequence", number_text(*sequence));
  json.add("state_hash", crypto::to_hex(engine::state_hash(session.engine().state())));
  return Document(std::move(json));
}

Result<Document> journal_snapshot(Session& session, const NoParameters& /*parameters*/,
                                  Progress& /*progress*/) {
  if (Result<void> real = must_not_be_dry(session); !real) return std::unexpected(real.error());
  if (auto taken = session.engine().take_snapshot(); !taken) return std::unexpected(taken.error());
  Json json = Json::object();
  json.add("sequence", number_text(session.engine().figures().snapshot_sequence));
  return Document(std::move(json));
}

}  // namespace

Result<void> must_not_be_dry(const Session& session) {
  if (!session.envelope().dry_run) return {};
  return base::malformed("--dry-run", "", "this verb has no trial",
                         "leave it out, or try on a copy");
}

void register_tasks(Registry& registry) {
  register_journal_tasks(registry);
  register_backup_tasks(registry);
  register_key_tasks(registry);
  register_signature_tasks(registry);
  register_pool_tasks(registry);
  register_custody_tasks(registry);
  register_margin_tasks(registry);
  register_publication_tasks(registry);
  add_task<VerifyParameters>(registry, "books.verify",
                             "Replay every record; check hashes, outcomes, laws, checkpoints.",
                             &books_verify);
  add_task<NoParameters>(registry, "journal.checkpoint",
                         "Sign where the journal stands: sequence, chain hash, state hash.",
                         &journal_checkpoint);
  add_task<NoParameters>(registry, "journal.snapshot",
                         "Write the books down, so that the next start is quick.",
                         &journal_snapshot);
  add_task<VerifyParameters>(registry, "journal.verify",
                             "Check every byte and every hash of the journal.", &journal_verify);
}

}  // namespace cofferdam::operation
