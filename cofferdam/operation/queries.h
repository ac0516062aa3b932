// SPDX-License-Identifier: Apache-2.0
//
// What the queries share: paging, rows that more than one of them gives, and small texts.
//
// Paging is stable: `after` is the place of the last row of the page before, in an order to which
// rows are only ever added at the end (slots of a table, numbers, addresses in the journal).
#pragma once

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/operation/registry.h"

#include <string>

namespace cofferdam::operation {

struct PageParameters {
  std::uint32_t limit = kPageDefault;
  std::string after;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("limit", self.limit, "rows of a page, 1 to 10000");
    visit("after", self.after, "the page that begins here; as the answer before said in 'next'");
  }
};

// The place behind which the page begins; 0 for the first page.
[[nodiscard]] Result<std::uint64_t> start_of(const PageParameters& page);

struct AccountParameter {
  base::AccountId account;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "id of the account");
  }
};

template <>
struct FieldForms<AccountParameter> {
  static constexpr std::array<std::string_view, 1> kRequired{"account"};
};

struct AccountRow {
  base::AccountId id;
  base::PoolId pool;
  base::AssetId asset;
  ledger::AccountClass account_class = ledger::AccountClass::general;
  ledger::OwnerClass owner_class = ledger::OwnerClass::pool;
  base::OwnerId owner;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
  base::Amount debits_pending;
  base::Amount debits_posted;
  base::Amount credits_pending;
  base::Amount credits_posted;
  base::SignedAmount balance;
  std::optional<base::SignedAmount> floor;
  std::optional<base::SignedAmount> ceiling;
  base::u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;
  base::Time created;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the client's 128-bit id");
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what is counted");
    visit("class", self.account_class, "what the account is for");
    visit("owner_class", self.owner_class, "whose money it is");
    visit("owner", self.owner, "opaque id of the beneficial owner");
    visit("code", self.code, "the client's own kind of account");
    visit("flags", self.flags, "what it may do");
    visit("debits_pending", self.debits_pending, "debits held");
    visit("debits_posted", self.debits_posted, "debits booked");
    visit("credits_pending", self.credits_pending, "credits held");
    visit("credits_posted", self.credits_posted, "credits booked");
    visit("balance", self.balance, "credits booked less debits booked");
    visit("floor", self.floor, "least net credit balance");
    visit("ceiling", self.ceiling, "greatest net credit balance");
    visit("user_data_128", self.user_data_128, "free");
    visit("user_data_64", self.user_data_64, "free");
    visit("user_data_32", self.user_data_32, "free");
    visit("created", self.created, "booking time");
  }
};

template <>
struct FieldForms<AccountRow> : AccountFlagForms {};

[[nodiscard]] AccountRow account_row(const ledger::Account& account);

// a - b. A difference that does not fit 127 bits is the nearest that does.
[[nodiscard]] base::SignedAmount net(base::Amount a, base::Amount b);

// "17/3": record 17, position 3.
[[nodiscard]] std::string address_text(std::uint64_t address);

[[nodiscard]] std::unexpected<Error> not_found(std::string_view kind, base::u128 id);

// A query that leaves nothing out, and shows a row as it stands.
inline constexpr auto kAll = [](const auto& /*row*/) { return true; };
inline constexpr auto kItself = [](const auto& row) -> const auto& { return row; };

// The rows of a table that `wanted` lets through, as `row_of` makes them: by slots, or, of a table
// in the order of its keys, by that order, the place then being how many rows were passed.
template <class Row, class Table, class Wanted, class RowOf>
[[nodiscard]] Result<Listing> page_of_table(const View& view, const Table& table,
                                            const PageParameters& page, Wanted wanted,
                                            RowOf row_of) {
  const Result<std::uint64_t> start = start_of(page);
  if (!start) return std::unexpected(start.error());
  Listing listing = listing_of<Row>();
  // False when the page is full and another row stands at this place.
  const auto take = [&](const auto& entry, std::uint64_t place) {
    if (place < *start || !wanted(entry)) return true;
    if (listing.rows.size() == page.limit) {
      listing.next = std::to_string(place);
      return false;
    }
    listing.rows.push_back(to_json(row_of(entry), view.codec));
    return true;
  };
  if constexpr (requires { table.rows(); }) {
    std::uint64_t place = 0;
    for (const auto& [key, entry] : table.rows())
      if (!take(entry, place++)) break;
  } else {
    for (std::uint64_t slot = *start; slot < table.slot_end(); ++slot) {
      const auto at = static_cast<base::Slot>(slot);
      if (table.present(at) && !take(table.at(at), slot)) break;
    }
  }
  return listing;
}

void register_access_queries(Registry& registry);
void register_ledger_queries(Registry& registry);
void register_pool_queries(Registry& registry);
void register_release_queries(Registry& registry);
void register_custody_queries(Registry& registry);
void register_reconciliation_queries(Registry& registry);
void register_market_queries(Registry& registry);
void register_terms_queries(Registry& registry);
void register_journal_queries(Registry& registry);
void register_alert_queries(Registry& registry);
void register_margin_queries(Registry& registry);
void register_safeguard_queries(Registry& registry);
void register_default_management_queries(Registry& registry);
void register_governance_queries(Registry& registry);
void register_insurance_queries(Registry& registry);
void register_claim_queries(Registry& registry);
void register_adequacy_queries(Registry& registry);
void register_publication_queries(Registry& registry);

}  // namespace cofferdam::operation
