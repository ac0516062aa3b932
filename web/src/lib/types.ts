// SPDX-License-Identifier: Apache-2.0
//
// The members of the server's rows that the pages read; /openapi.json has them all.

export interface PoolHolding { pool: string; asset: string; state: string; custody: string; declared: string; owed: string; own: string; conduits: string; in_transit: string }
export interface HouseDefault { pool: string; asset: string; held: string; under_way: string; owed: string; house_money: string; excess: string; verdict: string }
export interface Pool { id: string; code: string; activity: string; exposure: string; regime: string; state: string; owner: string | null; allows_deficit: boolean; buffer_caps: { asset: string; cap: string }[]; run_off_order: string[]; agreements: number; created: string; state_since: string }
export interface PoolTotal { pool: string; asset: string; class: string; debits_pending: string; debits_posted: string; credits_pending: string; credits_posted: string; balance: string }
export interface Account { id: string; pool: string; asset: string; class: string; owner_class: string; owner: string | null; code: number; flags: string[]; debits_pending: string; debits_posted: string; credits_pending: string; credits_posted: string; balance: string; floor: string | null; ceiling: string | null; created: string }
export interface Transfer { address: string; time: string; id: string | null; status: string; debit_account: string; credit_account: string; pool: string; asset: string; amount: string; code: number; flags: string[]; pending_id: string | null; value_date: string | null; user_data_128: string }
export interface Agreement { pool: string; number: number; title: string; document: string; parties: string[]; law: string; effective: string; expires: string | null; clauses: { reference: string; text: string; control: string }[]; attached: string }
export interface Edge { pool: string; from: string; to: string; code: number }
export interface Limit { max: string; refill: string; period: string }
export interface Conduit { code: string; from: string; to: string; asset: string; purpose: string; transfer_max: string; limit: Limit; approvals: number; approvals_above: string; same_owner: boolean; expires: string | null; observation: boolean; retired: boolean; transfers: string; transferred: string; settled: string; breaches: string }
export interface ReleaseRule { code: string; conduit: string; debit_account: string; credit_account: string; amount: string | null; interval: string; retired: boolean; releases: string; last: string | null }
export interface Principal { id: string; code: string; roles: string[]; active: boolean; person: string; public_key: string; created: string }
export interface ApprovalPolicy { operation: string; pool: string | null; approvals: number; roles: string[]; life: string }
export interface Proposal { number: number; state: string; operation: string; pool: string | null; maker: string; created: string; expires: string; approvals_needed: number; approvals: { principal: string; time: string; comment: string }[]; reason: string; content: string }
export interface VaultPolicy { signers: string[]; threshold: number; delay: string; change_threshold: number; change_delay: string; life: string; vetoers: string[]; caps: { asset: string; limit: Limit }[] }
export interface Vault { id: string; code: string; pool: string; chain_id: string; address: string; policy: VaultPolicy; policy_version: number; next_nonce: string; open_intents: number; created: string }
export interface VaultShown extends Vault { caps_now: { asset: string; left: string; max: string }[] }
export interface Intent { id: string; vault: string; nonce: string; policy_version: number; deadline: string; kind: string; release: { wallet: string; beneficiary: string; asset: string; amount: string; debit_account: string } | null; move: { from: string; to: string; asset: string; amount: string } | null; policy: VaultPolicy | null; cancels: string | null; reason: string; proposer: string; proposed: string; digest: string; approvals: { signer: string; delivered_by: string; time: string }[]; ready: string | null; state: string; executed: string | null; closed: string | null; closed_by: string | null; note: string }
export interface IntentShown { intent: string; vault: string; kind: string; state: string; fields: { name: string; type: string; value: string }[]; domain_hash: string; message_hash: string; digest: string; approvals_needed: number; approvals: { signer: string; kind: string; public_key: string; counts: boolean; time: string }[]; ready: string | null; deadline: string; obstacles: string[]; reason: string }
export interface Signer { id: string; code: string; kind: string; public_key: string; principal: string; revoked: boolean; registered: string; revoked_at: string | null }
export interface Wallet { wallet: string; pool: string; vault: string | null; place: { form: string; chain_id: string; address: string }; asset: string; custody_account: string; token: string; holds: string; outgoing: string; incoming: string }
export interface Beneficiary { id: string; code: string; vault: string; place: { form: string; chain_id: string; address: string }; owner: string | null; usable_from: string; removed: boolean; created: string }
export interface Mark { contract: string; price: string; time: string; source: string | null; sequence: string }
export interface Fact { source: string; fact_key: string; value: string; observed: string; recorded: string; sequence: string; deviating: boolean }
export interface Source { id: string; code: string; description: string; staleness: string; deviation_bps_max: number; scale: number; reporter: string | null; created: string }
export interface Asset { code: string; number: number; scale: number; description: string; created: string }
export interface JournalStatus { venue: string; sequence: string; time: string; chain_hash: string; state_hash: string; snapshot_sequence: string; replayed_records: string; malformed: string; recovery: string }
export interface Command { id: string; sequence: string; time: string; principal: string; operation: string; status: string; rule: string; created: string; events: number; events_refused: number; postings: number; content: string }
export interface WhyEntry { address: string; time: string; command: string; operation: string; principal: string; transfer: string | null; account: string; other_account: string; code: number; debit: string; credit: string; balance: string }
export interface Breach { number: string; asset: string; conduit: string; from: string; to: string; amount: string; time: string; sequence: string; reference: string }
export interface Break { break: number | string; pool: string; wallet: string | null; account: string; asset: string; kind: string; amount: string; since: string; age: string; state: string; owner: string | null; statement: string; reason: string }
export interface Holding { pool: string; wallet: string | null; account: string; asset: string; stated: string; books: string; booked_not_stated: string; in_transit: string; network_fees: string; stated_not_booked: string; amounts_differ: string; accepted: string; open_breaks: number | string; as_of: string; frozen: boolean }
export interface ReconciledPool { pool: string; open_breaks: number | string; oldest: string | null; freezes: boolean; frozen: boolean; frozen_by: number | string | null; age: string; grace: string; statement_age_max: string }
export interface Alert { code: string; state: string; severity: string; measure: string; pool: string | null; asset: string | null; unit: string; value: string | null; direction: string; raise: string; clear: string; since: string; worst: string | null; outlook: string | null; breach_at: string | null; acknowledged_by: string | null; retired: boolean }
export interface Grant { principal: string; pool: string; roles: string[] }
export interface SigningKey { public_key: string; principal: string; name: string; registered: string; revoked: string | null; reason: string }
export interface SignaturePolicy { operation: string; pool: string | null; asset: string | null; required: boolean; above: string }
