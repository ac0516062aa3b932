// SPDX-License-Identifier: Apache-2.0
//
// An intent leaves for its signers as a bundle, and comes back signed.
#include "cofferdam/books/custody/approve_intent.h"
#include "cofferdam/journal/disk.h"
#include "cofferdam/operation/bundle.h"
#include "cofferdam/operation/input_file.h"
#include "cofferdam/operation/tasks.h"

#include <algorithm>

namespace cofferdam::operation {

struct ExportParameters {
  base::IntentId intent;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("intent", self.intent, "number of the intent");
  }
};

template <>
struct FieldForms<ExportParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"intent"};
};

struct ImportParameters {
  std::string file;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("file", self.file, "a bundle with signatures");
  }
};

template <>
struct FieldForms<ImportParameters> {
  static constexpr std::array<std::string_view, 1> kRequired{"file"};
};

namespace {

custody::View view_of(const engine::State& state) {
  return {state.custody, state.pool, state.ledger, state.principal};
}

Result<const custody::Intent*> intent_in(const engine::State& state, base::IntentId id) {
  const custody::Intent* intent = state.custody.intents.find(id);
  if (intent == nullptr)
    return base::malformed("intent", std::to_string(id.value()), "must be an intent that exists");
  return intent;
}

Result<Document> intent_export(Session& session, const ExportParameters& parameters,
                               Progress& /*progress*/) {
  const engine::State& state = session.engine().state();
  const auto intent = intent_in(state, parameters.intent);
  if (!intent) return std::unexpected(intent.error());
  return Document(to_json(bundle_of(**intent, view_of(state))));
}

// The signatures of a bundle that the books do not have yet, in the order of the signers.
std::vector<custody::SignedApproval> new_approvals(const Bundle& bundle,
                                                   const custody::Intent& intent,
                                                   const custody::State& state) {
  std::vector<custody::SignedApproval> approvals;
  for (const BundleApproval& approval : bundle.approvals) {
    const custody::Signer* signer = custody::find_signer(state, approval.signer);
    const base::SignerId id = signer == nullptr ? base::SignerId() : signer->id;
    const bool known = std::any_of(intent.approvals.begin(), intent.approvals.end(),
                                   [&](const custody::Approval& a) { return a.signer == id; });
    if (!known) approvals.push_back({id, approval.signature});
  }
  std::sort(approvals.begin(), approvals.end(),
            [](const auto& a, const auto& b) { return a.signer < b.signer; });
  return approvals;
}

Result<Document> intent_import(Session& session, const ImportParameters& parameters,
                               Progress& /*progress*/) {
  const Result<std::string> text =
      read_input_file(session.disk(), parameters.file, kBundleBytesMax);
  if (!text) return std::unexpected(text.error());
  const Result<Bundle> bundle = read_bundle(*text);
  if (!bundle) return std::unexpected(bundle.error());
  const engine::State& state = session.engine().state();
  const auto intent = intent_in(state, base::IntentId(bundle->intent));
  if (!intent) return std::unexpected(intent.error());
  const Bundle ours = bundle_of(**intent, view_of(state));
  if (ours.hashes.digest != bundle->hashes.digest)
    return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                 .field = parameters.file,
                                 .value = crypto::to_hex(bundle->hashes.digest),
                                 .rule = "must be the document of this intent in these books, " +
                                         crypto::to_hex(ours.hashes.digest),
                                 .hint = "the bundle was changed, or belongs to other books"});
  custody::ApproveIntent command{.intent = (*intent)->id,
                                 .approvals = new_approvals(*bundle, **intent, state.custody)};
  if (command.approvals.empty())
    return base::malformed(parameters.file, "", "must hold a signature that the books have not",
                           "cofferdam bundle sign adds one");
  Result<Answer> answer = give_command(session, std::move(command));
  if (!answer) return std::unexpected(std::move(answer).error());
  return Document(std::move(answer->json));
}

}  // namespace

void register_custody_tasks(Registry& registry) {
  add_task<ExportParameters>(registry, "intent.export",
                             "An intent as a bundle: the document that wallets sign, as a file.",
                             &intent_export);
  add_task<ImportParameters>(registry, "intent.import",
                             "Bring the signatures of a bundle into the books.", &intent_import);
}

}  // namespace cofferdam::operation
