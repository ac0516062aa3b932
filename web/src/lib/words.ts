// SPDX-License-Identifier: Apache-2.0
//
// The books' names in the words of a reader.

export type Tone = 'good' | 'attention' | 'bad' | 'quiet' | 'busy';

export interface Said {
  tone: Tone;
  word: string;
}

const regimes: Record<string, string> = {
  capital: 'capital pool',
  individual: 'client pool of one owner',
  omnibus: 'client pool, omnibus',
  house: 'house pool',
  insurance: 'insurance pool',
  collateral: 'collateral pool',
  liquidity: 'liquidity pool',
  order: 'order pool',
  strategy: 'strategy pool',
};

const groups: [string, string[]][] = [
  ['Client pools', ['individual', 'omnibus']],
  ['House', ['house', 'capital']],
  ['Insurance', ['insurance']],
  ['Markets', ['collateral', 'liquidity', 'order', 'strategy']],
];

export const regimeWords = (regime: string) => regimes[regime] ?? regime;

export function regimeGroup(regime: string): string {
  return groups.find(([, members]) => members.includes(regime))?.[0] ?? 'Other pools';
}

export const groupOrder = [...groups.map(([name]) => name), 'Other pools'];

export function poolState(state: string): Said {
  switch (state) {
    case 'active': return { tone: 'good', word: 'active' };
    case 'draft': return { tone: 'quiet', word: 'draft' };
    case 'frozen': return { tone: 'attention', word: 'frozen' };
    case 'winding_up': return { tone: 'attention', word: 'winding up' };
    case 'detached': return { tone: 'quiet', word: 'detached' };
    case 'closed': return { tone: 'quiet', word: 'closed' };
    default: return { tone: 'quiet', word: state };
  }
}

// What report.pools says of a pool and an asset.
export function wholeness(state: string): Said {
  if (state === 'whole') return { tone: 'good', word: 'whole' };
  if (state.startsWith('whole')) return { tone: 'attention', word: state };
  return { tone: 'bad', word: state.toLowerCase() };
}

export function intentState(state: string): Said {
  switch (state) {
    case 'proposed': return { tone: 'attention', word: 'waits for signatures' };
    case 'approved': return { tone: 'busy', word: 'approved, not yet executed' };
    case 'executed': return { tone: 'busy', word: 'ordered, waits for confirmation' };
    case 'settled': return { tone: 'good', word: 'settled' };
    case 'vetoed': return { tone: 'bad', word: 'vetoed' };
    case 'cancelled': return { tone: 'quiet', word: 'cancelled' };
    default: return { tone: 'quiet', word: state };
  }
}

export function proposalState(state: string): Said {
  switch (state) {
    case 'open': return { tone: 'attention', word: 'open' };
    case 'executed': return { tone: 'good', word: 'executed' };
    case 'failed': return { tone: 'bad', word: 'failed' };
    case 'rejected': return { tone: 'bad', word: 'rejected' };
    default: return { tone: 'quiet', word: state };
  }
}

export function verdict(of: string): Said {
  return of === 'ok' ? { tone: 'good', word: 'ok' } : { tone: 'bad', word: 'refused' };
}

const classes: Record<string, string> = {
  general: 'general',
  custody: 'held with custodians',
  external: 'claims on the world outside',
  collateral: 'collateral of its owners',
  position: 'positions',
  open_value: 'open value of positions',
  clearing: 'the other side of every position',
  conduit: 'owed to or by other pools',
  in_transit: 'on its way',
  fee: 'fees earned',
  buffer: 'house money inside',
  reserve: 'reserve',
  deficit: 'deficit',
  dust: 'remainders of rounding',
  settlement: 'passing through settlement',
};
export const classWords = (name: string) => classes[name] ?? name.replaceAll('_', ' ');

// Of a class on its side of the balance sheet.
export function sideWords(name: string, has: boolean): string {
  if (name === 'conduit') return has ? 'owed by other pools' : 'owed to other pools';
  if (name === 'in_transit') return has ? 'on its way in' : 'ordered to leave';
  if (name === 'deficit') return has ? 'missing: a deficit' : 'deficit';
  return classWords(name);
}

const owners: Record<string, string> = {
  pool: 'the pool itself',
  client: 'clients',
  house: 'the house',
  insurance: 'insurance',
  member: 'members',
  provider: 'providers',
  outside: 'outside',
};
export const ownerWords = (name: string) => owners[name] ?? name;

