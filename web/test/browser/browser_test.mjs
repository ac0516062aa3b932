// SPDX-License-Identifier: Apache-2.0
// browser_test.mjs PROGRAM: the dashboard of the program in a real Chromium, on a seeded venue.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import test, { after, before } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { executable, launch } from './chromium.mjs';
import { Venue } from './venue.mjs';

const program = process.env.COFFERDAM_PROGRAM ?? process.argv[2];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const patience = { timeout: 120_000 }; // only what is broken waits for so long

if (!executable) {
  console.log('skipped: there is no chromium; scripts/install test installs it');
  process.exit(77);
}

const venue = new Venue(program);
let browser, auditor, rootKey, riskKey, signerKey;
const venueKeys = {};
before(async () => {
  auditor = venue.seed();
  rootKey = venue.key('root');
  riskKey = venue.key('risk-officer');
  signerKey = venue.key('ann');
  venueKeys.treasury = venue.key('treasury');
  await venue.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (venue.process) await venue.stop();
  venue.remove();
});

// A tab that keeps what went wrong in it: messages of errors, requests to other hosts.
async function open({ key = auditor, page = '/summary', url = venue.pages, ...context } = {}) {
  const room = await browser.newContext({ viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce', ...context });
  await room.addInitScript(countAnswers);
  const tab = await room.newPage();
  tab.setDefaultTimeout(patience.timeout);
  if (process.env.COFFERDAM_SLOW) await (await room.newCDPSession(tab)).send('Emulation.setCPUThrottlingRate', { rate: Number(process.env.COFFERDAM_SLOW) });
  tab.wrong = [];
  tab.sent = [];
  tab.posted = [];
  tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && tab.wrong.push(message.text()));
  tab.on('pageerror', (error) => tab.wrong.push(String(error)));
  tab.on('request', (request) => {
    tab.sent.push(request.url());
    if (request.method() !== 'GET') tab.posted.push(request.url());
  });
  await tab.goto(key ? `${url}/#key=${key}&page=${page}` : url);
  await (key ? settled(tab) : tab.waitForSelector('#key'));
  return tab;
}

// Runs in the page before its own script: `underWay` counts questions whose answers are not read yet.
function countAnswers() {
  window.underWay = 0;
  const counted = (call) => async function (...all) {
    window.underWay++;
    try {
      return await call.apply(this, all);
    } finally {
      window.underWay--;
    }
  };
  window.fetch = counted(window.fetch);
  for (const name of ['json', 'text', 'arrayBuffer']) Response.prototype[name] = counted(Response.prototype[name]);
}

// Until the page has asked everything that it shows, and shows what was answered.
async function settled(tab) {
  await tab.waitForSelector('.feed.good');
  await tab.waitForFunction(() => {
    const busy = () => window.underWay > 0 || /Asking the books|Reading the journal|Reading…|Computing…/.test(document.body.innerText);
    // What an answer leads to may be asked a turn later.
    return !busy() && new Promise((soon) => setTimeout(() => soon(!busy()), 30));
  });
}

// To another page of the same tab; the one before is gone when it returns.
async function visit(tab, page) {
  await tab.evaluate((to) => new Promise((there) => {
    if (location.hash === `#${to}`) return there();
    addEventListener('hashchange', () => setTimeout(there), { once: true });
    location.hash = to;
  }), page);
  await settled(tab);
}

// What a place shows, as soon as it shows it.
const shows = (tab, where, wanted) => eventually(async () => {
  const text = (await tab.locator(where).allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  if (wanted instanceof RegExp) assert.match(text, wanted);
  else assert.ok(text.includes(wanted), `“${wanted}” is not in “${text}”`);
});
const counts = (tab, where, wanted) => eventually(async () => assert.equal(await tab.locator(where).count(), wanted, where));
const amountsOf = (tab, where) => tab.locator(`${where} [data-amount]`).evaluateAll((all) => all.map((one) => one.dataset.amount));

// Asserts again until it holds: for what comes when the server, or the machine, is ready.
async function eventually(assertion) {
  for (const from = Date.now(); ;) {
    try {
      return await assertion();
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || Date.now() - from > patience.timeout) throw error;
      await new Promise((soon) => setTimeout(soon, 25));
    }
  }
}

// In two steps: what it would do, and then the doing.
async function act(tab, words, said, within = 'main') {
  await tab.click(`${within} >> button:has-text("${words}…")`);
  await tab.fill('dialog[open] input', said);
  await tab.click('dialog[open] button:has-text("See what it would do")');
  await tab.click(`dialog[open] button:has-text("${words}, for good")`);
}

async function done(tab, expected = []) {
  assert.deepEqual(tab.wrong.filter((text) => !expected.some((part) => text.includes(part))), []);
  for (const url of tab.sent) {
    assert.equal(new URL(url).origin, new URL(venue.url).origin === new URL(url).origin ? new URL(url).origin : new URL(tab.url()).origin, url);
    assert.ok(!url.includes('cfd_'), `a key stands in the address ${url}`);
  }
  await tab.context().close();
}

const pages = ['/summary', '/pools', '/pools/clients-a', '/custody', '/custody/4', '/custody/decisions', '/custody/vaults', '/custody/breaks', '/waterfall', '/liquidations', '/stress', '/stress/chains', '/stress/var', '/stress/backtest', '/stress/cost', '/insurance', '/proofs', '/audit', '/audit/record/30', '/audit/owner/9104', '/settings'];

async function violations(tab) {
  // Through the debugger, which the page's policy against foreign scripts does not bind.
  await tab.evaluate(axe);
  return tab.evaluate(async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html} ${node.any[0]?.message ?? ''}`).join(' | ')}`));
}

