// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/adequacy_verbs.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/set_rulebook.h"
#include "cofferdam/crypto/hmac.h"
#include "cofferdam/models/stress/adequacy_proof.h"
#include "cofferdam/models/stress/bounded_proposal.h"
#include "cofferdam/operation/adequacy.h"
#include "cofferdam/operation/session.h"
#include "cofferdam/report/liabilities.h"

#include <algorithm>

namespace cofferdam::report {

struct AdequacyProveParameters {
  std::string pool;
  std::string rulebook;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the compartment; empty: all under the rulebook");
    visit("rulebook", self.rulebook, "code, whose scenarios; empty: the pool's own");
  }
};

struct AdequacyOwnerParameters {
  std::string owner;
  std::string pool;
  std::string rulebook;
  std::string account_pool;

  static constexpr std::array<std::string_view, 1> kRequired{"owner"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("owner", self.owner, "opaque id of the owner");
    visit("pool", self.pool, "as the proof was made: code of the compartment; empty: all");
    visit("rulebook", self.rulebook, "as the proof was made");
    visit("account_pool", self.account_pool,
          "in a proof over all pools, which account of the owner; empty: the first");
  }
};

struct AdequacyProposeParameters {
  std::string pool;
  std::string rulebook;
  std::vector<operation::Affiliates> affiliates;
  bool close_out = false;
  std::uint64_t target_ppm = 1'000'000;
  double raise_max = 0.25;
  double lower_max = 0.05;
  std::uint64_t floor = 0;
  std::uint64_t cap = 10'000'000;

  static constexpr std::array<std::string_view, 1> kRequired{"pool"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "code of the compartment");
    visit("rulebook", self.rulebook, "code, whose scenarios; empty: the pool's own");
    visit("affiliates", self.affiliates, "groups of owners under one control");
    visit("close_out", self.close_out, "closing costs the grids' maintenance add-ons");
    visit("target_ppm", self.target_ppm,
          "multiple of every scenario that the layers should stand, in millionths");
    visit("raise_max", self.raise_max, "most of one step up, as part of the value");
    visit("lower_max", self.lower_max, "most of one step down, 0 to 1");
    visit("floor", self.floor, "least initial_ppm; never below the maintenance part");
    visit("cap", self.cap, "greatest initial_ppm");
  }
};

namespace {

using base::i128;
using base::Result;
using base::SignedAmount;
using operation::Document;
using operation::Json;
using operation::Progress;
using operation::Session;

// The proof over whatever the question is of, and its input, which only the venue sees whole.
struct Proof {
  stress::AdequacyProofInput input;
  stress::AdequacyProofOutput output;
  base::Sequence sequence = 0;
};

Result<operation::AdequacyQuestion> question_of(Session& session, const std::string& pool,
                                                const std::string& rulebook) {
  const engine::State& state = session.engine().state();
  operation::AdequacyQuestion question;
  if (!pool.empty()) {
    const pool::Pool* row = pool::find_pool(state.pool, pool);
    if (row == nullptr)
      return base::malformed("pool", pool, "must be the code of a pool that exists");
    question.pool = row->id;
  }
  if (!rulebook.empty()) {
    const margin::Rulebook* row = margin::find_rulebook(state.margin, rulebook);
    if (row == nullptr)
      return base::malformed("rulebook", rulebook, "must be the code of a rulebook that exists");
    question.rulebook = row->id;
  }
  if (!pool.empty() || !rulebook.empty()) return question;
  const auto used = operation::rulebooks_in_use(state);
  if (used.size() != 1)
    return base::malformed("rulebook", "", "must be named where pools count by none or by several");
  question.rulebook = used.front();
  return question;
}

// The grids that stand behind the figures, one line each, so that anyone who has them can hash
// them: docs/guides/adequacy.md.
std::string grids_hash(const engine::State& state, const margin::Rulebook& rulebook) {
  std::map<std::string, std::string> lines;
  state.margin.grids.each([&](const margin::Grid& grid) {
    if (grid.rulebook != rulebook.id) return;
    const std::string& code = state.market.contracts.find(grid.contract)->code;
    std::string line = "grid " + code + " " + std::to_string(grid.version);
    for (const std::int64_t entry : grid.entries) line += " " + std::to_string(entry);
    lines[code] = line + "\n";
  });
  std::string text = "rulebook " + rulebook.code + " " + rulebook.version + "\n";
  for (const auto& [code, line] : lines) text += line;
  return crypto::to_hex(crypto::sha256(text));
}

class ProofMaker {
 public:
  ProofMaker(const engine::State& state, const operation::StressedPools& pools,
             const crypto::MasterSecret& secret)
      : state_(state), pools_(pools), secret_(secret) {}

