// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/queries.h"

#include "cofferdam/books/ledger/posting.h"

namespace cofferdam::operation {

Result<std::uint64_t> start_of(const PageParameters& page) {
  if (page.limit == 0 || page.limit > kPageMax)
    return base::malformed("limit", std::to_string(page.limit), "must be from 1 to 10000");
  if (page.after.empty()) return std::uint64_t{0};
  return base::parse_u64(page.after, "after");
}

AccountRow account_row(const ledger::Account& account) {
  AccountRow row{.id = account.id,
                 .pool = account.pool,
                 .asset = account.asset,
                 .account_class = account.account_class,
                 .owner_class = account.owner_class,
                 .owner = account.owner,
                 .code = account.code,
                 // The guard of a vault's wallet is wallet.list's to show.
                 .flags = static_cast<std::uint16_t>(account.flags & ~ledger::kLeavesByIntent),
                 .debits_pending = account.debits_pending,
                 .debits_posted = account.debits_posted,
                 .credits_pending = account.credits_pending,
                 .credits_posted = account.credits_posted,
                 .balance = net(account.credits_posted, account.debits_posted),
                 .user_data_128 = account.user_data_128,
                 .user_data_64 = account.user_data_64,
                 .user_data_32 = account.user_data_32,
                 .created = account.created};
  if (account.is(ledger::kHasFloor)) row.floor = account.floor;
  if (account.is(ledger::kHasCeiling)) row.ceiling = account.ceiling;
  return row;
}

base::SignedAmount net(base::Amount a, base::Amount b) {
  return base::try_difference(a, b).value_or(
      base::SignedAmount(a < b ? base::kI128Min : base::kI128Max));
}

std::string address_text(std::uint64_t address) {
  return std::to_string(ledger::sequence_of(address)) + "/" +
         std::to_string(ledger::position_of(address));
}

std::unexpected<Error> not_found(std::string_view kind, base::u128 id) {
  return base::malformed(std::string(kind), base::to_text(id),
                         "must be " + with_article(kind) + " that exists");
}

void register_queries(Registry& registry) {
  register_ledger_queries(registry);
  register_pool_queries(registry);
  register_release_queries(registry);
  register_access_queries(registry);
  register_custody_queries(registry);
  register_reconciliation_queries(registry);
  register_market_queries(registry);
  register_terms_queries(registry);
  register_journal_queries(registry);
  register_alert_queries(registry);
  register_margin_queries(registry);
  register_safeguard_queries(registry);
  register_default_management_queries(registry);
  register_governance_queries(registry);
  register_insurance_queries(registry);
  register_claim_queries(registry);
  register_adequacy_queries(registry);
  register_publication_queries(registry);
}

}  // namespace cofferdam::operation
