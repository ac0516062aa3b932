// SPDX-License-Identifier: Apache-2.0
//
// The rows of reports as described structs, for the surfaces: text as the report shows it, under
// stable names.
#pragma once

#include "cofferdam/operation/listing.h"
#include "cofferdam/report/listing.h"

#include <string>

namespace cofferdam::report {

struct TrialBalanceRow {
  std::string account, path, pool, asset, account_class, owner_class, owner, debits, credits,
      balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "id of the account");
    visit("path", self.path, "its name in exports");
    visit("pool", self.pool, "code of the pool");
    visit("asset", self.asset, "code of the asset");
    visit("class", self.account_class, "what the account is for");
    visit("owner_class", self.owner_class, "whose money it is");
    visit("owner", self.owner, "label of the owner, or the opaque id");
    visit("debits", self.debits, "booked");
    visit("credits", self.credits, "booked");
    visit("balance", self.balance, "debits less credits");
  }
};

struct PoolBalanceRow {
  std::string pool, asset, state, custody, declared, owed, own, conduits, in_transit;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the pool");
    visit("asset", self.asset, "code of the asset");
    visit("state", self.state, "whole, or in what way not");
    visit("custody", self.custody, "held with custodians");
    visit("declared", self.declared, "claims on the world outside");
    visit("owed", self.owed, "to clients, members and providers");
    visit("own", self.own, "house money, fees, reserves, remainders");
    visit("conduits", self.conduits, "owed to other pools; negative: owed by them");
    visit("in_transit", self.in_transit, "ordered to leave and not gone; negative: on its way in");
  }
};

struct StatementRow {
  std::string account, asset, journal, time, reason, counter_account, amount, balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the owner's account");
    visit("asset", self.asset, "code of the asset");
    visit("journal", self.journal, "sequence of the record, position in it");
    visit("time", self.time, "of booking");
    visit("reason", self.reason, "opening, closing, or why value moved");
    visit("counter_account", self.counter_account, "the other side");
    visit("amount", self.amount, "to the owner; negative: from the owner");
    visit("balance", self.balance, "owed to the owner after the entry");
  }
};

struct HouseDefaultRow {
  std::string pool, asset, held, under_way, owed, house_money, excess, verdict;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "a client pool");
    visit("asset", self.asset, "code of the asset");
    visit("held", self.held, "in custody");
    visit("under_way", self.under_way,
          "claims on other client pools, less what is owed to pools and what was ordered to leave");
    visit("owed", self.owed, "to clients");
    visit("house_money", self.house_money, "declared buffers and fees");
    visit("excess", self.excess, "held and under way, less owed");
    visit("verdict", self.verdict, "whole or SHORT");
  }
};

struct EntitlementRow {
  std::string pool, client, asset, entitlement;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "a client pool");
    visit("client", self.client, "label of the client, or the opaque id");
    visit("asset", self.asset, "code of the asset");
    visit("entitlement", self.entitlement, "what the client is owed");
  }
};

struct SegregationRow {
  std::string line, label, amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("line", self.line, "number on the schedule");
    visit("label", self.label, "in words");
    visit("amount", self.amount, "as it enters the sum");
  }
};

// The same rows for the surfaces; columns are taken in order.
template <class Row>
[[nodiscard]] operation::Listing rows_of(const Listing& listing) {
  const operation::Type& type = operation::type_of<Row>();
  COFFERDAM_CHECK(type.fields.size() == listing.columns.size(),
                  "a report has as many columns as its row has fields");
  operation::Listing out{.row = &type};
  for (const std::vector<std::string>& row : listing.rows) {
    operation::Json json = operation::Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) json.add(std::string(type.fields[i].name), row[i]);
    out.rows.push_back(std::move(json));
  }
  return out;
}

}  // namespace cofferdam::report
