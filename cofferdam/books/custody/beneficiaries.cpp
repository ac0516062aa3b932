// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/beneficiaries.h"

#include "cofferdam/books/ledger/create_asset.h"

namespace cofferdam::custody {

using S = BeneficiaryStatus;

S check_shape(const AllowBeneficiary& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  return is_destination(command.place) ? S::ok : S::place_malformed;
}

S check_state(const AllowBeneficiary& command, const State& state) {
  if (find_beneficiary(state, command.code) != nullptr) return S::exists;
  const Vault* vault = state.vaults.find(command.vault);
  if (vault == nullptr) return S::vault_not_found;
  const bool elsewhere = command.place.form == DestinationForm::chain_address &&
                         command.place.chain_id != vault->chain_id;
  return elsewhere ? S::place_on_another_chain : S::ok;
}

S apply(const AllowBeneficiary& command, State& state, Context& context) {
  const BeneficiaryId id(static_cast<std::uint32_t>(state.beneficiaries.size() + 1));
  const Vault& vault = *state.vaults.find(command.vault);
  // Beyond the end of time: never.
  const Time usable = base::try_add(context.now, vault.policy.change_delay)
                          .value_or(Time(std::numeric_limits<std::int64_t>::max()));
  state.beneficiary_names.insert(context.changes, {command.code, id});
  state.beneficiaries.insert(context.changes, Beneficiary{.id = id,
                                                          .code = command.code,
                                                          .vault = command.vault,
                                                          .place = command.place,
                                                          .owner = command.owner,
                                                          .usable_from = usable,
                                                          .created = context.now});
  context.created = id.value();
  return S::ok;
}

S check_shape(const RemoveBeneficiary& command) {
  return command.reason.size() > kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const RemoveBeneficiary& command, const State& state) {
  const Beneficiary* row = state.beneficiaries.find(command.beneficiary);
  if (row == nullptr) return S::beneficiary_not_found;
  return row->removed ? S::already_removed : S::ok;
}

S apply(const RemoveBeneficiary& command, State& state, Context& context) {
  state.beneficiaries.edit(context.changes, command.beneficiary).removed = true;
  return S::ok;
}

}  // namespace cofferdam::custody