for (const theme of ['light', 'dark']) {
  for (const page of pages) {
    test(`${page} in ${theme}: says something, reports no error, breaks no rule of accessibility`, async () => {
      const tab = await open({ page, colorScheme: theme });
      assert.equal(await tab.locator('html').getAttribute('data-theme'), theme);
      const words = await tab.locator('h1').innerText();
      assert.ok(words.length > 10 && !words.includes('undefined'), words);
      const text = await tab.locator('main').innerText();
      assert.ok(!/undefined|NaN|\[object/.test(text), text);
      assert.deepEqual(await violations(tab), []);
      await done(tab);
    });
  }
}

for (const [name, context] of [['a phone', { viewport: { width: 360, height: 740 }, hasTouch: true }], ['a zoom of 200 %', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }]]) {
  test(`nothing is lost sideways on ${name}`, async () => {
    const tab = await open(context);
    for (const page of pages) {
      await visit(tab, page);
      const [wide, seen] = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= seen, `${page} is ${wide} wide on ${seen}`);
    }
    await done(tab);
  });
}

test('nobody sees anything without a key, and a bad one is refused in words', async () => {
  const tab = await open({ key: null });
  assert.deepEqual(await violations(tab), []);
  await tab.fill('#key', 'cfd_0000000000000000_00');
  await tab.keyboard.press('Enter');
  await tab.waitForSelector('text=This key is not in force');
  await eventually(async () => assert.equal(await tab.evaluate(() => document.activeElement.id), 'key'));
  assert.equal(await tab.evaluate(() => sessionStorage.length), 0);
  assert.ok(!(await tab.locator('body').innerText()).includes('clients-a'));
  await tab.fill('#key', auditor);
  await tab.keyboard.press('Enter');
  await settled(tab);
  await done(tab, ['401']);
});

test('a key in the address is taken out of it, kept for the tab, and forgotten on signing out', async () => {
  const tab = await open();
  assert.ok(!tab.url().includes('cfd_'));
  await tab.reload();
  await settled(tab);
  await tab.click('text=Sign out');
  await tab.waitForSelector('#key');
  assert.equal(await tab.evaluate(() => sessionStorage.length + localStorage.length), 0);
  await tab.reload();
  await tab.waitForSelector('#key');
  await done(tab);
});

test('every figure of the summary is the one that the books give', async () => {
  const tab = await open();
  const rows = await venue.ask(auditor, 'report.pools');
  await eventually(async () => {
    const shown = await tab.locator('table[aria-label="Pools and what they hold"] tbody tr').evaluateAll((all) => all.map((row) => ({ pool: row.querySelector('a').innerText, amounts: [...row.querySelectorAll('[data-amount]')].map((one) => one.dataset.amount), texts: [...row.querySelectorAll('[data-amount]')].map((one) => one.textContent) })));
    assert.equal(shown.length, rows.length);
    for (const row of rows) {
      const line = shown.find((one) => one.pool === row.pool);
      assert.deepEqual(line.amounts.slice(1), [row.owed, row.own, row.conduits, row.in_transit]);
      assert.deepEqual(line.texts.slice(1).map((text) => text.replaceAll(',', '').replace('−', '-')), [row.owed, row.own, row.conduits, row.in_transit]);
    }
    assert.equal(await tab.locator('h1').innerText(), 'Every pool is whole, but 1 alert is raised and 2 breaks of reconciliation are open.');
  });
  await done(tab);
});

test('what is recorded is seen without asking, and a lost connection is said and mended', async () => {
  const tab = await open();
  const accounts = await venue.ask(rootKey, 'account.list', { pool: 'clients-b', limit: '1000' });
  const custody = accounts.find((row) => row.class === 'custody').id;
  const client = accounts.find((row) => row.class === 'collateral' && row.owner_class === 'client').id;
  const deposit = (id) => venue.give(rootKey, 'transfer.create', { transfers: [{ id, debit_account: custody, credit_account: client, pool: 'clients-b', asset: 'USDC', amount: '1234567.000000', code: 1 }] });
  const held = () => tab.evaluate(() => [...document.querySelectorAll('table[aria-label="Pools and what they hold"] tbody tr')].find((row) => row.innerText.includes('clients-b')).querySelector('[data-amount]').dataset.amount);
  const changes = async (before) => {
    const from = Date.now();
    while ((await held()) === before) {
      assert.ok(Date.now() - from < patience.timeout, 'the page did not move');
      await tab.waitForTimeout(20);
    }
    return Date.now() - from;
  };
  let before = await held();
  await deposit('900001');
  const late = await changes(before);
  console.log(`seen ${late} ms after it was durable`);
  await tab.waitForSelector('ol[aria-label="Latest records"] >> text=transfer.create');

  await venue.stop();
  await tab.waitForSelector('text=What you see may be out of date');
  await tab.waitForSelector('text=/Not connected; last heard/');
  before = await held();
  await venue.start();
  await deposit('900002');
  await changes(before);
  await tab.waitForSelector('.feed.good');
  await counts(tab, 'text=What you see may be out of date', 0);
  await done(tab, ['ERR_CONNECTION_REFUSED', 'ERR_INCOMPLETE_CHUNKED_ENCODING', 'ERR_CONNECTION_RESET', 'ERR_EMPTY_RESPONSE', '503', 'before receiving a handshake', 'is closed before the connection']);
});

test('the keyboard reaches everything', async () => {
  const tab = await open({ page: '/custody', key: riskKey });
  await tab.keyboard.press('Tab');
  assert.equal(await tab.evaluate(() => document.activeElement.innerText), 'Skip to the content');
  await tab.keyboard.press('Enter');
  await eventually(async () => assert.equal(await tab.evaluate(() => document.activeElement.id), 'answer'));
  const seen = new Set();
  for (let at = 0; at < 40; at++) {
    await tab.keyboard.press('Tab');
    const focus = await tab.evaluate(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      return { text: (one.innerText || one.getAttribute('aria-label') || one.id || '').split('\n')[0], tag: one.tagName, outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
    });
    if (focus.tag === 'BODY') break;
    assert.ok(focus.outline, `the focus on ${focus.tag} ${focus.text} cannot be seen`);
    seen.add(focus.text);
  }
  assert.ok(seen.has('Veto…'), [...seen].join(', '));
  // Rows by the arrow keys.
  const rows = tab.locator('table[aria-label="Queue of payments"] tbody tr');
  await rows.first().focus();
  const first = await tab.locator('dt:has-text("Digest") + dd').innerText();
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  await tab.waitForFunction((old) => { const one = [...document.querySelectorAll('dt')].find((dt) => dt.innerText.startsWith('Digest'))?.nextElementSibling; return one && one.innerText !== old; }, first);
  await eventually(async () => assert.equal(await rows.nth(1).getAttribute('aria-current'), 'true'));
  await tab.keyboard.press('End');
  await tab.keyboard.press('Enter');
  await tab.waitForFunction(() => location.hash === '#/custody/1' || document.querySelector('tbody tr:last-child[aria-current]'));
  await done(tab);
});

