// SPDX-License-Identifier: Apache-2.0
//
// Books up to 8,190 trades in order, each with a status of its own.
//
// A trade is two, each between a participant and the clearing account of its own pool: the buyer's
// position is credited with the quantity and its open value debited with what that costs (for an
// inverse contract credited with the coin that it is short of), the seller's the other way round.
// Cash moves only for fees. An id is used once for ever by a trade that was booked; a refused trade
// leaves no trace and may be sent again under the same id.
//
// By its terms a contract may be paid at the trade. An option: the position moves as above, and the
// premium goes from the buyer's collateral, rounded up to the settlement asset, to the seller's,
// rounded down; the open value stays at zero. Spot: the price goes the same way, and the quantity
// of the base asset from the seller's collateral to the buyer's; no position arises.
#pragma once

#include "cofferdam/books/market/fees.h"
#include "cofferdam/books/market/limits.h"
#include "cofferdam/books/market/market.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace cofferdam::market {

struct Trade {
  u128 id = 0;
  ContractId contract;
  Price price;
  Quantity quantity;
  PoolId buyer_pool;
  OwnerId buyer;
  PoolId seller_pool;
  OwnerId seller;
  SignedAmount buyer_fee;
  SignedAmount seller_fee;
  Time time;

  friend auto operator<=>(const Trade&, const Trade&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the venue's 128-bit id, used once for ever");
    visit("contract", self.contract, "the contract");
    visit("price", self.price, "in the contract's price scale");
    visit("quantity", self.quantity, "in the contract's quantity scale, positive");
    visit("buyer_pool", self.buyer_pool, "pool of the buyer");
    visit("buyer", self.buyer, "owner that buys");
    visit("seller_pool", self.seller_pool, "pool of the seller");
    visit("seller", self.seller, "owner that sells");
    visit("buyer_fee", self.buyer_fee, "in the settlement asset; negative is a rebate");
    visit("seller_fee", self.seller_fee, "in the settlement asset; negative is a rebate");
    visit("time", self.time, "when it was made; 0 for the time of booking");
  }
};

struct RecordTrades {
  std::vector<Trade> trades;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("trades", self.trades, "the trades, in order");
  }
};

enum class RecordTradesStatus : std::uint16_t { ok, no_events, too_many_events };

// A trade that names its taker instead of its fees: these follow from the contract's fee schedule.
struct ClearedTrade {
  u128 id = 0;
  ContractId contract;
  Price price;
  Quantity quantity;
  PoolId buyer_pool;
  OwnerId buyer;
  PoolId seller_pool;
  OwnerId seller;
  TradeSide taker = TradeSide::buyer;
  Time time;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the venue's 128-bit id, used once for ever");
    visit("contract", self.contract, "the contract");
    visit("price", self.price, "in the contract's price scale");
    visit("quantity", self.quantity, "in the contract's quantity scale, positive");
    visit("buyer_pool", self.buyer_pool, "pool of the buyer");
    visit("buyer", self.buyer, "owner that buys");
    visit("seller_pool", self.seller_pool, "pool of the seller");
    visit("seller", self.seller, "owner that sells");
    visit("taker", self.taker, "the side that came and took what rested: buyer or seller");
    visit("time", self.time, "when it was made; 0 for the time of booking");
  }
};

struct ClearTrades {
  std::vector<ClearedTrade> trades;

  static constexpr std::string_view kDoc =
      "Books trades whose fees follow from the contract's schedule.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("trades", self.trades, "the trades, in order");
  }
};

// As a trade whose fees are not said.
[[nodiscard]] Trade without_fees(const ClearedTrade& trade);

