// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/backup.h"

#include "cofferdam/engine/state.h"
#include "cofferdam/journal/backup.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/tasks.h"

#include <chrono>
#include <filesystem>

namespace cofferdam::operation {

struct BackupParameters {
  std::string to;
  std::vector<std::string> archives;
  bool with_secrets = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("to", self.to,
          "folder of the backup, made when absent; one of the same books grows; on a server a name "
          "in its folder for backups");
    visit("archives", self.archives,
          "folders of archives to which segments were moved, until the backup holds them");
    visit("with_secrets", self.with_secrets,
          "keys/ and private/ too: who holds them can sign checkpoints, use API keys and read who "
          "an owner is");
  }
};

template <>
struct FieldForms<BackupParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"to"};
};

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kSecretFolders{"keys", "private"};

using Others = std::vector<std::pair<std::string, std::string>>;

std::unexpected<Error> unavailable(const fs::path& path, const std::error_code& code) {
  return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                               .field = path.string(),
                               .value = "",
                               .rule = code.message()});
}

// For its owner alone, before the first secret is in it.
Result<void> make_closed_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (!code) fs::permissions(folder, fs::perms::owner_all, code);
  if (code) return unavailable(folder, code);
  return {};
}

Result<void> close_files(const fs::path& folder) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    fs::permissions(entry.path(), fs::perms::owner_read | fs::perms::owner_write, code);
    if (code) return unavailable(entry.path(), code);
  }
  if (code) return unavailable(folder, code);
  return {};
}

Result<Others> secrets_of(const fs::path& books, const fs::path& to) {
  Others others;
  for (const std::string_view folder : kSecretFolders) {
    std::error_code code;
    if (!fs::is_directory(books / folder, code)) continue;
    if (Result<void> made = make_closed_folder(to / folder); !made)
      return std::unexpected(made.error());
    for (const auto& entry : fs::directory_iterator(books / folder, code))
      if (entry.is_regular_file())
        others.emplace_back(std::string(folder) + "/" + entry.path().filename().string(),
                            entry.path().string());
    if (code) return unavailable(books / folder, code);
  }
  return others;
}

Json manifest_json(const journal::BackupManifest& manifest) {
  Json json = Json::object();
  json.add("sequence", std::to_string(manifest.sequence));
  json.add("chain_hash", crypto::to_hex(manifest.chain_hash));
  json.add("state_hash", crypto::to_hex(manifest.state_hash));
  json.add("time", base::format_time(base::Time(manifest.time_ns)));
  json.add("files", std::to_string(manifest.files.size()));
  std::uint64_t bytes = 0;
  for (const journal::BackupFile& file : manifest.files) bytes += file.bytes;
  json.add("bytes", std::to_string(bytes));
  return json;
}

Result<Document> run_backup(journal::Disk& disk, const std::string& books, bool with_secrets,
                            journal::BackupRequest& request, Progress& progress) {
  const fs::path to(request.to);
  if (with_secrets) {
    Result<Others> others = secrets_of(books, to);
    if (!others) return std::unexpected(others.error());
    request.others = std::move(*others);
  }
  const auto report = journal::back_up(disk, request, [&](std::uint64_t done, std::uint64_t all) {
    progress.step("segments", done, all);
  });
  if (!report) return std::unexpected(report.error());
  for (const std::string_view folder : kSecretFolders)
    if (with_secrets && fs::exists(to / folder))
      if (Result<void> closed = close_files(to / folder); !closed)
        return std::unexpected(closed.error());
  Json json = manifest_json(report->manifest);
  json.add("files_copied", std::to_string(report->files_copied));
  json.add("bytes_copied", std::to_string(report->bytes_copied));
  json.add("files_kept", std::to_string(report->files_kept));
  return Document(std::move(json));
}

// What the books are at their last record; the copying needs them no more.
Result<TaskEntry::Rest> begin_backup(Session& session, const BackupParameters& parameters) {
  if (Result<void> real = must_not_be_dry(session); !real) return std::unexpected(real.error());
  if (parameters.to.empty())
    return base::malformed("to", "", "must name a folder outside the books");
  const Result<std::string> to = session.place_of(parameters.to);
  if (!to) return std::unexpected(to.error());
  // Where names are confined to a folder, no path is taken from afar.
  if (*to != parameters.to && !parameters.archives.empty())
    return base::malformed("archives", parameters.archives.front(),
                           "is for the command line, where the archive is",
                           "once the backup holds its segments, a server goes on with it");
  engine::Engine& engine = session.engine();
  if (Result<void> durable = engine.commit(engine.sequence()); !durable)
    return std::unexpected(durable.error());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto request = std::make_shared<journal::BackupRequest>(journal::BackupRequest{
      .folder = engine.journal().folder(),
      .snapshot_folder = session.folder() + "/snapshots",
      .archives = parameters.archives,
      .to = *to,
      .books = {.journal_id = engine.journal().id(),
                .sequence = engine.sequence(),
                .chain_hash = engine.chain_hash(),
                .state_hash = engine::state_hash(engine.state()),
                .time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(),
                .files = {}},
      .others = {}});
  return TaskEntry::Rest([&disk = session.disk(), books = session.folder(),
                          with_secrets = parameters.with_secrets,
                          request = std::move(request)](Progress& progress) {
    return run_backup(disk, books, with_secrets, *request, progress);
  });
}

