// SPDX-License-Identifier: Apache-2.0
//
// Queries of published numbers.
#include "cofferdam/books/insurance/publication.h"
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {

namespace ins = insurance;

struct PublicationParameter {
  std::uint64_t number = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "number of the publication");
  }
};

template <>
struct FieldForms<PublicationParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"number"};
};

struct PublicationFilter {
  std::string code;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "only this one in all its versions; empty for all");
    PageParameters::fields(self.page, visit);
  }
};

namespace {

// A publication without its parameters.
struct PublicationRow {
  ins::Publication row;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.row.number, "counted from 1");
    visit("code", self.row.code, "what it is");
    visit("value", self.row.value, "as published");
    visit("tolerance", self.row.tolerance, "most that it may differ when it is found again");
    visit("calculator", self.row.calculator, "by which it can be found again");
    visit("field", self.row.field, "of the calculator's answer");
    visit("model_version", self.row.model_version, "of the model or program that gave it");
    visit("parameters_hash", self.row.parameters_hash, "SHA-256 of its parameters, in hex");
    visit("books_sequence", self.row.books_sequence, "last record of the books that it takes in");
    visit("sequence", self.row.sequence, "the record that holds it");
    visit("by", self.row.by, "who published it");
    visit("time", self.row.time, "when");
  }
};

Result<Listing> publications(const View& view, const PublicationFilter& filter) {
  return page_of_table<PublicationRow>(
      view, view.state.publications.publications, filter.page,
      [&](const ins::Publication& row) { return filter.code.empty() || row.code == filter.code; },
      [](const ins::Publication& row) { return PublicationRow{row}; });
}

Result<Listing> publication_show(const View& view, const PublicationParameter& parameter) {
  const ins::Publication* row = view.state.publications.publications.find(parameter.number);
  if (row == nullptr) return not_found("publication", parameter.number);
  return single(*row, view.codec);
}

}  // namespace

void register_publication_queries(Registry& registry) {
  add_query<PublicationFilter, PublicationRow>(registry, "publication.list",
                                               "Published numbers, and what they were computed by.",
                                               &publications);
  add_query<PublicationParameter, ins::Publication>(
      registry, "publication.show", "One published number with its parameters.", &publication_show);
}

}  // namespace cofferdam::operation
