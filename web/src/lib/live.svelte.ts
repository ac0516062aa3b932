// SPDX-License-Identifier: Apache-2.0
//
// The session with the server: the key, what the server offers, and the change feed. The feed says
// that something was recorded; pages then ask again for what they show, at most once a second.

import { Api, Problem, storeKey, type Row } from './api';

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
const beatSeconds = 5; // how often the server says that it is there
const silenceMillis = 16_000;
const tickMillis = 1_000;
const paceMax = 10_000;
const [openCall, feedCall, beatCall, testCall] = [1, 2, 3, 4];
const feedRefused = -1;

class Session {
  api = $state.raw<Api | null>(null);
  refusal = $state('');
  // Operation -> the roles of which one is needed; empty: any active principal.
  operations = $state.raw<ReadonlyMap<string, string[]>>(new Map());
  version = $state('');
  venue = $state('');
  principal = $state(''); // whose the key is
  roles = $state.raw<string[]>([]);
  known = $state(false); // whether the principal's roles were learnt

  feed = $state<FeedState>('connecting');
  sequence = $state('0');
  heard = $state(0); // when anything came from the server, in milliseconds
  tick = $state(0); // counts the times that pages should ask again
  rate = $state(0); // records in the last second or so
  recent = $state.raw<Recorded[]>([]);
  pace = $state(tickMillis); // between two times that pages ask again
  now = $state(Date.now());
  notice = $state(''); // what was done last, until it is put away

  #stop: AbortController | null = null;
  #pending: Recorded[] = [];
  #moved = false;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #told = 0;
  #slowest = 0;
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

  // Whether the reader's roles may give this command at all; its own rules come on top.
  may(operation: string): boolean {
    const needed = this.operations.get(operation);
    if (!needed || this.roles.every((role) => role === 'auditor')) return false;
    return needed.length === 0 || this.roles.some((role) => role === 'root' || needed.includes(role));
  }

  // True when the key is good.
  async signIn(key: string): Promise<boolean> {
    this.signOut('');
    storeKey(key); // it was shown once: an answer that is lost does not lose it
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
      if (error instanceof Problem && error.status === 401) storeKey(null);
      this.refusal = error instanceof Problem && error.status !== 401
        ? `${error.title}. ${error.rule}` : 'This key is not in force.';
      return false;
    }
    api.onRefused = () => this.signOut('The key is no longer in force.');
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
    this.principal = '';
    this.roles = [];
    this.known = false;
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

  // How long an answer took. Questions wait for one another in the books, and commands for them:
  // the slower the answers, the more rarely they are asked.
  took(millis: number): void {
    this.#slowest = Math.max(this.#slowest, millis);
    this.pace = Math.max(tickMillis, Math.min(paceMax, 4 * this.#slowest));
  }

  // Pages ask again at once when it was quiet before, and else some time after the last time.
  #tellSoon(): void {
    if (this.#telling || document.hidden) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      this.#moved = false;
      this.#told = Date.now();
      this.#show();
      this.tick++;
      this.#slowest = 0;
    }, Math.max(20, this.pace - (Date.now() - this.#told)));
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

  // The feed over a WebSocket, taken up again where it was whenever it breaks.
  async #follow(api: Api, signal: AbortSignal): Promise<void> {
    // The last few records stand in the list from the start.
    let after: bigint | null = BigInt(this.sequence) > 20n ? BigInt(this.sequence) - 20n : 0n;
    let wait = 1_000;
    while (!signal.aborted) {
      const from = Date.now();
      const code = await this.#listen(api, after, signal);
      if (signal.aborted) return;
      if (code === 4001 || code === 4002) return this.signOut('The key is no longer in force.');
      // The journal may be another one, or no longer reach back so far.
      after = code === feedRefused ? null : BigInt(this.sequence);
      this.feed = 'reconnecting';
      if (Date.now() - from > 10_000) wait = 1_000;
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(wait * 2, 10_000);
    }
  }

  // Until the socket is closed; answers with the code of the closing.
  #listen(api: Api, after: bigint | null, signal: AbortSignal): Promise<number> {
    return new Promise((done) => {
      const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/ws`);
      const send = (id: number, method: string, params: Row = {}) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      let heard = Date.now();
      let code = 0;
      const guard = setInterval(() => Date.now() - heard > silenceMillis && end(), 2_000);
      const end = () => {
        clearInterval(guard);
        signal.removeEventListener('abort', end);
        socket.onmessage = socket.onclose = socket.onerror = null;
        socket.close();
        done(code);
      };
      signal.addEventListener('abort', end);
      socket.onopen = () => send(openCall, 'session.open', { key: api.key });
      socket.onclose = (event) => {
        code ||= event.code;
        end();
      };
      socket.onmessage = ({ data }) => {
        heard = this.heard = Date.now();
        const message = JSON.parse(String(data)) as { id?: number; method?: string; params?: Row; result?: Row; error?: Row };
        if (message.id === openCall && message.result) {
          this.#learnWho(api, String(message.result['principal']));
          send(feedCall, 'feed.subscribe', after === null ? {} : { after: String(after) });
          send(beatCall, 'session.heartbeat', { seconds: beatSeconds });
        } else if (message.id === feedCall && message.error) {
          code = feedRefused;
          end();
        } else if (message.id === feedCall) {
          this.feed = 'live';
          this.#move();
        } else if (message.method === 'feed.event') {
          this.#take(String(message.params?.['event']), message.params?.['data'] as Recorded);
        } else if (message.method === 'feed.gap') {
          // Only the list of the latest records has a hole; what pages show is asked again.
          this.sequence = String(message.params?.['to']);
          this.#move();
        } else if (message.method === 'session.heartbeat' && message.params?.['type'] === 'test_request') {
          send(testCall, 'session.test');
        }
      };
    });
  }

  async #learnWho(api: Api, principal: string): Promise<void> {
    this.principal = principal;
    try {
      const all = await api.queryAll<{ code: string; roles: string[] }>('principal.list', {}, 100_000);
      this.roles = all.rows.find((one) => one.code === principal)?.roles ?? [];
    } catch {
      this.roles = [];
    }
    this.known = true;
  }

  #move(): void {
    this.#moved = true;
    this.#tellSoon();
  }

  #take(kind: string, event: Recorded & { content?: unknown }): void {
    this.sequence = event.sequence;
    if (BigInt(event.sequence) > this.#known) this.#counted++;
    this.#move();
    if (kind !== 'command') return;
    delete event.content;
    this.#pending.push(event);
    if (this.#pending.length > recentMax) this.#pending.splice(0, this.#pending.length - recentMax);
  }
}

export const session = new Session();
