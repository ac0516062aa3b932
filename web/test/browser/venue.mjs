// SPDX-License-Identifier: Apache-2.0
// Books to look at, and the program serving them.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export class Venue {
  constructor(program) {
    this.program = path.resolve(program);
    this.folder = mkdtempSync(path.join(tmpdir(), 'cofferdam-web-'));
    this.books = path.join(this.folder, 'books');
    this.port = 0;
  }

  cli(...words) {
    return execFileSync(this.program, ['--books', this.books, '-o', 'json', ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  // Generated days of a venue, with people, a vault and decisions; answers with an auditor's key.
  seed() {
    const days = path.join(this.folder, 'days');
    this.cli('venue', 'generate', '--folder', days, '--days', '2', '--accounts', '60', '--trades', '3000');
    this.cli('replay', 'venue', '--folder', days);
    return execFileSync('python3', ['-B', path.join(root, 'examples/dashboard/prepare.py'), this.program, this.books], { encoding: 'utf8' }).trim();
  }

  found() {
    this.cli('init', this.books, '--venue', 'empty', '--root', 'root');
    return this.key('root');
  }

  key(principal) {
    return JSON.parse(this.cli('api-key', 'create', '--principal', principal)).key;
  }

  async start() {
    const log = openSync(path.join(this.folder, 'log'), 'a');
    this.process = spawn(this.program, ['--books', this.books, 'serve', '--listen', `127.0.0.1:${this.port}`], { stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    this.url = await new Promise((done, failed) => {
      let text = '';
      this.process.stdout.on('data', (piece) => {
        text += piece;
        if (text.includes('\n')) done(text.trim());
      });
      this.process.on('exit', () => failed(new Error(readFileSync(path.join(this.folder, 'log'), 'utf8'))));
    });
    this.port = Number(new URL(this.url).port); // the same again after a stop
    this.pages = process.env.COFFERDAM_PAGES ? await this.preview() : this.url;
  }

  // COFFERDAM_PAGES: a folder of pages built with vite, tried instead of those in the program.
  async preview() {
    if (!this.previewed) {
      const { preview } = await import('vite');
      const proxy = Object.fromEntries(['/v1', '/health', '/ready', '/openapi.json'].map((path) => [path, { target: this.url, ws: path === '/v1' }]));
      this.previewed = await preview({ root: path.join(root, 'web'), configFile: false, logLevel: 'silent', build: { outDir: path.resolve(process.env.COFFERDAM_PAGES) }, preview: { host: '127.0.0.1', port: 4700 + (process.pid % 200), proxy } });
    }
    return this.previewed.resolvedUrls.local[0].replace(/\/$/, '');
  }

  async stop() {
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await gone;
  }

  async ask(key, operation, parameters = {}) {
    const answer = await fetch(`${this.url}/v1/${operation.replace('.', '/')}?${new URLSearchParams(parameters)}`, { headers: { Authorization: `Bearer ${key}` } });
    if (!answer.ok) throw new Error(await answer.text());
    const body = await answer.json();
    return body.rows ?? body.row;
  }

  async task(key, operation, content) {
    const answer = await fetch(`${this.url}/v1/${operation.replace('.', '/')}`, { method: 'POST', body: JSON.stringify(content), headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() } });
    if (!answer.ok) throw new Error(await answer.text());
    const body = await answer.json();
    return body.row ?? body;
  }

  async give(key, operation, content) {
    const time = encodeURIComponent(new Date().toISOString());
    const answer = await fetch(`${this.url}/v1/${operation.replace('.', '/')}?time=${time}`, {
      method: 'POST', body: JSON.stringify(content),
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }

  remove() {
    this.previewed?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
