// SPDX-License-Identifier: Apache-2.0
//
// An insurance pool as a whole: opened over a pool of the ledger, its rules, its custodians, the
// capital that the model asks for, what time has earned, reserves that are not of one incident,
// expenses and surplus.
#pragma once

#include "cofferdam/books/insurance/state.h"
#include "cofferdam/books/pool/pool.h"

namespace cofferdam::insurance {

struct OpenInsurance {
  PoolId pool;
  AssetId asset;
  OwnerId manager;
  PoolRules rules;
  Duration junior_notice;
  Duration senior_notice;

  static constexpr std::string_view kDoc =
      "Opens an insurance pool over a pool of regime insurance, with an account for each fund.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment; nothing lies with its custodians yet");
    visit("asset", self.asset, "what it counts; scale 2 to 18");
    visit("manager", self.manager, "who runs it; never insured by it; 0: none named");
    visit("rules", self.rules, "what it allows itself");
    visit("junior_notice", self.junior_notice, "from a request to leave the tranche to being out");
    visit("senior_notice", self.senior_notice, "the same of the senior tranche");
  }
};

struct SetInsuranceRules {
  PoolId pool;
  PoolRules rules;

  static constexpr std::string_view kDoc =
      "Changes what an insurance pool allows itself; covers in force keep their terms.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("rules", self.rules, "all of them");
  }
};

struct DeclareHolding {
  PoolId pool;
  AccountId account;
  OwnerId custodian;

  static constexpr std::string_view kDoc =
      "Says with whom the assets of a custody account of an insurance pool lie.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("account", self.account, "of class custody in it");
    visit("custodian", self.custodian, "the same ids as counterparties of covers");
  }
};

struct RecordCapital {
  PoolId pool;
  AssetId asset;
  Amount required;
  std::string model;

  static constexpr std::string_view kDoc =
      "Records the capital that a model requires for the covers in force.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("required", self.required, "by the model");
    visit("model", self.model, "its name and version");
  }
};

struct AdvanceInsurance {
  PoolId pool;

  static constexpr std::string_view kDoc =
      "Earns the premium of the time that has passed, ends covers whose period is over, and sets "
      "apart exits that are due.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
  }
};

struct SetReserve {
  PoolId pool;
  AssetId asset;
  ReserveKind kind = ReserveKind::ibnr;
  Amount amount;

  static constexpr std::string_view kDoc =
      "Sets what is held for incidents not yet reported, or for the parametric layer.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("kind", self.kind, "ibnr or layer; that of an incident is set by its claims");
    visit("amount", self.amount, "to be held from now on");
  }
};

struct PayExpense {
  PoolId pool;
  AccountId account;
  Amount amount;

  static constexpr std::string_view kDoc =
      "Pays for running the pool: from the expense part of premiums, then from surplus.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("account", self.account, "in the pool, that is paid");
    visit("amount", self.amount, "how much");
  }
};

struct AddSurplus {
  PoolId pool;
  AccountId account;
  Amount amount;

  static constexpr std::string_view kDoc =
      "Gives money to the pool for nothing in return: a first endowment, fees, a rescue.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("account", self.account, "in the pool, that pays");
    visit("amount", self.amount, "how much");
  }
};

struct ShareSurplus {
  PoolId pool;
  AssetId asset;
  Amount amount;
  std::uint32_t junior_ppm = 0;

  static constexpr std::string_view kDoc =
      "Gives earned premium to the tranches; each part is rounded down, the rest is dust.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("asset", self.asset, "what it counts");
    visit("amount", self.amount, "of what is earned");
    visit("junior_ppm", self.junior_ppm, "part of the junior tranche, in millionths");
  }
};

enum class InsuranceStatus : std::uint16_t {
  ok,
  rules_malformed,
  model_malformed,
  reserve_of_an_incident,
  part_malformed,
  amount_zero,
  custodian_missing,
  pool_not_found,
  asset_not_found,
  scale_not_supported,
  not_an_insurance_pool,
  exists,
  pool_not_open,
  assets_not_declared,
  account_id_taken,
  has_different_asset,
  account_not_found,
  account_in_another_pool,
  account_has_different_asset,
  account_class_not_allowed,
  too_many_holdings,
  exceeds_capital,
  exceeds_earned,
  tranche_empty,
  gate_shut,
  account_refuses,
};

