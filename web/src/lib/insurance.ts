// SPDX-License-Identifier: Apache-2.0
//
// The rows of insurance pools and claims that the pages read, and their words.

import type { Said } from './words';

export interface InsurancePool { pool: string; asset: string; manager: string | null; rules: Record<string, unknown>; funds: Record<string, string>; active_cover: string; model_capital: string; model: string; losses_paid: string; recovered: string; members: number | string; covers: number | string; open_exits: number | string; capital: string; required: string; free: string; gate_open: boolean; opened: string }
export interface Member { pool: string; asset: string; member: string; name: string; account: string; standing: string; contributed: string; admitted: string; retired: string | null }
export interface Tariff { pool: string; asset: string; period: number | string; version: number; start: string; end: string; model: string; parameters: string; tiers: { from: string; factor_ppm: number }[]; volume_ppm: number; expense_ratio: string; fund: string; target: string; capital: string; expected_loss: string; technical: string; top_up: string; need: string; total: string; charged: string; members: number | string; published: string }
export interface Explained { asset: string; line: string; amount: string | null; rate: string | null; rule: string }
export interface Capacity { pool: string; asset: string; peril: string; prices: number; capacity: string; used: string; free: string }
export interface Cover { code: string; pool: string; asset: string; terms: { peril: string; basis: string; insured: string; counterparty: string | null; start: string; end: string; limit: string; aggregate_limit: string; deductible: string; retention_ppm: number; waiting: string; exclusions: string[]; warranties?: string[]; retroactive?: string | null; reporting?: string; sub_limits?: { storage: string; limit: string }[]; valuation?: string }; stage: string; premium: string; rate_bps: number | string; paid: string; open_claims: number | string; model: string; bound: string }
export interface ClaimRow { number: number; pool: string; asset: string; cover: string; incident: string; claimant: string; route: string; stage: string; awaited: string; deadline: string | null; is_overdue: boolean; claimed: string; assessed: string | null; approved: string; paid: string; round: number; voters: number | string; committed: number | string; revealed: number | string; quorum: string; for: string; against: string; abstain: string; result: string }
export interface Ballot { claim: number; round: number; asset: string; supply: string; eligible: string; cap: string; quorum: string; voters: number | string; committed: number | string; revealed: number | string; totals: Record<string, unknown>; opened: string; commit_ends: string; commit_latest: string; reveal_ends: string; closed: string | null; result: string; median: string; cost_to_corrupt: string | null }
export interface ClaimShown { number: number; pool: string; asset: string; incident_code: string; cover: string; claimant: string; stage: string; route: string; rules: number; evidence: { document: string; note: string; time: string }[]; assessment: string; bond: { owner: string | null; amount: string } | null; notified: string; settled: string | null; verdict: string; trigger: string; ballots: Ballot[]; status: string; reason: string; payable: string; clawed_back?: string; steps: { rule: string; code: string; taken: string; left: string; explanation: string }[] }
export interface Voter { claim: number; round: number; asset: string; owner: string; weight: string; conflict: string; committed: string | null; revealed: boolean; support: string; amount: string; counted: string; reason: string }
export interface Tranche { pool: string; asset: string; tranche: string; notice: string; total_shares: string; balance: string; out: string }
export interface Reserve { pool: string; asset: string; kind: string; number: number | string; occurred: string | null; held: string; paid: string; recovered: string }

const stages: Record<string, Said> = {
  notified: { tone: 'attention', word: 'notified' },
  evidenced: { tone: 'attention', word: 'evidence is in' },
  assessed: { tone: 'attention', word: 'assessed' },
  voting: { tone: 'busy', word: 'voting' },
  decided: { tone: 'busy', word: 'decided, may be disputed' },
  disputed: { tone: 'attention', word: 'disputed' },
  approved: { tone: 'busy', word: 'approved, cooling down' },
  paid: { tone: 'good', word: 'paid' },
  closed: { tone: 'quiet', word: 'closed' },
  declined: { tone: 'bad', word: 'declined' },
  withdrawn: { tone: 'quiet', word: 'withdrawn' },
  expired: { tone: 'bad', word: 'expired' },
};
export const claimStage = (stage: string): Said => stages[stage] ?? { tone: 'quiet', word: stage };
export const isOpenClaim = (stage: string) => !['paid', 'closed', 'declined', 'withdrawn', 'expired'].includes(stage);

const waits: Record<string, string> = {
  evidence: 'evidence', assessment: 'an assessment', ballot: 'its ballot', sealed_votes: 'sealed votes', opened_votes: 'votes to be opened',
  count: 'the count', dispute: 'whether somebody disputes it', cooldown: 'the end of its cooldown', payment: 'payment', time: 'time in which money may come back', nothing: 'nothing more',
};
export const awaitedWords = (name: string) => waits[name] ?? name.replaceAll('_', ' ');

const routes: Record<string, string> = { vote: 'a vote', parametric: 'a recorded fact, without a vote', dispute: 'a vote, if somebody disputes it' };
export const routeWords = (name: string) => routes[name] ?? name.replaceAll('_', ' ');

const steps: Record<string, string> = { loss: 'Loss', paid_before: 'Paid before', remaining_aggregate: 'Left of the cover’s whole' };
export const stepWords = (name: string) => steps[name] ?? name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());

const perils: Record<string, string> = {
  exchange_insolvency: 'insolvency of an exchange', exploit: 'exploit', extreme_volatility: 'extreme volatility', asset: 'loss of assets',
};
export const perilWords = (name: string) => perils[name] ?? name.replaceAll('_', ' ');

const funds: Record<string, string> = {
  unearned: 'premium for time to come', earned: 'earned premium and surplus', expenses: 'for running the pool', case_reserve: 'set aside for known incidents',
  ibnr_reserve: 'set aside for what is not reported yet', layer: 'set aside for the parametric layer', junior: 'junior tranche, bears first', senior: 'senior tranche, bears second',
  junior_exits: 'left the junior tranche, still answers', senior_exits: 'left the senior tranche, still answers', written_off: 'burnt', dust: 'remainders of splits',
};
export const fundWords = (name: string) => funds[name] ?? name.replaceAll('_', ' ');

const lines: Record<string, string> = {
  need: 'What all members are to bring in', expected_part: 'Its expected loss, with expenses', capital_part: 'Its share of the capital and top-up', credibility: 'How far its own losses are believed',
  relative_loss: 'Its loss rate over that of all', raw_modifier: 'Modifier before its bounds', modifier: 'Modifier', contribution: 'Contribution, if bases are as expected',
  expected_volume: 'Volume expected', expected_collateral: 'Collateral expected', minimum: 'Minimum', volume: 'Volume of the period', average_collateral: 'Average collateral of the period',
  volume_part: 'Part on volume', collateral_part: 'Part on collateral', charged: 'Charged',
};
export const lineWords = (name: string) => lines[name] ?? name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
