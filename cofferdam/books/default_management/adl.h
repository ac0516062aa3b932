// SPDX-License-Identifier: Apache-2.0
//
// Auto-deleveraging: the position of an account that is bankrupt is closed against the other side,
// as much as it is and no more, at its bankruptcy price or at a given price between that and the
// mark.
//
// What one closed unit costs a counterparty is the distance of that price from the mark; the whole
// of it is the deficit, rounded up to the unit. A counterparty takes at most what its equity can
// bear, so nobody is made bankrupt. What nobody can bear is closed at the mark, where it costs
// nothing, and its deficit becomes a haircut of claims, pro rata; so the calculation always ends,
// and cost plus haircut plus what no claim is left for is the deficit, to the unit.
//
// Rankings, compared by exact integer products, ties by the account's name:
//   bitmex       pnl % x leverage of a winner, pnl % / leverage of a loser;
//                pnl % = (mark value - entry value) / |entry value|,
//                leverage = |mark value| / (mark value - bankrupt value)
//   binance      max(0, pnl) / max(1, wallet) x maintenance margin / (wallet + pnl), 0 without
//   equity hyperliquid  (mark / entry) x (notional / account value), as published for both sides
//   pro_rata     everybody by size of position
//   hedge_aware  unhedged parts first, pro rata; hedged parts only for what is then left: of all
//                allocations that place the same quantity it breaks the least hedged quantity
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::default_management {

enum class AdlRanking : std::uint8_t { hedge_aware, pro_rata, bitmex, binance, hyperliquid };
inline constexpr std::size_t kAdlRankings = 5;

enum class AdlContractKind : std::uint8_t { linear, inverse };

struct AdlCounterparty {
  std::string account;
  Quantity position;
  Price entry_price;
  SignedAmount wallet_balance;
  std::optional<SignedAmount> unrealised_profit;
  Amount maintenance_margin;
  std::optional<Price> bankruptcy_price;
  Quantity hedged;

  static constexpr std::array<std::string_view, 3> kRequired{"account", "position", "entry_price"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "unique name");
    visit("position", self.position, "long above zero, short below");
    visit("entry_price", self.entry_price, "average price of entry");
    visit("wallet_balance", self.wallet_balance, "collateral without unrealised profit");
    visit("unrealised_profit", self.unrealised_profit,
          "of the whole account; null: of this position, at the mark");
    visit("maintenance_margin", self.maintenance_margin, "of the account, for binance");
    visit("bankruptcy_price", self.bankruptcy_price,
          "of this position, for bitmex; null: mark value less equity");
    visit("hedged", self.hedged,
          "part of the position, without sign, that offsets another exposure of the account");
  }
};

struct AdlClaim {
  std::string account;
  Amount claim;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "unique name, not a counterparty's");
    visit("claim", self.claim, "what it may ask of the pool");
  }
};

struct AdlInput {
  std::uint8_t scale = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  AdlContractKind kind = AdlContractKind::linear;
  std::uint64_t multiplier = 1;
  AdlRanking ranking = AdlRanking::hedge_aware;
  Quantity position;
  Price bankruptcy_price;
  Price mark_price;
  std::optional<Price> close_price;
  std::vector<AdlCounterparty> counterparties;
  std::vector<AdlClaim> claims;

  static constexpr std::array<std::string_view, 4> kRequired{"position", "bankruptcy_price",
                                                             "mark_price", "counterparties"};
  static constexpr std::string_view kDoc =
      "Deleveraging for a deficit and nothing more: whose positions are closed under five "
      "rankings, "
      "at what cost, with a receipt for each.";
  static constexpr std::string_view kSource =
      "BitMEX, Auto-Deleveraging; Binance, What Is Auto-Deleveraging; Hyperliquid docs, "
      "Auto-deleveraging; pro rata and minimal harm after arXiv 2512.01112";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38");
    visit("price_scale", self.price_scale, "fraction digits of prices, 0 to 38");
    visit("quantity_scale", self.quantity_scale, "fraction digits of positions, 0 to 38");
    visit("kind", self.kind, "linear: worth quantity x price; inverse: quantity / price");
    visit("multiplier", self.multiplier, "units in one contract");
    visit("ranking", self.ranking, "whose positions are closed");
    visit("position", self.position, "of the bankrupt account: long above zero, short below");
    visit("bankruptcy_price", self.bankruptcy_price, "of that position");
    visit("mark_price", self.mark_price, "at which equity is counted");
    visit("close_price", self.close_price,
          "at which positions are closed, from the bankruptcy price to the mark; null: the "
          "bankruptcy price");
    visit("counterparties", self.counterparties,
          "at most 100,000; those of the same side are left alone");
    visit("claims", self.claims, "of others who share a haircut; at most 100,000");
  }
};

enum class AdlStatus : std::uint8_t { covered, haircut, uncovered, no_deficit };

