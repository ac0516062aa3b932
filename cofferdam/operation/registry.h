// SPDX-License-Identifier: Apache-2.0
//
// The registry: every command, query, calculator and task under its name, with what is needed to
// read its input, to run it, and to document it. Rooms above this one add theirs by a function
// `void register_xxx(Registry&)`; surfaces walk the lists and know no operation by name.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/operation/field_forms_claims.h"
#include "cofferdam/operation/field_forms_clearing.h"
#include "cofferdam/operation/field_forms_governance.h"
#include "cofferdam/operation/field_forms_insurance.h"
#include "cofferdam/operation/listing.h"
#include "cofferdam/operation/scale.h"

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::operation {

class Session;

// A status and the rule behind it.
struct Rule {
  std::uint16_t number = 0;
  std::string_view name;
  std::string_view rule;
};

struct CommandEntry {
  std::string_view name;  // noun.verb
  std::string_view summary;
  std::uint16_t number = 0;
  std::uint16_t version = 0;
  engine::Needs needs = engine::Needs::nothing;
  const Type* type = nullptr;
  std::vector<Rule> statuses;
  std::vector<Rule> event_statuses;  // of a batch: the verdicts on its events
  Result<engine::Command> (*read)(const Json& content, const Codec& codec) = nullptr;
};

// What a query may look at: the books as they were at a sequence.
struct View {
  const engine::State& state;
  base::Sequence sequence = 0;
  base::Time time;
  Codec codec;
  engine::Engine& engine;  // for the journal; answers of it are cut at `sequence`
};

struct QueryEntry {
  std::string name;
  std::string summary;
  const Type* parameters = nullptr;
  const Type* row = nullptr;
  std::function<Result<Listing>(const View&, const Json& parameters)> run;
};

struct CalculatorEntry {
  std::string name;
  std::string summary;
  std::string source;
  const Type* input = nullptr;
  const Type* output = nullptr;
  std::string example;  // JSON of {"input": ..., "output": ...}
  std::function<Result<Json>(const Json& input)> run;
};

class Progress {
 public:
  virtual ~Progress() = default;
  // `all` may be 0 when it is not known.
  virtual void step(std::string_view doing, std::uint64_t done, std::uint64_t all) = 0;
};

// Which books a task works on: those that exist; those of a folder that may be empty, in which it
// founds them; or none, so that no folder is opened or made for it.
enum class NeedsBooks : std::uint8_t { existing, may_found, none };

struct TaskEntry {
  std::string name;
  std::string summary;
  const Type* parameters = nullptr;
  NeedsBooks needs_books = NeedsBooks::existing;
  // One of the two: `run_alone` of a task that needs no books, `run` of every other.
  std::function<Result<Document>(Session&, const Json& parameters, Progress&)> run = {};
  std::function<Result<Document>(const Json& parameters, Progress&)> run_alone = {};
  // Of a task in two parts, which `run` does one after the other: what the books must say, and the
  // rest, that works on files alone and may run on another thread while the books go on.
  using Rest = std::function<Result<Document>(Progress&)>;
  std::function<Result<Rest>(Session&, const Json& parameters)> begin = {};
  const Type* row = nullptr;  // of a task that answers with a listing
};

struct Registry {
  std::vector<CommandEntry> commands;  // in the order of their numbers
  std::deque<QueryEntry> queries;
  std::deque<CalculatorEntry> calculators;
  std::deque<TaskEntry> tasks;

  [[nodiscard]] const CommandEntry* find_command(std::string_view name) const;
  [[nodiscard]] const CommandEntry* find_command(std::uint16_t number) const;
  [[nodiscard]] const QueryEntry* find_query(std::string_view name) const;
  [[nodiscard]] const CalculatorEntry* find_calculator(std::string_view name) const;
  [[nodiscard]] const TaskEntry* find_task(std::string_view name) const;
};

// A query over `Parameters` that answers with rows of `Row`.
template <class Parameters, class Row>
void add_query(Registry& registry, std::string name, std::string summary,
               Result<Listing> (*run)(const View&, const Parameters&)) {
  registry.queries.push_back({.name = std::move(name),
                              .summary = std::move(summary),
                              .parameters = &type_of<Parameters>(),
                              .row = &type_of<Row>(),
                              .run = [run](const View& view, const Json& json) -> Result<Listing> {
                                const Result<Parameters> parameters =
                                    read_json<Parameters>(json, view.codec);
                                if (!parameters) return std::unexpected(parameters.error());
                                return run(view, *parameters);
                              }});
}

// A pure function. Its documentation is Input::kDoc and Input::kSource; amounts are in the scale of
// the input's field `scale`, in the output as well.
template <class Input, class Output>
void add_calculator(Registry& registry, std::string name, Result<Output> (*run)(const Input&)) {
  registry.calculators.push_back({.name = std::move(name),
                                  .summary = std::string(Input::kDoc),
                                  .source = std::string(Input::kSource),
                                  .input = &type_of<Input>(),
                                  .output = &type_of<Output>(),
                                  .run = [run](const Json& json) -> Result<Json> {
                                    const NoNames names;
                                    const Codec codec{names, false};
                                    const Result<Input> input = read_json<Input>(json, codec);
                                    if (!input) return std::unexpected(input.error());
                                    if (auto fine = check_scales(type_of<Input>(), &*input); !fine)
                                      return std::unexpected(fine.error());
                                    const Result<Output> output = run(*input);
                                    if (!output) return std::unexpected(output.error());
                                    const Scope scope{&type_of<Input>(), &*input, nullptr};
                                    return to_json(*output, codec, &scope);
                                  }});
}

template <class Parameters>
void add_task(Registry& registry, std::string name, std::string summary,
              Result<Document> (*run)(Session&, const Parameters&, Progress&),
              NeedsBooks needs_books = NeedsBooks::existing) {
  registry.tasks.push_back(
      {.name = std::move(name),
       .summary = std::move(summary),
       .parameters = &type_of<Parameters>(),
       .needs_books = needs_books,
       .run = [run](Session& session, const Json& json, Progress& progress) -> Result<Document> {
         const NoNames names;
         const Result<Parameters> parameters = read_json<Parameters>(json, Codec{names});
         if (!parameters) return std::unexpected(parameters.error());
         return run(session, *parameters, progress);
       }});
}

// A task that needs no books.
template <class Parameters>
void add_task(Registry& registry, std::string name, std::string summary,
              Result<Document> (*run)(const Parameters&, Progress&)) {
  registry.tasks.push_back(
      {.name = std::move(name),
       .summary = std::move(summary),
       .parameters = &type_of<Parameters>(),
       .needs_books = NeedsBooks::none,
       .run_alone = [run](const Json& json, Progress& progress) -> Result<Document> {
         const NoNames names;
         const Result<Parameters> parameters = read_json<Parameters>(json, Codec{names});
         if (!parameters) return std::unexpected(parameters.error());
         return run(*parameters, progress);
       }});
}

// A task in two parts; see TaskEntry::begin.
template <class Parameters>
void add_task_in_parts(Registry& registry, std::string name, std::string summary,
                       Result<TaskEntry::Rest> (*begin)(Session&, const Parameters&)) {
  const auto first = [begin](Session& session, const Json& json) -> Result<TaskEntry::Rest> {
    const NoNames names;
    const Result<Parameters> parameters = read_json<Parameters>(json, Codec{names});
    if (!parameters) return std::unexpected(parameters.error());
    return begin(session, *parameters);
  };
  registry.tasks.push_back(
      {.name = std::move(name),
       .summary = std::move(summary),
       .parameters = &type_of<Parameters>(),
       .run = [first](Session& session, const Json& json, Progress& progress) -> Result<Document> {
         const Result<TaskEntry::Rest> rest = first(session, json);
         if (!rest) return std::unexpected(rest.error());
         return (*rest)(progress);
       },
       .begin = first});
}

// Everything of this room.
void register_commands(Registry& registry);
void register_queries(Registry& registry);
void register_calculators(Registry& registry);
void register_tasks(Registry& registry);
[[nodiscard]] Registry make_registry();

// The content of a command as JSON; of a proposal, with the proposed command inside.
[[nodiscard]] Json command_json(const engine::Command& command, const Codec& codec);

[[nodiscard]] std::string_view needs_text(engine::Needs needs);

}  // namespace cofferdam::operation
