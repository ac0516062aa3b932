// SPDX-License-Identifier: Apache-2.0
//
// Verifies a client's file of the liabilities proof, with the browser's own SHA-256 and nothing from
// the server: docs/internals/liabilities-proof.md has the bytes. A third verifier, which shares no
// code with the program's and with tests/liabilities_proof_check.py.

export class Refused extends Error {}

export interface Claim {
  code: string;
  claim: string;
  pool: string;
  venue: string;
}

export interface Verified {
  venue: string;
  epoch: string;
  sequence: string;
  owner: string;
  root: string;
  pools: { pool: string; leaves: string; root: string; claims: Claim[] }[];
  ownerChecked: boolean;
  rootChecked: boolean;
}

const amountLimit = 1n << 128n;
const leavesMax = 1n << 40n;

type Json = Record<string, unknown>;

// What cannot be read proves nothing, and refutes nothing either.
export class Unreadable extends Refused {}

function readable(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Unreadable(reason);
}

function need(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Refused(reason);
}

function object(value: unknown, what: string): Json {
  readable(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} is missing`);
  return value as Json;
}

function list(value: unknown, what: string): unknown[] {
  readable(Array.isArray(value), `${what} is no list`);
  return value;
}

// A JSON number beyond 2^53 would have been changed by reading it: only text can hold those.
function whole(value: unknown, limit: bigint, what: string): bigint {
  if (typeof value === 'number') readable(Number.isSafeInteger(value), `${what} must be written as text`);
  else readable(typeof value === 'string' && /^\d{1,40}$/.test(value), `${what} is no integer`);
  const number = BigInt(value as string | number);
  need(number >= 0n && number < limit, `${what} is out of range`);
  return number;
}

function little(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = Number((value >> BigInt(8 * at)) & 0xffn);
  return bytes;
}

function word(value: unknown, size: number, what: string): Uint8Array {
  return little(whole(value, 1n << BigInt(8 * size), what), size);
}

function text(value: unknown, what: string): Uint8Array {
  readable(typeof value === 'string', `${what} is no text`);
  const bytes = new TextEncoder().encode(value);
  need(bytes.length >= 1 && bytes.length <= 64, `${what} must have 1 to 64 bytes`);
  return joined([little(BigInt(bytes.length), 4), bytes]);
}

function digest(value: unknown, what: string): Uint8Array {
  readable(typeof value === 'string' && /^[0-9a-fA-F]{64}$/.test(value), `${what} is no hash`);
  return Uint8Array.from(value.match(/../g)!, (pair) => parseInt(pair, 16));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function sha(...parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(parts)));
}

const tag = (byte: number) => Uint8Array.of(byte);

function amounts(value: unknown, count: number, what: string): bigint[] {
  const values = list(value, what);
  need(values.length === count, `${what} must have ${count} amounts`);
  return values.map((one) => whole(one, amountLimit, what));
}

const packed = (sums: bigint[]) => joined(sums.map((sum) => little(sum, 16)));
const same = (a: Uint8Array, b: Uint8Array) => hex(a) === hex(b);

async function contextHash(context: Json): Promise<Uint8Array> {
  const assets = list(context['assets'], 'assets').map((asset) => object(asset, 'an asset'));
  need(assets.length >= 1 && assets.length <= 256, 'the context must have 1 to 256 assets');
  let before = -1n;
  const rows: Uint8Array[] = [];
  for (const asset of assets) {
    const id = whole(asset['asset'], 1n << 32n, 'asset');
    need(id > before, 'the assets must ascend');
    before = id;
    need(whole(asset['scale'], 256n, 'scale') <= 38n, 'a scale is too large');
    rows.push(little(id, 4), text(asset['code'], 'code'), word(asset['scale'], 1, 'scale'));
  }
  return sha(tag(0x12), new TextEncoder().encode('cofferdam liabilities 1'), text(context['venue'], 'venue'),
    word(context['epoch'], 8, 'epoch'), word(context['sequence'], 8, 'sequence'),
    little(BigInt(assets.length), 4), ...rows);
}

interface Node {
  sums: bigint[];
  hash: Uint8Array;
}

async function climb(level: number, from: Node, place: bigint, leaves: bigint, path: unknown, what: string): Promise<Node> {
  need(leaves <= leavesMax, `${what}: too many leaves`);
  need(place < leaves, `${what}: the index is beyond the leaf count`);
  const steps = list(path, `${what}: path`).map((step) => object(step, `${what}: a step`));
  let node = from;
  let [index, count] = [place, leaves];
  while (count > 1n) {
    if ((index ^ 1n) < count) {
      const step = steps.shift();
      need(step !== undefined, `${what}: the path ends too early`);
      const side = index % 2n === 1n ? 'left' : 'right';
      need(step['side'] === side, `${what}: a neighbour must stand ${side}`);
      const sums = amounts(step['sums'], node.sums.length, `${what}: sums`);
      const mine = joined([packed(node.sums), node.hash]);
      const theirs = joined([packed(sums), digest(step['hash'], `${what}: hash`)]);
      node = {
        hash: side === 'left' ? await sha(tag(level), theirs, mine) : await sha(tag(level), mine, theirs),
        sums: node.sums.map((sum, at) => sum + sums[at]!),
      };
      need(node.sums.every((sum) => sum < amountLimit), `${what}: a sum exceeds 128 bits`);
    }
    index /= 2n;
    count = (count + 1n) / 2n;
  }
  need(steps.length === 0, `${what}: the path goes on beyond the root`);
  return node;
}

async function checkRoot(level: number, context: Uint8Array, root: Json, top: Node, what: string): Promise<void> {
  const totals = amounts(root['totals'], top.sums.length, `${what}: totals`);
  need(totals.every((total, at) => total === top.sums[at]), `${what}: the totals are not the sums that the path leads to`);
  const found = await sha(tag(level), context, word(root['leaf_count'], 8, what), packed(top.sums), top.hash);
  need(same(found, digest(root['hash'], what)), `${what}: the path leads to ${hex(found)}, not to the hash that is named`);
}

async function checkOne(proof: Json): Promise<void> {
  readable(whole(proof['version'], 256n, 'version') === 1n, 'the version must be 1');
  const context = object(proof['context'], 'context');
  const venueContext = await contextHash(context);
  const pool = word(proof['pool'], 4, 'pool');
  const poolContext = await sha(tag(0x02), venueContext, pool);
  const count = list(context['assets'], 'assets').length;

  const leaf = object(proof['leaf'], 'leaf');
  const owed = amounts(leaf['amounts'], count, 'leaf');
  const owner = await sha(tag(0x04), word(leaf['owner'], 16, 'owner'), digest(leaf['salt'], 'salt'));
  let node: Node = { sums: owed, hash: await sha(tag(0x00), poolContext, owner, packed(owed)) };

  const poolRoot = object(proof['pool_root'], 'pool root');
  node = await climb(0x01, node, whole(proof['leaf_index'], 1n << 64n, 'leaf index'),
    whole(poolRoot['leaf_count'], 1n << 64n, 'leaf count'), proof['path'], 'pool');
  await checkRoot(0x03, poolContext, poolRoot, node, 'pool root');

  node = { sums: node.sums, hash: await sha(tag(0x10), venueContext, pool, digest(poolRoot['hash'], 'pool root'), packed(node.sums)) };
  const venueRoot = object(proof['venue_root'], 'venue root');
  node = await climb(0x11, node, whole(proof['pool_index'], 1n << 64n, 'pool index'),
    whole(venueRoot['leaf_count'], 1n << 64n, 'pool count'), proof['pool_path'], 'venue');
  await checkRoot(0x13, venueContext, venueRoot, node, 'venue root');
}

function scaled(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, '0');
  return scale ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits;
}

function ownerOf(proof: Json): bigint {
  return whole(object(proof['leaf'], 'leaf')['owner'], amountLimit, 'owner');
}

function rootOf(proof: Json): string {
  return hex(digest(object(proof['venue_root'], 'venue root')['hash'], 'venue root'));
}

// Throws Refused with the reason. `owner` and `root` come from elsewhere than the file; without
// them the file is only compared with itself.
export async function verify(file: string, owner: string, root: string): Promise<Verified> {
  let data: Json;
  try {
    data = object(JSON.parse(file), 'the proof');
  } catch (error) {
    throw error instanceof Refused ? error : new Unreadable('the file is no JSON');
  }
  const proofs = 'proofs' in data ? list(data['proofs'], 'proofs').map((one) => object(one, 'a proof')) : [data];
  if ('proofs' in data) readable(data['format'] === 'cofferdam liabilities proofs 1', 'the format is unknown');
  const first = proofs[0];
  readable(first !== undefined, 'the file holds no proof');
  const context = object(first['context'], 'context');
  const contextOfAll = await contextHash(context);
  const pools = new Set<bigint>();
  for (const proof of proofs) {
    await checkOne(proof);
    need(ownerOf(proof) === ownerOf(first), 'the proofs are of several owners');
    need(rootOf(proof) === rootOf(first), 'the proofs lead to several roots');
    need(same(await contextHash(object(proof['context'], 'context')), contextOfAll), 'the proofs have several contexts');
    const pool = whole(proof['pool'], 1n << 32n, 'pool');
    need(!pools.has(pool), 'a pool stands in the file twice');
    pools.add(pool);
  }
  if ('proofs' in data) {
    need(whole(data['owner'], amountLimit, 'owner') === ownerOf(first), 'the file names another owner than its proofs');
    need(hex(digest(data['venue_root'], 'venue root')) === rootOf(first), 'the file names another root than its proofs');
  }
  if (owner) {
    readable(/^\d{1,39}$/.test(owner), 'the id that you gave is no whole number');
    need(BigInt(owner) === ownerOf(first), 'the proof is of another owner than the id that you gave');
  }
  if (root) need(root.toLowerCase() === rootOf(first), 'the proof leads to another root than the one that you gave');

  const assets = list(context['assets'], 'assets').map((asset) => object(asset, 'an asset'));
  return {
    venue: String(context['venue']),
    epoch: whole(context['epoch'], 1n << 64n, 'epoch').toString(),
    sequence: whole(context['sequence'], 1n << 64n, 'sequence').toString(),
    owner: ownerOf(first).toString(),
    root: rootOf(first),
    pools: proofs.map((proof) => {
      const poolRoot = object(proof['pool_root'], 'pool root');
      const claims = amounts(object(proof['leaf'], 'leaf')['amounts'], assets.length, 'leaf');
      const inPool = amounts(poolRoot['totals'], assets.length, 'totals');
      const inVenue = amounts(object(proof['venue_root'], 'venue root')['totals'], assets.length, 'totals');
      return {
        pool: whole(proof['pool'], 1n << 32n, 'pool').toString(),
        leaves: whole(poolRoot['leaf_count'], 1n << 64n, 'leaf count').toString(),
        root: hex(digest(poolRoot['hash'], 'pool root')),
        claims: assets.map((asset, at) => {
          const scale = Number(whole(asset['scale'], 39n, 'scale'));
          return { code: String(asset['code']), claim: scaled(claims[at]!, scale), pool: scaled(inPool[at]!, scale), venue: scaled(inVenue[at]!, scale) };
        }),
      };
    }),
    ownerChecked: owner !== '',
    rootChecked: root !== '',
  };
}