test('an intent is shown as it is signed', async () => {
  const tab = await open({ page: '/custody/4' });
  const intent = await venue.ask(auditor, 'intent.show', { intent: '4' });
  await eventually(async () => {
    const hashes = await tab.locator('.hashes dd .groups').allInnerTexts();
    assert.deepEqual(hashes.map((text) => text.replace(/\s/g, '')), [intent.domain_hash, intent.message_hash, intent.digest]);
    const names = await tab.locator('.fields dt').allInnerTexts();
    assert.deepEqual(names.map((name) => name.split(' ')[0]), intent.fields.map((field) => field.name));
  });
  const values = await tab.locator('.fields dd').allInnerTexts();
  assert.equal(values[intent.fields.findIndex((field) => field.name === 'destination')], intent.fields.find((field) => field.name === 'destination').value);
  await counts(tab, 'text=signed, the server verified it', 2);
  await counts(tab, 'text=may sign', 1);
  await done(tab);
});

test('a signer sees what waits, takes the bundle, and brings back what was signed', async () => {
  const tab = await open({ page: '/summary', key: signerKey });
  await shows(tab, 'section:has(h2:text-is("What needs you")) li >> nth=0', /sign[^]*pay cold-storage-east 4,000.00 USDC/);
  await tab.click('section:has(h2:text-is("What needs you")) a >> nth=0');
  await tab.waitForSelector('h1:has-text("It waits for your signature")');
  await shows(tab, 'table[aria-label="Queue of payments"] tbody tr >> nth=0', /you have not signed/);
  await shows(tab, 'table[aria-label="Signers"] tbody tr:has-text("ann")', /you[^]*waits for you/);
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('text=Download the bundle')]);
  assert.equal(download.suggestedFilename(), 'intent-5.json');
  const bundle = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.equal(bundle.digest, (await venue.ask(auditor, 'intent.show', { intent: '5' })).digest);
  await shows(tab, 'section:has(h2:text-is("It waits for your signature")) ol li', /bundle show intent-5\.json[^]*bundle sign intent-5\.json --key ann\.key[^]*intent import intent-5-ann\.json/);
  const give = (text) => tab.setInputFiles('input[type=file]', { name: 'signed.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await give(JSON.stringify(bundle));
  await tab.waitForSelector('text=no signature that the books do not have yet');
  await give(JSON.stringify({ ...bundle, intent: '4' }));
  await tab.waitForSelector('text=The file is of payment 4, not of 5.');
  await give(JSON.stringify({ ...bundle, digest: '0x' + '0'.repeat(64) }));
  await tab.waitForSelector('text=/another digest/');
  // A signature that is none is refused by the books, and nothing is recorded.
  const before = (await venue.ask(auditor, 'journal.status')).sequence;
  await give(JSON.stringify({ ...bundle, approvals: [...bundle.approvals, { signer: 'ann', signature: '0'.repeat(130) }] }));
  await tab.click('button:has-text("Bring 1 signature…")');
  await tab.click('dialog[open] button:has-text("See what it would do")');
  await tab.waitForSelector('dialog[open] .trouble');
  assert.equal((await venue.ask(auditor, 'journal.status')).sequence, before);
  await done(tab, ['409', '422']);
});

test('a veto is offered to those who may, rehearsed first, and done once', async () => {
  const last = async () => (await venue.ask(auditor, 'journal.status')).sequence;
  const before = await last();
  const reader = await open({ page: '/custody/5' });
  assert.equal(await reader.locator('button:has-text("Veto…")').count(), 0); // an auditor changes nothing
  await done(reader);
  const other = await open({ page: '/custody/5', key: signerKey }); // a signer is no vetoer
  assert.equal(await other.locator('button:has-text("Veto…")').count(), 0);
  assert.equal(await other.locator('button:has-text("Cancel…")').count(), 0);
  await done(other);

  const tab = await open({ page: '/custody/5', key: riskKey });
  await tab.click('button:has-text("Veto…")');
  await tab.fill('dialog[open] input', 'not ours');
  await tab.click('dialog[open] button:has-text("See what it would do")');
  await tab.waitForSelector('dialog[open] >> text=Nothing has been recorded yet');
  assert.deepEqual(await violations(tab), []);
  assert.equal(await last(), before);
  await tab.click('dialog[open] button:has-text("for good")');
  await tab.waitForSelector('text=/Recorded as record/');
  await counts(tab, 'dialog[open]', 0);
  await tab.waitForSelector('.panel header >> text=vetoed');
  assert.equal((await venue.ask(auditor, 'intent.list', { state: 'vetoed' })).length, 2);
  assert.equal(BigInt(await last()), BigInt(before) + 1n);
  await done(tab);
});

test('a decision says what an approval would come to, and who may give it', async () => {
  const tab = await open({ page: '/custody/decisions', key: riskKey });
  await shows(tab, 'h1', '1 decision waits for others to agree.');
  await shows(tab, 'main', /Freeze pool clients-a[^]*0 of 2[^]*compliance/);
  await tab.click('button:has-text("Approve…")');
  await tab.click('dialog[open] button:has-text("See what it would do")');
  await tab.waitForSelector('dialog[open] >> text=This would be approval 1 of 2');
  await tab.waitForSelector('dialog[open] >> text=until then nothing is changed');
  await done(tab);
  const maker = await open({ page: '/custody/decisions', key: venueKeys.treasury });
  await maker.waitForSelector('text=You proposed it: others decide.');
  assert.equal(await maker.locator('button:has-text("Approve…")').count(), 0);
  await done(maker);
});

