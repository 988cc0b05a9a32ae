// Signing in, the slip and the reader's bets: a bet is placed once, whatever happens in between.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { Sportsbook, market } from '../lib/sportsbook.mjs';
import { suite } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';

const { server, page: open } = suite();
const DIST = process.env.UNDERCURRENT_DIST ?? fileURLToPath(new URL('../../../dist', import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

async function start(t, path, options) {
  const book = await Sportsbook.start(DIST);
  t.after(() => book.close());
  book.open('e1', '2.10', '2.05');
  const page = await open(t, book, { path, jitter: 0, ...options });
  return { book, page };
}

const account = (page) => page.page.locator('#account');
const slip = (page) => page.page.locator('aside.slip');
const placed = (book) => book.commands.filter(({ name }) => name === 'place_bet');

async function signIn(page, token = 'uc_ana', name = 'ana') {
  await account(page).click();
  const dialog = page.dialog('Account');
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await until('the name is in the header', async () => (await account(page).textContent()).includes(name), 5_000);
}

/** Signed in, with one bet of 25 in the slip. */
async function withBet(t, path = '/arbs?a=e1') {
  const { book, page } = await start(t, path);
  await signIn(page);
  await page.panel.getByLabel(/Total stake/).fill('50');
  await page.panel.getByRole('button', { name: 'Send to the bet slip' }).click();
  await slip(page).locator('.leg').nth(1).waitFor();
  await slip(page).locator('.leg').nth(1).getByRole('button', { name: 'Take it out' }).click();
  await slip(page).getByLabel('Stake $').fill('25');
  return { book, page };
}

async function violations(page) {
  await page.page.evaluate(axe);
  return page.page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

test('whoever is signed out is told how to get a token, and a wrong one is refused', { timeout: 60_000 }, async (t) => {
  const { page } = await start(t, '/bets');
  await page.page.getByText('undercurrent token create').first().waitFor();
  await page.page.keyboard.press('s');
  const dialog = page.dialog('Account');
  await dialog.getByLabel('Token').fill('uc_nobody');
  await page.page.keyboard.press('Enter');
  await dialog.getByRole('alert').filter({ hasText: 'this token is nobody\'s' }).waitFor();
  await dialog.getByLabel('Token').fill('uc_ana');
  await page.page.keyboard.press('Enter');
  await page.page.getByText('No bets yet.').waitFor();
  assert.ok((await page.sockets()).length >= 2, 'the connection began anew');

  await account(page).click();
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await page.page.getByText('Only you can read yours.').waitFor();
});

test('a token that ends signs the reader out, and says so', { timeout: 60_000 }, async (t) => {
  const { book, page } = await start(t, '/bets');
  await signIn(page);
  await page.page.getByText('No bets yet.').waitFor();
  book.cut(4501, 'the token was revoked');
  await page.page.getByText('You were signed out: the token was revoked').first().waitFor();
  await until('the page is live again', async () => (await page.status()).phase === 'live', 10_000);
  await page.page.locator('.banner').getByRole('button', { name: 'Sign in' }).click();
  await page.dialog('Account').getByLabel('Token').waitFor();
});

test('a bet is placed at the price that was seen and is there at once', { timeout: 60_000 }, async (t) => {
  const { book, page } = await withBet(t);
  assert.match(await slip(page).innerText(), /Brings back \$52\.50/);
  await slip(page).getByLabel('Notes').fill('a hunch');
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await slip(page).getByText('Placed: $25.00 at 2.10, brings back $52.50.').waitFor();
  const [{ args }] = placed(book);
  assert.match(args.client_ref, /^[0-9a-f-]{36}$/);
  assert.deepEqual({ ...args, client_ref: '' }, {
    client_ref: '', market: 'e1:totals:220.5', selection: 'over', book: 'pinnacle', stake: '25.00', decimal: '2.10', odds_policy: 'none', notes: 'a hunch',
  });
  await page.page.getByRole('link', { name: 'Bets', exact: true }).click();
  await page.rows.first().waitFor();
  assert.match(await page.rows.first().innerText(), /Over 220\.5[\s\S]*a hunch[\s\S]*pinnacle[\s\S]*\$25\.00[\s\S]*\$52\.50[\s\S]*Open/);
});

test('a price that moved is said, and has to be taken', { timeout: 60_000 }, async (t) => {
  const { book, page } = await withBet(t);
  book.put('odds/event/e1', { 'e1:totals:220.5': market('e1', '1.90', '2.05') });
  await slip(page).getByText('It pays less now: 1.90.').waitFor();
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await slip(page).getByText('Not placed: the price is 1.90 now.').waitFor();
  assert.equal(book.bets('42').length, 0);
  await slip(page).locator('.leg-refused').getByRole('button', { name: 'Take 1.90' }).click();
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await slip(page).getByText('Placed: $25.00 at 1.90').waitFor();
  const refs = placed(book).map(({ args }) => args.client_ref);
  assert.equal(new Set(refs).size, 2, 'after a refusal it is another bet');
});

test('a bet whose answer is lost is asked for again and placed once', { timeout: 60_000 }, async (t) => {
  const { book, page } = await withBet(t);
  book.mute = true;
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await until('the ledger has it', () => book.bets('42').length === 1, 5_000);
  await slip(page).getByText('on its way').waitFor();
  book.mute = false;
  book.cut();
  await slip(page).getByText('Placed: $25.00').waitFor({ timeout: 15_000 });
  assert.equal(book.bets('42').length, 1);
  assert.equal(new Set(placed(book).map(({ args }) => args.client_ref)).size, 1);
});

test('a reload in between loses no bet and places none twice', { timeout: 60_000 }, async (t) => {
  const { book, page } = await withBet(t);
  book.mute = true;
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await until('the ledger has it', () => book.bets('42').length === 1, 5_000);
  book.mute = false;
  await page.go('/bets');
  await until('the same bet was asked for', () => placed(book).length === 2, 10_000);
  await page.rows.first().waitFor();
  await until('the slip holds nothing that waits', async () => (await page.page.evaluate(() => localStorage['undercurrent.slip'])) === '[]', 5_000);
  assert.equal(book.bets('42').length, 1);
  assert.equal(await page.rows.count(), 1);
});

test('a bet that is found too late is looked up, not placed', { timeout: 60_000 }, async (t) => {
  const { book, page } = await withBet(t);
  book.mute = true;
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await until('it was sent', () => placed(book).length === 1, 5_000);
  // It never reached the ledger, and the page comes back an hour later.
  book.keep('42', []);
  book.put('bets/42', { [book.bets('42')[0].id]: null });
  book.mute = false;
  await page.page.evaluate(() => {
    const legs = JSON.parse(localStorage['undercurrent.slip']);
    legs[0].sent_ms -= 3_600_000;
    localStorage['undercurrent.slip'] = JSON.stringify(legs);
  });
  await page.go('/bets');
  await until('it was asked for', () => book.commands.some(({ name }) => name === 'get_bets'), 10_000);
  await page.page.keyboard.press('b');
  await slip(page).getByText('It never reached the ledger').waitFor();
  assert.equal(placed(book).length, 1);
  assert.equal(book.bets('42').length, 0);
});

/** A ledger with some of everything. */
function history(book, user) {
  const settled = (number, status, payout, more) =>
    book.bet(user, number, { status, payout, settled_ms: Date.now() - (20 - number) * 3_600_000, placed_ms: Date.now() - (30 - number) * 3_600_000, ...more });
  book.keep(user, [
    settled(1, 'won', '190.91'), settled(2, 'lost', '0.00', { book: 'betfair_ex' }), settled(3, 'push', '100.00'), settled(4, 'half_won', '145.45', { market: 'e2:h2h', name: 'Arsenal', event: 'Arsenal - Chelsea' }),
    settled(5, 'half_lost', '50.00'), settled(6, 'void', '100.00', { reason: 'abandoned' }), settled(7, 'won', '190.91', { notes: '=1+1' }),
    book.bet(user, 8, { status: 'rejected', reason: 'the price moved' }), book.bet(user, 9), book.bet(user, 10, { book: 'betfair_ex' }),
  ]);
}

test('bets are filtered, summed up, drawn and saved', { timeout: 60_000 }, async (t) => {
  const { book, page } = await start(t, '/bets', { acceptDownloads: true });
  history(book, '42');
  await signIn(page);
  await until('all are there', async () => (await page.rows.count()) === 10, 5_000);
  const strip = (await page.page.locator('.strip').innerText()).replace(/\s+/g, ' ');
  assert.match(strip, /Open bets 2 At stake \$200\.00 .*Profit \+\$77\.27 Yield \+11\.04%/);
  await page.page.locator('.side .chart canvas').first().waitFor();
  const byBook = async () => (await page.page.locator('.exposure').innerText()).replace(/\s+/g, ' ');
  await until('each book has its row', async () => /betfair_ex 1 \$100\.00 \$190\.91 \u2212\$100\.00 pinnacle 1 /.test(await byBook()), 5_000);
  await page.page.getByLabel('Status').selectOption('settled');
  await until('those that are over', async () => (await page.rows.count()) === 7, 5_000);
  await page.page.getByLabel('Market').selectOption('h2h');
  await until('one winner', async () => (await page.rows.count()) === 1, 5_000);
  await page.page.getByLabel('Market').selectOption('');
  const download = page.page.waitForEvent('download');
  await page.page.getByRole('button', { name: 'Save these bets as CSV' }).click();
  const text = await readFile(await (await download).path(), 'utf8');
  assert.equal(text.trim().split('\r\n').length, 8);
  assert.match(text, /,90\.91,"'=1\+1"/);
});

test('an operator settles a bet', { timeout: 60_000 }, async (t) => {
  const { book, page } = await start(t, '/bets');
  history(book, '7');
  await signIn(page, 'uc_olga', 'olga');
  const row = page.rows.filter({ hasText: 'Open' }).first();
  await row.getByRole('button', { name: 'Settle' }).click();
  const dialog = page.dialog('Settle a bet');
  await dialog.getByRole('button', { name: 'Won', exact: true }).click();
  await dialog.getByText('$190.91 comes back').waitFor();
  await dialog.getByLabel(/audit trail/).fill('by hand');
  await dialog.getByRole('button', { name: 'Settle as won' }).click();
  await until('it is settled', () => book.bets('7').some(({ reason, status }) => reason === 'by hand' && status === 'won'), 5_000);
  await dialog.waitFor({ state: 'hidden' });
});

test('a reader cannot settle', { timeout: 60_000 }, async (t) => {
  const { book, page } = await start(t, '/bets');
  history(book, '42');
  await signIn(page);
  await until('all are there', async () => (await page.rows.count()) === 10, 5_000);
  assert.equal(await page.page.getByRole('button', { name: /Settle/ }).count(), 0);
});

test('many bets stay few rows', { timeout: 60_000 }, async (t) => {
  const { book, page } = await start(t, '/bets');
  book.keep('42', Array.from({ length: 1_200 }, (_, i) => book.bet('42', i + 1, i % 10 ? { status: 'lost', payout: '0.00', settled_ms: Date.now() - i * 1_000 } : {})));
  await signIn(page);
  await until('the newest is first', async () => (await page.rows.count()) > 5 && (await page.rows.count()) < 60, 5_000);
  assert.equal(await page.page.locator('.grid').getAttribute('aria-rowcount'), '1201');
  const older = page.page.getByRole('button', { name: 'Load older bets' });
  await older.click();
  await older.waitFor({ state: 'hidden' });
  assert.ok(book.commands.some(({ name, args }) => name === 'get_bets' && args.before));
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}`, { timeout: 60_000 }, async (t) => {
    const { book, page } = await start(t, '/bets', { colorScheme });
    history(book, '7');
    assert.deepEqual(await violations(page), [], 'signed out');
    await account(page).click();
    await page.dialog('Account').waitFor();
    assert.deepEqual(await violations(page), [], 'the dialog');
    await page.page.keyboard.press('Escape');
    await signIn(page, 'uc_olga', 'olga');
    await until('all are there', async () => (await page.rows.count()) === 10, 5_000);
    assert.deepEqual(await violations(page), [], 'bets');
    await page.rows.filter({ hasText: 'Open' }).first().getByRole('button', { name: 'Settle' }).click();
    await page.dialog('Settle a bet').waitFor();
    assert.deepEqual(await violations(page), [], 'settling');
  });
}

test('bets fit a phone', { timeout: 60_000 }, async (t) => {
  const { book, page } = await start(t, '/bets', PHONE);
  history(book, '42');
  const fits = () => page.page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const hidden = (element) => element.closest('.unseen, .skip, .grid-head, .top nav, .strip, dialog:not([open])') !== null;
    return [...document.querySelectorAll('body *')].filter((element) => !hidden(element) && element.checkVisibility())
      .filter((element) => { const { left, right, width: own } = element.getBoundingClientRect(); return own > 0 && (left < -1 || right > width + 1); })
      .map((element) => `${element.tagName}.${element.getAttribute('class')}`);
  });
  assert.deepEqual(await fits(), []);
  await signIn(page);
  await until('some are there', async () => (await page.rows.count()) > 4, 5_000);
  assert.deepEqual(await fits(), []);
  await page.page.getByRole('button', { name: 'Profit' }).tap();
  await page.page.locator('.side .chart canvas').first().waitFor();
  assert.deepEqual(await fits(), []);
});

/** A token as the command line makes it. */
function token(real, user, name) {
  const env = { ...process.env, UNDERCURRENT_DATABASE_URL: `sqlite://${join(real.folder, 'e2e.db')}` };
  const text = execFileSync(resolve(process.env.UNDERCURRENT_BIN), ['token', 'create', '--user', user, '--name', name], { env, cwd: real.folder, encoding: 'utf8' });
  return /uc_\S+/.exec(text)[0];
}

test('the server keeps a bet through a crash', { timeout: 120_000 }, async (t) => {
  const real = await server(t, { settings: { UNDERCURRENT_DEMO_MARKETS: '40', UNDERCURRENT_DEMO_BOOKS: '6' } });
  const secret = token(real, '42', 'ana');
  const page = await open(t, real, { path: '/odds', jitter: 0 });
  await signIn(page, secret);
  // A selection without a price has no best one.
  await page.page.locator('.board .grid-body .row:not(.event):not([hidden]) .o-best').filter({ hasText: /\d/ }).first().click();
  await slip(page).locator('.leg').waitFor();
  await slip(page).getByLabel('Stake $').fill('12.50');
  await slip(page).getByLabel('If the price moves').selectOption('any');
  await slip(page).getByRole('button', { name: 'Place 1 bet' }).click();
  await slip(page).getByText('Placed: $12.50').waitFor();
  await real.kill();
  await real.start();
  await page.go('/bets');
  await page.rows.first().waitFor();
  assert.equal(await page.rows.count(), 1);
  assert.match(await page.rows.first().innerText(), /\$12\.50[\s\S]*Open/);
  const answer = await fetch(`${real.origin}/api/v1/topics/bets/42`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(Object.keys((await answer.json()).rows).length, 1);
  assert.equal((await fetch(`${real.origin}/api/v1/topics/bets/42`)).status, 401);
});