  Result<stress::AdequacyProofInput> make(std::string context) {
    context_ = std::move(context);
    if (Result<void> known = name_contracts(); !known) return std::unexpected(known.error());
    const unsigned asset_scale = state_.ledger.assets.find(pools_.asset)->scale;
    input_.context = context_;
    input_.scenarios = pools_.scenarios;
    money_factor_ = base::power_of_ten(input_.scale - asset_scale);
    const auto resources = raised(SignedAmount(static_cast<i128>(pools_.layers.units())));
    if (!resources) return std::unexpected(resources.error());
    input_.resources = resources->magnitude();
    for (const operation::StressedAccount& account : pools_.accounts)
      if (Result<void> done = add(account.found, account.name, true); !done)
        return std::unexpected(done.error());
    for (const margin::ScenarioEquity& each : pools_.outside)
      if (Result<void> done = add(each, name_of(each.account), false); !done)
        return std::unexpected(done.error());
    add_clearing();
    return std::move(input_);
  }

  [[nodiscard]] std::string name_of(const margin::Account& account) const {
    return state_.pool.pools.find(account.pool)->code + "/" + base::to_text(account.owner.value());
  }

 private:
  Result<void> name_contracts() {
    input_.scale = state_.ledger.assets.find(pools_.asset)->scale;
    std::map<std::string, base::ContractId> held;
    const auto note = [&](const margin::ScenarioEquity& each) {
      for (const margin::HeldContract& one : each.held) {
        const market::Contract& contract = *state_.market.contracts.find(one.contract);
        held[contract.code] = contract.id;
        input_.scale = std::max(input_.scale, contract.quantity_scale);
      }
    };
    for (const auto& account : pools_.accounts) note(account.found);
    for (const auto& each : pools_.outside) note(each);
    for (const auto& [code, id] : held) {
      place_[id] = input_.contracts.size();
      input_.contracts.push_back(code);
    }
    net_.resize(input_.contracts.size());
    return {};
  }

  [[nodiscard]] Result<SignedAmount> raised(SignedAmount value) const {
    i128 product = 0;
    if (__builtin_mul_overflow(value.units(), static_cast<i128>(money_factor_), &product))
      return base::malformed(
          "scale", std::to_string(input_.scale),
          "amounts must fit 127 bits in the finest scale of asset and contracts");
    return SignedAmount(product);
  }

  [[nodiscard]] std::string salt_of(const std::string& account) const {
    return crypto::to_hex(crypto::hmac_sha256(
        secret_.reveal(), "cofferdam adequacy salt 1\n" + context_ + "\n" + account));
  }

  Result<void> add(const margin::ScenarioEquity& found, std::string name, bool counts) {
    stress::AdequacyLeaf leaf{.account = std::move(name),
                              .salt = {},
                              .positions = std::vector<SignedAmount>(net_.size()),
                              .equity = std::vector<SignedAmount>(pools_.scenarios.size())};
    leaf.salt = salt_of(leaf.account);
    for (const margin::HeldContract& one : found.held) {
      const unsigned scale = state_.market.contracts.find(one.contract)->quantity_scale;
      // A position is below 2^62.
      const i128 position =
          one.position.value() * static_cast<i128>(base::power_of_ten(input_.scale - scale));
      const std::size_t at = place_.at(one.contract);
      leaf.positions[at] = SignedAmount(position);
      net_[at] += position;
    }
    for (std::size_t s = 0; counts && s < leaf.equity.size(); ++s) {
      const auto equity = raised(SignedAmount(found.equity.units() + found.changes[s].units()));
      if (!equity) return std::unexpected(equity.error());
      leaf.equity[s] = *equity;
    }
    input_.accounts.push_back(std::move(leaf));
    return {};
  }

  // What these pools hold against others: the other side of their own clearing accounts.
  void add_clearing() {
    if (std::ranges::all_of(net_, [](i128 net) { return net == 0; })) return;
    stress::AdequacyLeaf leaf{.account = "clearing",
                              .salt = salt_of("clearing"),
                              .positions = {},
                              .equity = std::vector<SignedAmount>(pools_.scenarios.size())};
    for (const i128 net : net_) leaf.positions.emplace_back(-net);
    input_.accounts.push_back(std::move(leaf));
  }

