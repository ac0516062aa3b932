// SPDX-License-Identifier: Apache-2.0
//
// Makes a principal; and, once in the life of the books, the first one.
#pragma once

#include "cofferdam/books/principal/principal.h"

namespace cofferdam::principal {

// Part of the genesis command: the root principal, from whom every right descends.
struct CreateFirstPrincipal {
  std::string code;
  std::string public_key;

  static constexpr std::string_view kDoc = "Names the root principal of new books.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("public_key", self.public_key, "Ed25519 key in hex; empty for none");
  }
};

struct CreatePrincipal {
  std::string code;
  std::uint16_t roles = 0;
  u128 person = 0;
  std::string public_key;

  static constexpr std::string_view kDoc = "Makes a principal: somebody who may give commands.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("roles", self.roles, "1 root, 2 admin, 4 operator, 8 approver, 16 auditor, added up");
    visit("person", self.person, "opaque number of the person behind it; 0: a person of its own");
    visit("public_key", self.public_key, "Ed25519 key in hex; empty for none");
  }
};

enum class CreatePrincipalStatus : std::uint16_t {
  ok,
  code_malformed,
  roles_unknown,
  public_key_malformed,
  not_the_first,
  not_permitted,
  role_not_held,
  exists,
};

[[nodiscard]] CreatePrincipalStatus check_shape(const CreateFirstPrincipal& command);
[[nodiscard]] CreatePrincipalStatus check_state(const CreateFirstPrincipal& command,
                                                const State& state);
CreatePrincipalStatus apply(const CreateFirstPrincipal& command, State& state, Context& context);

[[nodiscard]] CreatePrincipalStatus check_shape(const CreatePrincipal& command);
[[nodiscard]] CreatePrincipalStatus check_state(const CreatePrincipal& command, const State& state,
                                                const Context& context);
CreatePrincipalStatus apply(const CreatePrincipal& command, State& state, Context& context);

// For the other commands of this room: whether the actor may hand out all of these roles.
[[nodiscard]] bool may_grant(const State& state, PrincipalId actor, std::uint16_t roles);

}  // namespace cofferdam::principal

template <>
struct cofferdam::base::EnumText<cofferdam::principal::CreatePrincipalStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "code_malformed",
                                                          "roles_unknown",
                                                          "public_key_malformed",
                                                          "not_the_first",
                                                          "not_permitted",
                                                          "role_not_held",
                                                          "exists"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "roles are a sum of 1, 2, 4, 8 and 16; 0 for somebody who has roles in single pools only",
      "a public key is 64 lower-case hexadecimal digits or empty",
      "the first principal is made once, in empty books",
      "only an active root or admin makes principals",
      "nobody grants a role that they do not hold",
      "a principal with this code exists"};
};
