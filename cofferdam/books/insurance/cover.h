// SPDX-License-Identifier: Apache-2.0
//
// A cover: what a pool promised to whom, against which peril, and the words in which a machine can
// read it. Its terms never change after it was bound; a claim is judged by them alone.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/books/insurance/cover_basis.h"
#include "cofferdam/books/insurance/insurance.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::insurance {

enum class Peril : std::uint8_t { exchange_insolvency, exploit, extreme_volatility, asset };
inline constexpr std::size_t kPerils = 4;

// Where keys are kept, each with a limit of its own.
enum class StorageClass : std::uint8_t { hot, warm, cold };

// What is not covered: a closed list, so that the answer to a described event is a look-up.
enum class ExcludedCause : std::uint8_t {
  insured_fraud,           // of the insured or who acts for it
  insider_act,             // of staff of the insured
  known_before_inception,  // what the insured knew when the cover was bound
  market_loss,             // a fall of a price by itself
  depeg,                   // an asset that leaves its peg
  regulatory_seizure,
  sanctions,
  war,
  consensus_failure,  // of a chain: forks, reorganisations, halts
  front_end,          // a site or a name taken over, no contract or key broken
  phishing,           // a user deceived into signing
  key_loss,           // lost by the insured and not taken
  oracle_failure,
  unaudited_code,
  third_party_custodian,
  own_marks,  // loss by marks or margins that the insured sets itself
};
inline constexpr std::size_t kExclusions = 16;

// What the insured undertakes; a breach ends the duty to pay.
enum class Warranty : std::uint8_t {
  independent_marks,     // marks from at least two sources that it does not run
  published_margins,     // margins never below the published rulebook
  open_interest_limits,  // open interest within the limits declared
  cold_share,            // at least the declared part in cold storage
  threshold_signatures,  // m of n signers on every wallet
  proof_of_reserves,     // published each period
  withdrawals_unhindered,
};
inline constexpr std::size_t kWarranties = 7;

// At which price a loss in another asset is counted.
enum class ValuationRule : std::uint8_t { price_at_incident, day_average_before, agreed_value };

enum class CoverStage : std::uint8_t { bound, lapsed, cancelled, exhausted };

struct StorageLimit {
  StorageClass storage = StorageClass::hot;
  Amount limit;

  friend bool operator==(const StorageLimit&, const StorageLimit&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("storage", self.storage, "where the assets were kept");
    visit("limit", self.limit, "most for a loss there");
  }
};

// The promise, in words that a machine can read.
struct PolicyTerms {
  Peril peril = Peril::exchange_insolvency;
  CoverBasis basis = CoverBasis::losses_occurring;
  OwnerId insured;
  OwnerId counterparty;
  Time start;
  Time end;
  Time retroactive;
  Duration reporting;
  Duration waiting;
  Amount limit;
  Amount aggregate_limit;
  std::vector<StorageLimit> sub_limits;
  Amount deductible;
  std::uint32_t retention_ppm = 0;
  bool sets_own_marks = false;
  std::vector<ExcludedCause> exclusions;
  std::vector<Warranty> warranties;
  ValuationRule valuation = ValuationRule::price_at_incident;

  friend bool operator==(const PolicyTerms&, const PolicyTerms&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("peril", self.peril, "what it insures against");
    visit("basis", self.basis, "losses_occurring, claims_made or discovery");
    visit("insured", self.insured, "the member who is insured");
    visit("counterparty", self.counterparty,
          "whose failure it insures against: the exchange, protocol or custodian; 0: none");
    visit("start", self.start, "first moment covered");
    visit("end", self.end, "first moment no longer covered");
    visit("retroactive", self.retroactive,
          "claims_made and discovery: no loss from before; 0: none from before the start");
    visit("reporting", self.reporting, "after the end, in which a claim may still be filed");
    visit("waiting", self.waiting, "after the start, in which nothing is covered");
    visit("limit", self.limit, "most for one loss");
    visit("aggregate_limit", self.aggregate_limit, "most for all losses; 0: as the limit");
    visit("sub_limits", self.sub_limits, "most by where the assets were kept");
    visit("deductible", self.deductible, "off every loss");
    visit("retention_ppm", self.retention_ppm,
          "part of the loss above the deductible that the insured bears, in millionths");
    visit("sets_own_marks", self.sets_own_marks,
          "the insured sets the marks or margins by which its losses are counted");
    visit("exclusions", self.exclusions, "what is not covered");
    visit("warranties", self.warranties, "what the insured undertakes");
    visit("valuation", self.valuation, "at which price a loss in another asset is counted");
  }
};

