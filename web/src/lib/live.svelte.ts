// SPDX-License-Identifier: Apache-2.0
//
// The session with the server: the key, what the server offers, and the change feed. The feed says
// that something was recorded; pages then ask again for what they show, at most once a second.

import { Api, Problem, storeKey, type Row } from './api';
import { EventReader } from './events';

export interface Recorded {
  sequence: string;
  time: string;
  id: string;
  principal: string;
  operation: string;
  verdict: string;
  status: string;
  events?: number;
  events_refused?: number;
}

export type FeedState = 'connecting' | 'live' | 'reconnecting';

const recentMax = 200;
const silenceMillis = 40_000; // the server speaks every 15 seconds
const tickMillis = 1_000;

class Session {
  api = $state.raw<Api | null>(null);
  refusal = $state('');
  // Operation -> the roles of which one is needed; empty: any active principal.
  operations = $state.raw<ReadonlyMap<string, string[]>>(new Map());
  version = $state('');
  venue = $state('');

  feed = $state<FeedState>('connecting');
  sequence = $state('0');
  heard = $state(0); // when anything came from the server, in milliseconds
  tick = $state(0); // counts the times that pages should ask again
  rate = $state(0); // records in the last second or so
  recent = $state.raw<Recorded[]>([]);
  trouble = $state.raw<Problem | null>(null);
  now = $state(Date.now());
  notice = $state(''); // what was done last, until it is put away

  #stop: AbortController | null = null;
  #pending: Recorded[] = [];
  #moved = false;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #told = 0;
  #counted = 0;
  #known = 0n; // the last record when the session began

  constructor() {
    setInterval(() => this.#beat(), tickMillis);
    addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#beat();
    });
  }

  has(operation: string): boolean {
    return this.operations.has(operation);
  }

  // True when the key is good.
  async signIn(key: string): Promise<boolean> {
    this.signOut('');
    const api = new Api(key);
    try {
      const [document, status] = await Promise.all([
        api.open('/openapi.json'), api.query<Row>('journal.status')]);
      this.#learn(document as Row);
      const row = status.rows[0] ?? {};
      this.venue = String(row['venue'] ?? '');
      this.sequence = String(row['sequence'] ?? '0');
      this.#known = BigInt(this.sequence);
    } catch (error) {
      this.refusal = error instanceof Problem && error.status !== 401
        ? `${error.title}. ${error.rule}` : 'This key is not in force.';
      return false;
    }
    api.onRefused = () => this.signOut('The key is no longer in force.');
    storeKey(key);
    this.api = api;
    this.heard = Date.now();
    this.#stop = new AbortController();
    void this.#follow(api, this.#stop.signal);
    return true;
  }

  signOut(why: string): void {
    this.#stop?.abort();
    this.#stop = null;
    this.api = null;
    this.refusal = why;
    this.recent = [];
    this.#pending = [];
    this.trouble = null;
    this.notice = '';
    this.feed = 'connecting';
    storeKey(null);
  }

  #learn(document: Row): void {
    const found = new Map<string, string[]>();
    for (const [path, methods] of Object.entries((document['paths'] as Record<string, Row> | undefined) ?? {})) {
      if (!path.startsWith('/v1/')) continue;
      const post = methods['post'] as Row | undefined;
      found.set(path.slice(4).replaceAll('/', '.'), (post?.['x-cofferdam-roles'] as string[] | undefined) ?? []);
    }
    this.operations = found;
    this.version = String((document['info'] as Row | undefined)?.['version'] ?? '');
  }

  // Pages ask again at once when it was quiet before, and else a second after the last time.
  #tellSoon(): void {
    if (this.#telling || document.hidden) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      this.#moved = false;
      this.#told = Date.now();
      this.#show();
      this.tick++;
    }, Math.max(20, tickMillis - (Date.now() - this.#told)));
  }

  #show(): void {
    if (!this.#pending.length) return;
    this.recent = [...this.#pending.reverse(), ...this.recent].slice(0, recentMax);
    this.#pending = [];
  }

  // Once a second, for ages and what was not told yet.
  #beat(): void {
    this.now = Date.now();
    if (!this.api) return;
    this.rate = this.#counted;
    this.#counted = 0;
    this.#show();
    if (this.#moved) this.#tellSoon();
    if (this.feed === 'live' && this.now - this.heard > silenceMillis) this.feed = 'reconnecting';
  }

  // Asks everything again, now.
  refresh(): void {
    this.tick++;
  }

  async #follow(api: Api, signal: AbortSignal): Promise<void> {
    // The last few records stand in the list from the start.
    let after = BigInt(this.sequence) > 20n ? BigInt(this.sequence) - 20n : 0n;
    let wait = 1_000;
    while (!signal.aborted) {
      const one = new AbortController();
      const forward = () => one.abort();
      signal.addEventListener('abort', forward);
      const guard = setInterval(() => {
        if (Date.now() - this.heard > silenceMillis) one.abort();
      }, 5_000);
      try {
        const body = await api.stream(`/v1/events?after=${after}`, one.signal);
        this.heard = Date.now();
        this.feed = 'live';
        this.trouble = null;
        this.#moved = true;
        this.#tellSoon();
        wait = 1_000;
        const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
        const events = new EventReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          this.heard = Date.now();
          for (const event of events.push(value)) {
            after = BigInt(event.id || after);
            this.#take(event.event, event.data);
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem) {
          this.trouble = error;
          if (error.status === 401) return;
          // The journal is another one, or no longer reaches back so far.
          if (error.status === 422) after = await this.#currentSequence(api);
        }
      } finally {
        clearInterval(guard);
        signal.removeEventListener('abort', forward);
      }
      if (signal.aborted) return;
      this.feed = 'reconnecting';
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(wait * 2, 15_000);
    }
  }

  async #currentSequence(api: Api): Promise<bigint> {
    try {
      const status = await api.query<Row>('journal.status');
      return BigInt(String(status.rows[0]?.['sequence'] ?? '0'));
    } catch {
      return 0n;
    }
  }

  #take(kind: string, data: string): void {
    this.#moved = true;
    this.#tellSoon();
    const event = JSON.parse(data) as Recorded & { content?: unknown };
    this.sequence = event.sequence;
    if (BigInt(event.sequence) > this.#known) this.#counted++;
    if (kind !== 'command') return;
    delete event.content;
    this.#pending.push(event);
    if (this.#pending.length > recentMax) this.#pending.splice(0, this.#pending.length - recentMax);
  }
}

export const session = new Session();
