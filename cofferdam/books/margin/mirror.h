// SPDX-License-Identifier: Apache-2.0
//
// The accounts as rows of numbers, so that a mark or a grid is judged over all of them, and a trade
// over its two sides, without looking into the ledger.
//
// It is a cache and never the truth: it is made from the books when it is first needed, an account
// that a command has touched is read again before it is next used, whether the command stood or
// was taken back. Of marks it says which accounts may have changed their state, of a trade that a
// side is clearly covered; everything else is left to the full assessment. What contracts, marks
// and prices say is read anew in every pass, the entries of a grid when it was touched.
//
// A pass over many accounts is cut into pieces for the threads. Before it begins, everything that
// the accounts have in common has been read; from then on nothing but the answers is written, and
// these are put together in the order of the pieces.
#pragma once

#include "cofferdam/base/huge_pages.h"
#include "cofferdam/base/thread_pool.h"
#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/scenario_sums.h"
#include "cofferdam/books/margin/scratch.h"
#include "cofferdam/books/margin/valuation.h"

#include <map>
#include <memory>
#include <set>
#include <span>

namespace cofferdam::margin {

class Mirror {
 public:
  // How passes are carried out; what comes out is the same for all.
  struct Manner {
    std::size_t threads = 0;                   // 0: as many as the machine has, within reason
    const ScenarioKernels* kernels = nullptr;  // none: the machine's best
  };

  void set(const Manner& manner);

  // What of an account was touched; it is read again before it is next used.
  struct Note {
    Account account;
    ContractId contract;           // of the holding
    Slot holding = base::kNoSlot;  // none: its cash and its recorded state
    bool everything = false;
  };

  void note(const Note& note);

  // The grid was touched: its entries are read again.
  void note_grid(RulebookId rulebook, ContractId contract);

  [[nodiscard]] bool is_made() const { return built_; }

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

  // The trades of one command come now; nothing but they touches the accounts until their end.
  // False: the rows were not made yet, and a trade is no reason to make them.
  [[nodiscard]] bool begin_trades(const Books& books);

  // Whether a trade leaves this side covered, by the books of begin_trades(). False says that the
  // full assessment is to decide. Every side of every trade is asked, so that the rows follow what
  // is booked.
  [[nodiscard]] bool surely_covers(const Account& account, const Change& change);

  // Calls work(begin, end) over ranges of `count`, on several threads where that is worth it.
  template <class Work>
  void in_ranges(std::size_t count, std::size_t range, Work&& work) {
    base::ThreadPool* pool = count > range ? threads() : nullptr;
    if (pool == nullptr) return work(std::size_t{0}, count);
    base::for_ranges(*pool, count, range, work);
  }

 private:
  // Collateral in one asset and the positions that settle in it.
  struct Leg {
    AssetId asset;
    std::uint32_t first = 0;  // of the positions
    std::uint32_t count = 0;
    i128 cash = 0;
    i128 open_value = 0;  // of all of them, in the finest scale of the asset's contracts
  };

  // A holding is among the positions while it has a quantity or an open value.
  struct Held {
    GridPosition position;
    std::int64_t open_value = 0;  // in the finest scale of the asset's contracts
  };

  struct Row {
    Account account;
    std::uint32_t legs_first = 0;
    std::uint32_t positions_first = 0;
    std::uint16_t legs_count = 0;
    std::uint16_t legs_room = 0;
    std::uint16_t positions_count = 0;
    std::uint16_t positions_room = 0;
    std::uint32_t pass = 0;
    std::uint32_t pool = 0;   // which of the pools
    std::uint32_t asked = 0;  // which of asked_, where the trades have this serial
    std::uint32_t trades = 0;
    std::uint64_t size = 0;     // sum of the positions' magnitudes
    std::uint64_t largest = 0;  // at least as large as any of them
    Health recorded = Health::healthy;
    bool plain = true;  // its numbers fit the fast form
  };

  // What a contract says in this pass, under a rulebook.
  struct View {
    std::uint32_t pass = 0;
    bool known = false;      // false: no news, nobody's state changes on it
    bool may_raise = false;  // new risk may be taken on at the same price
    bool plain = true;
    bool has_grid = false;
    bool keeps_entries = false;  // of the grid, from an earlier pass
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

  struct alignas(64) Block {
    std::array<std::int64_t, kScenarioBlock> entries{};
  };

  struct alignas(32) Sides {
    std::array<std::int64_t, kSideNumbers> numbers{};
  };

  // Columns of the side numbers.
  enum Side : std::uint8_t { kUnit, kMaintenanceAddOn, kInitialAddOn };

  struct Views {
    RulebookId rulebook;
    const Rulebook* row = nullptr;
    std::uint64_t scale_factor = 1;
    std::size_t stride = 0;
    std::int64_t largest = 0;  // magnitude of an entry or side number, of the views of this pass
    std::int64_t largest_entry = 0;
    std::vector<View> views;
    std::vector<Block> blocks;
    std::vector<DigitBlock> digits;  // of the entries that they reach; their bits only ever grow
    unsigned digit_bits = 1;
    std::vector<Sides> sides;
    // By contract, the pass in which it was found to be all that the short way needs: a usable
    // mark, and a grid whose add-ons are the same for every unit.
    std::vector<std::uint32_t> regular;
    std::vector<std::uint32_t> raising;  // the same, where new risk may be taken on
    bool all_regular = false;

