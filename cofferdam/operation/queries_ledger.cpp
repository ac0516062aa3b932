// SPDX-License-Identifier: Apache-2.0
//
// Queries of the ledger's present: assets, accounts, totals, holds.
#include "cofferdam/operation/queries.h"

namespace cofferdam::operation {
namespace {

struct AssetRow {
  std::string code;
  std::uint32_t number = 0;
  std::uint8_t scale = 0;
  std::string description;
  base::Time created;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("number", self.number, "counted from 1");
    visit("scale", self.scale, "decimal digits after the point");
    visit("description", self.description, "in words");
    visit("created", self.created, "when it was declared");
  }
};

AssetRow row_of(const ledger::Asset& asset) {
  return {asset.code, asset.id.value(), asset.scale, asset.description, asset.created};
}

Result<Listing> asset_list(const View& view, const PageParameters& page) {
  return page_of_table<AssetRow>(
      view, view.state.ledger.assets, page, [](const auto&) { return true; },
      [](const ledger::Asset& asset) { return row_of(asset); });
}

struct AssetParameter {
  static constexpr std::array<std::string_view, 1> kRequired{"asset"};
  base::AssetId asset;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "code of the asset");
  }
};

Result<Listing> asset_show(const View& view, const AssetParameter& parameters) {
  const ledger::Asset* asset = view.state.ledger.assets.find(parameters.asset);
  if (asset == nullptr) return not_found("asset", parameters.asset.value());
  return single(row_of(*asset), view.codec);
}

struct AccountFilter {
  base::PoolId pool;
  base::AssetId asset;
  std::optional<ledger::AccountClass> account_class;
  std::optional<ledger::OwnerClass> owner_class;
  base::OwnerId owner;
  std::optional<std::uint16_t> code;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    visit("asset", self.asset, "only of this asset");
    visit("class", self.account_class, "only of this class");
    visit("owner_class", self.owner_class, "only of this owner class");
    visit("owner", self.owner, "only of this owner");
    visit("code", self.code, "only with this code");
    PageParameters::fields(self.page, visit);
  }
};

bool passes(const AccountFilter& filter, const ledger::Account& account) {
  return (filter.pool.is_none() || filter.pool == account.pool) &&
         (filter.asset.is_none() || filter.asset == account.asset) &&
         (!filter.account_class || *filter.account_class == account.account_class) &&
         (!filter.owner_class || *filter.owner_class == account.owner_class) &&
         (filter.owner.is_none() || filter.owner == account.owner) &&
         (!filter.code || *filter.code == account.code);
}

Result<Listing> account_list(const View& view, const AccountFilter& filter) {
  return page_of_table<AccountRow>(
      view, view.state.ledger.accounts, filter.page,
      [&](const ledger::Account& account) { return passes(filter, account); },
      [](const ledger::Account& account) { return account_row(account); });
}

Result<Listing> account_show(const View& view, const AccountParameter& parameters) {
  const ledger::Account* account = view.state.ledger.accounts.find(parameters.account);
  if (account == nullptr) return not_found("account", parameters.account.value());
  return single(account_row(*account), view.codec);
}

struct HoldFilter {
  base::PoolId pool;
  base::AccountId account;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    visit("account", self.account, "only with this account on either side");
    PageParameters::fields(self.page, visit);
  }
};

struct HoldRow {
  base::TransferId id;
  base::AccountId debit_account;
  base::AccountId credit_account;
  base::PoolId pool;
  base::AssetId asset;
  base::Amount amount;
  std::uint16_t code = 0;
  base::Time expires;
  base::u128 user_data_128 = 0;
  std::string address;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "id of the pending transfer");
    visit("debit_account", self.debit_account, "account debited");
    visit("credit_account", self.credit_account, "account credited");
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what is counted");
    visit("amount", self.amount, "what is held");
    visit("code", self.code, "reason");
    visit("expires", self.expires, "when a tick releases it; null for never");
    visit("user_data_128", self.user_data_128, "reference");
    visit("address", self.address, "record and position in the journal");
  }
};

Result<Listing> hold_list(const View& view, const HoldFilter& filter) {
  const ledger::State& ledger = view.state.ledger;
  return page_of_table<HoldRow>(
      view, ledger.holds, filter.page,
      [&](const ledger::Hold& hold) {
        const ledger::Account& debit = ledger.accounts.at(hold.debit);
        const ledger::Account& credit = ledger.accounts.at(hold.credit);
        return (filter.pool.is_none() || filter.pool == debit.pool) &&
               (filter.account.is_none() || filter.account == debit.id ||
                filter.account == credit.id);
      },
      [&](const ledger::Hold& hold) {
        const ledger::Account& debit = ledger.accounts.at(hold.debit);
        return HoldRow{.id = hold.id,
                       .debit_account = debit.id,
                       .credit_account = ledger.accounts.at(hold.credit).id,
                       .pool = debit.pool,
                       .asset = debit.asset,
                       .amount = hold.amount,
                       .code = hold.code,
                       .expires = hold.expires,
                       .user_data_128 = hold.user_data_128,
                       .address = address_text(hold.address)};
      });
}

struct TotalFilter {
  base::PoolId pool;
  base::AssetId asset;
  PageParameters page;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "only of this pool");
    visit("asset", self.asset, "only of this asset");
    PageParameters::fields(self.page, visit);
  }
};

struct TotalRow {
  base::PoolId pool;
  base::AssetId asset;
  ledger::AccountClass account_class = ledger::AccountClass::general;
  base::Amount debits_pending;
  base::Amount debits_posted;
  base::Amount credits_pending;
  base::Amount credits_posted;
  base::SignedAmount balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what is counted");
    visit("class", self.account_class, "the class summed");
    visit("debits_pending", self.debits_pending, "debits held");
    visit("debits_posted", self.debits_posted, "debits booked");
    visit("credits_pending", self.credits_pending, "credits held");
    visit("credits_posted", self.credits_posted, "credits booked");
    visit("balance", self.balance, "credits booked less debits booked");
  }
};

Result<Listing> pool_totals(const View& view, const TotalFilter& filter) {
  return page_of_table<TotalRow>(
      view, view.state.ledger.totals, filter.page,
      [&](const ledger::Total& total) {
        return (filter.pool.is_none() || filter.pool == total.pool) &&
               (filter.asset.is_none() || filter.asset == total.asset);
      },
      [](const ledger::Total& total) {
        return TotalRow{total.pool,           total.asset,
                        total.account_class,  total.debits_pending,
                        total.debits_posted,  total.credits_pending,
                        total.credits_posted, net(total.credits_posted, total.debits_posted)};
      });
}

}  // namespace

void register_ledger_queries(Registry& registry) {
  add_query<PageParameters, AssetRow>(registry, "asset.list",
                                      "Assets in the order of their making.", &asset_list);
  add_query<AssetParameter, AssetRow>(registry, "asset.show", "One asset.", &asset_show);
  add_query<AccountFilter, AccountRow>(registry, "account.list",
                                       "Accounts with their balances, in the order of opening.",
                                       &account_list);
  add_query<AccountParameter, AccountRow>(registry, "account.show", "One account.", &account_show);
  add_query<HoldFilter, HoldRow>(registry, "hold.list", "Holds that are open.", &hold_list);
  add_query<TotalFilter, TotalRow>(registry, "pool.totals",
                                   "Sums of accounts by pool, asset and class.", &pool_totals);
}

}  // namespace cofferdam::operation
