// SPDX-License-Identifier: Apache-2.0
//
// Changes what a principal may do: roles, active or not, its key.
#pragma once

#include "cofferdam/books/principal/principal.h"

#include <optional>

namespace cofferdam::principal {

struct ChangePrincipal {
  PrincipalId principal;
  std::optional<std::uint16_t> roles;
  std::optional<bool> active;
  std::optional<std::string> public_key;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Changes the roles, the activity or the key of a principal.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "who is changed");
    visit("roles", self.roles, "the new roles; absent: as they are");
    visit("active", self.active, "may act or not; absent: as it is");
    visit("public_key", self.public_key, "the new key in hex, empty for none; absent: as it is");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class ChangePrincipalStatus : std::uint16_t {
  ok,
  nothing_to_change,
  roles_unknown,
  public_key_malformed,
  reason_too_long,
  not_permitted,
  principal_not_found,
  role_not_held,
  last_root,
};

[[nodiscard]] ChangePrincipalStatus check_shape(const ChangePrincipal& command);
[[nodiscard]] ChangePrincipalStatus check_state(const ChangePrincipal& command, const State& state,
                                                const Context& context);
ChangePrincipalStatus apply(const ChangePrincipal& command, State& state, Context& context);

}  // namespace cofferdam::principal

template <>
struct cofferdam::base::EnumText<cofferdam::principal::ChangePrincipalStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "nothing_to_change",
                                                          "roles_unknown",
                                                          "public_key_malformed",
                                                          "reason_too_long",
                                                          "not_permitted",
                                                          "principal_not_found",
                                                          "role_not_held",
                                                          "last_root"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "at least one of roles, active and public_key is given",
      "roles are a sum of 1, 2, 4, 8 and 16; 0 for somebody who has roles in single pools only",
      "a public key is 64 lower-case hexadecimal digits or empty",
      "a reason has at most 1024 bytes",
      "only an active root or admin changes principals",
      "the principal must exist",
      "nobody grants, or changes a principal that holds, a role that they do not hold",
      "an active root must remain"};
};
