// SPDX-License-Identifier: Apache-2.0
//
// The principals: who acts on the books.
//
// Its words. A *principal* is a key or a login that gives commands; it holds *roles*, a set of
// bits. A *person* is the human or the institution behind it, as an opaque number: two principals
// of one person are one person wherever two are needed. An *actor* is the principal of the command
// at hand.
//
// Its laws. What is not allowed is refused: an unknown or inactive principal may do nothing. Only
// root and admin make or change principals. Nobody grants a role that they do not hold, and nobody
// changes a principal that holds a role that they do not hold; root holds them all. An active root
// always remains.
//
// What it must not know: which operation asks for which role (the engine's table does), names,
// addresses or any other personal data, signatures (the room access keeps the keys that sign, the
// public key here is a note), the clock.
#pragma once

#include "cofferdam/books/ledger/names.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::principal {

using base::PrincipalId;
using base::Time;
using base::u128;
using ledger::Context;

enum Role : std::uint16_t {
  kRoot = 1U << 0,      // everything, except to check what they made themselves
  kAdmin = 1U << 1,     // makes and changes principals
  kOperator = 1U << 2,  // gives ordinary commands
  kApprover = 1U << 3,  // checks what others propose
  kAuditor = 1U << 4,   // reads everything, writes nothing
};

inline constexpr std::uint16_t kAllRoles = kRoot | kAdmin | kOperator | kApprover | kAuditor;
inline constexpr std::size_t kCodeMax = 32;
inline constexpr std::size_t kPublicKeyHexDigits = 64;  // Ed25519: 32 bytes

struct Principal {
  using Key = PrincipalId;
  PrincipalId id;
  std::string code;
  std::uint16_t roles = 0;
  bool active = true;
  u128 person = 0;
  std::string public_key;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the principal");
    visit("code", self.code, "short unique name");
    visit("roles", self.roles, "1 root, 2 admin, 4 operator, 8 approver, 16 auditor, added up");
    visit("active", self.active, "an inactive principal may do nothing");
    visit("person", self.person, "opaque number of the person behind it; 0: a person of its own");
    visit("public_key", self.public_key, "Ed25519 key in hex; empty for none");
    visit("created", self.created, "when it was made");
  }
};

struct State {
  base::Table<Principal> principals;
  ledger::NameIndex<PrincipalId> names;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.principals);
    f(self.names);
  }
};

[[nodiscard]] const Principal* find_principal(const State& state, std::string_view code);

// Whether the principal is active and holds at least one of `roles`; root holds every role.
[[nodiscard]] bool may(const State& state, PrincipalId principal, std::uint16_t roles);

// Whether one person stands behind both.
[[nodiscard]] bool same_person(const State& state, PrincipalId a, PrincipalId b);

}  // namespace cofferdam::principal
