// SPDX-License-Identifier: Apache-2.0
//
// The accounts as rows of numbers, so that a mark or a grid is judged over all of them without
// looking into the ledger.
//
// It is a cache and never the truth: it is made from the books when it is first needed, an account
// that a command has touched is read again before it is next used, whether the command stood or
// was taken back, and it only ever says which accounts are worth a full assessment. What contracts,
// marks, grids and prices say is read anew in every pass.
#pragma once

#include "cofferdam/base/huge_pages.h"
#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/scenario_sums.h"
#include "cofferdam/books/margin/scratch.h"
#include "cofferdam/books/margin/valuation.h"

#include <map>
#include <set>

namespace cofferdam::margin {

class Mirror {
 public:
  // The account was touched: it is read again before it is next used.
  void note(const Account& account) {
    if (!built_) return;
    noted_.push_back(account);
    if (noted_.size() > kNotedMax) forget();
  }

  // A pool came under margin, or what it counts has changed: everything is read again.
  void forget() {
    built_ = false;
    noted_.clear();
  }

  // Reads what is missing. Then begins a pass over the books as they are.
  void begin(const Books& books);

  // Adds the holders of the contract, or all accounts of the pool, to the pass.
  void add_holders(const std::set<ContractId>& contracts);
  void add_pool(PoolId pool);

  // The accounts of the pass whose recorded state may have to change, in their order.
  [[nodiscard]] std::vector<Account> suspects();

 private:
  // Collateral in one asset and the positions that settle in it.
  struct Leg {
    AssetId asset;
    std::uint32_t first = 0;  // of the positions
    std::uint32_t count = 0;
    i128 cash = 0;
    i128 open_value = 0;  // of all of them, in the finest scale of the asset's contracts
  };

  struct Row {
    Account account;
    std::uint32_t legs_first = 0;
    std::uint32_t legs_count = 0;
    std::uint32_t legs_room = 0;
    std::uint32_t positions_first = 0;
    std::uint32_t positions_count = 0;
    std::uint32_t positions_room = 0;
    std::uint32_t pass = 0;
    std::uint32_t pool = 0;  // which of the pools
    std::uint64_t size = 0;  // sum of the positions' magnitudes
    Health recorded = Health::healthy;
    bool plain = true;  // its numbers fit the fast form
  };

  // What a contract says in this pass, under a rulebook.
  struct View {
    std::uint32_t pass = 0;
    bool known = false;  // false: no news, nobody's state changes on it
    bool plain = true;
    bool has_grid = false;
    std::int64_t unit_long = 0;  // in the finest scale of the asset's contracts
    std::int64_t unit_short = 0;
    std::int64_t least = 0;  // of the grid's entries
    std::int64_t greatest = 0;
    AddOns add_ons;
    std::uint64_t size_free = 0;
    std::uint64_t unit_value = 0;  // in the contract's value asset
    std::uint64_t settle_factor = 1;
    TierTerms tiers;
  };

  struct Views {
    RulebookId rulebook;
    const Rulebook* row = nullptr;
    std::uint64_t scale_factor = 1;
    std::size_t stride = 0;
    std::int64_t largest = 0;  // magnitude of an entry, of the views of this pass
    std::vector<View> views;
    std::vector<std::int64_t, base::HugePages<std::int64_t>> grids;
  };

  struct Rate {
    std::uint32_t pass = 0;
    AssetId asset;
    Conversion conversion;
    bool at_par = false;
    i128 divisor = 1;  // from the finest scale to the asset's
  };

  struct Pool {
    PoolId id;
    std::uint32_t pass = 0;
    const PoolMargin* setting = nullptr;
    std::size_t views = 0;
    std::vector<Rate> rates;
    std::vector<std::uint32_t> rows;
  };

  enum class Finding : std::uint8_t { unchanged, suspect };

  // Beyond this it is cheaper to read all accounts again.
  static constexpr std::size_t kNotedMax = std::size_t{1} << 22;

  void build();
  void read_scales();
  void read_account(const Account& account);
  void read_leg(const market::Participant& participant, Row& row);
  void keep(Row& row);
  void add_holder(std::uint32_t contract, std::uint32_t row);
  void add_row(std::uint32_t row);
  void refresh(Pool& pool);
  [[nodiscard]] std::size_t views_of(RulebookId rulebook);
  [[nodiscard]] const View& view_of(Views& views, std::uint32_t contract);
  void read_view(Views& views, View& view, std::uint32_t contract);
  [[nodiscard]] const Rate* rate_of(Pool& pool, AssetId asset);
  [[nodiscard]] Finding judge(Row& row);
  [[nodiscard]] bool add_equity(Pool& pool, Views& views, const Row& row, i128& equity,
                                bool& known);
  [[nodiscard]] bool maintenance_of(Views& views, const Pool& pool, const Row& row,
                                    u128& maintenance);

  const Books* books_ = nullptr;
  bool built_ = false;
  std::uint32_t pass_ = 0;
  std::vector<Account> noted_;
  std::vector<Row> rows_;
  std::vector<Leg> legs_;
  std::vector<GridPosition, base::HugePages<GridPosition>> positions_;
  std::vector<std::uint32_t> row_of_participant_;
  // By number of the contract: every row that holds it, and perhaps some that no longer do.
  std::vector<std::vector<std::uint32_t>> holders_;
  std::map<AssetId, unsigned> scales_;
  std::size_t contracts_seen_ = 0;
  std::vector<Pool> pools_;
  std::map<PoolId, std::uint32_t> pool_index_;
  std::vector<Views> views_;
  std::vector<std::uint32_t> passing_;
  std::vector<GridPosition> read_positions_;
  std::vector<Leg> read_legs_;
};

}  // namespace cofferdam::margin
