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
