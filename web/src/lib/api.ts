// SPDX-License-Identifier: Apache-2.0
//
// Asking the server. One function for each way of asking; every refusal becomes a Problem, whose
// words the page shows as they are.

export type Row = Record<string, unknown>;

export interface Listing<T> {
  rows: T[];
  next: string | null;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly field: string,
    readonly value: string,
    readonly rule: string,
    readonly hint: string,
  ) {
    super(title || code);
  }

  static unreachable(): Problem {
    return new Problem(0, 'unreachable', 'The server cannot be reached', '', '',
      'what is shown is the last that was heard', 'see whether cofferdam serve still runs');
  }
}

const keyName = 'cofferdam.key';

export function storedKey(): string | null {
  try {
    return sessionStorage.getItem(keyName);
  } catch {
    return null;
  }
}

export function storeKey(key: string | null): void {
  try {
    if (key === null) sessionStorage.removeItem(keyName);
    else sessionStorage.setItem(keyName, key);
  } catch {
    // Without storage the key lives as long as the page.
  }
}

// `#key=...` brings a key in; it is taken out of the address, so that it stays in no history.
export function keyFromFragment(fragment: string): { key: string | null; rest: string } {
  const match = /^#key=([A-Za-z0-9._~-]+)(?:&page=(\/[^#]*))?$/.exec(fragment);
  return match ? { key: match[1]!, rest: '#' + (match[2] ?? '/') } : { key: null, rest: fragment };
}

export class Api {
  // Called when a key that worked is refused.
  onRefused: () => void = () => {};

  constructor(readonly key: string) {}

  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${this.key}`);
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, headers, cache: 'no-store', redirect: 'error' });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw Problem.unreachable();
    }
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    if (problem.status === 401) this.onRefused();
    throw problem;
  }

  async query<T = Row>(operation: string, parameters: Record<string, string> = {}): Promise<Listing<T>> {
    const answer = await this.ask(pathOf(operation) + targetOf(parameters));
    const body = (await answer.json()) as { rows?: T[]; row?: T; next?: string | null };
    return { rows: body.rows ?? (body.row ? [body.row] : []), next: body.next ?? null };
  }

  // All pages, up to so many rows.
  async queryAll<T = Row>(operation: string, parameters: Record<string, string>, most: number): Promise<Listing<T>> {
    const rows: T[] = [];
    let after: string | null = null;
    do {
      const page: Listing<T> = await this.query<T>(operation, { ...parameters, ...(after ? { after } : {}) });
      rows.push(...page.rows);
      after = page.next;
    } while (after !== null && rows.length < most);
    return { rows, next: after };
  }

  // A task or a calculator: a JSON object in, a document out.
  async task(operation: string, content: Row = {}): Promise<unknown> {
    const answer = await this.ask(pathOf(operation), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(content),
    });
    return answer.headers.get('Content-Type')?.startsWith('application/json') ? answer.json() : answer.text();
  }

  async command(operation: string, content: Row, id: string, dryRun: boolean): Promise<Row> {
    const answer = await this.ask(pathOf(operation) + (dryRun ? '?dry_run=true' : ''), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id },
      body: JSON.stringify(content),
    });
    return (await answer.json()) as Row;
  }

  async stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.ask(path, { signal });
    if (!answer.body) throw Problem.unreachable();
    return answer.body;
  }

  async open(path: string): Promise<unknown> {
    return (await this.ask(path)).json();
  }
}

export function pathOf(operation: string): string {
  return '/v1/' + operation.split('.').map(encodeURIComponent).join('/');
}

function targetOf(parameters: Record<string, string>): string {
  const entries = Object.entries(parameters).filter(([, value]) => value !== '');
  return entries.length ? '?' + new URLSearchParams(entries).toString() : '';
}

async function problemOf(answer: Response): Promise<Problem> {
  let body: Row = {};
  try {
    body = (await answer.json()) as Row;
  } catch {
    // Not every refusal comes from the program: a proxy may stand before it.
  }
  const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : '');
  return new Problem(answer.status, text('code') || String(answer.status), text('title') || answer.statusText,
    text('field'), text('value'), text('rule') || text('detail'), text('hint'));
}

// A UUID from the browser's generator: the id of a command.
export function drawId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
