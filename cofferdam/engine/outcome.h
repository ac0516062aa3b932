// SPDX-License-Identifier: Apache-2.0
//
// What a command came to: recorded with it in the journal, returned again when it is repeated.
#pragma once

#include "cofferdam/books/alert/measure.h"
#include "cofferdam/books/ledger/transfer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::engine {

// Refusals that any operation may meet, before its own statuses. Those of signatures are looked for
// as soon as the principal is known.
enum class DoorStatus : std::uint16_t {
  ok,
  no_genesis,
  genesis_exists,
  time_goes_back,
  time_not_accepted,
  principal_unknown,
  principal_not_allowed,
  approval_required,
  policy_breach,
  law_broken,
  signature_missing,
  signature_malformed,
  signing_key_unknown,
  signing_key_of_another,
  signing_key_revoked,
  signature_does_not_verify,
  signature_expired,
  signature_lives_too_long,
  releases_frozen,
  insufficient_margin,
};

// Refused over its signature: nobody knows who gave it.
[[nodiscard]] constexpr bool is_unsealed(DoorStatus door) {
  return door >= DoorStatus::signature_missing && door <= DoorStatus::signature_lives_too_long;
}

// Refused before it was known who gave it, or when: answered, and not recorded; the id stays free.
// Otherwise a stolen login would use up the id of a signed command, or fill the journal. A record's
// time is the books' time from then on, so nobody sets it by a command that is refused, nor who may
// give none.
[[nodiscard]] constexpr bool leaves_no_record(DoorStatus door, bool is_time_given) {
  switch (door) {
    case DoorStatus::no_genesis:
    case DoorStatus::time_goes_back:
    case DoorStatus::time_not_accepted:
    case DoorStatus::signature_missing:
    case DoorStatus::signature_malformed:
    case DoorStatus::signing_key_unknown:
    case DoorStatus::signing_key_of_another:
    case DoorStatus::signing_key_revoked:
    case DoorStatus::signature_does_not_verify:
    case DoorStatus::signature_expired:
    case DoorStatus::signature_lives_too_long:
      return true;
    case DoorStatus::genesis_exists:
    case DoorStatus::principal_unknown:
    case DoorStatus::principal_not_allowed:
      return is_time_given;
    case DoorStatus::ok:
    case DoorStatus::approval_required:
    case DoorStatus::policy_breach:
    case DoorStatus::law_broken:
    case DoorStatus::releases_frozen:
    case DoorStatus::insufficient_margin:
      return false;
  }
  return false;
}

// The amount of an event where it differs from what was asked (balancing, or 'max').
struct MovedAmount {
  std::uint32_t position = 0;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("position", self.position, "position of the event");
    visit("amount", self.amount, "what was moved");
  }
};

// The proposed command that an approval has carried out.
struct Executed {
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string content;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "number of the operation");
    visit("version", self.version, "version of its fields");
    visit("content", self.content, "its fields");
  }
};

struct Outcome {
  DoorStatus door = DoorStatus::ok;
  std::uint16_t status = 0;                  // of the operation's own enumeration; 0 is ok
  std::vector<std::uint8_t> event_statuses;  // batches: one per event
  std::vector<MovedAmount> moved;            // where the amount differs from the amount asked
  std::vector<ledger::Transfer> postings;    // legs booked by the system for this command
  base::u128 created = 0;                    // number of what was created
  std::optional<Executed> executed;          // by an approval that completed a quorum
  std::string law;                           // the door refused over a rule of the books: which
  // What it did to alerts. In a record it stands behind the outcome, of records that have any.
  std::vector<alert::AlertChange> alerts;

  [[nodiscard]] bool ok() const { return door == DoorStatus::ok && status == 0; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("door", self.door, "verdict of the door");
    visit("status", self.status, "verdict of the operation");
    visit("event_statuses", self.event_statuses, "verdicts on the events of a batch");
    visit("moved", self.moved, "amounts that differ from those asked");
    visit("postings", self.postings, "legs booked by the system");
    visit("created", self.created, "number of what was created");
    visit("executed", self.executed, "the proposed command that was carried out");
    visit("law", self.law, "the law or the policy that the command would have broken");
  }

  friend bool operator==(const Outcome& a, const Outcome& b) {
    return base::encode(a) == base::encode(b) && base::encode(a.alerts) == base::encode(b.alerts);
  }
};

}  // namespace cofferdam::engine

template <>
struct cofferdam::base::EnumText<cofferdam::engine::DoorStatus> {
  static constexpr std::array<std::string_view, 20> kNames{"ok",
                                                           "no_genesis",
                                                           "genesis_exists",
                                                           "time_goes_back",
                                                           "time_not_accepted",
                                                           "principal_unknown",
                                                           "principal_not_allowed",
                                                           "approval_required",
                                                           "policy_breach",
                                                           "law_broken",
                                                           "signature_missing",
                                                           "signature_malformed",
                                                           "signing_key_unknown",
                                                           "signing_key_of_another",
                                                           "signing_key_revoked",
                                                           "signature_does_not_verify",
                                                           "signature_expired",
                                                           "signature_lives_too_long",
                                                           "releases_frozen",
                                                           "insufficient_margin"};
  static constexpr std::array<std::string_view, 20> kDocs{
      "",
      "the books begin with a genesis command",
      "the books have one genesis command",
      "the time of a command is not before the one before it",
      "only books founded with time_source 'given' take the time from their commands",
      "the principal must exist and be active",
      "the principal must hold the role that the operation asks",
      "the operation must be proposed and approved by others",
      "a pool's policy does not allow what the command would lead to; nothing was changed",
      "a law of the books would have been broken; nothing was changed",
      "the command must carry the signature of its principal",
      "the signature of a record has the form that docs/guides/access.md gives",
      "the key of a signature must be registered",
      "the key of a signature must be one of the principal's own",
      "the key of a signature must be in force",
      "the signature must be over this command, of these books, by this key",
      "a signature lets a command in until its time",
      "a signature counts for at most 31 days",
      "an open break of reconciliation freezes what leaves the pool; nothing was changed",
      "an account would have lost collateral that covers its risk; nothing was changed"};
};
