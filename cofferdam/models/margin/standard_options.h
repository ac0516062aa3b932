// SPDX-License-Identifier: Apache-2.0
//
// Rule-based option margin by expiry: Derive's Standard Risk Manager (SRM), in decimals cut at 18
// digits (derivexyz/v2-core, src/risk-managers/StandardManager.sol, SRMPortfolioViewer.sol). With S
// spot, F forward, K strike, a the signed amount, V the mark value of the amount:
//
//   short call  maintenance V + mm_call * S * a
//               initial     V + max(max_spot - max(0, K - S) / S, min_spot) * S * a
//   short put   maintenance V + min(mm_put * S * a, mm_put_mtm * V)
//               initial     min(V + max(max_spot - max(0, S - K) / S, min_spot) * S * a,
//                               mm_offset * maintenance)
//   expiry      max(sum of the shorts, the least payoff at 0 and at the strikes, at most 0, and
//               unpaired * F * net calls where net calls are short)
//   perpetual   -|position| * mark * fraction + unrealised profit
//   base        amount * S * factor, for initial margin * base_initial_scale
//
// and, for initial margin only: (depeg threshold - stable) * depeg factor * (|perpetuals| + short
// options) * S when the stable price is below its threshold; (1 - confidence) * factor * S * size
// where a confidence is below its threshold. Margins are signed: the requirement is the mark value
// of the portfolio less its margin.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

struct StandardOptionsMarket {
  std::string underlying;
  base::Rate perp_initial;
  base::Rate perp_maintenance;
  base::Rate max_spot;
  base::Rate min_spot;
  base::Rate mm_call;
  base::Rate mm_put;
  base::Rate mm_put_mtm;
  base::Rate unpaired_initial;
  base::Rate unpaired_maintenance;
  base::Rate mm_offset;
  base::Rate perp_confidence_threshold;
  base::Rate option_confidence_threshold;
  base::Rate base_confidence_threshold;
  base::Rate confidence_factor;
  base::Rate base_factor;
  base::Rate base_initial_scale;

  static constexpr std::array<std::string_view, 17> kRequired{"underlying",
                                                              "perp_initial",
                                                              "perp_maintenance",
                                                              "max_spot",
                                                              "min_spot",
                                                              "mm_call",
                                                              "mm_put",
                                                              "mm_put_mtm",
                                                              "unpaired_initial",
                                                              "unpaired_maintenance",
                                                              "mm_offset",
                                                              "perp_confidence_threshold",
                                                              "option_confidence_threshold",
                                                              "base_confidence_threshold",
                                                              "confidence_factor",
                                                              "base_factor",
                                                              "base_initial_scale"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "its code");
    visit("perp_initial", self.perp_initial, "imPerpReq");
    visit("perp_maintenance", self.perp_maintenance, "mmPerpReq");
    visit("max_spot", self.max_spot, "maxSpotReq: of spot, at the money");
    visit("min_spot", self.min_spot, "minSpotReq: of spot, far out of the money");
    visit("mm_call", self.mm_call, "mmCallSpotReq");
    visit("mm_put", self.mm_put, "mmPutSpotReq");
    visit("mm_put_mtm", self.mm_put_mtm, "MMPutMtMReq");
    visit("unpaired_initial", self.unpaired_initial, "unpairedIMScale");
    visit("unpaired_maintenance", self.unpaired_maintenance, "unpairedMMScale");
    visit("mm_offset", self.mm_offset, "mmOffsetScale");
    visit("perp_confidence_threshold", self.perp_confidence_threshold, "0: never");
    visit("option_confidence_threshold", self.option_confidence_threshold, "0: never");
    visit("base_confidence_threshold", self.base_confidence_threshold, "0: never");
    visit("confidence_factor", self.confidence_factor, "OCFactor");
    visit("base_factor", self.base_factor, "marginFactor: what of base collateral counts");
    visit("base_initial_scale", self.base_initial_scale, "IMScale: of that, for initial margin");
  }
};

struct StandardOptions {
  base::Rate depeg_threshold;
  base::Rate depeg_factor;
  std::vector<StandardOptionsMarket> markets;

  static constexpr std::array<std::string_view, 3> kRequired{"depeg_threshold", "depeg_factor",
                                                             "markets"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("depeg_threshold", self.depeg_threshold, "of the stable price");
    visit("depeg_factor", self.depeg_factor, "of spot for each unit below the threshold");
    visit("markets", self.markets, "1 to 256; an underlying stands once");
  }
};

[[nodiscard]] Result<void> check(const StandardOptions& rules);
[[nodiscard]] Result<Evaluation> evaluate(const StandardOptions& rules, const Book& book);

}  // namespace cofferdam::rulebook
