// SPDX-License-Identifier: Apache-2.0
//
// The tasks of the public page: the page itself, and the check of the signatures on it.
#include "cofferdam/report/public_verbs.h"

#include "cofferdam/operation/session.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/input.h"
#include "cofferdam/report/public_page.h"

namespace cofferdam::report {

namespace {

using base::Result;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;

constexpr std::size_t kRecordsAtOnce = 10'000;
constexpr std::size_t kPageBytesMax = std::size_t{64} << 20;

struct PublicParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"pool"};
  std::vector<std::string> pools;
  std::string html;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pools, "codes of the pools to show; no other is mentioned");
    visit("html", self.html, "file for the page; empty: none");
  }
};

Result<Document> public_task(Session& session, const PublicParameters& parameters,
                             Progress& progress) {
  engine::Engine& engine = session.engine();
  if (Result<void> committed = engine.commit(engine.sequence()); !committed)
    return std::unexpected(std::move(committed).error());
  auto pools = public_pools(engine.state(), parameters.pools);
  if (!pools) return std::unexpected(std::move(pools).error());
  PublicHistory history(engine, std::move(*pools));
  while (true) {
    const Result<bool> done = history.advance(kRecordsAtOnce);
    if (!done) return std::unexpected(done.error());
    if (*done) break;
    progress.step("records", history.read_through(), engine.sequence());
  }
  Result<Json> page = public_json(engine, history, session.folder());
  if (!page) return std::unexpected(std::move(page).error());
  if (!parameters.html.empty()) {
    Result<FileSink> file = FileSink::open(parameters.html);
    if (!file) return std::unexpected(file.error());
    if (Result<void> done = file->write(public_html(*page)); !done)
      return std::unexpected(done.error());
    if (Result<void> done = file->finish(); !done) return std::unexpected(done.error());
  }
  return Document(std::move(*page));
}

struct PageParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"file"};
  std::string file;
  std::string key;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "public.json");
    visit("key", self.key, "key that must have signed, as the reader knows it; empty: any");
  }
};

Result<Document> page_task(const PageParameters& parameters, Progress& /*progress*/) {
  const Result<std::string> text = read_input(parameters.file, kPageBytesMax);
  if (!text) return std::unexpected(text.error());
  const Result<Json> page = operation::parse_json(
      *text, {.bytes_max = kPageBytesMax, .values_max = operation::kManyJsonValues});
  if (!page) return std::unexpected(page.error());
  Result<Json> verdict = verify_public_page(*page, parameters.key);
  if (!verdict) return std::unexpected(std::move(verdict).error());
  return Document(std::move(*verdict));
}

}  // namespace

void register_public(operation::Registry& registry) {
  operation::add_task<PublicParameters>(
      registry, "report.public",
      "The page for everybody: what named pools hold and owe, rules, incidents, proofs.",
      &public_task);
  operation::add_task<PageParameters>(
      registry, "proof.page", "Check the signatures on a public page; needs no books.", &page_task);
}

}  // namespace cofferdam::report