// In order of precedence, but for the last ones: contract_expired is asked right after
// contract_closed, buyer_base_not_found and seller_base_not_found after seller_not_found, and
// premium_not_covered, delivery_not_covered and collateral_cannot_be_credited before the fees,
// open_interest_capped and contract_quarantined after value_out_of_range.
// The last two are asked once all has been paid.
enum class TradeStatus : std::uint8_t {
  ok,
  id_must_not_be_zero,
  id_must_not_be_max,
  exists_with_different_contract,
  exists_with_different_price,
  exists_with_different_quantity,
  exists_with_different_buyer,
  exists_with_different_seller,
  exists_with_different_fee,
  exists_with_different_time,
  exists,
  quantity_must_be_positive,
  price_must_be_positive,
  fee_out_of_range,
  buyer_and_seller_are_the_same,
  time_in_the_future,
  contract_not_found,
  contract_closed,
  buyer_not_found,
  seller_not_found,
  buyer_pool_not_active,
  seller_pool_not_active,
  buyer_would_not_reduce,
  seller_would_not_reduce,
  value_out_of_range,
  overflows_open_interest,
  overflows_open_value,
  too_many_holders,
  account_id_taken,
  overflows_ledger,
  buyer_fee_not_covered,
  seller_fee_not_covered,
  contract_expired,
  buyer_base_not_found,
  seller_base_not_found,
  premium_not_covered,
  delivery_not_covered,
  collateral_cannot_be_credited,
  buyer_margin_insufficient,
  seller_margin_insufficient,
  open_interest_capped,
  contract_quarantined,
  buyer_profit_not_mature,
  seller_profit_not_mature,
};

// Where the trades booked by earlier commands are found; written by the engine over its index of
// ids. An answer stays valid until the next call.
class TradeHistory {
 public:
  // Of a trade whose fees follow from the schedule in force at a record of the journal.
  struct Charged {
    TradeSide taker = TradeSide::buyer;
    Sequence sequence = 0;
  };

  virtual ~TradeHistory() = default;
  [[nodiscard]] virtual const Trade* find(u128 id) = 0;

  // Of the trade found last; nullopt when its fees are its own.
  [[nodiscard]] virtual std::optional<Charged> charged() { return std::nullopt; }

  // These ids will be asked soon.
  virtual void prefetch(std::span<const Trade> trades) = 0;
};

// Scratch memory of the batch, kept between batches so that nothing is allocated on the way.
class TradeIds;

class TradeScratch {
 public:
  TradeScratch();
  ~TradeScratch();
  TradeScratch(const TradeScratch&) = delete;
  TradeScratch& operator=(const TradeScratch&) = delete;

  [[nodiscard]] TradeIds& ids() { return *ids_; }

 private:
  std::unique_ptr<TradeIds> ids_;
};

// What a trade would do to one of its sides.
struct SideChange {
  PoolId pool;
  OwnerId owner;
  ContractId contract;
  i128 position = 0;
  i128 open_value = 0;
  AssetId asset;   // of the cash
  i128 cash = 0;   // of the collateral, still to be moved
  i128 moved = 0;  // of the collateral, moved already
  AssetId other;   // spot: what is delivered
  i128 delivered = 0;
};

// Asked before a trade is booked whether each side may take it on.
class TradeGuard {
 public:
  virtual ~TradeGuard() = default;
  [[nodiscard]] virtual bool covers(const SideChange& side) = 0;
};

// Asked of a trade that was paid for at once whether this account may have paid, as it stands now.
class PaymentGuard {
 public:
  virtual ~PaymentGuard() = default;
  [[nodiscard]] virtual bool may_have_paid(const ledger::Account& payer) = 0;
};

[[nodiscard]] RecordTradesStatus check_shape(const RecordTrades& command);
[[nodiscard]] RecordTradesStatus check_shape(const ClearTrades& command);

// What a trade changes and what it reads beside it.
struct TradeBooks {
  State& market;
  ledger::State& ledger;
  TradeHistory& history;
  TradeScratch& scratch;
  const TermsState* terms = nullptr;   // none: every contract is without terms
  TradeGuard* guard = nullptr;         // none: every side may
  const LimitState* limits = nullptr;  // none: as much as there is may be open
  PaymentGuard* payments = nullptr;    // none: everybody may pay
};

// Judges and books the trades in order; results[i] belongs to trades[i].
void apply(std::span<const Trade> trades, TradeBooks books, ledger::Context& context,
           std::vector<TradeStatus>& results);