[[nodiscard]] InsuranceStatus check_shape(const OpenInsurance& command);
[[nodiscard]] InsuranceStatus check_state(const OpenInsurance& command, const State& state,
                                          const ledger::State& ledger, const pool::State& pools);
InsuranceStatus apply(const OpenInsurance& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const SetInsuranceRules& command);
[[nodiscard]] InsuranceStatus check_state(const SetInsuranceRules& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const SetInsuranceRules& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const DeclareHolding& command);
[[nodiscard]] InsuranceStatus check_state(const DeclareHolding& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const DeclareHolding& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const RecordCapital& command);
[[nodiscard]] InsuranceStatus check_state(const RecordCapital& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const RecordCapital& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const AdvanceInsurance& command);
[[nodiscard]] InsuranceStatus check_state(const AdvanceInsurance& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const AdvanceInsurance& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const SetReserve& command);
[[nodiscard]] InsuranceStatus check_state(const SetReserve& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const SetReserve& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const PayExpense& command);
[[nodiscard]] InsuranceStatus check_state(const PayExpense& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const PayExpense& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const AddSurplus& command);
[[nodiscard]] InsuranceStatus check_state(const AddSurplus& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const AddSurplus& command, State& state, ledger::State& ledger,
                      Context& context);

[[nodiscard]] InsuranceStatus check_shape(const ShareSurplus& command);
[[nodiscard]] InsuranceStatus check_state(const ShareSurplus& command, const State& state,
                                          const ledger::State& ledger);
InsuranceStatus apply(const ShareSurplus& command, State& state, ledger::State& ledger,
                      Context& context);

// Brings a pool to the present: the layer's payments, premiums, lapses, exits. Every command that
// looks at its money begins with it.
void bring_up_to_date(State& state, ledger::State& ledger, Context& context, PoolId pool);

// 1 to 128 printable characters: the name and version of a model.
[[nodiscard]] bool is_model(std::string_view text);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::InsuranceStatus> {
  static constexpr std::array<std::string_view, 26> kNames{"ok",
                                                           "rules_malformed",
                                                           "model_malformed",
                                                           "reserve_of_an_incident",
                                                           "part_malformed",
                                                           "amount_zero",
                                                           "custodian_missing",
                                                           "pool_not_found",
                                                           "asset_not_found",
                                                           "scale_not_supported",
                                                           "not_an_insurance_pool",
                                                           "exists",
                                                           "pool_not_open",
                                                           "assets_not_declared",
                                                           "account_id_taken",
                                                           "has_different_asset",
                                                           "account_not_found",
                                                           "account_in_another_pool",
                                                           "account_has_different_asset",
                                                           "account_class_not_allowed",
                                                           "too_many_holdings",
                                                           "exceeds_capital",
                                                           "exceeds_earned",
                                                           "tranche_empty",
                                                           "gate_shut",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 26> kDocs{
      "",
      "gearing is above 0, parts are at most 1,000,000 millionths, durations are not negative",
      "a model is named in 1 to 128 printable characters",
      "the reserve of an incident is set by its claims",
      "a part is at most 1,000,000 millionths",
      "an amount is above 0",
      "a custodian has an id",
      "the pool must exist",
      "the asset must exist",
      "an insurance pool counts an asset of scale 2 to 18",
      "the pool is of regime insurance, and an insurance pool was opened over it",
      "an insurance pool over this pool exists",
      "the pool must be active",
      "when the insurance pool is opened, nothing lies with custodians of the pool",
      "ids of the funds' accounts must be free",
      "the insurance pool counts another asset",
      "the account must exist",
      "money of an insurance pool moves inside its pool only",
      "the account counts what the pool counts",
      "custodians, the outside, the system and the funds themselves neither pay nor are paid; a "
      "holding is an account of class custody",
      "an insurance pool has at most 256 custody accounts",
      "what is set aside is at most what may bear it",
      "what is shared is at most what is earned",
      "a tranche without shares takes no surplus",
      "capital must stay at or above what is required",
      "the account's own limits do not allow it, or it is frozen or closed"};
};
