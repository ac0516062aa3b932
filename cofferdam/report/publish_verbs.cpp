// SPDX-License-Identifier: Apache-2.0
//
// What is published and can be found again: a tariff with the figures behind it, and the figures of
// a solvency report.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/books/insurance/publish_tariff.h"
#include "cofferdam/crypto/sha256.h"
#include "cofferdam/models/solvency/solvency.h"
#include "cofferdam/operation/publish_number.h"
#include "cofferdam/operation/tasks.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/input.h"
#include "cofferdam/report/insurance_verbs.h"
#include "cofferdam/report/solvency_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace cofferdam::report {
namespace {

using base::malformed;
using base::Result;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::PublishParameters;
using operation::Session;

// Beyond these the contributions are in the tariff, and come from the same parameters.
constexpr std::size_t kMembersPublishedMax = 64;

struct TariffParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"tariff"};
  std::string tariff;
  std::string code;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("tariff", self.tariff, "file with the content of tariff.publish, as JSON");
    visit("code", self.code, "of the publications, before the field; empty: tariff-PERIOD");
  }
};

template <class T>
Result<T> read_struct(const std::string& file, const operation::Codec& codec) {
  const Result<std::string> text = read_input(file);
  if (!text) return std::unexpected(text.error());
  const Result<Json> json = operation::parse_json(*text);
  if (!json) return std::unexpected(json.error());
  return operation::read_json<T>(*json, codec);
}

// The input of a calculator as it goes into the record.
template <class Input>
std::string parameters_of(const Input& input) {
  const operation::NoNames names;
  const operation::Codec codec{names, false};
  return operation::write_json(operation::to_json(input, codec), operation::JsonLayout::line);
}

Result<void> check_size(const std::string& parameters) {
  if (parameters.size() <= insurance::kPublicationParametersMax) return {};
  return malformed("parameters", std::to_string(parameters.size()),
                   "the input of the calculator must fit 256 KiB",
                   "publish it without its figures, with tariff publish");
}

// One record behind the other: only the first has the id that the caller may have chosen.
Result<Json> publish_all(Session& session, const std::vector<PublishParameters>& numbers) {
  Json list = Json::list();
  for (const PublishParameters& number : numbers) {
    Result<operation::Answer> answer = operation::publish_number(session, number);
    if (!answer) return std::unexpected(std::move(answer).error());
    list.items.push_back(std::move(answer->json));
    operation::Envelope next = session.envelope();
    next.id = base::CommandId();
    session.set_envelope(std::move(next));
  }
  return list;
}

insurance::ContributionInput input_of(const insurance::PublishTariff& tariff,
                                      const engine::State& state, base::Amount fund) {
  insurance::ContributionInput in = insurance::tariff_input(tariff, state.insurance, fund);
  in.scale = state.ledger.assets.find(tariff.asset)->scale;
  return in;
}

std::vector<PublishParameters> numbers_of(const insurance::Tariff& row, const std::string& code,
                                          const std::string& parameters) {
  std::vector<std::string> fields{"need", "total"};
  for (std::size_t i = 0; i < std::min<std::size_t>(row.members, kMembersPublishedMax); ++i)
    fields.push_back("members." + std::to_string(i) + ".contribution");
  std::vector<PublishParameters> out;
  for (const std::string& field : fields)
    out.push_back({.code = code + "." + field,
                   .calculator = "contribution",
                   .parameters = parameters,
                   .field = field,
                   .tolerance = "0",
                   .model_version = row.model,
                   .document = {}});
  return out;
}

Result<Document> tariff_task(Session& session, const TariffParameters& parameters,
                             Progress& /*progress*/) {
  if (Result<void> real = operation::must_not_be_dry(session); !real)
    return std::unexpected(real.error());
  const auto tariff = read_struct<insurance::PublishTariff>(parameters.tariff, session.codec());
  if (!tariff) return std::unexpected(tariff.error());
  const engine::State& state = session.engine().state();
  if (const auto* pool = state.insurance.pools.find(tariff->pool); pool != nullptr) {
    const auto fits = check_size(parameters_of(input_of(*tariff, state, pool->capital())));
    if (!fits) return std::unexpected(fits.error());
  }
  Result<operation::Answer> published = operation::give_command(session, *tariff);
  if (!published) return std::unexpected(std::move(published).error());
  operation::Envelope next = session.envelope();
  next.id = base::CommandId();
  session.set_envelope(std::move(next));
  const insurance::Tariff* found =
      insurance::tariff_of(state.insurance, tariff->pool, tariff->period);
  // Where the command waits for approval nothing is published yet.
  if (found == nullptr || published->verdict != operation::Verdict::ok)
    return Document(std::move(published->json));
  const insurance::Tariff row = *found;
  const std::string inputs = parameters_of(input_of(*tariff, state, row.fund));
  const std::string code =
      parameters.code.empty() ? "tariff-" + std::to_string(row.period) : parameters.code;
  const std::vector<PublishParameters> numbers = numbers_of(row, code, inputs);
  // The calculator must say what the books have said.
  const Result<std::string> need = operation::computed_number(session, numbers.front());
  if (!need) return std::unexpected(need.error());
  const std::string recorded =
      base::format_decimal(row.need, state.ledger.assets.find(row.asset)->scale);
  if (*need != recorded)
    return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                       .field = "need",
                                       .value = *need,
                                       .rule = "the tariff was recorded with " + recorded});
  Result<Json> list = publish_all(session, numbers);
  if (!list) return std::unexpected(list.error());
  Json out = Json::object();
  out.add("tariff", std::move(published->json));
  out.add("publications", *std::move(list));
  return Document(std::move(out));
}

