// SPDX-License-Identifier: Apache-2.0
//
// The waterfall: which layers bear a loss, in which order and how much, as data.
//
// Layers of one order number are a group and bear pro rata, by weight or else by what each can
// give; a lower number comes first. What a layer can give is the least of what is there above its
// reserve, its cap for one loss, what of the loss is above its attachment, what is left of its cap
// for the period, and what is left of the cap that the market's tier has on a shared fund (Drift
// v2, PerpMarket ContractTier). An excess-of-loss layer does not drop down: where layers before it
// have failed to bear what is below its attachment, it does not bear it either. Only
// prefunded layers that need no vote are charged: an assessment reimburses afterwards. A layer of
// another pool is reached only through a conduit that it names. The defaulter's own layers must be
// the defaulter's; no other layer may be, so that nobody pays the own loss out of common money.
//
// The result depends on the layers only, not on the order in which they are listed.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::default_management {

enum class LayerKind : std::uint8_t {
  defaulter_margin,
  defaulter_contribution,
  pool_fund,
  operator_capital,
  member_mutual,
  shared_fund,
  excess_of_loss,
  assessment,
};

struct LayerMember {
  std::string owner;
  Amount balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "who holds this part of the layer");
    visit("balance", self.balance, "what is there of it");
  }
};

struct WaterfallLayer {
  std::string code;
  LayerKind kind = LayerKind::pool_fund;
  std::uint16_t order = 0;
  std::string pool;
  std::string conduit;
  std::string owner;
  Amount available;
  Amount reserve;
  std::optional<Amount> cap;
  std::optional<Amount> period_cap;
  Amount period_used;
  std::optional<Amount> tier_cap;
  Amount tier_used;
  Amount weight;
  std::vector<LayerMember> members;
  std::optional<Amount> replenish_to;
  base::Duration replenish_within;
  std::optional<Amount> attachment;

  static constexpr std::array<std::string_view, 3> kRequired{"code", "kind", "order"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "unique name");
    visit("kind", self.kind, "what it is");
    visit("order", self.order, "lower numbers come first; equal numbers share pro rata");
    visit("pool", self.pool, "where its money is; empty: the pool of the loss");
    visit("conduit", self.conduit, "needed when the pool is another one");
    visit("owner", self.owner, "whose money it is, when it is one owner's");
    visit("available", self.available, "what is there; of a layer with members, left out");
    visit("reserve", self.reserve, "stays in the layer");
    visit("cap", self.cap, "most for one loss");
    visit("period_cap", self.period_cap, "most in the current period");
    visit("period_used", self.period_used, "of it, used before");
    visit("tier_cap", self.tier_cap,
          "most that the market of the loss may draw from a shared fund");
    visit("tier_used", self.tier_used, "of it, used before");
    visit("weight", self.weight,
          "share within its order; 0 in all layers of an order: by what each can give");
    visit("members", self.members, "who holds it, at most 100,000; a charge is split by balance");
    visit("replenish_to", self.replenish_to, "level to which it is filled up again");
    visit("replenish_within", self.replenish_within, "and how soon");
    visit("attachment", self.attachment,
          "the layer bears of the loss only what is above, as excess-of-loss cover does");
  }
};

struct WaterfallInput {
  std::uint8_t scale = 0;
  Amount loss;
  std::string pool;
  std::string owner;
  std::string cause;
  std::vector<WaterfallLayer> layers;

  static constexpr std::array<std::string_view, 4> kRequired{"loss", "pool", "owner", "layers"};
  static constexpr std::string_view kDoc =
      "Who pays for a loss: layers in order, with caps and pro rata groups, to the unit, and a "
      "certificate.";
  static constexpr std::string_view kSource =
      "order of EMIR Art 45; tier caps of Drift v2, programs/drift/src/state/perp_market.rs; parts "
      "by the largest-remainder method (Hamilton 1792)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38");
    visit("loss", self.loss, "what must be covered");
    visit("pool", self.pool, "where the loss was born");
    visit("owner", self.owner, "of the account that failed");
    visit("cause", self.cause, "a word for the record; may be empty");
    visit("layers", self.layers, "1 to 64");
  }
};

enum class LayerStatus : std::uint8_t {
  charged,
  exhausted,
  capped,
  empty,
  not_reached,
  after_adl,
  unreachable,
  wrong_owner,
};

struct MemberCharge {
  std::string owner;
  Amount charged;
  Amount left;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "of the part");
    visit("charged", self.charged, "by largest remainder over the balances");
    visit("left", self.left, "balance less charge");
  }
};

struct LayerCharge {
  std::string code;
  std::uint16_t order = 0;
  LayerStatus status = LayerStatus::not_reached;
  Amount can_give;
  Amount charged;
  Amount left;
  std::vector<MemberCharge> members;
  Amount replenish;
  base::Duration replenish_within;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "of the layer");
    visit("order", self.order, "of the layer");
    visit("status", self.status, "what became of it");
    visit("can_give", self.can_give, "under its reserve and caps");
    visit("charged", self.charged, "what it bears");
    visit("left", self.left, "available less charge");
    visit("members", self.members, "in the order of their owners");
    visit("replenish", self.replenish, "what is missing to its level afterwards");
    visit("replenish_within", self.replenish_within, "and how soon");
  }
};

struct WaterfallOutput {
  std::vector<LayerCharge> charges;
  Amount charged;
  Amount uncovered;
  std::string input_hash;
  std::string certificate;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("charges", self.charges, "every layer, by order and code");
    visit("charged", self.charged, "sum of the charges");
    visit("uncovered", self.uncovered, "loss less charged: what ADL and haircuts must bear");
    visit("input_hash", self.input_hash, "SHA-256 of the lines of the input");
    visit("certificate", self.certificate, "SHA-256 of the lines of input and output");
  }
};

[[nodiscard]] base::Result<WaterfallOutput> waterfall(const WaterfallInput& input);

// The lines that the certificate's hash covers.
[[nodiscard]] std::string certificate_text(const WaterfallInput& input,
                                           const WaterfallOutput& output);

// Whether a layer of this kind is charged before ADL: prefunded, and needs no vote.
[[nodiscard]] constexpr bool is_mechanical(LayerKind kind) {
  return kind != LayerKind::assessment;
}

[[nodiscard]] constexpr bool is_defaulters(LayerKind kind) {
  return kind == LayerKind::defaulter_margin || kind == LayerKind::defaulter_contribution;
}

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::LayerKind> {
  static constexpr std::array<std::string_view, 8> kNames{
      "defaulter_margin", "defaulter_contribution",
      "pool_fund",        "operator_capital",
      "member_mutual",    "shared_fund",
      "excess_of_loss",   "assessment"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "margin of the account that failed",
      "what its owner has paid into a fund",
      "the pool's own fund",
      "capital of the operator: its skin in the game",
      "contributions of members, shared by them",
      "a fund of several markets",
      "a parametric layer that pays without a vote",
      "what must first be called or voted: never before ADL"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::LayerStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"charged",     "exhausted",   "capped",
                                                          "empty",       "not_reached", "after_adl",
                                                          "unreachable", "wrong_owner"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "bears a part and could give more",
      "has given all that is there above its reserve",
      "has given all that a cap allows",
      "had nothing to give",
      "was not needed",
      "not prefunded: reimburses afterwards",
      "in another pool, and no conduit leads there",
      "the defaulter's own layer is not the defaulter's, or a common one is"};
};