const reasons: Record<number, string> = {
  1: 'deposit', 2: 'withdrawal', 3: 'fee', 4: 'settlement', 5: 'premium', 6: 'waterfall', 7: 'buffer top-up',
  8: 'buffer release', 9: 'internal', 10: 'interest', 11: 'distribution', 12: 'contribution', 13: 'claim',
  14: 'subscription', 15: 'redemption', 16: 'porting', 17: 'release', 801: 'trade: position', 802: 'trade: value',
  803: 'trade: fee', 811: 'settlement: value', 812: 'settlement: cash', 813: 'settlement between pools',
  814: 'settlement: remainder', 804: 'trade: premium or price', 805: 'trade: delivery', 821: 'funding',
  831: 'closing: position', 832: 'closing: value', 841: 'reversal: position', 842: 'reversal: value',
  843: 'reversal: fee', 844: 'reversal: premium or price', 845: 'reversal: delivery',
  901: 'stake in a fund', 902: 'payment out of a fund', 911: 'a layer bears a loss', 912: 'a claim is cut for a loss',
  913: 'remainder of a deleveraging', 1001: 'receipt that the replayed days leave out',
};
export function reasonWords(code: number): string {
  return reasons[code] ?? (code === 0 ? 'any reason' : `reason ${code}`);
}

const operationNames: Record<string, string> = {
  'transfer.create': 'move money inside a pool', 'conduit.transfer': 'send value to another pool',
  'conduit.declare': 'open a new way out', 'conduit.settle': 'let custody follow a conduit',
  'release.execute': 'release money by a rule', 'account.change': 'freeze or limit an account',
  'intent.propose': 'put a payment before the signers', 'intent.approve': 'bring signatures of a payment',
  'intent.veto': 'stop a payment', 'intent.cancel': 'take a payment back', 'intent.execute': 'order a payment',
  'intent.settle': 'confirm a payment', 'pool.freeze': 'freeze a pool', 'pool.unfreeze': 'open a frozen pool again',
  'pool.wind-up': 'wind a pool up', 'policy.set': 'change who must agree', 'vault.open': 'open a vault',
  'principal.create': 'let somebody act', 'principal.change': 'change what somebody may do',
  'waterfall.define': 'say who pays for losses', 'loss.allocate': 'charge the layers for a loss',
  'default.declare': 'declare a default', 'liquidation.begin': 'begin a liquidation',
};
export const operationWords = (name: string) => operationNames[name] ?? name;

// 'pool.freeze', 'clients-a' -> 'Freeze pool clients-a'
export function decisionWords(operation: string, pool: string | null): string {
  const words = operationWords(operation);
  if (words === operation) return operation + (pool ? ` on ${pool}` : '');
  const about = pool ? (/\ba (frozen )?pool\b/.test(words) ? words.replace(/\ba (frozen )?pool\b/, `$1pool ${pool}`) : `${words}, in pool ${pool}`) : words;
  return about[0]!.toUpperCase() + about.slice(1);
}

const controls: Record<string, string> = {
  unmapped: 'not enforced by the books',
  manual: 'kept by people',
  no_commingling: 'enforced: value crosses the wall only by conduit',
  single_owner: 'enforced: one owner',
  house_buffer_cap: 'enforced: cap on house money',
  no_deficit: 'enforced: never short',
  conduit_limit: 'enforced: limit of the conduit',
  dual_control: 'enforced: approval by others',
  release_rule: 'enforced: release rule',
  run_off_priority: 'enforced: order of run-off',
  beneficiaries: 'enforced: beneficiaries recorded',
  freeze_on_break: 'enforced: frozen on a break',
  daily_statement: 'enforced: daily statement',
};
export const controlWords = (name: string) => controls[name] ?? name.replaceAll('_', ' ');

export function plural(count: number, one: string, many = one + 's'): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function joinWords(words: string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return words.slice(0, -1).join(', ') + ` ${last} ` + words[words.length - 1];
}

// 'buffer_caps' -> 'buffer caps'
export const plain = (name: string) => name.replaceAll('_', ' ');

export function alertState(alert: { state: string; severity: string }): Said {
  switch (alert.state) {
    case 'raised': return { tone: alert.severity === 'critical' ? 'bad' : 'attention', word: `raised, ${alert.severity}` };
    case 'acknowledged': return { tone: 'attention', word: 'raised, acknowledged' };
    case 'pending': return { tone: 'busy', word: 'beyond its level, not yet raised' };
    default: return { tone: 'good', word: 'quiet' };
  }
}
