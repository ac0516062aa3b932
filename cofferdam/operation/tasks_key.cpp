// SPDX-License-Identifier: Apache-2.0
//
// Handing the signing of checkpoints to a new key: made here, agreed to by the key in force, given
// as a command, and used at once. The old key file stays: old checkpoints are verified with the
// public keys in the journal, so it may be destroyed by whoever keeps it.
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/operation/tasks.h"

#include <filesystem>

namespace cofferdam::operation {

Result<Answer> give_command(Session& session, engine::Command command) {
  const Envelope& envelope = session.envelope();
  Result<Answer> answer = session.give(std::move(command), envelope);
  if (!answer || answer->verdict == Verdict::ok) return answer;
  return std::unexpected(Error{.kind = answer->verdict == Verdict::malformed
                                           ? base::ErrorKind::malformed
                                           : base::ErrorKind::refused,
                               .field = std::string(answer->json.text_of("operation")),
                               .value = std::string(answer->json.text_of("status")),
                               .rule = std::string(answer->json.text_of("rule"))});
}

namespace {

struct HandoverParameters {
  template <class Self, class Visitor>
  static void fields(Self& /*self*/, Visitor&& /*visit*/) {}
};

Result<Document> key_handover(Session& session, const HandoverParameters& /*parameters*/,
                              Progress& /*progress*/) {
  const auto& venues = session.engine().state().venue.venues;
  if (venues.size() == 0) return base::malformed("books", "", "must be founded");
  const venue::Venue venue = venues.at(0);
  const auto old_key = crypto::parse_public_key(venue.checkpoint_key, "checkpoint key");
  if (!old_key) return std::unexpected(old_key.error());
  const auto signing = engine::load_checkpoint_key(session.folder(), *old_key);
  if (!signing) return std::unexpected(signing.error());
  const auto next = engine::make_checkpoint_key(session.folder());
  if (!next) return std::unexpected(next.error());
  const crypto::Signature agreement =
      signing->sign(engine::rotation_bytes(venue.code, *old_key, *next));
  const bool dry_run = session.envelope().dry_run;
  const Result<Answer> answer =
      give_command(session, engine::RotateCheckpointKey{.next_key = crypto::to_hex(*next),
                                                        .agreement = crypto::to_hex(agreement)});
  if (!answer || dry_run) {
    // A key that nobody put in force is no key of these books.
    std::error_code ignored;
    std::filesystem::remove(engine::checkpoint_key_path(session.folder(), *next), ignored);
  }
  if (!answer) return std::unexpected(answer.error());
  Json json = Json::object();
  json.add("old_key", crypto::to_hex(*old_key));
  json.add("new_key", crypto::to_hex(*next));
  if (dry_run) {
    json.add("dry_run", Json::truth(true));
    return Document(std::move(json));
  }
  json.add("rotation_sequence", std::to_string(answer->sequence));
  // A proposal waits for its approvals; the new key signs from then on.
  if (session.engine().state().venue.venues.at(0).checkpoint_key != crypto::to_hex(*next)) {
    json.add("proposed", Json::truth(true));
    return Document(std::move(json));
  }
  const auto checkpoint = session.engine().checkpoint();
  if (!checkpoint) return std::unexpected(checkpoint.error());
  json.add("checkpoint_sequence", std::to_string(*checkpoint));
  return Document(std::move(json));
}

}  // namespace

void register_key_tasks(Registry& registry) {
  add_task<HandoverParameters>(registry, "key.handover",
                               "Make a new checkpoint key, put it in force with the old one's "
                               "signature, and sign a checkpoint.",
                               &key_handover);
}

}  // namespace cofferdam::operation
