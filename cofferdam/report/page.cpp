// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/page.h"

#include "cofferdam/report/chart.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

constexpr std::string_view kStyleText = R"(
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1f26;--mut:#5b6572;--line:#d5dae0;--ok:#0b6b3a;
--bad:#a3160f;--c0:#1f5fa8;--c1:#b3470f;--c2:#2c7a4b;--c3:#7a3fa0;--c4:#8a6d00;--c5:#00798c;
--c6:#a3195b;--c7:#56606b}
@media screen and (prefers-color-scheme:dark){:root{--bg:#12161b;--fg:#e6e9ed;--mut:#98a2ad;
--line:#323a44;
--ok:#5fd39a;--bad:#ff8a80;--c0:#6cb0ff;--c1:#ff9d66;--c2:#71d597;--c3:#c79bf0;--c4:#e5c44c;
--c5:#5fd0e0;--c6:#ff86b8;--c7:#aab4bf}}
body{background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif;max-width:1100px;
margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.hash{font-family:ui-monospace,monospace;word-break:break-all}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem;font-size:.86rem}
th,td{border-bottom:1px solid var(--line);padding:.22rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n,th{white-space:nowrap}
th[scope=row]{font-weight:400}
.ok{color:var(--ok)}.bad{color:var(--bad);font-weight:600}
.verdict{font-size:1.15rem;font-weight:600;border-left:.3rem solid;padding-left:.7rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));
gap:.5rem 2rem}
h3{font-size:1rem;margin:1.5rem 0 0}
figure{margin:1rem 0}figcaption{font-weight:600}svg{width:100%;height:auto;max-width:40rem}
svg text{fill:var(--mut);font-size:12px}.grid{stroke:var(--line)}
polyline{fill:none;stroke-width:1.8}.legend{font-size:.8rem}.k{white-space:nowrap}
.k::before{content:"\25A0 "}
polyline.c0{stroke:var(--c0)}polyline.c1{stroke:var(--c1);stroke-dasharray:7 4}
polyline.c2{stroke:var(--c2)}
polyline.c3{stroke:var(--c3)}polyline.c4{stroke:var(--c4)}polyline.c5{stroke:var(--c5)}
polyline.c6{stroke:var(--c6)}polyline.c7{stroke:var(--c7)}
rect.c0{fill:var(--c0)}rect.c1{fill:var(--c1)}
.k.c0::before{color:var(--c0)}.k.c1::before{color:var(--c1)}.k.c2::before{color:var(--c2)}
.k.c3::before{color:var(--c3)}.k.c4::before{color:var(--c4)}.k.c5::before{color:var(--c5)}
.k.c6::before{color:var(--c6)}.k.c7::before{color:var(--c7)}
.scroll{overflow-x:auto}
pre{border:1px solid var(--line);padding:.5rem .7rem;overflow-x:auto;font-size:.85rem}
@media print{:root{color-scheme:light}body{max-width:none;margin:0;font-size:11px}
figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}
pre{white-space:pre-wrap;word-break:break-all;font-size:9px}
table{font-size:9px}th,td{padding:.15rem .25rem}thead{display:table-header-group}}
)";

// Amounts are grouped for the eye; what is no plain number stays as it is.
[[nodiscard]] std::string cell(const std::string& text, Align align) {
  const auto minus = text.rfind('-');
  const bool is_number = align == Align::right && !text.empty() &&
                         text.find_first_not_of("0123456789.-") == std::string::npos &&
                         (minus == std::string::npos || (minus == 0 && text.size() > 1));
  return escaped(is_number ? grouped(text) : text);
}

}  // namespace

std::string_view page_style() {
  return kStyleText;
}

std::string page_head(const std::string& title) {
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<title>" +
         title + "</title><style>" + std::string(kStyleText) + "</style></head><body>\n";
}

std::string html_table(const Listing& listing, std::size_t rows_max) {
  std::string out = "<div class=\"scroll\"><table><thead><tr>";
  for (const Column& column : listing.columns)
    out += std::string("<th scope=\"col\"") +
           (column.align == Align::right ? " class=\"n\">" : ">") + escaped(column.name) + "</th>";
  out += "</tr></thead><tbody>\n";
  const std::size_t rows = std::min(rows_max, listing.rows.size());
  for (std::size_t r = 0; r < rows; ++r) {
    out += "<tr>";
    for (std::size_t c = 0; c < listing.rows[r].size(); ++c) {
      const bool right = listing.columns[c].align == Align::right;
      const std::string open = c == 0 ? "<th scope=\"row\"" : "<td";
      out += open + (right ? " class=\"n\">" : ">") +
             cell(listing.rows[r][c], listing.columns[c].align) + (c == 0 ? "</th>" : "</td>");
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (rows < listing.rows.size())
    out += "<p>" + std::to_string(listing.rows.size() - rows) + " more rows are not shown.</p>\n";
  return out;
}

}  // namespace cofferdam::report
