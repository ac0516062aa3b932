// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/waterfall.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/certificate.h"
#include "cofferdam/books/default_management/split.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

using Fault = std::optional<base::Error>;

Fault fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

constexpr const char* kLabelRule = "must be 1 to 64 letters, digits and . _ : / -";

Fault fault_of(const std::string& path, const WaterfallLayer& layer) {
  if (!is_label(layer.code)) return fail(path + ".code", layer.code, kLabelRule);
  for (const auto& [name, text] :
       {std::pair{".pool", &layer.pool}, {".conduit", &layer.conduit}, {".owner", &layer.owner}})
    if (!text->empty() && !is_label(*text)) return fail(path + name, *text, kLabelRule);
  if (layer.members.size() > kMembersMax)
    return fail(path + ".members", std::to_string(layer.members.size()) + " members",
                "must be at most 100000");
  if (!layer.members.empty() && !layer.available.is_zero())
    return fail(path + ".available", base::to_text(layer.available.units()),
                "must be left out: it is the sum of the members' balances");
  if (layer.replenish_within.is_negative())
    return fail(path + ".replenish_within", base::format_duration(layer.replenish_within),
                "must not be negative");
  Amount sum;
  for (const LayerMember& member : layer.members) {
    if (!is_label(member.owner)) return fail(path + ".members.owner", member.owner, kLabelRule);
    const auto next = try_add(sum, member.balance);
    if (!next) return fail(path + ".members", "their sum", "must fit 128 bits");
    sum = *next;
  }
  return std::nullopt;
}

Fault fault_of(const WaterfallInput& input) {
  if (input.scale > base::kScaleMax)
    return fail("scale", std::to_string(input.scale), "must be at most 38");
  if (!is_label(input.pool)) return fail("pool", input.pool, kLabelRule);
  if (!is_label(input.owner)) return fail("owner", input.owner, kLabelRule);
  if (!input.cause.empty() && !is_label(input.cause)) return fail("cause", input.cause, kLabelRule);
  if (input.layers.empty() || input.layers.size() > kLayersMax)
    return fail("layers", std::to_string(input.layers.size()) + " layers", "must be 1 to 64");
  for (std::size_t i = 0; i < input.layers.size(); ++i)
    if (Fault fault = fault_of("layers[" + std::to_string(i) + "]", input.layers[i])) return fault;
  return std::nullopt;
}

// The layers in the order in which they stand everywhere below, members by owner; the defaulter's
// part of a mutual is not part of it.
base::Result<std::vector<WaterfallLayer>> in_order(const WaterfallInput& input) {
  std::vector<WaterfallLayer> layers = input.layers;
  std::sort(layers.begin(), layers.end(), [](const WaterfallLayer& a, const WaterfallLayer& b) {
    return a.order == b.order ? a.code < b.code : a.order < b.order;
  });
  Amount total;
  std::vector<std::string_view> codes;
  for (WaterfallLayer& layer : layers) {
    codes.push_back(layer.code);
    auto& members = layer.members;
    std::sort(members.begin(), members.end(),
              [](const LayerMember& a, const LayerMember& b) { return a.owner < b.owner; });
    const auto twice = std::adjacent_find(
        members.begin(), members.end(),
        [](const LayerMember& a, const LayerMember& b) { return a.owner == b.owner; });
    if (twice != members.end())
      return base::malformed("layers." + layer.code + ".members", twice->owner,
                             "must name an owner once");
    if (!is_defaulters(layer.kind))
      std::erase_if(members, [&](const LayerMember& m) { return m.owner == input.owner; });
    for (const LayerMember& member : members) layer.available += member.balance;
    const auto next = try_add(total, layer.available);
    if (!next) return base::malformed("layers", "their sum", "must fit 128 bits");
    total = *next;
  }
  std::sort(codes.begin(), codes.end());
  const auto twice = std::adjacent_find(codes.begin(), codes.end());
  if (twice != codes.end())
    return base::malformed("layers.code", std::string(*twice), "must be unique");
  return layers;
}

Amount less(Amount a, Amount b) {
  return a > b ? a - b : Amount();
}

// What the layer may give for this loss, and why it may not.
LayerCharge opened(const WaterfallInput& input, const WaterfallLayer& layer) {
  LayerCharge charge{.code = layer.code,
                     .order = layer.order,
                     .left = layer.available,
                     .replenish_within = layer.replenish_within};
  const bool own = layer.owner == input.owner;
  if (!is_mechanical(layer.kind)) {
    charge.status = LayerStatus::after_adl;
  } else if (!layer.pool.empty() && layer.pool != input.pool && layer.conduit.empty()) {
    charge.status = LayerStatus::unreachable;
  } else if (is_defaulters(layer.kind) != own) {
    charge.status = LayerStatus::wrong_owner;
  } else {
    Amount most = less(layer.available, layer.reserve);
    if (layer.cap) most = std::min(most, *layer.cap);
    if (layer.attachment) most = std::min(most, less(input.loss, *layer.attachment));
    if (layer.period_cap) most = std::min(most, less(*layer.period_cap, layer.period_used));
    if (layer.tier_cap) most = std::min(most, less(*layer.tier_cap, layer.tier_used));
    charge.can_give = most;
    if (most.is_zero()) charge.status = LayerStatus::empty;
  }
  return charge;
}