  const engine::State& state_;
  const operation::StressedPools& pools_;
  const crypto::MasterSecret& secret_;
  std::string context_;
  stress::AdequacyProofInput input_;
  base::u128 money_factor_ = 1;
  std::map<base::ContractId, std::size_t> place_;
  std::vector<i128> net_;
};

Result<Proof> proof_of(Session& session, const std::string& pool, const std::string& rulebook,
                       const std::string& account) {
  engine::Engine& engine = session.engine();
  if (Result<void> committed = engine.commit(engine.sequence()); !committed)
    return std::unexpected(std::move(committed).error());
  const engine::State& state = engine.state();
  const auto question = question_of(session, pool, rulebook);
  if (!question) return std::unexpected(question.error());
  const auto pools = operation::stressed_pools({state, engine.time()}, *question);
  if (!pools) return std::unexpected(pools.error());
  const Result<crypto::MasterSecret> secret = liabilities_secret(session.folder());
  if (!secret) return std::unexpected(secret.error());
  const std::string context =
      "venue " + state.venue.venues.at(0).code + " pools " + (pool.empty() ? "all" : pool) +
      " record " + std::to_string(engine.sequence()) + " state " +
      crypto::to_hex(engine::state_hash(state)) + " rulebook " + pools->rulebook->code + " grids " +
      grids_hash(state, *pools->rulebook) + " unknown " + std::to_string(pools->unknown());
  auto input = ProofMaker(state, *pools, *secret).make(context);
  if (!input) return std::unexpected(input.error());
  input->account = account;
  auto output = stress::adequacy_proof(*input);
  if (!output) return std::unexpected(output.error());
  return Proof{*std::move(input), *std::move(output), engine.sequence()};
}

Json texts(const std::vector<std::string>& all) {
  Json json = Json::list();
  for (const std::string& each : all) json.items.push_back(Json::of(each));
  return json;
}

// What everybody may see, and adequacy-verify takes as it stands.
Json published(const Proof& proof) {
  Json json = Json::object();
  json.add("scale", Json::number(std::uint64_t{proof.input.scale}));
  json.add("context", proof.input.context);
  json.add("contracts", texts(proof.input.contracts));
  json.add("scenarios", texts(proof.input.scenarios));
  json.add("resources", base::format_decimal(proof.input.resources, proof.input.scale));
  json.add("root", proof.output.root);
  json.add("leaves", std::to_string(proof.output.leaves));
  return json;
}

Result<Document> prove(Session& session, const AdequacyProveParameters& parameters,
                       Progress& progress) {
  progress.step("accounts", 0, 0);
  const Result<Proof> proof = proof_of(session, parameters.pool, parameters.rulebook, {});
  if (!proof) return std::unexpected(proof.error());
  const operation::NoNames names;
  const operation::Scope scope{&operation::type_of<stress::AdequacyProofInput>(), &proof->input,
                               nullptr};
  const Json output = operation::to_json(proof->output, operation::Codec{names, false}, &scope);
  Json json = Json::object();
  json.add("published", published(*proof));
  for (const char* each : {"top", "is_matched", "is_covered", "contracts", "scenarios"})
    json.add(each, *output.find(each));
  return Document(std::move(json));
}

Result<Document> owner_proof(Session& session, const AdequacyOwnerParameters& parameters,
                             Progress& progress) {
  progress.step("accounts", 0, 0);
  std::string pool = parameters.account_pool.empty() ? parameters.pool : parameters.account_pool;
  if (pool.empty()) {
    const engine::State& state = session.engine().state();
    state.margin.pools.each([&](const margin::PoolMargin& row) {
      bool is_there = false;
      state.market.participants.each([&](const market::Participant& each) {
        is_there |= each.pool == row.pool && base::to_text(each.owner.value()) == parameters.owner;
      });
      if (is_there && pool.empty()) pool = state.pool.pools.find(row.pool)->code;
    });
  }
  const std::string account = pool + "/" + parameters.owner;
  const Result<Proof> proof = proof_of(session, parameters.pool, parameters.rulebook, account);
  if (!proof) return std::unexpected(proof.error());
  const auto leaf =
      std::ranges::find(proof->input.accounts, account, &stress::AdequacyLeaf::account);
  const operation::NoNames names;
  const operation::Codec codec{names, false};
  const operation::Scope scope{&operation::type_of<stress::AdequacyProofInput>(), &proof->input,
                               nullptr};
  Json json = published(*proof);
  json.add("leaf", operation::to_json(*leaf, codec, &scope));
  json.add("index", std::to_string(proof->output.index.value_or(0)));
  const Json output = operation::to_json(proof->output, codec, &scope);
  json.add("steps", *output.find("steps"));
  return Document(std::move(json));
}

// The rulebook as it stands, with another initial part.
margin::SetRulebook with_initial(const margin::Rulebook& row, std::uint32_t initial_ppm) {
  return {.code = row.code,
          .version = row.version,
          .asset = row.asset,
          .value_scale = row.value_scale,
          .scenarios = row.scenarios,
          .initial_ppm = initial_ppm,
          .maintenance_ppm = row.maintenance_ppm,
          .step_ppm = row.step_ppm,
          .whole = row.whole,
          .life = row.life,
          .late_max = row.late_max,
          .names = row.names};
}

Result<Document> propose(Session& session, const AdequacyProposeParameters& parameters,
                         Progress& /*progress*/) {
  const engine::State& state = session.engine().state();
  auto question = question_of(session, parameters.pool, parameters.rulebook);
  if (!question) return std::unexpected(question.error());
  question->affiliates = parameters.affiliates;
  question->close_out = parameters.close_out;
  const operation::AdequacyBooks books{state, session.engine().time()};
  const auto pools = operation::stressed_pools(books, *question);
  if (!pools) return std::unexpected(pools.error());
  const auto points = operation::breaking_points(books, *pools);
  if (!points) return std::unexpected(points.error());
  const operation::BreakingPoint& weakest = points->front();
  const std::uint64_t stands = weakest.exists ? weakest.multiple : operation::kMultipleMax;
  // Margin is what accounts have by the pool's own rulebook, whosever scenarios were asked.
  const margin::Rulebook* own = state.margin.rulebooks.find(pools->pools.front()->rulebook);
  if (own == nullptr)
    return base::malformed("pool", parameters.pool,
                           "must count by a rulebook: tiers are changed by margin.set-tiers");
  const auto current = static_cast<double>(own->initial_ppm);
  const double wanted = current * static_cast<double>(parameters.target_ppm) /
                        static_cast<double>(std::max<std::uint64_t>(stands, 1));
  const auto bounded = stress::bounded_proposal(
      {.operation = "margin.set-rulebook",
       .content = {},
       .parameter = "initial_ppm",
       .current = own->initial_ppm,
       .wanted = std::min(wanted, 1e18),
       .raise_max = parameters.raise_max,
       .lower_max = parameters.lower_max,
       // A rulebook's initial part is never below its maintenance part.
       .floor = std::max<std::uint64_t>(parameters.floor, own->maintenance_ppm),
       .cap = parameters.cap,
       .measure = "pool " + parameters.pool + ": multiple of '" +
                  pools->scenarios[weakest.scenario] + "' that its layers stand",
       .found = static_cast<double>(stands) / 1e6,
       .target = static_cast<double>(parameters.target_ppm) / 1e6});
  if (!bounded) return std::unexpected(bounded.error());
  if (bounded->proposal.empty())
    return std::unexpected(base::Error{.kind = base::ErrorKind::refused,
                                       .field = "pool",
                                       .value = parameters.pool,
                                       .rule = "nothing is to be changed: " + bounded->reason});
  const auto after = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(bounded->after, std::uint64_t{0xFFFF'FFFF}));
  Json json = Json::object();
  json.add("operation", "margin.set-rulebook");
  json.add("content",
           operation::command_json(engine::Command(with_initial(*own, after)), session.codec()));
  json.add("reason", bounded->reason);
  return Document(std::move(json));
}

}  // namespace

void register_adequacy(operation::Registry& registry) {
  operation::add_task<AdequacyProveParameters>(
      registry, "adequacy.prove",
      "One root over accounts and grids: long and short by contract, equity by scenario.", &prove);
  operation::add_task<AdequacyOwnerParameters>(
      registry, "adequacy.owner",
      "What one owner checks the proof with: the input of calc adequacy-verify.", &owner_proof);
  operation::add_task<AdequacyProposeParameters>(
      registry, "adequacy.propose",
      "Initial margin that the weakest scenario asks for, as a step within bounds: for proposal "
      "create.",
      &propose);
}

}  // namespace cofferdam::report
