// SPDX-License-Identifier: Apache-2.0
//
// Opens a vault over wallets of one pool, with its first policy. Later policies come by intents.
#pragma once

#include "cofferdam/books/custody/vault_policy.h"

namespace cofferdam::custody {

struct OpenVault {
  std::string code;
  PoolId pool;
  std::uint64_t chain_id = 0;
  std::string salt;
  VaultPolicy policy;

  static constexpr std::string_view kDoc =
      "Opens a vault: the authority of m-of-n signers over wallets of one pool.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("pool", self.pool, "the pool whose wallets it moves");
    visit("chain_id", self.chain_id, "chain id of the signing domain, of which its wallets are");
    visit("salt", self.salt, "64 random hex digits, used for no other vault in any books");
    visit("policy", self.policy, "who must sign");
  }
};

enum class OpenVaultStatus : std::uint16_t {
  ok,
  code_malformed,
  chain_id_must_not_be_zero,
  salt_malformed,
  signers_malformed,
  threshold_out_of_range,
  delays_malformed,
  vetoers_malformed,
  caps_malformed,
  exists,
  pool_not_found,
  pool_is_over,
  address_taken,
  signer_not_found,
  signer_revoked,
  signers_of_one_person,
  vetoer_not_found,
  asset_not_found,
};

[[nodiscard]] OpenVaultStatus check_shape(const OpenVault& command);
[[nodiscard]] OpenVaultStatus check_state(const OpenVault& command, const State& state,
                                          const pool::State& pools, const ledger::State& ledger,
                                          const principal::State& principals);
OpenVaultStatus apply(const OpenVault& command, State& state, Context& context);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::OpenVaultStatus> {
  static constexpr std::array<std::string_view, 18> kNames{"ok",
                                                           "code_malformed",
                                                           "chain_id_must_not_be_zero",
                                                           "salt_malformed",
                                                           "signers_malformed",
                                                           "threshold_out_of_range",
                                                           "delays_malformed",
                                                           "vetoers_malformed",
                                                           "caps_malformed",
                                                           "exists",
                                                           "pool_not_found",
                                                           "pool_is_over",
                                                           "address_taken",
                                                           "signer_not_found",
                                                           "signer_revoked",
                                                           "signers_of_one_person",
                                                           "vetoer_not_found",
                                                           "asset_not_found"};
  static constexpr std::array<std::string_view, 18> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "the signing domain names a chain; 1 where no wallet is on one",
      "a salt is 64 lower-case hexadecimal digits, not all zero",
      "a policy has 1 to 16 signers in the order of their registration, each once",
      "2 <= threshold <= change_threshold <= number of signers",
      "0 <= delay <= change_delay < life",
      "at most 8 principals may veto, in the order of their numbers, each once",
      "at most 32 caps, in the order of their assets, each with a period if it refills",
      "a vault with this code exists",
      "the pool must exist",
      "a closed or detached pool takes no vault",
      "the salt and the code lead to the address of another vault",
      "every signer must be registered",
      "a revoked signer signs no more",
      "every signer of a vault is another person",
      "who may veto must exist",
      "the assets of caps must exist"};
};
