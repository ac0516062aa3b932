// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events out of pieces of text, wherever the network has cut them.

export interface SentEvent {
  id: string;
  event: string;
  data: string;
}

export class EventReader {
  private rest = '';

  // Empty for a comment: that too says that the server is there.
  push(piece: string): SentEvent[] {
    const blocks = (this.rest + piece).split('\n\n');
    this.rest = blocks.pop()!;
    const events: SentEvent[] = [];
    for (const block of blocks) {
      const event: SentEvent = { id: '', event: 'message', data: '' };
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        if (colon <= 0) continue;
        const value = line.slice(colon + 1).replace(/^ /, '');
        const name = line.slice(0, colon);
        if (name === 'id') event.id = value;
        else if (name === 'event') event.event = value;
        else if (name === 'data') event.data += value;
      }
      if (event.data) events.push(event);
    }
    return events;
  }
}