struct SolvencyPublication {
  static constexpr std::array<std::string_view, 3> kRequired{"book", "code", "model_version"};
  std::string book;
  std::string code;
  std::string model_version;
  double tolerance = 1e-9;
  std::string html;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("book", self.book, "file with the input of the calculator solvency, as JSON");
    visit("code", self.code, "of the publications, before the field: solvency-2026-q2");
    visit("model_version", self.model_version, "of the model or program");
    visit("tolerance", self.tolerance,
          "part of itself by which a figure may differ when it is found again on another machine");
    visit("html", self.html, "file for the report, whose hash goes into the publications");
  }
};

struct Figure {
  std::string field;
  double value = 0;  // 0 of one that is exact
};

// Own funds, then the requirement of every measure that knows one, then ruin year by year.
std::vector<Figure> figures_of(const solvency::SolvencyOutput& output) {
  std::vector<Figure> figures{{.field = "own_funds"},
                              {.field = "expected_loss", .value = output.expected_loss}};
  for (std::size_t i = 0; i < output.capital.size(); ++i)
    if (const double value = output.capital[i].requirement; std::isfinite(value))
      figures.push_back({.field = "capital." + std::to_string(i) + ".requirement", .value = value});
  for (std::size_t i = 0; i < output.ruin.size(); ++i)
    figures.push_back({.field = "ruin." + std::to_string(i) + ".probability",
                       .value = output.ruin[i].probability});
  return figures;
}

Result<Document> publish_solvency_task(Session& session, const SolvencyPublication& parameters,
                                       Progress& /*progress*/) {
  if (Result<void> real = operation::must_not_be_dry(session); !real)
    return std::unexpected(real.error());
  if (!(parameters.tolerance >= 0 && parameters.tolerance < 1))
    return malformed("tolerance", base::number_text(parameters.tolerance), "is a part below 1");
  const operation::NoNames names;
  const auto input =
      read_struct<solvency::SolvencyInput>(parameters.book, operation::Codec{names, false});
  if (!input) return std::unexpected(input.error());
  const Result<solvency::SolvencyOutput> output = solvency::solvency(*input);
  if (!output) return std::unexpected(output.error());
  const std::string inputs = parameters_of(*input);
  if (const auto fits = check_size(inputs); !fits) return std::unexpected(fits.error());
  std::string document;
  if (!parameters.html.empty()) {
    const std::string page = solvency_html(*input, *output);
    const Result<std::string> place = session.place_of(parameters.html);
    if (!place) return std::unexpected(place.error());
    Result<FileSink> file = FileSink::open(*place);
    if (!file) return std::unexpected(file.error());
    if (Result<void> done = file->write(page); !done) return std::unexpected(done.error());
    if (Result<void> done = file->finish(); !done) return std::unexpected(done.error());
    document = crypto::to_hex(crypto::sha256(page));
  }
  std::vector<PublishParameters> numbers;
  for (const auto& [field, value] : figures_of(*output))
    numbers.push_back({.code = parameters.code + "." + field,
                       .calculator = "solvency",
                       .parameters = inputs,
                       .field = field,
                       .tolerance = base::number_text(std::abs(value) * parameters.tolerance, 3),
                       .model_version = parameters.model_version,
                       .document = document});
  Result<Json> list = publish_all(session, numbers);
  if (!list) return std::unexpected(list.error());
  Json out = Json::object();
  out.add("document", document);
  out.add("publications", *std::move(list));
  return Document(std::move(out));
}

}  // namespace

void register_insurance_publications(operation::Registry& registry) {
  operation::add_task<TariffParameters>(
      registry, "tariff.publish-with-figures",
      "Publish a tariff and, behind it, its figures with all it takes to compute them again.",
      &tariff_task);
  operation::add_task<SolvencyPublication>(
      registry, "insure.publish-solvency",
      "Publish the figures of a solvency report with all it takes to compute them again.",
      &publish_solvency_task);
}

}  // namespace cofferdam::report
