// SPDX-License-Identifier: Apache-2.0
//
// Commands one a line, outcomes one a line, in the same order:
//
//   {"id": "17", "operation": "asset.create", "time": "...", "principal": "root", "content": {...}}
//
// A line may carry a `signature`: {"key": "...", "not_after": "...", "signature": "..."}.
//
// `time` only for books whose time is given; `principal` may be absent for the root. Without an id
// one is drawn at random, and the line cannot be repeated safely.
//
// Outcomes are held back until their records are durable: flush() commits what was submitted since
// the last one with one write, and hands the outcomes over. A malformed line has an outcome of its
// own and stops nothing.
#pragma once

#include "cofferdam/operation/session.h"

#include <functional>
#include <string>
#include <string_view>

namespace cofferdam::operation {

inline constexpr std::size_t kBatchLineBytesMax = std::size_t{16} << 20;
// So many outcomes or bytes of them are held back at most.
inline constexpr std::size_t kBatchGroupMax = 1024;
inline constexpr std::size_t kBatchHeldBytesMax = std::size_t{4} << 20;

struct BatchFigures {
  std::uint64_t lines = 0;
  std::uint64_t refused = 0;
  std::uint64_t malformed = 0;
};

class Batch {
 public:
  using Sink = std::function<void(std::string_view outcomes)>;
  // Asked before a line is carried out: an error stands for its outcome.
  using Guard = std::function<Result<void>(const CommandEntry& entry, const std::string& principal,
                                           base::CommandId id)>;

  // Takes outcomes as soon as they are judged, with what must be durable before they are shown.
  using Held = std::function<void(base::Sequence up_to, std::string outcomes)>;

  // The session must outlive the batch. `principal` stands for lines that name none.
  Batch(Session& session, std::string principal, Sink sink);

  // flush() then commits nothing, and hands over to this instead of the sink.
  void set_held(Held held) { held_sink_ = std::move(held); }

  void set_line_bytes_max(std::size_t bytes) { line_bytes_max_ = bytes; }

  void set_guard(Guard guard) { guard_ = std::move(guard); }

  // Signs the lines that come without a signature.
  void set_signer(std::shared_ptr<const Signer> signer) { signer_ = std::move(signer); }

  // An error is one of the disk: the batch is over. Blank lines are passed over.
  [[nodiscard]] Result<void> line(std::string_view text);
  [[nodiscard]] Result<void> flush();

  [[nodiscard]] const BatchFigures& figures() const { return figures_; }

 private:
  [[nodiscard]] bool take_plain(std::string_view text);
  [[nodiscard]] Result<void> held_one();
  [[nodiscard]] Result<Answer> answer(std::string_view text, std::string& id);

  Session& session_;
  std::string principal_;
  std::size_t line_bytes_max_ = kBatchLineBytesMax;
  Sink sink_;
  Guard guard_;
  std::shared_ptr<const Signer> signer_;
  Held held_sink_;
  BatchFigures figures_;
  std::uint64_t line_number_ = 0;
  std::string held_;
  std::size_t held_lines_ = 0;
  base::Sequence submitted_ = 0;
};

}  // namespace cofferdam::operation
