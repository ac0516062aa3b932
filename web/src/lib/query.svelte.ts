// SPDX-License-Identifier: Apache-2.0
//
// A question that stays asked: when its parameters change it is asked anew, and when the feed says
// that the books have moved it is asked again. While an answer is on its way the last one stands.

import { untrack } from 'svelte';
import { Problem } from './api';
import { session } from './live.svelte';

export interface Asked {
  operation: string;
  parameters?: Record<string, string>;
  most?: number; // rows wanted at most, over several pages
}

// What was answered, with the question that it answers: a figure of one must never be shown beside
// words of another.
export interface Answered<T> {
  parameters: Readonly<Record<string, string>>;
  rows: T[];
}

export class Query<T> {
  rows = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  loaded = $state(false);
  loading = $state(false);
  absent = $state(false); // the server does not have the operation
  // The latest answer to whatever was asked; it stays while the next question is on its way.
  last = $state.raw<Answered<T> | null>(null);
  #asked = '';
  #again = false;
  #turn = 0; // of the latest request: an earlier one that comes later says nothing any more

  get first(): T | undefined {
    return this.rows[0];
  }

  // Whether more is to be waited for: a sentence about the whole is not said from a part of it.
  get settled(): boolean {
    return this.loaded || this.problem !== null || this.absent;
  }

  async ask(asked: Asked | null): Promise<void> {
    const name = JSON.stringify(asked);
    if (name !== this.#asked) {
      this.#asked = name;
      this.rows = [];
      this.loaded = false;
      this.problem = null;
      this.#again = false;
    } else if (this.loading) {
      this.#again = true;
      return;
    }
    const api = session.api;
    const turn = ++this.#turn;
    this.loading = asked !== null && api !== null;
    if (!asked || !api) return;
    const from = performance.now();
    try {
      const listing = asked.most
        ? await api.queryAll<T>(asked.operation, { limit: String(Math.min(asked.most, 1000)), ...asked.parameters }, asked.most)
        : await api.query<T>(asked.operation, asked.parameters);
      if (turn !== this.#turn) return;
      session.took(performance.now() - from);
      this.rows = listing.rows;
      this.last = { parameters: asked.parameters ?? {}, rows: listing.rows };
      this.next = listing.next;
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = error instanceof Problem ? error : Problem.unreachable();
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
    if (turn === this.#turn && this.#again) {
      this.#again = false;
      await this.ask(asked);
    }
  }
}

// Call while a component is made. `live: false` asks only when the parameters change, and when what
// `again` reads does. An operation that the server does not have is not asked.
export function query<T>(make: () => Asked | null, options: { live?: boolean; again?: () => unknown } = {}): Query<T> {
  const made = new Query<T>();
  $effect(() => {
    const asked = make();
    if (options.live !== false) void session.tick;
    options.again?.();
    made.absent = asked !== null && !session.has(asked.operation);
    if (!made.absent) untrack(() => void made.ask(asked));
  });
  return made;
}
