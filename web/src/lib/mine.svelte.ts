// SPDX-License-Identifier: Apache-2.0
//
// What waits for the reader: the principal of the key, with the signers that are theirs.

import { session } from './live.svelte';
import { query, type Query } from './query.svelte';
import type { ApprovalPolicy, Intent, Proposal, Signer, Vault } from './types';

// The codes of the signers whose keys this principal holds.
export function signersOf(principal: string, signers: Signer[]): string[] {
  return signers.filter((one) => one.principal === principal && !one.revoked).map((one) => one.code);
}

// Whether one of these signers may sign, has not, and is still needed.
export function waitsFor(intent: Intent, mine: string[], vault: Vault | undefined): boolean {
  if (intent.state !== 'proposed' || !vault) return false;
  const may = mine.filter((code) => vault.policy.signers.includes(code));
  return may.length > 0 && may.every((code) => !intent.approvals.some((one) => one.signer === code));
}

export function mayVeto(intent: Intent, vault: Vault | undefined): boolean {
  return ['proposed', 'approved'].includes(intent.state) && session.may('intent.veto') && !!vault?.policy.vetoers.includes(session.principal);
}

// The proposer; an admin before it is approved; anybody once its time is over.
export function mayCancel(intent: Intent): boolean {
  if (!['proposed', 'approved'].includes(intent.state) || !session.may('intent.cancel')) return false;
  const admin = session.roles.some((role) => role === 'admin' || role === 'root');
  return intent.proposer === session.principal || (admin && intent.state === 'proposed') || Date.parse(intent.deadline) < session.now;
}

export function policyOf(policies: ApprovalPolicy[], proposal: { operation: string; pool: string | null }): ApprovalPolicy | undefined {
  return policies.find((one) => one.operation === proposal.operation && one.pool === proposal.pool)
    ?? policies.find((one) => one.operation === proposal.operation && one.pool === null);
}

// Whether the reader's word is one of those that are still asked for.
export function mayDecide(proposal: Proposal, policies: ApprovalPolicy[]): boolean {
  if (proposal.state !== 'open' || !session.may('proposal.approve') || proposal.maker === session.principal) return false;
  if (proposal.approvals.some((one) => one.principal === session.principal)) return false;
  const roles = policyOf(policies, proposal)?.roles;
  return !roles || session.roles.some((role) => role === 'root' || roles.includes(role));
}

export interface Mine {
  readonly asked: boolean; // there is something that this principal can be asked for at all
  readonly loaded: boolean;
  readonly sign: Intent[];
  readonly veto: Intent[];
  readonly decide: Proposal[];
}

export function mine(intents: Query<Intent>, vaults: Query<Vault>, proposals: Query<Proposal>): Mine {
  const signers = query<Signer>(() => ({ operation: 'signer.list', most: 1000 }));
  const policies = query<ApprovalPolicy>(() => ({ operation: 'policy.list', most: 1000 }));
  const vaultOf = $derived(new Map(vaults.rows.map((vault) => [vault.code, vault])));
  const own = $derived(signersOf(session.principal, signers.rows));
  const sign = $derived(intents.rows.filter((one) => waitsFor(one, own, vaultOf.get(one.vault))));
  const veto = $derived(intents.rows.filter((one) => mayVeto(one, vaultOf.get(one.vault))));
  const decide = $derived(proposals.rows.filter((one) => mayDecide(one, policies.rows)));
  return {
    get asked() {
      return session.roles.some((role) => role !== 'auditor');
    },
    get loaded() {
      return intents.loaded && vaults.loaded && proposals.loaded && signers.loaded && policies.loaded;
    },
    get sign() {
      return sign;
    },
    get veto() {
      return veto;
    },
    get decide() {
      return decide;
    },
  };
}