test('a client is found by label, and a settlement is worked out anew', async () => {
  const owners = await venue.ask(auditor, 'owner.list', { limit: '1000' });
  const { owner, label } = owners.find((row) => row.label.startsWith('client-'));
  const tab = await open({ page: '/audit' });
  await tab.fill('input[placeholder^="number of a record"]', label);
  await tab.keyboard.press('Enter');
  await tab.click(`main a:text-is("${label}")`);
  await tab.waitForSelector(`h2:text-is("${label}")`);
  await settled(tab);
  await shows(tab, 'main', owner);
  await tab.click('table[aria-label="Accounts of the owner"] a.mono >> nth=0');
  await tab.waitForSelector('table[aria-label="Entries of the account"]');
  await tab.click('text=how it came about >> nth=0');
  await tab.waitForSelector('text=the same as was paid, to the unit');
  assert.deepEqual(await violations(tab), []);
  await done(tab, ['503']); // looking back waits its turn, and is tried again
});

test('the waterfall draws what the books say of a loss that has not come', async () => {
  const tab = await open({ page: '/waterfall' });
  const slider = tab.locator('input[type=range]');
  await slider.focus();
  await tab.keyboard.press('End'); // twice what the layers can give
  await tab.waitForSelector('h1:has-text("would go through every layer")');
  const plan = await venue.ask(auditor, 'waterfall.what-if', { pool: 'perps', asset: 'USDC', loss: '30000' });
  // At once: the table is of the loss that the sentence names.
  assert.deepEqual(await amountsOf(tab, 'table[aria-label="Layers of the waterfall"] tbody'), plan.flatMap((row) => [row.can_give, row.charged, row.left, row.replenish]));
  await shows(tab, '.sum', /Layers bear 15,000.00 USDC; 15,000.00 USDC would be left/);
  await tab.fill('label:has-text("Or exactly") input', '12000');
  await tab.waitForSelector('h1:has-text("A loss of 12,000.00 USDC in perps would end at operator, layer 3 of 3.")');
  await tab.selectOption('label:has-text("Whose account fails") select', '9101');
  await tab.waitForSelector('table[aria-label="Who would feel it"] tr:has-text("marlin")');
  assert.deepEqual(await violations(tab), []);
  await done(tab);
});

test('while the next answer is on its way, the loss, the words and the figures are of one answer', async () => {
  const tab = await open({ page: '/waterfall' });
  await tab.waitForSelector('h1:has-text("A loss of 9,000.00 USDC in perps would end at")');
  // Every state that the page passes through is looked at, not only the one it comes to.
  await tab.evaluate(() => {
    window.states = [];
    const units = (text) => BigInt(text.replace('.', ''));
    const look = () => {
      const words = document.querySelector('h1').innerText;
      const rows = [...document.querySelectorAll('table[aria-label="Layers of the waterfall"] tbody tr')];
      const figures = rows.map((row) => [...row.querySelectorAll('[data-amount]')].map((one) => one.dataset.amount));
      const charged = figures.reduce((all, row) => all + units(row[1]), 0n);
      const ends = rows.filter((row, at) => units(figures[at][1]) > 0n).at(-1)?.querySelector('strong').innerText ?? '';
      const borne = [...document.querySelectorAll('.sum [data-amount]')].map((one) => units(one.dataset.amount));
      const state = { words, ends, charged: String(charged), borne: String(borne[0]), left: String(borne[1] ?? 0n), hit: document.querySelector('table[aria-label="Who would feel it"]')?.innerText ?? '', owner: document.querySelector('label select').value };
      if (JSON.stringify(state) !== JSON.stringify(window.states.at(-1))) window.states.push(state);
    };
    new MutationObserver(look).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  });
  const held = [];
  await tab.route('**/v1/waterfall/what-if*', (route) => held.push(route));
  const release = async () => {
    for (const route of held.splice(0)) await route.continue();
  };
  const until = (words, where = 'h1') => eventually(async () => {
    await release();
    assert.ok((await tab.locator(where).innerText()).includes(words));
  });
  const slider = tab.locator('input[type=range]');
  await slider.focus();
  await tab.keyboard.press('End');
  await tab.waitForSelector('.sum:has-text("Asking the books")'); // it says that the figures are not of the slider yet
  assert.match(await tab.locator('h1').innerText(), /A loss of 9,000.00 USDC/);
  await until('A loss of 30,000.00 USDC');
  await tab.keyboard.press('Home');
  await until('can give 15,000.00 USDC');
  await tab.fill('label:has-text("Or exactly") input', '12,000'); // groups of three are understood
  await until('A loss of 12,000.00 USDC');
  await tab.selectOption('label:has-text("Whose account fails") select', '9101');
  await tab.waitForSelector('.sum:has-text("Asking the books")');
  assert.ok(!(await tab.locator('table[aria-label="Who would feel it"]').innerText()).includes('whose account fails'));
  await until('whose account fails', 'table[aria-label="Who would feel it"]');
  await tab.fill('label:has-text("Or exactly") input', 'much');
  await tab.waitForSelector('text=“much” is no amount');
  const states = await tab.evaluate(() => window.states);
  for (const { words, ends, charged, borne, left } of states) {
    const loss = /A loss of ([\d,]+\.\d\d) USDC/.exec(words)?.[1].replaceAll(/[,.]/g, '') ?? '0';
    assert.equal(BigInt(charged) + BigInt(left), BigInt(loss) * 10_000n, words);
    assert.equal(borne, charged, words);
    if (words.includes('would end at')) assert.ok(words.includes(`end at ${ends},`), `${words} ${ends}`);
    assert.equal(words.includes('through every layer'), left !== '0', words);
  }
  assert.ok(states.length > 4, String(states.length));
  await tab.unrouteAll({ behavior: 'ignoreErrors' });
  await done(tab);
});

test('a loss is shown from its birth to the last unit, and a call with what stands now', async () => {
  const tab = await open({ page: '/liquidations' });
  const [loss] = await venue.ask(auditor, 'loss.list');
  await shows(tab, 'table[aria-label="Margin calls"] tbody tr', /margin call[^]*osprey/);
  await eventually(async () => assert.deepEqual(await amountsOf(tab, 'table[aria-label="Losses"] tbody tr'), [loss.amount, loss.charged, loss.deleveraged, loss.haircut, loss.outstanding]));
  const charges = await venue.ask(auditor, 'loss.charges', { loss: '1' });
  await eventually(async () => assert.deepEqual(await amountsOf(tab, 'table[aria-label="Charges of the loss"]'), charges.map((one) => one.amount)));
  await shows(tab, 'table[aria-label="Receipts of the loss"] tbody tr', /marlin[^]*2,810.00[^]*tern/);
  await shows(tab, 'main', loss.certificate);
  await done(tab);
});

