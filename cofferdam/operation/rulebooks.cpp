// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/rulebooks.h"

#include "cofferdam/operation/codec.h"
#include "cofferdam/operation/json.h"

namespace cofferdam::operation {
namespace {

// Runs the calculator with the rulebook that the input names, or with the one that it holds.
template <class Input, class Output>
Result<Output> with_parameters(const Input& input, Result<Output> (*calculator)(const Input&)) {
  if (!input.rulebook.empty() && input.parameters)
    return base::malformed("rulebook", input.rulebook, "give a name or parameters, not both");
  if (input.parameters || input.rulebook.empty()) return calculator(input);
  Result<rulebook::Rulebook> rules = rulebook_by_name(input.rulebook);
  if (!rules) return std::unexpected(rules.error());
  Input named = input;
  named.parameters = *std::move(rules);
  return calculator(named);
}

}  // namespace

Result<rulebook::Rulebook> rulebook_by_name(const std::string& name) {
  const std::string_view file = rulebook_file(name);
  if (file.empty()) {
    std::string names;
    for (const std::string_view known : rulebook_file_names())
      names += (names.empty() ? "" : ", ") + std::string(known);
    return base::malformed("rulebook", name, "must be one of: " + names,
                           "or give the whole rulebook as `parameters`");
  }
  const Result<Json> json = parse_json(file);
  if (!json) return std::unexpected(json.error());
  const NoNames names;
  Result<rulebook::Rulebook> read = read_json<rulebook::Rulebook>(*json, Codec{names, false});
  if (!read) return read;
  if (Result<void> done = rulebook::check(*read); !done) return std::unexpected(done.error());
  return read;
}

Result<rulebook::MarginOutput> margin(const rulebook::MarginInput& input) {
  return with_parameters(input, &rulebook::margin);
}

Result<rulebook::GridOutput> margin_grid(const rulebook::GridInput& input) {
  return with_parameters(input, &rulebook::margin_grid);
}

Result<RulebookOutput> rulebook_parameters(const RulebookInput& input) {
  RulebookOutput output;
  for (const std::string_view name : rulebook_file_names()) output.names.emplace_back(name);
  if (input.name.empty()) return output;
  Result<rulebook::Rulebook> rules = rulebook_by_name(input.name);
  if (!rules) return std::unexpected(rules.error());
  output.rulebook = *std::move(rules);
  return output;
}

}  // namespace cofferdam::operation
