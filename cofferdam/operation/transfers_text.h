// SPDX-License-Identifier: Apache-2.0
//
// The shortest way for what is asked most: transfers as JSON text straight into the books, and
// what became of them straight into text. It takes plain input only and answers plain outcomes
// only. Whatever else it meets it leaves to the way that everything goes (codec.h, session.h), so
// that there is one rule for what is accepted and one for every error.
#pragma once

#include "cofferdam/operation/session.h"

#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::operation {

// {"transfers": [...]}; nullopt: not plain, which says nothing about whether it is good.
[[nodiscard]] std::optional<ledger::CreateTransfers> read_plain_transfers(std::string_view json,
                                                                          const Names& names);

// A line of a batch; the views point into it. nullopt: as above, or another operation.
struct PlainLine {
  base::CommandId id;
  std::string_view principal;  // empty: none was named
  std::string_view content;
};

[[nodiscard]] std::optional<PlainLine> read_plain_line(std::string_view line);

// Appends what answer_json() says, in the same bytes as write_json() has for it. False: not plain,
// and nothing was appended.
[[nodiscard]] bool write_plain_answer(std::string& out, const engine::Request& request,
                                      const engine::Reply& reply, const Names& names);

struct Posted {
  Verdict verdict = Verdict::ok;
  base::Sequence sequence = 0;
  bool is_replayed = false;
  std::string text;    // one line without its end; or
  Answer answer = {};  // where text is empty
};

// As Session::run_command() does it, not durable yet.
[[nodiscard]] Result<Posted> post_transfers(Session& session, ledger::CreateTransfers transfers,
                                            base::CommandId id, std::string_view principal);

}  // namespace cofferdam::operation
