// SPDX-License-Identifier: Apache-2.0
//
// What a server may or may not have: breaks of reconciliation, alerts, margin and insurance are shown
// when it has them.

import { isOpenClaim, type ClaimRow } from './insurance';
import { session } from './live.svelte';
import { query, type Query } from './query.svelte';
import { link } from './route.svelte';
import type { MarginCall, MarginPool } from './risk';
import type { Alert, Break, Holding } from './types';
import { plural, type Tone } from './words';

export interface Vital {
  name: string;
  value: string;
  note: string;
  tone: Tone;
  href?: string | undefined;
}

export function watched(): { readonly vitals: Vital[]; breaks: Query<Break>; alerts: Query<Alert> } {
  const breaks = query<Break>(() => ({ operation: 'break.list', most: 1000 }));
  const compared = query<Holding>(() => (session.has('reconciliation.list') ? { operation: 'reconciliation.list', most: 2000 } : null));
  const alerts = query<Alert>(() => ({ operation: 'alert.list', most: 1000 }));
  const marginPools = query<MarginPool>(() => ({ operation: 'margin.pools', most: 1000 }));
  const calls = query<MarginCall>(() => ({ operation: 'margin.calls', most: 2000 }));
  const claims = query<ClaimRow>(() => ({ operation: 'claim.list', most: 10_000 }));
  return {
    breaks,
    alerts,
    get vitals() {
      const all: Vital[] = [];
      if (session.has('break.list')) {
        const open = breaks.rows.filter((one) => one.state !== 'resolved');
        const owned = open.filter((one) => one.owner).length;
        // Where no statement was recorded nothing can differ, and nothing is known.
        const unknown = !open.length && compared.loaded && !compared.rows.length;
        all.push({ name: 'Breaks of reconciliation', value: breaks.loaded ? (open.length ? `${open.length} open` : unknown ? 'not known' : 'none') : '…', note: open.length ? `${owned} with an owner` : unknown ? 'no statement to compare with' : `${plural(compared.rows.length, 'account')} compared`, tone: open.length ? 'bad' : unknown ? 'quiet' : 'good', href: link('custody', 'breaks') });
      }
      if (session.has('alert.list')) {
        const raised = alerts.rows.filter((one) => one.state === 'raised');
        const critical = raised.some((one) => one.severity === 'critical');
        all.push({ name: 'Alerts', value: alerts.loaded ? (raised.length ? `${raised.length} raised` : 'none raised') : '…', note: alerts.rows.length ? `${plural(alerts.rows.length, 'measure')} watched` : 'nothing is watched', tone: critical ? 'bad' : raised.length ? 'attention' : alerts.rows.length ? 'good' : 'quiet' });
      }
      if (marginPools.rows.length && calls.loaded) {
        const due = calls.rows.filter((one) => one.health === 'liquidatable').length;
        all.push({ name: 'Margin calls', value: calls.rows.length ? String(calls.rows.length) : 'none', note: due ? `${due} may be liquidated` : `${plural(marginPools.rows.length, 'pool')} under margin`, tone: due ? 'bad' : calls.rows.length ? 'attention' : 'good', href: link('liquidations') });
      }
      if (claims.rows.length) {
        const open = claims.rows.filter((one) => isOpenClaim(one.stage));
        const late = open.filter((one) => one.is_overdue).length;
        all.push({ name: 'Insurance claims', value: open.length ? `${open.length} open` : 'none open', note: late ? `${late} past a deadline` : `${plural(claims.rows.length, 'claim')} in all`, tone: late ? 'bad' : open.length ? 'attention' : 'good', href: link('insurance') });
      }
      return all;
    },
  };
}