struct Cover {
  using Key = std::string;
  std::string code;
  PoolId pool;
  AssetId asset;
  PolicyTerms terms;
  AccountId account;
  CoverStage stage = CoverStage::bound;
  std::uint32_t prices = 0;
  std::uint32_t rate_bps = 0;
  Amount technical_premium;
  Amount premium;
  Amount refunded;
  std::uint32_t line = 0;
  std::string model;
  Amount capital_before;
  Amount capital_after;
  Amount paid;
  std::uint32_t open_claims = 0;
  Time bound;
  Time ended;

  [[nodiscard]] const Key& key() const { return code; }

  // All that it may ever pay.
  [[nodiscard]] Amount aggregate() const {
    return terms.aggregate_limit.is_zero() ? terms.limit : terms.aggregate_limit;
  }

  [[nodiscard]] Amount remaining() const { return aggregate() - paid; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what amounts count");
    visit("terms", self.terms, "the promise; never changed");
    visit("account", self.account, "the insured's account: premiums from it, payments to it");
    visit("stage", self.stage, "bound, lapsed, cancelled or exhausted");
    visit("prices", self.prices, "version of the price set that it was priced by");
    visit("rate_bps", self.rate_bps, "a year, before surge");
    visit("technical_premium", self.technical_premium, "floor of the premium, from the model");
    visit("premium", self.premium, "paid for the whole period");
    visit("refunded", self.refunded, "given back at a cancellation");
    visit("line", self.line, "number of the line by which the premium is earned");
    visit("model", self.model, "name and version of the model");
    visit("capital_before", self.capital_before, "required by the model without this cover");
    visit("capital_after", self.capital_after, "and with it");
    visit("paid", self.paid, "for claims so far");
    visit("open_claims", self.open_claims,
          "claims that are not settled; while any, no cancellation");
    visit("bound", self.bound, "when it was bound");
    visit("ended", self.ended, "when it lapsed, was cancelled or used up");
  }
};

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::Peril> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kPerils> kNames{
      "exchange_insolvency", "exploit", "extreme_volatility", "asset"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::StorageClass> {
  static constexpr std::array<std::string_view, 3> kNames{"hot", "warm", "cold"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ExcludedCause> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kExclusions> kNames{
      "insured_fraud",
      "insider_act",
      "known_before_inception",
      "market_loss",
      "depeg",
      "regulatory_seizure",
      "sanctions",
      "war",
      "consensus_failure",
      "front_end",
      "phishing",
      "key_loss",
      "oracle_failure",
      "unaudited_code",
      "third_party_custodian",
      "own_marks"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::Warranty> {
  static constexpr std::array<std::string_view, cofferdam::insurance::kWarranties> kNames{
      "independent_marks",    "published_margins", "open_interest_limits",  "cold_share",
      "threshold_signatures", "proof_of_reserves", "withdrawals_unhindered"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ValuationRule> {
  static constexpr std::array<std::string_view, 3> kNames{"price_at_incident", "day_average_before",
                                                          "agreed_value"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::CoverStage> {
  static constexpr std::array<std::string_view, 4> kNames{"bound", "lapsed", "cancelled",
                                                          "exhausted"};
};