struct AdlAlternative {
  AdlRanking ranking = AdlRanking::hedge_aware;
  Quantity closed;
  Amount cost;
  Quantity hedge_broken;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("ranking", self.ranking, "had this one been used");
    visit("closed", self.closed, "quantity closed at the close price");
    visit("cost", self.cost, "given up against the mark");
    visit("hedge_broken", self.hedge_broken, "of the hedged part");
  }
};

struct AdlReceipt {
  std::string account;
  std::uint32_t rank = 0;
  std::string score;
  std::string score_decimal;
  Quantity position_before;
  Quantity closed;
  Quantity closed_at_mark;
  Quantity position_after;
  Amount cost;
  Amount haircut;
  SignedAmount equity_before;
  SignedAmount equity_after;
  Quantity hedge_broken;
  std::vector<AdlAlternative> alternatives;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "that was hit");
    visit("rank", self.rank, "1 is the first in the ranking; 0: the rule has none");
    visit("score", self.score, "exact, as a fraction in lowest terms; empty: the rule has none");
    visit("score_decimal", self.score_decimal, "the same, cut to 18 fraction digits");
    visit("position_before", self.position_before, "with its sign");
    visit("closed", self.closed, "quantity closed at the close price");
    visit("closed_at_mark", self.closed_at_mark, "quantity closed at the mark");
    visit("position_after", self.position_after, "with its sign");
    visit("cost", self.cost, "given up against the mark");
    visit("haircut", self.haircut, "of its claim");
    visit("equity_before", self.equity_before, "at the mark, rounded down");
    visit("equity_after", self.equity_after, "less cost and haircut");
    visit("hedge_broken", self.hedge_broken, "of the hedged part");
    visit("alternatives", self.alternatives, "the same account under every ranking");
  }
};

struct AdlHaircut {
  std::string account;
  Amount claim;
  Amount haircut;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "of the claim");
    visit("claim", self.claim, "before");
    visit("haircut", self.haircut, "pro rata, by largest remainder");
  }
};

struct AdlSummary {
  AdlRanking ranking = AdlRanking::hedge_aware;
  std::uint32_t accounts_hit = 0;
  Quantity closed;
  Amount cost;
  Quantity hedge_broken;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("ranking", self.ranking, "of the five");
    visit("accounts_hit", self.accounts_hit, "whose positions it closes");
    visit("closed", self.closed, "at the close price");
    visit("cost", self.cost, "given up against the mark, by all");
    visit("hedge_broken", self.hedge_broken, "by all");
  }
};

struct AdlOutput {
  AdlStatus status = AdlStatus::covered;
  Amount deficit;
  Price close_price;
  Quantity closed;
  Quantity closed_at_mark;
  Quantity unclosed;
  Amount cost;
  Amount haircut;
  Amount uncovered;
  Amount overshoot;
  std::vector<AdlReceipt> receipts;
  std::vector<AdlHaircut> claims;
  std::vector<AdlSummary> rankings;
  std::string certificate;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("status", self.status, "who bears the deficit");
    visit("deficit", self.deficit, "of the position at the mark, rounded up");
    visit("close_price", self.close_price, "that was used");
    visit("closed", self.closed, "at the close price, by all");
    visit("closed_at_mark", self.closed_at_mark, "what nobody could bear");
    visit("unclosed", self.unclosed, "no opposing position was given for it");
    visit("cost", self.cost, "given up against the mark, by all");
    visit("haircut", self.haircut, "of claims, by all");
    visit("uncovered", self.uncovered, "no claim was left for it");
    visit("overshoot", self.overshoot, "cost and haircut beyond the deficit: always 0");
    visit("receipts", self.receipts, "one for each account hit, by rank, then by account");
    visit("claims", self.claims, "haircuts of the given claims, by account");
    visit("rankings", self.rankings, "what each of the five would do");
    visit("certificate", self.certificate, "SHA-256 of the lines of the result");
  }
};

[[nodiscard]] base::Result<AdlOutput> adl(const AdlInput& input);

// The lines that the certificate's hash covers.
[[nodiscard]] std::string certificate_text(const AdlInput& input, const AdlOutput& output);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AdlRanking> {
  static constexpr std::array<std::string_view, 5> kNames{"hedge_aware", "pro_rata", "bitmex",
                                                          "binance", "hyperliquid"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AdlContractKind> {
  static constexpr std::array<std::string_view, 2> kNames{"linear", "inverse"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::AdlStatus> {
  static constexpr std::array<std::string_view, 4> kNames{"covered", "haircut", "uncovered",
                                                          "no_deficit"};
  static constexpr std::array<std::string_view, 4> kDocs{
      "by closed positions alone", "by closed positions and by a haircut of claims",
      "claims did not suffice", "the mark is no worse than the bankruptcy price: nothing is done"};
};