// Splits what is left of the loss over the layers [begin, end) of one order.
Amount charge_group(const std::vector<WaterfallLayer>& layers, std::size_t begin, std::size_t end,
                    Amount loss, std::vector<LayerCharge>& charges) {
  std::vector<u128> weights;
  std::vector<u128> caps;
  bool weighted = false;
  for (std::size_t i = begin; i < end; ++i) weighted = weighted || !layers[i].weight.is_zero();
  for (std::size_t i = begin; i < end; ++i) {
    caps.push_back(charges[i].can_give.units());
    weights.push_back(weighted ? layers[i].weight.units() : caps.back());
  }
  const Split split = split_by_weight(loss.units(), weights, caps);
  for (std::size_t i = begin; i < end; ++i) charges[i].charged = Amount(split.parts[i - begin]);
  return Amount(split.left);
}

void charge_members(const WaterfallLayer& layer, LayerCharge& charge) {
  std::vector<u128> balances;
  for (const LayerMember& member : layer.members) balances.push_back(member.balance.units());
  const Split split = split_by_weight(charge.charged.units(), balances, balances);
  for (std::size_t i = 0; i < balances.size(); ++i)
    charge.members.push_back({.owner = layer.members[i].owner,
                              .charged = Amount(split.parts[i]),
                              .left = Amount(balances[i] - split.parts[i])});
}

void close(const WaterfallLayer& layer, LayerCharge& charge) {
  charge.left = layer.available - charge.charged;
  charge_members(layer, charge);
  if (layer.replenish_to) charge.replenish = less(*layer.replenish_to, charge.left);
  if (charge.charged.is_zero()) return;
  if (charge.charged < charge.can_give) {
    charge.status = LayerStatus::charged;
  } else {
    charge.status = charge.can_give == less(layer.available, layer.reserve) ? LayerStatus::exhausted
                                                                            : LayerStatus::capped;
  }
}

void add_optional(Certificate& certificate, std::string_view key, std::optional<Amount> value) {
  certificate.add(key, value ? base::to_text(value->units()) : std::string("none"));
}

Certificate of_input(const WaterfallInput& input, const std::vector<WaterfallLayer>& layers) {
  Certificate certificate("cofferdam-waterfall-1");
  certificate.add("scale", input.scale);
  certificate.add("loss", input.loss.units());
  certificate.add("pool", input.pool);
  certificate.add("owner", input.owner);
  certificate.add("cause", input.cause.empty() ? "none" : input.cause);
  const auto text = [](const std::string& value) { return value.empty() ? "none" : value; };
  for (const WaterfallLayer& layer : layers) {
    certificate.add("layer", layer.code);
    certificate.add("kind", base::name_of(layer.kind));
    certificate.add("order", layer.order);
    certificate.add("layer_pool", text(layer.pool));
    certificate.add("conduit", text(layer.conduit));
    certificate.add("layer_owner", text(layer.owner));
    certificate.add("available", layer.available.units());
    certificate.add("reserve", layer.reserve.units());
    add_optional(certificate, "cap", layer.cap);
    add_optional(certificate, "period_cap", layer.period_cap);
    certificate.add("period_used", layer.period_used.units());
    add_optional(certificate, "tier_cap", layer.tier_cap);
    certificate.add("tier_used", layer.tier_used.units());
    certificate.add("weight", layer.weight.units());
    if (layer.attachment) certificate.add("attachment", layer.attachment->units());
    for (const LayerMember& member : layer.members) {
      certificate.add("member", member.owner);
      certificate.add("balance", member.balance.units());
    }
  }
  return certificate;
}

Certificate of_all(const WaterfallInput& input, const std::vector<WaterfallLayer>& layers,
                   const WaterfallOutput& output) {
  Certificate certificate = of_input(input, layers);
  for (const LayerCharge& charge : output.charges) {
    certificate.add("charge", charge.code);
    certificate.add("status", base::name_of(charge.status));
    certificate.add("charged", charge.charged.units());
    for (const MemberCharge& member : charge.members) {
      certificate.add("member_charge", member.owner);
      certificate.add("charged", member.charged.units());
    }
  }
  certificate.add("total_charged", output.charged.units());
  certificate.add("uncovered", output.uncovered.units());
  return certificate;
}

}  // namespace

base::Result<WaterfallOutput> waterfall(const WaterfallInput& input) {
  if (Fault fault = fault_of(input)) return std::unexpected(*std::move(fault));
  const base::Result<std::vector<WaterfallLayer>> layers = in_order(input);
  if (!layers) return std::unexpected(layers.error());
  WaterfallOutput output;
  for (const WaterfallLayer& layer : *layers) output.charges.push_back(opened(input, layer));
  Amount left = input.loss;
  for (std::size_t begin = 0; begin < layers->size();) {
    std::size_t end = begin;
    while (end < layers->size() && (*layers)[end].order == (*layers)[begin].order) ++end;
    left = charge_group(*layers, begin, end, left, output.charges);
    begin = end;
  }
  for (std::size_t i = 0; i < layers->size(); ++i) close((*layers)[i], output.charges[i]);
  output.uncovered = left;
  output.charged = input.loss - left;
  output.input_hash = of_input(input, *layers).hash();
  output.certificate = of_all(input, *layers, output).hash();
  return output;
}

std::string certificate_text(const WaterfallInput& input, const WaterfallOutput& output) {
  const base::Result<std::vector<WaterfallLayer>> layers = in_order(input);
  return layers ? of_all(input, *layers, output).text() : std::string();
}

}  // namespace cofferdam::default_management
