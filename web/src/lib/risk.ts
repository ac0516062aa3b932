// SPDX-License-Identifier: Apache-2.0
//
// The rows of margin and default management that the pages read.

export interface WaterfallLayer { code: string; kind: string; order: number; account: string | null; fund: string; conduit: string | null; reserve: string; cap: string | null; period_cap: string | null; period: string; tier_cap: string | null; weight: string; replenish_to: string | null; replenish_within: string }
export interface Waterfall { pool: string; asset: string; version: number; defined: string; layers: WaterfallLayer[] }
export interface PlanRow { asset: string; layer: string; order: number; status: string; can_give: string; charged: string; left: string; replenish: string; certificate: string }
export interface Fund { code: string; pool: string; asset: string; account: string; rules: { notice: string; minimum_balance: string; period: string; period_limit_ppm: number }; total_shares: string; balance: string; drawable: string; opened: string }
export interface Stake { fund: string; asset: string; owner: string; shares: string; requested_shares: string; requested: string | null; value: string }
export interface Case { number: number; pool: string; owner: string; asset: string; stage: string; equity: string; begun: string; ended: string | null }
export interface Loss { number: number; case: number; pool: string; owner: string; asset: string; cause: string; amount: string; charged: string; deleveraged: string; haircut: string; recovered: string; waterfall: number; certificate: string; born: string; closed: string | null; outstanding: string }
export interface Charge { loss: number; layer: string; asset: string; account: string; amount: string }
export interface Receipt { loss: number; number: number; asset: string; contract: string | null; owner: string; rank: number; score: string; closed: string; closed_at_mark: string; price: string; cost: string; haircut: string; certificate: string; time: string }
export interface Auction { number: number; case: number; pool: string; owner: string; asset: string; insolvent: boolean; stage: string; value_at_start: string; margin_at_start: string; fee: string; reserved: string; paid_by_layers: string; to_bidders: string; bids: number; started: string; ended: string | null }
export interface MarginCall { pool: string; owner: string; health: string; since: string; sequence: string; asset: string; equity: string; initial: string; maintenance: string }
export interface MarginPool { pool: string; asset: string; mode: string; in_force: boolean; rulebook: string | null; profit_ppm: number; call_buffer_ppm: number; calls: string; liquidatable: string; set: string }
export interface MarginAccount { pool: string; owner: string; asset: string; mode: string; health: string; basis: string; equity: string; backing: string; initial: string; orders: string; maintenance: string; free: string; withdrawable: string; distance: string; distance_ppm: string; scenario: string }
export interface MarginPosition { contract: string; asset: string; position: string; buys: string; sells: string; mark: string | null; unsettled: string; initial: string; maintenance: string; contribution: string }
export interface Position { contract: string; pool: string; owner: string; position: string; open_value: string; collateral: string }
export interface Contract { code: string; kind: string; status: string; settlement_asset: string; price_scale: number; quantity_scale: number; value_scale: number; settle_factor: string }
export interface UnitMark { contract: string; price: string; unit_value: string; time: string; sequence: string }

const kinds: Record<string, string> = {
  defaulter_margin: 'margin of the account that failed',
  defaulter_contribution: 'stake of the account that failed',
  pool_fund: 'the pool’s own fund',
  operator_capital: 'capital of the operator',
  member_mutual: 'mutual of the members',
  shared_fund: 'fund shared with other pools',
  excess_of_loss: 'insurance of excess of loss',
  assessment: 'called afterwards',
};
export const layerWords = (kind: string) => kinds[kind] ?? kind.replaceAll('_', ' ');
