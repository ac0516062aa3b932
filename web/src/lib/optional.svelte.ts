// SPDX-License-Identifier: Apache-2.0
//
// What a server may or may not have: breaks of reconciliation and alerts are shown when it has them.

import type { Row } from './api';
import { session } from './live.svelte';
import { query, type Query } from './query.svelte';
import { link } from './route.svelte';
import { plural, type Tone } from './words';

export interface Vital {
  name: string;
  value: string;
  note: string;
  tone: Tone;
  href?: string | undefined;
}

const closed = ['closed', 'resolved', 'cleared', 'acknowledged'];

export function isOpenRow(row: Row): boolean {
  return !closed.includes(String(row['state'] ?? '')) && row['closed'] !== true;
}

export function vitalsOf(): { readonly vitals: Vital[]; breaks: Query<Row>; alerts: Query<Row> } {
  const breaks = query<Row>(() => ({ operation: 'break.list', most: 1000 }));
  const alerts = query<Row>(() => ({ operation: 'alert.list', most: 1000 }));
  return {
    breaks,
    alerts,
    get vitals() {
      const all: Vital[] = [];
      if (session.has('break.list')) {
        const open = breaks.rows.filter(isOpenRow).length;
        all.push({ name: 'Breaks of reconciliation', value: breaks.loaded ? (open ? plural(open, 'open break') : 'none open') : '…', note: 'wallets compared with the books', tone: open ? 'bad' : 'good', href: link('custody', 'breaks') });
      }
      if (session.has('alert.list')) {
        const open = alerts.rows.filter(isOpenRow).length;
        all.push({ name: 'Alerts', value: alerts.loaded ? (open ? plural(open, 'alert') : 'none') : '…', note: 'raised and not yet acknowledged', tone: open ? 'attention' : 'good' });
      }
      return all;
    },
  };
}