test('the smallest move that exhausts the layers is named with the accounts, and with nothing below it', async () => {
  const tab = await open({ page: '/stress' });
  await tab.waitForSelector('h1:has-text("would exhaust the layers of perps: osprey could not pay")');
  const move = Number(/\+(\d+\.\d) %/.exec(await tab.locator('h1').innerText())[1]) / 100;
  // Worked out apart from the page: osprey is short 28 at 2,955 with 6,100 left, and the layers have 15,000.
  const missing = (by) => 28 * 2955 * by - 6100;
  assert.ok(missing(move) > 15_000 && missing(move - 0.001) <= 15_000, String(move));
  await tab.waitForSelector('table[aria-label="Cover"] tbody tr:has-text("short")');
  await visit(tab, '/stress/backtest');
  await tab.waitForSelector('text=yellow zone');
  await tab.fill('label:has-text("Days on which") textarea', 'x');
  await tab.click('button:has-text("Compute")');
  await tab.waitForSelector('text=/must be numbers/');
  // What was computed says so when the form is no longer what it was computed from.
  await visit(tab, '/stress/cost');
  await tab.waitForSelector('section:has(h2:text-is("The whole cost"))');
  const notional = await tab.locator('section:has(h2:text-is("The whole cost"))').innerText();
  await tab.fill('label:has-text("Quantity") input', '4');
  await tab.waitForSelector('text=The form has changed since');
  assert.equal(await tab.locator('section:has(h2:text-is("The whole cost"))').innerText(), notional);
  await tab.click('button:has-text("Compute")');
  await shows(tab, 'section:has(h2:text-is("The whole cost"))', 'of a notional of 200000');
  await counts(tab, 'text=The form has changed since', 0);
  await visit(tab, '/stress/chains');
  await tab.setInputFiles('input[type=file]', { name: 'stress.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ summary: '2 accounts could not pay.', facts: [], tables: [{ title: 'Reverse stress', note: 'The smallest move', rows: [{ pool: 'clients-1', 'smallest move': '-25.31 %', accounts: 'account-38' }] }] })) });
  await tab.waitForSelector('section:has(h2:text-is("Reverse stress")) td:has-text("account-38")');
  await tab.fill('label:has-text("Accounts, 6") input', '60');
  await shows(tab, '.command', /cofferdam stress option_chains --folder FOLDER --accounts 60 --html stress\.html --results stress\.json/);
  await done(tab);
});

test('a client’s file is made by the server and checked by the browser alone', async () => {
  const tab = await open({ page: '/proofs' });
  await tab.click('text=Compute the root');
  await tab.waitForSelector('dt:has-text("Venue root")');
  const root = (await tab.locator('dt:has-text("Venue root") + dd .groups').innerText()).replace(/\s/g, '');
  assert.match(root, /^[0-9a-f]{64}$/);
  const accounts = await venue.ask(auditor, 'account.list', { pool: 'clients-a', limit: '1000' });
  const owner = accounts.find((row) => row.class === 'collateral' && Number(row.balance) > 0).owner;
  await tab.fill('label:has-text("Owner, by id") input', owner);
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('text=Download the file')]);
  const file = readFileSync(await download.path(), 'utf8');
  const asked = tab.posted.length;
  const check = async (text) => {
    await tab.setInputFiles('input[type=file]', { name: 'proof.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  };
  await tab.fill('label:has-text("Your id") input', owner);
  await tab.fill('label:has-text("The root, from") input', root);
  await check(file);
  await tab.waitForSelector('text=The proof holds.');
  await counts(tab, 'text=only compared with itself', 0);
  assert.deepEqual(await violations(tab), []);
  const lie = JSON.parse(file);
  lie.proofs[0].leaf.amounts[0] = String(BigInt(lie.proofs[0].leaf.amounts[0]) - 1n);
  await check(JSON.stringify(lie));
  await tab.waitForSelector('text=The proof does not hold.');
  await check('{"nothing": 1}');
  await tab.waitForSelector('text=This cannot be checked.');
  await check(file);
  await tab.waitForSelector('text=The proof holds.');
  await tab.fill('label:has-text("Your id") input', '7'); // what was checked for another id says nothing of this one
  await counts(tab, 'text=The proof holds.', 0);
  assert.deepEqual(tab.posted.slice(asked), [], 'the server was given something');
  assert.deepEqual(tab.sent.filter((url) => url.includes(owner)), [], 'the owner stands in an address');
  await done(tab);
});

test('a balance is explained down to the record', async () => {
  const accounts = await venue.ask(auditor, 'account.list', { pool: 'clients-a', limit: '1000' });
  const account = accounts.find((row) => row.class === 'collateral' && Number(row.balance) > 0);
  const tab = await open({ page: '/audit' });
  await tab.fill('input[placeholder^="number of a record"]', account.id);
  await tab.keyboard.press('Enter');
  await tab.click('a:has-text("An account")');
  await tab.waitForSelector('table[aria-label="Entries of the account"] tbody tr');
  await eventually(async () => assert.equal((await amountsOf(tab, 'table[aria-label="Entries of the account"] tbody tr td:nth-child(7)')).at(-1), account.balance));
  const [first] = await venue.ask(auditor, 'account.why', { account: account.id });
  const record = first.address.split('/')[0];
  await tab.fill('label:has-text("As of record") input', record);
  await tab.click('button:has-text("Show")');
  await tab.waitForSelector(`text=as of ${record}`);
  await tab.waitForFunction(() => document.querySelectorAll('table[aria-label="Entries of the account"] tbody tr').length === 1);
  await eventually(async () => assert.deepEqual(await amountsOf(tab, '.balance'), [first.balance]));
  await tab.locator('table[aria-label="Entries of the account"] tbody tr td:first-child a').first().click();
  await tab.waitForSelector('h2:has-text("Record ")');
  await tab.waitForSelector('h2:has-text("What was asked")');
  assert.deepEqual(await violations(tab), []);
  await done(tab, ['404']); // an id does not say of what it is: the browser notes where it was not found
});

test('the journal is searched', async () => {
  const tab = await open({ page: '/audit' });
  await tab.fill('.filter label:has-text("Command") input', 'intent.veto');
  await tab.click('button:has-text("Search")');
  await tab.waitForFunction(() => { const rows = [...document.querySelectorAll('table[aria-label="Records of the journal"] tbody tr')]; return rows.length > 0 && rows.every((row) => row.innerText.includes('intent.veto')); });
  await tab.fill('.filter label:has-text("Command") input', 'pool.close');
  await tab.click('button:has-text("Search")');
  await tab.waitForSelector('text=No record is like this.');
  await done(tab);
});

test('a key that is taken out of force ends the session', async () => {
  const key = await venue.task(rootKey, 'api-key.create', { principal: 'auditor' });
  const tab = await open({ key: key.key });
  await venue.task(rootKey, 'api-key.revoke', { key: key.id });
  await tab.waitForSelector('text=The key is no longer in force.');
  assert.ok(!(await tab.locator('body').innerText()).includes('clients-a'));
  assert.ok((await venue.ask(auditor, 'pool.list')).length > 0);
  await done(tab, ['401']);
});

test('an admin sees the keys, and never their secrets', async () => {
  const tab = await open({ page: '/settings', key: rootKey });
  await tab.waitForSelector('table[aria-label="API keys"] tbody tr');
  assert.ok(!(await tab.locator('main').innerText()).includes('cfd_'));
  await done(tab);
});

test('the colours can be chosen, and are kept', async () => {
  const tab = await open({ page: '/settings' });
  await tab.click('label:has-text("dark")');
  await tab.waitForSelector('html[data-theme="dark"]');
  await tab.reload();
  await settled(tab);
  assert.equal(await tab.locator('html').getAttribute('data-theme'), 'dark');
  await done(tab);
});

test('on paper there is the page and nothing to click', async () => {
  const tab = await open({ page: '/summary', colorScheme: 'dark' });
  await tab.emulateMedia({ media: 'print' });
  await eventually(async () => assert.equal(await tab.locator('nav[aria-label="Pages"]').isVisible(), false));
  assert.equal(await tab.locator('text=Sign out').isVisible(), false);
  assert.equal(await tab.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  assert.equal(await tab.locator('h1').isVisible(), true);
  await done(tab);
});

test('copying a figure gives it as the books have it', async () => {
  const tab = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  const copied = await tab.evaluate(() => {
    const one = document.querySelector('table [data-amount]');
    getSelection().selectAllChildren(one);
    const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
    one.dispatchEvent(event);
    return [event.clipboardData.getData('text/plain'), one.dataset.amount];
  });
  assert.equal(copied[0], copied[1]);
  await done(tab);
});

test('an alert is acknowledged and a break is explained, and a frozen pool says why', async () => {
  const tab = await open({ key: signerKey });
  await shows(tab, '.vitals', '2 open');
  await shows(tab, '.vitals', '1 raised');
  const raised = 'table[aria-label="Alerts"] tbody tr >> nth=0';
  await shows(tab, raised, /raised, warning[^]*payment-waits[^]*above 1 hour[^]*breached/);
  await shows(tab, 'table[aria-label="Alerts"] tbody tr >> nth=1', /quiet[^]*client-money-short[^]*25,000\.00[^]*below 1,000\.00/);
  assert.deepEqual(await violations(tab), []);
  await counts(tab, 'button:has-text("Acknowledge…")', 1);
  await act(tab, 'Acknowledge', 'asked the signers');
  await shows(tab, raised, /acknowledged[^]*payment-waits[^]*seen by ann/);
  await counts(tab, 'button:has-text("Acknowledge…")', 0);

  await tab.click('.vitals a:has-text("2 open")');
  const first = 'table[aria-label="Breaks of reconciliation"] tbody tr:has-text("amounts differ")';
  const second = 'table[aria-label="Breaks of reconciliation"] tbody tr:has-text("stated, not booked")';
  await shows(tab, first, /with ann[^]*−10\.00[^]*perps, wallet gold-custodian[^]*the custodian was asked/);
  await shows(tab, second, /open[^]*−12\.50/);
  const compared = 'table[aria-label="Wallets compared with the books"]';
  await shows(tab, `${compared} thead`, /Stated\s*Books\s*Booked, not stated\s*Stated, not booked\s*Amounts differ\s*As of/);
  await shows(tab, `${compared} tbody tr`, /2 open[^]*196,677\.50[^]*198,200\.00[^]*−1,500\.00[^]*−12\.50[^]*−10\.00/);
  assert.deepEqual(await violations(tab), []);
  await act(tab, 'Explain', 'their charge of the month', second);
  await shows(tab, second, /explained, not settled[^]*their charge of the month/);

  const tolerate = (amount) => venue.give(rootKey, 'reconciliation.set-policy', { pool: 'perps', tolerances: [{ asset: 'USDC', amount }], age: '24h', statement_age_max: '365d' });
  await tolerate('1');
  await shows(tab, 'table[aria-label="Policies of reconciliation"] tbody tr', /perps[^]*frozen[^]*1\.00 USDC[^]*1 day/);
  await shows(tab, 'main', /Nothing is released from perps because of break 1: amount_differs at wallet gold-custodian, -10\.000000 USDC/);
  await tolerate('500');
  await counts(tab, 'main :text("Nothing is released")', 0);
  await done(tab);
});

// What the insurance page asks, as an insurance pool with a claim before its voters answers it.
const insured = (() => {
  const money = (whole) => `${whole}.000000`;
  const at = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const [pool, asset, zero] = ['mutual', 'USDC', money(0)];
  const claim = { number: 2, pool, asset, cover: 'marlin-2026', incident: 'bridge-2026', claimant: '9101', route: 'vote', stage: 'voting', awaited: 'sealed_votes', deadline: at(20), is_overdue: false, claimed: money(40000), assessed: money(31000), approved: zero, paid: zero, round: 1, voters: 3, committed: 2, revealed: 1, quorum: money(500), for: money(400), against: zero, abstain: money(20), result: 'not_required' };
  const late = { ...claim, number: 1, stage: 'notified', awaited: 'evidence', deadline: at(-5), is_overdue: true, assessed: null, round: 0, quorum: zero, for: zero, abstain: zero, voters: 0, committed: 0, revealed: 0 };
  const paid = { ...claim, number: 3, stage: 'paid', awaited: 'time', approved: money(9000), paid: money(9000), for: money(700), result: 'accepted' };
  return {
    'insurance/show': [{ pool, asset, manager: null, rules: {}, funds: { unearned: money(1200), earned: money(90000), junior: money(20000), senior: money(50000), case_reserve: zero }, active_cover: money(600000), model_capital: money(110000), model: 'aggregate-1', losses_paid: money(9000), recovered: zero, members: 2, covers: 1, open_exits: 0, capital: money(160000), required: money(120000), free: money(40000), gate_open: true, opened: at(-900) }],
    'claim/list': [late, claim, paid],
    'claim/show': [{ number: 2, pool, asset, incident_code: 'bridge-2026', cover: 'marlin-2026', claimant: '9101', stage: 'voting', route: 'vote', rules: 1, evidence: [{ document: 'a'.repeat(64), note: 'the transactions', time: at(-30) }], assessment: 'as the chain shows', bond: { owner: null, amount: zero }, notified: at(-40), settled: null, verdict: 'open', trigger: '', status: 'covered', reason: 'the loss falls into the period', payable: money(28000), steps: [{ rule: 'loss', code: '', taken: zero, left: money(31000), explanation: 'the assessed loss' }, { rule: 'deductible', code: '', taken: money(3000), left: money(28000), explanation: '3000 come off' }],
      ballots: [{ claim: 2, round: 1, asset, supply: money(1000), eligible: money(900), cap: money(300), quorum: money(500), voters: 3, committed: 2, revealed: 1, totals: {}, opened: at(-4), commit_ends: at(20), commit_latest: at(44), reveal_ends: at(68), closed: null, result: 'not_required', median: zero, cost_to_corrupt: money(250000) }] }],
    'claim/votes': [
      { claim: 2, round: 1, asset, owner: '9103', weight: money(420), conflict: 'none', committed: at(-3), revealed: true, support: 'for', amount: money(28000), counted: money(300), reason: 'shown on the chain' },
      { claim: 2, round: 1, asset, owner: '9104', weight: money(200), conflict: 'none', committed: at(-2), revealed: false, support: 'abstain', amount: zero, counted: zero, reason: '' },
      { claim: 2, round: 1, asset, owner: '9101', weight: money(100), conflict: 'claimant', committed: null, revealed: false, support: 'abstain', amount: zero, counted: zero, reason: '' }],
    'member/list': [{ pool, asset, member: '9101', name: 'marlin', account: '8101', standing: 'active', contributed: money(5200), admitted: at(-800), retired: null }, { pool, asset, member: '9103', name: 'tern', account: '8103', standing: 'retired', contributed: money(100), admitted: at(-800), retired: at(-20) }],
    'tariff/list': [{ pool, asset, period: 4, version: 1, start: at(-700), end: at(1400), model: 'aggregate-1', parameters: 'b'.repeat(64), tiers: [{ from: zero, factor_ppm: 1000000 }, { from: money(1000000), factor_ppm: 500000 }], volume_ppm: 600000, expense_ratio: '0.1', fund: money(90000), target: money(120000), capital: money(110000), expected_loss: money(4000), technical: money(6100), top_up: money(900), need: money(7000), total: money(7000), charged: money(5300), members: 2, published: at(-720) }],
    'tariff/show': [{ asset, line: 'need', amount: money(7000), rate: null, rule: 'technical premium and the top-up' }, { asset, line: 'modifier', amount: null, rate: '1.08', rule: 'within its bounds' }, { asset, line: 'contribution', amount: money(5200), rate: null, rule: 'the need split by modified bases' }],
    'cover/capacity': [{ pool, asset, peril: 'exploit', prices: 1, capacity: money(800000), used: money(600000), free: money(200000) }],
    'cover/list': [{ code: 'marlin-2026', pool, asset, terms: { peril: 'exploit', basis: 'losses_occurring', insured: '9101', counterparty: null, start: at(-700), end: at(1400), limit: money(600000), aggregate_limit: zero, deductible: money(3000), retention_ppm: 100000, waiting: '7d', exclusions: [] }, stage: 'bound', premium: money(5200), rate_bps: 86, paid: money(9000), open_claims: 1, model: 'aggregate-1', bound: at(-720) }],
    'tranche/list': [{ pool, asset, tranche: 'junior', notice: '30d', total_shares: '20000', balance: money(20000), out: zero }],
    'insurance/reserves': [{ pool, asset, kind: 'incident', number: 1, occurred: at(-50), held: money(31000), paid: money(9000), recovered: zero }],
  };
})();

test('insurance: claims with deadlines and votes, the tariff explained, capacity and capital', async () => {
  const tab = await open({ key: null });
  await tab.route('**/openapi.json', async (route) => {
    const document = await (await route.fetch()).json();
    for (const path of Object.keys(insured)) document.paths[`/v1/${path}`] = { post: { 'x-cofferdam-roles': [] } };
    await route.fulfill({ json: document });
  });
  for (const [path, rows] of Object.entries(insured)) await tab.route(`**/v1/${path}*`, (route) => route.fulfill({ json: path === 'claim/show' ? { row: rows[0] } : { rows, next: null } }));
  await tab.fill('#key', auditor);
  await tab.keyboard.press('Enter');
  await settled(tab);
  await tab.click('nav a:text-is("Insurance")');
  await tab.waitForSelector('h1:has-text("1 claim is past a deadline, of 2 open. mutual has 133.33 % of the capital that is required.")');
  const claims = 'table[aria-label="Claims"] tbody tr';
  await shows(tab, `${claims} >> nth=0`, /1[^]*notified[^]*past its deadline[^]*evidence[^]*5 hours ago[^]*no ballot yet/);
  await shows(tab, `${claims} >> nth=1`, /2[^]*voting[^]*marlin[^]*bridge-2026[^]*sealed votes[^]*95.23 % for; 84.00 % of the quorum[^]*1 opened, 2 sealed, of 3 voters/);
  await shows(tab, `${claims} >> nth=2`, /3[^]*paid/);
  await tab.click('table[aria-label="Claims"] a:text-is("2")');
  await shows(tab, 'table[aria-label="Voters"] tbody tr', /tern[^]*for[^]*shown on the chain[^]*osprey[^]*sealed[^]*marlin[^]*may not: claimant/);
  for (const page of ['/insurance/claims/2', '/insurance/members', '/insurance/covers', '/insurance/covers/marlin-2026', '/insurance/capital']) {
    await visit(tab, page);
    if (page === '/insurance/claims/2') await shows(tab, 'table[aria-label="Steps of the sum"] tbody', /Deductible[^]*3,000.00[^]*28,000.00/);
    assert.ok(!/undefined|NaN|\[object/.test(await tab.locator('main').innerText()), page);
    assert.deepEqual(await violations(tab), [], page);
    if (process.env.COFFERDAM_SHOTS) await tab.screenshot({ path: `${process.env.COFFERDAM_SHOTS}${page.replaceAll('/', '-')}.png`, fullPage: true });
  }
  // What the address names is what is shown, also after a reload; and what is not there is said.
  for (const [page, words] of [['/insurance/claims/2', 'Claim 2 for bridge-2026'], ['/insurance/claim/3', 'Claim 3 for'], ['/insurance/covers/marlin-2026', 'Cover marlin-2026'], ['/insurance/members/mutual/9103', 'What tern pays']]) {
    await visit(tab, page);
    await tab.waitForSelector(`main h2:has-text("${words}")`);
    await tab.reload();
    await settled(tab);
    await tab.waitForSelector(`main h2:has-text("${words}")`);
  }
  for (const [page, words] of [['/insurance/claims/9', 'There is no claim “9”.'], ['/insurance/covers/none', 'There is no cover “none”.'], ['/insurance/members/mutual/1', 'mutual has no member “1”.'], ['/insurance/nothing', 'There is no part “nothing” of insurance.']]) {
    await visit(tab, page);
    await shows(tab, 'main', words);
  }
  await visit(tab, '/insurance/members');
  await shows(tab, 'table[aria-label="Tariff explained"] tbody tr', /all members are to bring in[^]*7,000.00[^]*Modifier[^]*1.08[^]*Contribution/);
  await done(tab);
});

test('what the address names is shown again after a reload, and what there is not is said', async () => {
  const tab = await open({ page: '/summary' });
  const [loss] = await venue.ask(auditor, 'loss.list');
  for (const [page, words] of [['/waterfall/perps/USDC', 'Layers of perps in USDC'], [`/liquidations/loss/${loss.number}`, `Loss ${loss.number}: who paid`], ['/liquidations/account/perps/9104', 'osprey now'],
    ['/stress/backtest', 'Exceedances'], ['/custody/3', 'Pay client-payout-desk'], ['/custody/vaults', 'Whom vaults may pay'], ['/pools/perps', 'Composition'], ['/audit/owner/9104', 'Margin in perps'], ['/audit/record/5', 'Record 5']]) {
    await visit(tab, page);
    await tab.waitForSelector(`main h2:has-text("${words}")`);
    await tab.reload();
    await settled(tab);
    await tab.waitForSelector(`main h2:has-text("${words}")`);
  }
  for (const [page, words] of [['/nowhere', 'There is no page “nowhere”.'], ['/waterfall/none', 'There is no waterfall of “none”.'], ['/liquidations/loss/99', 'There is no loss “99”.'], ['/stress/none', 'There is no part “none” of the lab.'], ['/custody/99', 'There is no payment “99”.'], ['/pools/none', 'There is no pool “none”.'], ['/audit/none', 'There is no part “none” of the audit.']]) {
    await visit(tab, page);
    await shows(tab, 'main', words);
  }
  await done(tab);
});

test('books without anything say so', async () => {
  const empty = new Venue(program);
  try {
    const key = empty.found();
    await empty.start();
    const tab = await open({ url: empty.pages, key });
    for (const page of ['/summary', '/pools', '/pools/none', '/custody', '/custody/vaults', '/custody/decisions', '/waterfall', '/liquidations', '/stress', '/insurance', '/proofs', '/audit', '/settings']) {
      await visit(tab, page);
      assert.ok(!/undefined|NaN|\[object/.test(await tab.locator('main').innerText()), page);
      assert.deepEqual(await violations(tab), [], page);
    }
    await done(tab);
  } finally {
    if (empty.process) await empty.stop();
    empty.remove();
  }
});

test('the files are served packed, unpacked and not again, under a strict policy', async () => {
  const ask = (path, headers = {}, method = 'GET') => new Promise((done, failed) => {
    get({ host: '127.0.0.1', port: venue.port, path, headers, method }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    }).on('error', failed);
  });
  const plain = await ask('/');
  assert.equal(plain.status, 200);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(plain.body.toString())[1];
  for (const path of ['/', script, '/favicon.svg']) {
    const unpacked = await ask(path);
    const packed = await ask(path, { 'Accept-Encoding': 'br, gzip' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(unpacked.headers['content-encoding'], undefined);
    assert.deepEqual(gunzipSync(packed.body), unpacked.body);
    assert.equal((await ask(path, { 'Accept-Encoding': 'gzip;q=0' })).headers['content-encoding'], undefined);
    const again = await ask(path, { 'If-None-Match': unpacked.headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.body.length, 0);
    const policy = unpacked.headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.ok(!/unsafe|\*|http/.test(policy), policy);
    assert.equal(unpacked.headers['x-content-type-options'], 'nosniff');
    assert.equal(unpacked.headers['referrer-policy'], 'no-referrer');
    assert.equal((await ask(path, {}, 'HEAD')).body.length, 0);
  }
  assert.match((await ask(script)).headers['cache-control'], /immutable/);
  assert.equal(plain.headers['cache-control'], 'no-cache');
  for (const path of ['/assets/none.js', '/index.html', '/assets/', '//', '/v1/pool/list']) assert.equal((await ask(path)).status, 401, path);
  assert.equal((await ask('/', {}, 'POST')).status, 401);
});