// The new books, until they are good: then they get their name.
class Draft {
 public:
  explicit Draft(const std::string& to) : to_(fs::path(to).lexically_normal()) {
    if (!to_.has_filename()) to_ = to_.parent_path();  // "books/"
    draft_ = to_.string() + ".restoring";
  }

  ~Draft() {
    std::error_code ignored;
    if (!is_done_) fs::remove_all(draft_, ignored);
  }

  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] std::string path() const { return draft_.string(); }

  [[nodiscard]] Result<void> begin() const {
    std::error_code code;
    if (fs::exists(to_, code) && !(fs::is_directory(to_, code) && fs::is_empty(to_, code)))
      return std::unexpected(Error{.kind = base::ErrorKind::refused,
                                   .field = "--books",
                                   .value = to_.string(),
                                   .rule = "books are restored into a folder that is absent or "
                                           "empty"});
    fs::remove_all(draft_, code);  // of a run that was killed
    fs::create_directories(draft_, code);
    if (code) return unavailable(draft_, code);
    return {};
  }

  [[nodiscard]] Result<void> finish(journal::Disk& disk) {
    if (Result<void> done = disk.rename(draft_.string(), to_.string()); !done) return done;
    is_done_ = true;
    const fs::path parent = to_.parent_path();
    return disk.sync_folder(parent.empty() ? "." : parent.string());
  }

 private:
  fs::path to_;
  fs::path draft_;
  bool is_done_ = false;
};

Result<void> restore_secrets(journal::Disk& disk, const journal::BackupManifest& manifest,
                             const std::string& from, const fs::path& to) {
  for (const std::string_view folder : kSecretFolders) {
    const std::string before = std::string(folder) + "/";
    bool is_made = false;
    for (const journal::BackupFile& file : manifest.files) {
      if (!file.name.starts_with(before)) continue;
      if (!is_made)
        if (Result<void> made = make_closed_folder(to / folder); !made) return made;
      is_made = true;
      const std::string own = journal::name_without_hash(file.name.substr(before.size()));
      if (auto done = journal::copy_file(disk, from + "/" + file.name, (to / folder).string(), own);
          !done)
        return std::unexpected(done.error());
    }
    if (is_made)
      if (Result<void> closed = close_files(to / folder); !closed) return closed;
  }
  return {};
}

// Opens the books, which judges and applies every record behind the snapshot, and compares.
Result<std::string> state_hash_of(journal::Disk& disk, const Registry& registry,
                                  const std::string& folder) {
  const auto session = Session::open(disk, registry, folder);
  if (!session) return std::unexpected(session.error());
  const std::string hash = crypto::to_hex(engine::state_hash((*session)->engine().state()));
  if (Result<void> closed = (*session)->close(); !closed) return std::unexpected(closed.error());
  return hash;
}

Result<base::Sequence> last_record(const journal::BackupManifest& manifest,
                                   const RestoreRequest& request) {
  const base::Sequence until = request.until.value_or(manifest.sequence);
  if (until > 0 && until <= manifest.sequence) return until;
  return base::malformed(
      "--at", std::to_string(until),
      "must be a record of the backup, at most " + std::to_string(manifest.sequence));
}

}  // namespace

Result<Json> restore(journal::Disk& disk, const Registry& registry, const RestoreRequest& request,
                     Progress& progress) {
  Draft draft(request.to);
  if (!request.only_check)
    if (Result<void> begun = draft.begin(); !begun) return std::unexpected(begun.error());
  const auto manifest = journal::check_backup(
      disk, request.from,
      [&](std::uint64_t done, std::uint64_t all) { progress.step("files", done, all); });
  if (!manifest) return std::unexpected(manifest.error());
  const Result<base::Sequence> until = last_record(*manifest, request);
  if (!until) return std::unexpected(until.error());
  Json json = Json::object();
  json.add("verdict", "good");
  if (request.only_check) {
    const Json found = manifest_json(*manifest);
    for (std::size_t i = 0; i < found.names.size(); ++i) json.add(found.names[i], found.items[i]);
    return json;
  }
  const std::string folder = draft.path();
  if (Result<void> done = journal::restore_journal(disk, *manifest,
                                                   {.from = request.from,
                                                    .to = folder + "/journal",
                                                    .snapshot_folder = folder + "/snapshots",
                                                    .until = *until});
      !done)
    return std::unexpected(done.error());
  if (Result<void> done = restore_secrets(disk, *manifest, request.from, folder); !done)
    return std::unexpected(done.error());
  const Result<std::string> hash = state_hash_of(disk, registry, folder);
  if (!hash) return std::unexpected(hash.error());
  if (*until == manifest->sequence && *hash != crypto::to_hex(manifest->state_hash))
    return std::unexpected(
        Error{.kind = base::ErrorKind::integrity,
              .field = "state hash",
              .value = *hash,
              .rule = "the manifest says " + crypto::to_hex(manifest->state_hash)});
  if (Result<void> done = draft.finish(disk); !done) return std::unexpected(done.error());
  json.add("books", request.to);
  json.add("sequence", std::to_string(*until));
  json.add("state_hash", *hash);
  json.add("of_backup", std::to_string(manifest->sequence));
  return json;
}

void register_backup_tasks(Registry& registry) {
  add_task_in_parts<BackupParameters>(
      registry, "books.backup",
      "Copy the books, up to their last durable record, into a folder that can be restored.",
      &begin_backup);
}

}  // namespace cofferdam::operation
