// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a life of the books: commands in their binary form, judged one after another. No
// command that has a good shape brings the program down; a refused one leaves no change; the same
// commands on empty books come to the same outcomes and the same state; the state survives its
// snapshot.
#include "cofferdam/base/check.h"
#include "cofferdam/engine/door.h"
#include "cofferdam/engine/history.h"

#include "input.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace {

namespace base = cofferdam::base;
namespace engine = cofferdam::engine;
namespace ledger = cofferdam::ledger;
namespace market = cofferdam::market;
using cofferdam::fuzz::Input;

constexpr std::size_t kCommandsMax = 200;
constexpr cofferdam::journal::IndexSecret kSecret{};

// The history over a map, with the ids that the product's own index would be given.
class MemoryHistory final : public engine::History, private market::TradeHistory {
 public:
  void add(engine::RecordedCommand recorded) {
    const auto command = engine::carried_out(recorded.record);
    COFFERDAM_CHECK(command.has_value(), "what was recorded can be read");
    for (const auto& entry :
         engine::index_entries(*command, recorded.record, recorded.sequence, kSecret))
      addresses_.emplace(entry.id, entry.value);
    Entry entry{.transfers =
                    engine::transfers_of(recorded.record, recorded.sequence, recorded.time)};
    entry.named = engine::trades_of(engine::effective_command(recorded.record));
    entry.command = std::move(recorded);
    entries_.push_back(std::move(entry));
  }

  void begin_batch(std::span<const ledger::Transfer> events) override {
    batch_.assign(events.begin(), events.end());
  }

  const ledger::StoredTransfer* find_event(std::size_t position) override {
    return find(batch_.at(position).id);
  }

  const ledger::StoredTransfer* find(base::TransferId id) override { return at(id.value()); }

  ledger::Resolution resolution(base::TransferId pending_id) override {
    const auto* stored =
        at(engine::index_key(kSecret, engine::IdKind::resolution, pending_id.value()));
    if (stored == nullptr) return ledger::Resolution::expired;
    return stored->event.is(ledger::kPostPending) ? ledger::Resolution::posted
                                                  : ledger::Resolution::voided;
  }

  const engine::RecordedCommand* find_command(base::CommandId id) override {
    const auto found =
        addresses_.find(engine::index_key(kSecret, engine::IdKind::command, id.value()));
    return found == addresses_.end() ? nullptr : &entry_at(found->second).command;
  }

  market::TradeHistory& trades() override { return *this; }

  const std::optional<base::Error>& trouble() const override { return trouble_; }

 private:
  struct Entry {
    engine::RecordedCommand command = {};
    std::vector<ledger::StoredTransfer> transfers = {};
    engine::NamedTrades named = {};
  };

  [[nodiscard]] const Entry& entry_at(std::uint64_t address) const {
    return entries_.at(ledger::sequence_of(address) - 1);
  }

  [[nodiscard]] const ledger::StoredTransfer* at(base::u128 key) const {
    const auto found = addresses_.find(key);
    if (found == addresses_.end()) return nullptr;
    const auto& transfers = entry_at(found->second).transfers;
    const std::size_t position = ledger::position_of(found->second);
    return position < transfers.size() ? &transfers[position] : nullptr;
  }

  const market::Trade* find(base::u128 id) override {
    const auto found = addresses_.find(engine::index_key(kSecret, engine::IdKind::trade, id));
    if (found == addresses_.end()) return nullptr;
    const Entry& entry = entry_at(found->second);
    const std::size_t position = ledger::position_of(found->second);
    charged_.reset();
    if (position < entry.named.takers.size())
      charged_ = Charged{entry.named.takers[position], entry.command.sequence};
    return &entry.named.trades.at(position);
  }

  std::optional<Charged> charged() override { return charged_; }

  void prefetch(std::span<const market::Trade> /*trades*/) override {}

  std::map<base::u128, std::uint64_t> addresses_;
  std::vector<Entry> entries_;
  std::vector<ledger::Transfer> batch_;
  std::optional<Charged> charged_;
  std::optional<base::Error> trouble_;
};

struct Step {
  engine::Command command;
  base::PrincipalId principal;
  std::int64_t later = 0;  // nanoseconds after the one before
};

[[nodiscard]] std::vector<Step> steps_of(Input input) {
  std::vector<Step> steps;
  while (!input.empty() && steps.size() < kCommandsMax) {
    const auto operation = input.number<std::uint16_t>();
    const auto principal = base::PrincipalId(input.number<std::uint8_t>());
    const auto seconds = input.number<std::uint32_t>();
    const std::string_view content = input.take(input.number<std::uint16_t>());
    auto command = engine::decode_command(operation, 1, content);
    if (!command || engine::check_shape(*command) != 0) continue;
    steps.push_back({std::move(*command), principal, 1 + std::int64_t{seconds} * 1'000'000'000});
  }
  return steps;
}

struct Books {
  engine::State state;
  base::Changes changes;
  MemoryHistory history;
  engine::Scratch scratch;
  base::Time time{1'700'000'000'000'000'000};
  base::Sequence sequence = 0;

  [[nodiscard]] engine::Outcome run(const Step& step) {
    const base::Time now(time.value() + step.later);
    engine::Judgement judgement = engine::judge(
        step.command,
        {.now = now, .time_before = time, .sequence = sequence + 1, .principal = step.principal},
        state, changes, history, scratch);
    const engine::Outcome& outcome = judgement.outcome;
    if (!outcome.ok()) {
      const bool is_batch = !outcome.event_statuses.empty();
      COFFERDAM_CHECK(is_batch || changes.empty(), "a refusal changes nothing");
    }
    changes.commit();
    ++sequence;
    time = now;
    const std::string content = engine::encode_command(step.command);
    const auto operation =
        std::visit([]<class C>(const C&) { return engine::Operation<C>::kNumber; }, step.command);
    engine::CommandRecord record{.id = base::CommandId(sequence),
                                 .principal = step.principal,
                                 .operation = operation,
                                 .version = 1,
                                 .content = content,
                                 .outcome = outcome};
    history.add({.sequence = sequence, .time = time, .record = std::move(record)});
    return outcome;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Step> steps = steps_of(Input(data, size));
  if (steps.empty()) return 0;
  Books first;
  std::vector<engine::Outcome> outcomes;
  for (const Step& step : steps) outcomes.push_back(first.run(step));
  const auto hash = engine::state_hash(first.state);

  Books again;
  for (std::size_t i = 0; i < steps.size(); ++i)
    COFFERDAM_CHECK(again.run(steps[i]) == outcomes[i], "the same again, the same outcome");
  COFFERDAM_CHECK(engine::state_hash(again.state) == hash, "and the same state");

  base::Encoder out;
  engine::encode_state(first.state, out);
  const std::string bytes = out.take();
  engine::State restored;
  base::Decoder in(bytes);
  COFFERDAM_CHECK(engine::decode_state(in, restored) && in.complete(), "a state can be read back");
  COFFERDAM_CHECK(engine::state_hash(restored) == hash, "and is the same");
  return 0;
}