    [[nodiscard]] GridTable table() const {
      return {blocks.front().entries.data(), sides.front().numbers.data(), stride, digits.data(),
              digit_bits};
    }
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
  static constexpr std::uint32_t kNoRow = ~std::uint32_t{0};

  // mirror.cpp: making the rows.
  void build();
  void read_scales();
  void catch_up();
  void fetch_ahead(std::size_t note) const;
  void take_in(const Note& note);
  [[nodiscard]] std::uint32_t row_of(const Note& note) const;
  [[nodiscard]] bool read_cash(Row& row);
  [[nodiscard]] bool read_holding(Row& row, const Note& note);
  [[nodiscard]] std::optional<Held> held_in(const market::Holding& holding) const;
  [[nodiscard]] GridPosition* position_in(Row& row, const Leg& leg, std::uint32_t contract);
  [[nodiscard]] std::uint32_t row_of(const Account& account) const;
  void read_account(const Account& account);
  void read_leg(const market::Participant& participant, Row& row);
  void keep(Row& row);
  void make_room(Row& row);
  void add_places(std::size_t room);
  void put(std::size_t at, const GridPosition& position);
  void add_holder(std::uint32_t contract, std::uint32_t row);
  void add_row(std::uint32_t row);

  // mirror_views.cpp: what the accounts have in common.
  void begin_views();
  void refresh(Pool& pool);
  void read_all_views();
  [[nodiscard]] std::size_t views_of(RulebookId rulebook);
  const View& view_of(Views& views, std::uint32_t contract);
  void read_view(Views& views, View& view, std::uint32_t contract);
  void read_entries(Views& views, View& view, std::uint32_t contract, const Grid& grid);
  static void write_digits_of(Views& views, const View& view, std::uint32_t contract);
  void write_sides(Views& views, const View& view, std::uint32_t contract);
  void read_views(const Row& row);

  // mirror_judge.cpp: accounts against it. Reads only.
  [[nodiscard]] const Rate* rate_of(const Pool& pool, AssetId asset) const;
  [[nodiscard]] Finding judge(const Row& row) const;
  [[nodiscard]] bool is_regular(const Views& views, const Row& row) const;
  [[nodiscard]] std::optional<ScenarioSums> sums_of(const Views& views, const Row& row) const;
  [[nodiscard]] bool add_regular(const Pool& pool, const Views& views, const Row& row, i128& equity,
                                 u128& maintenance, bool& known) const;
  [[nodiscard]] static i128 value_of(const Views& views, std::span<const GridPosition> positions);
  [[nodiscard]] bool add_equity(const Pool& pool, const Views& views, const Row& row, i128& equity,
                                bool& known) const;
  [[nodiscard]] bool maintenance_of(const Views& views, const Pool& pool, const Row& row,
                                    u128& maintenance) const;
  [[nodiscard]] const ScenarioKernels& kernels() const;
  [[nodiscard]] base::ThreadPool* threads();

  // mirror_trades.cpp
  void follow(Row& row, const Note& asked);
  [[nodiscard]] bool covers(Row& row, const market::Participant& participant, const Change& change);
  [[nodiscard]] bool backs(const Row& row, const Leg& leg, const ScenarioSums& sums, i128 cash,
                           i128 open_value) const;

  const Books* books_ = nullptr;
  Manner manner_;
  std::unique_ptr<base::ThreadPool> threads_;
  bool built_ = false;
  bool whole_ = false;  // all rows are in the pass
  std::uint32_t pass_ = 0;
  std::uint32_t trades_ = 0;
  std::vector<Note> noted_;
  std::vector<Row> rows_;
  std::vector<Leg> legs_;
  std::vector<GridPosition, base::HugePages<GridPosition>> positions_;
  std::vector<PositionPair, base::HugePages<PositionPair>> pairs_;        // the same, two by two
  std::vector<std::int64_t, base::HugePages<std::int64_t>> open_values_;  // of the positions
  std::vector<std::uint32_t> row_of_participant_;
  // By number of the contract: every row that holds it, and perhaps some that no longer do.
  std::vector<std::vector<std::uint32_t>> holders_;
  std::map<AssetId, unsigned> scales_;
  std::size_t contracts_seen_ = 0;
  std::vector<Pool> pools_;
  std::map<PoolId, std::uint32_t> pool_index_;
  std::vector<Views> views_;
  std::vector<std::uint32_t> passing_;
  std::vector<std::vector<std::uint32_t>> found_;  // by piece of the pass
  std::vector<Note> asked_;
  std::vector<Held> read_positions_;
  std::vector<Leg> read_legs_;
  std::vector<Slot> read_participants_;
};

}  // namespace cofferdam::margin
