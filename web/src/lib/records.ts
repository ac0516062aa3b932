// SPDX-License-Identifier: Apache-2.0
//
// Records out of the journal, read through the change feed, which begins wherever it is asked to.

import type { Api } from './api';
import { EventReader } from './events';

export interface Entry {
  kind: string;
  sequence: string;
  time?: string;
  id?: string;
  principal?: string;
  operation?: string;
  verdict?: string;
  status?: string;
  events?: number;
  events_refused?: number;
  content?: unknown;
}

const isObject = (one: unknown): one is Record<string, unknown> => typeof one === 'object' && one !== null && !Array.isArray(one);
// Amounts without the zeros behind their second place, ids by their ends.
const brief = (one: unknown): string => {
  const text = String(one).replace(/^(-?\d+\.\d{2}\d*?)0+$/, '$1');
  return text.length > 24 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text;
};

// What a list of things is about: its first, and how many more there are.
function firstOf(rows: unknown[], words: (row: Record<string, unknown>) => string): string {
  const row = rows[0];
  if (!isObject(row)) return '';
  return words(row) + (rows.length > 1 ? `, and ${(rows.length - 1).toLocaleString('en')} more` : '');
}

const subjects = ['code', 'pool', 'from', 'to', 'contract', 'vault', 'wallet', 'beneficiary', 'fund', 'owner', 'account', 'conduit', 'principal', 'signer', 'operation', 'source', 'fact_key', 'cover', 'member', 'claim'];
const numbered: Record<string, string> = { intent: 'payment', proposal: 'decision', loss: 'loss', statement: 'statement', alert: 'alert' };
const subjectsMost = 3;

// The subject of a command in a few words, out of its content.
export function aboutOf(content: unknown): string {
  if (!isObject(content)) return '';
  const list = (name: string) => (Array.isArray(content[name]) ? (content[name] as unknown[]) : null);
  const transfers = list('transfers');
  if (transfers) return firstOf(transfers, (row) => `${brief(row['amount'])} ${String(row['asset'] ?? '')}${row['pool'] ? ` in ${String(row['pool'])}` : ''}`);
  const trades = list('trades');
  if (trades) return firstOf(trades, (row) => `${brief(row['quantity'])} ${String(row['contract'] ?? '')} at ${brief(row['price'])}`);
  const marks = list('marks');
  if (marks) return firstOf(marks, (row) => `${String(row['contract'] ?? '')} at ${brief(row['price'])}`);
  const accounts = list('accounts');
  if (accounts) return firstOf(accounts, (row) => `account ${brief(row['id'])} in ${String(row['pool'] ?? '')}`);
  const parts: string[] = [];
  for (const [name, words] of Object.entries(numbered)) if (content[name] !== undefined && content[name] !== null) parts.push(`${words} ${brief(content[name])}`);
  for (const name of subjects) {
    const value = content[name];
    if (parts.length >= subjectsMost) break;
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') parts.push(name === 'owner' || name === 'account' ? `${name} ${brief(value)}` : brief(value));
  }
  for (const inner of [content, content['release'], content['move']]) {
    if (isObject(inner) && inner['amount'] && parts.length <= subjectsMost) parts.push(`${brief(inner['amount'])} ${String(inner['asset'] ?? '')}`.trim());
  }
  return [...new Set(parts)].join(', ');
}

// From `first` on, until `wanted` says stop or `last` is reached.
export async function readRecords(api: Api, first: bigint, last: bigint, take: (entry: Entry) => boolean, signal: AbortSignal): Promise<void> {
  if (first > last) return;
  const stop = new AbortController();
  const forward = () => stop.abort();
  signal.addEventListener('abort', forward);
  try {
    const body = await api.stream(`/v1/events?after=${first - 1n}`, stop.signal);
    const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
    const events = new EventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const event of events.push(value)) {
        const entry = { kind: event.event, ...(JSON.parse(event.data) as object) } as Entry;
        if (BigInt(entry.sequence) > last || !take(entry) || BigInt(entry.sequence) === last) return;
      }
    }
  } finally {
    signal.removeEventListener('abort', forward);
    stop.abort();
  }
}
