// SPDX-License-Identifier: Apache-2.0
//
// The public page as HTML: every figure is read out of the page's JSON.
#include "cofferdam/base/decimal.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/page.h"
#include "cofferdam/report/public_page.h"

#include <cstdlib>

namespace cofferdam::report {

namespace {

using operation::Json;

[[nodiscard]] std::string text(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found == nullptr || found->is_null() ? std::string() : found->text;
}

// "100.0000 %".
[[nodiscard]] std::string percent(const Json& row) {
  const auto ppm = base::parse_decimal(text(row, "coverage_ppm"), 0);
  return ppm ? base::format_decimal(*ppm, 4) + " %" : "nothing owed";
}

[[nodiscard]] std::string cover(const Json& row) {
  const std::string where = text(row, "cover");
  if (where == "custody") return "in custody";
  return where == "elsewhere" ? "only with declared claims or money under way" : "SHORT";
}

[[nodiscard]] std::string standings(const Json& page) {
  Listing listing{
      .title = "Held and owed",
      .columns = {text_column("pool"), text_column("asset"), text_column("claims are covered"),
                  number_column("coverage"), number_column("in custody"), number_column("declared"),
                  number_column("owed to other pools"), number_column("claims of clients"),
                  number_column("debts of clients"), number_column("own")},
      .rows = {}};
  for (const Json& row : page.find("standings")->items)
    listing.rows.push_back({text(row, "pool"), text(row, "asset"), cover(row), percent(row),
                            text(row, "custody"), text(row, "declared"), text(row, "conduits"),
                            text(row, "claims"), text(row, "debts"), text(row, "own")});
  if (listing.rows.empty()) return "<p>Nothing is booked in these pools yet.</p>\n";
  return html_table(listing);
}

// For pictures only.
[[nodiscard]] double drawn(const std::string& decimal) {
  return std::strtod(decimal.c_str(), nullptr);
}

[[nodiscard]] std::string history(const Json& page) {
  const Json* all = page.find("history");
  if (all->is_null())
    return "<p>The first records of the journal are archived: there are no figures of the past "
           "here.</p>\n";
  std::string html = "<div class=\"pictures\">\n";
  bool any = false;
  for (const Json& series : all->items) {
    const Json& points = *series.find("points");
    if (points.items.empty()) continue;
    any = true;
    std::vector<std::string> labels;
    ChartSeries held{"held", {}};
    ChartSeries owed{"claims of clients (dashed)", {}};
    Listing figures{.title = {},
                    .columns = {number_column("record"), text_column("signed"),
                                number_column("held"), number_column("claims of clients")},
                    .rows = {}};
    for (const Json& point : points.items) {
      labels.push_back(text(point, "time").substr(0, 10));
      held.values.push_back(drawn(text(point, "held")));
      owed.values.push_back(drawn(text(point, "claims")));
      figures.rows.push_back({text(point, "sequence"), text(point, "time"), text(point, "held"),
                              text(point, "claims")});
    }
    html += "<div>" + line_chart("Pool " + text(series, "pool") + " at each checkpoint",
                                 text(series, "asset"), labels, {held, owed});
    html += "<details><summary>The figures of pool " + escaped(text(series, "pool")) + " in " +
            escaped(text(series, "asset")) + "</summary>" + html_table(figures) +
            "</details></div>\n";
  }
  if (!any) return "<p>No checkpoint has been signed yet.</p>\n";
  return html + "</div>\n<p>Of " + escaped(text(page, "checkpoints")) +
         " checkpoints at most 128 are shown, evenly thinned.</p>\n";
}

[[nodiscard]] std::string parameters(const Json& page) {
  Listing listing{
      .title = "Rules in force",
      .columns = {text_column("pool"), text_column("rule"), text_column("value"),
                  number_column("set in record"), text_column("at"), text_column("approved by")},
      .rows = {}};
  for (const Json& row : page.find("parameters")->items) {
    std::string by = text(page, "counted_from") == "1"
                         ? "not known"
                         : "before record " + text(page, "counted_from");
    if (!text(row, "proposal").empty())
      by = text(row, "approvals") + " under proposal " + text(row, "proposal");
    else if (!text(row, "sequence").empty())
      by = "given directly";
    listing.rows.push_back({text(row, "pool"), text(row, "parameter"), text(row, "value"),
                            text(row, "sequence"), text(row, "time"), by});
  }
  return html_table(listing);
}

[[nodiscard]] std::string incidents(const Json& page) {
  Listing listing{
      .title = "Breaks and incidents",
      .columns = {text_column("pool"), text_column("what it is for"), text_column("regime"),
                  text_column("state"), number_column("freezes"), number_column("critical alerts"),
                  number_column("warnings"), number_column("raised now")},
      .rows = {}};
  for (const Json& row : page.find("pools")->items) {
    const Json& counts = *row.find("incidents");
    listing.rows.push_back({text(row, "pool"), text(row, "activity"), text(row, "regime"),
                            text(row, "state"), text(counts, "freezes"),
                            text(counts, "critical_alerts"), text(counts, "warnings"),
                            text(counts, "alerts_now")});
  }
  const std::string from = text(page, "counted_from");
  return html_table(listing) +
         (from == "1" ? "" : "<p>Counted from record " + escaped(from) + ".</p>\n");
}

[[nodiscard]] std::string proofs(const Json& page) {
  const Json& liabilities = *page.find("liabilities");
  const Json& checkpoint = *page.find("checkpoint");
  const std::string root = text(liabilities, "venue_root");
  std::string html = "<p>What is owed to clients is one tree with this root, as of record " +
                     escaped(text(liabilities, "sequence")) + ":<br><span class=\"hash\">" +
                     escaped(root) +
                     "</span></p>\n<p>A client asks the venue for the proof of that record and "
                     "checks, without network and without trust, that what it is owed is counted "
                     "in it:</p>\n<pre><code>cofferdam proof verify proof.json --owner YOUR-ID "
                     "--root " +
                     escaped(root) + "</code></pre>\n";
  const std::string key = text(page, "public_key");
  if (!key.empty())
    html +=
        "<p>The venue has signed every figure of this page with the key <span class=\"hash\">" +
        escaped(key) +
        "</span>. Keep the key from your first visit: a venue that shows two pages for one record "
        "has signed them both. With public.json from beside this page:</p>\n"
        "<pre><code>cofferdam proof page --file public.json --key " +
        escaped(key) + "</code></pre>\n";
  if (checkpoint.is_null()) return html + "<p>No checkpoint has been signed yet.</p>\n";
  html += "<p>The newest checkpoint is of record " + escaped(text(checkpoint, "sequence")) + ", " +
          escaped(text(checkpoint, "time")) + ": chain hash <span class=\"hash\">" +
          escaped(text(checkpoint, "chain_hash")) + "</span>, state hash <span class=\"hash\">" +
          escaped(text(checkpoint, "state_hash")) +
          "</span>. Whoever holds the journal replays it to these hashes.</p>\n";
  return html;
}

}  // namespace

std::string public_html(const Json& page) {
  const std::string title = escaped(text(page, "venue")) + ": what is held and what is owed";
  const std::string breaks = text(page, "breaks");
  const std::string elsewhere = text(page, "covered_elsewhere");
  const bool whole = breaks == "0";
  std::string html = page_head(title) + "<main>\n<h1>" + title + "</h1>\n<p>As of record " +
                     escaped(text(page, "sequence")) + ", " + escaped(text(page, "time")) +
                     ".</p>\n<p class=\"verdict " + (whole ? "ok" : "bad") + "\">";
  if (page.find("standings")->items.empty())
    html += "Nothing is booked in these pools yet.";
  else if (!whole)
    html += escaped(breaks) + " of the lines below are SHORT: less is held than is claimed.";
  else if (elsewhere == "0")
    html += "Every pool on this page has in custody at least what its clients claim.";
  else
    html += "Every claim is covered; in " + escaped(elsewhere) +
            " of the lines below only with declared claims or money under way.";
  html +=
      "</p>\n<h2>Held and owed</h2>\n" + standings(page) +
      "<p>Coverage is custody and declared claims, less what is owed to other pools, divided "
      "by what clients, members and providers claim, rounded down; a client's debt pays no other "
      "client's claim.</p>\n"
      "<h2>At each checkpoint</h2>\n" +
      history(page) + "<h2>Breaks and incidents</h2>\n" + incidents(page) +
      "<h2>Rules in force, and what set them</h2>\n" + parameters(page) +
      "<h2>Check it yourself</h2>\n" + proofs(page) +
      "<p>This page shows what the books say is held. That the wallets hold it is shown by the "
      "wallets' own records, and that no claim is missing by the clients who check theirs.</p>\n";
  return html + "</main></body></html>\n";
}

}  // namespace cofferdam::report