void apply(std::span<const ClearedTrade> trades, TradeBooks books, ledger::Context& context,
           std::vector<TradeStatus>& results);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::RecordTradesStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "no_events", "too_many_events"};
  static constexpr std::array<std::string_view, 3> kDocs{"", "a batch has at least one trade",
                                                         "a batch has at most 8190 trades"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::TradeStatus> {
  static constexpr std::array<std::string_view, 44> kNames{"ok",
                                                           "id_must_not_be_zero",
                                                           "id_must_not_be_max",
                                                           "exists_with_different_contract",
                                                           "exists_with_different_price",
                                                           "exists_with_different_quantity",
                                                           "exists_with_different_buyer",
                                                           "exists_with_different_seller",
                                                           "exists_with_different_fee",
                                                           "exists_with_different_time",
                                                           "exists",
                                                           "quantity_must_be_positive",
                                                           "price_must_be_positive",
                                                           "fee_out_of_range",
                                                           "buyer_and_seller_are_the_same",
                                                           "time_in_the_future",
                                                           "contract_not_found",
                                                           "contract_closed",
                                                           "buyer_not_found",
                                                           "seller_not_found",
                                                           "buyer_pool_not_active",
                                                           "seller_pool_not_active",
                                                           "buyer_would_not_reduce",
                                                           "seller_would_not_reduce",
                                                           "value_out_of_range",
                                                           "overflows_open_interest",
                                                           "overflows_open_value",
                                                           "too_many_holders",
                                                           "account_id_taken",
                                                           "overflows_ledger",
                                                           "buyer_fee_not_covered",
                                                           "seller_fee_not_covered",
                                                           "contract_expired",
                                                           "buyer_base_not_found",
                                                           "seller_base_not_found",
                                                           "premium_not_covered",
                                                           "delivery_not_covered",
                                                           "collateral_cannot_be_credited",
                                                           "buyer_margin_insufficient",
                                                           "seller_margin_insufficient",
                                                           "open_interest_capped",
                                                           "contract_quarantined",
                                                           "buyer_profit_not_mature",
                                                           "seller_profit_not_mature"};
  static constexpr std::array<std::string_view, 44> kDocs{
      "",
      "a trade has an id",
      "the greatest id is reserved",
      "the id was used by a trade in another contract",
      "the id was used by a trade at another price",
      "the id was used by a trade of another quantity",
      "the id was used by a trade of another buyer",
      "the id was used by a trade of another seller",
      "the id was used by a trade with another fee",
      "the id was used by a trade of another time",
      "this trade was booked before",
      "the quantity is positive",
      "the price is positive",
      "a fee or rebate is less than 2^120 units",
      "a participant does not trade with itself",
      "a trade is not made after the time of booking",
      "the contract must exist",
      "a closed contract does not trade",
      "the buyer is a participant of its pool in the settlement asset",
      "the seller is a participant of its pool in the settlement asset",
      "the buyer's pool accepts transfers",
      "the seller's pool accepts transfers",
      "a reduce_only contract lets the buyer only close a short position",
      "a reduce_only contract lets the seller only close a long position",
      "the trade is worth at least one and less than 2^120 units of the value asset",
      "the open interest stays below 2^120 units",
      "an open value stays below 2^120 units",
      "a contract has at most 100000 holders at a time",
      "an id reserved for the market's own accounts is used by another account",
      "the counters of a pool stay below 2^127 units",
      "the buyer's collateral pays its fee, the pool's fees its rebate",
      "the seller's collateral pays its fee, the pool's fees its rebate",
      "a contract does not trade after its expiry",
      "the buyer of spot is a participant of its pool in the base asset",
      "the seller of spot is a participant of its pool in the base asset",
      "the buyer's collateral pays the premium, or the price of spot",
      "the seller's collateral in the base asset delivers the quantity of spot",
      "a collateral account that would be paid is neither frozen nor closed nor at its ceiling",
      "the trade leaves the buyer covered in its pool, or lowers its risk",
      "the trade leaves the seller covered in its pool, or lowers its risk",
      "what is open of a contract stays within its limit, or becomes less",
      "until the end of its quarantine, only one pool opens positions in the contract",
      "a premium or the price of spot is not paid with profit that is not mature",
      "spot is not delivered out of profit that is not mature"};
};
