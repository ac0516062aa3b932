// SPDX-License-Identifier: Apache-2.0
//
// Where the reader is: the part of the address behind '#', so that the server has one page.

function read(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
}

class Route {
  parts = $state.raw<string[]>([]);

  get page(): string {
    return this.parts[0] ?? 'summary';
  }

  constructor() {
    this.parts = read();
    addEventListener('hashchange', () => (this.parts = read()));
  }

  refresh(): void {
    this.parts = read();
  }
}

export const route = new Route();

export function link(...parts: string[]): string {
  return '#/' + parts.map(encodeURIComponent).join('/');
}

export function go(...parts: string[]): void {
  location.hash = link(...parts);
}
