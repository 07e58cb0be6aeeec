// The live page in a real browser, over the whole program: a simulated fabric sends sFlow, spoor collects, Chromium shows.
//   SPOOR=dist/spoor node run.mjs        (make browser)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { check, collector, end, fabric, faults, file, open, shot, truth, until } from './bench.mjs';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EVIL = '<img src=x onerror="document.title=\'broken\'">';
// Who came first, by what the page itself knows: modules are the page's own, so this sees what it draws.
const herd = (page) => page.evaluate(async () => {
  const { store } = await import('/js/store.js'), { dirEnds, active } = await import('/js/state.js'), s = store.shown();
  return active(s).map((e) => ({
    id: e.flow.id, slot: e.slot, share: e.share, moves: e.moves.length, state: e.path?.state ?? null,
    way: e.dirs.map((d) => dirEnds(s, d).slice(0, 2).map((n) => n.agent || n.name)),
    via: e.path ? e.path.hops.map((h) => h.agent) : [],
  }));
});
// Whether the moving canvas has the colour of something on each link between switches of an elephant's way.
const drawn = (page, id) => page.evaluate(async (flow) => {
  const { store } = await import('/js/store.js'), { probe } = await import('/js/map/map.js'), s = store.shown(), L = probe.layout();
  const e = [...s.e.values()].find((x) => x.flow.id === flow && x.active), canvas = document.querySelectorAll('#map canvas')[1];
  if (!e || !L.lanes) return null;
  const k = canvas.width / L.w, ctx = canvas.getContext('2d');
  return e.dirs.map((d) => L.lanes[d].filter((p) => ctx.getImageData(Math.round(p.x * k) - 5, Math.round(p.y * k) - 5, 11, 11).data.some((v, i) => i % 4 === 3 && v > 100)).length / L.lanes[d].length);
}, id);

const ELEPHANTS = '30%@1s,20%@2s,15%@3s', MOVE = 30;
const life = ['--duration', '10m', '--elephants', ELEPHANTS, '--event', `move:elephants@${MOVE}s`, '--discards', '0.01'];
const told = truth('--duration', `${MOVE + 2}s`, ...life.slice(2));
const agentOf = Object.fromEntries(Object.entries(told.agents).map(([a, name]) => [name, a]));
const big = told.flows.filter((f) => f.elephant);
const way = (f, after) => (f.moves?.length > 1 ? f.moves[after ? f.moves.length - 1 : 0] : f).switches.map((name) => agentOf[name]);

const names = file('names.csv', `agent,ifIndex,name\n${agentOf.leaf3},,"${EVIL.replaceAll('"', '""')}"\n`);
const muted = [...big].sort((a, b) => a.share - b.share)[0];
const one = await collector('--names.file', names, '--elephants.mute', `src=${muted.src} dst=${muted.dst} reason="nightly backup"`);
const stop = fabric(one.udp, ...life);
const began = Date.now();
let page = await open(one.url);
await page.waitForSelector('#map');

await check('the three elephants are on the links of the simulator’s truth', async () => {
  assert.equal(big.length, 3);
  const seen = await until('three elephants with their whole path', async () => {
    const list = await herd(page);
    return list.length === 3 && list.every((e) => e.state === 'complete') && list;
  });
  const moved = Date.now() - began > (MOVE - 1) * 1000; // a machine that stalled: then the later truth holds as well
  for (const f of big) {
    const e = seen.find((x) => x.id === f.id), want = [way(f, false), ...(moved ? [way(f, true)] : [])].map(String);
    assert.ok(e, `${f.src} is not there`);
    assert.ok(want.includes(String(e.via)), `${f.id} goes ${e.via}, want ${want}`);
    const inner = e.way.filter((w) => w.every((n) => n in told.agents));
    assert.deepEqual(inner, e.via.slice(1).map((to, i) => [e.via[i], to]), 'links between the hops');
    assert.equal(e.way.length, inner.length + 2, 'and one to each host');
  }
  assert.equal(new Set(seen.map((e) => e.slot)).size, 3);
  const part = await until('the first is drawn', async () => { const d = await drawn(page, big[0].id); return d?.every((x) => x > 0.8) && d; });
  assert.ok(part.length >= 3);
});
await shot(page, 'demo-light');

await check('the search finds a flow, and only what matches', async () => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(`${big[0].src} :${big[0].sport}`);
  const row = page.locator('#panel tbody tr');
  const rows = () => row.allTextContents();
  await until('both directions of it', async () => { const all = await rows(); return all.length > 0 && all.length <= 2 && all.every((x) => x.includes(big[0].dst)); });
  await page.fill('#search', big[0].id);
  await until('one row', async () => (await row.count()) === 1 && (await row.first().textContent()).includes(big[0].dst));
  await row.first().locator('button.ref').click();
  await page.waitForSelector('.detail .hops li');
  assert.equal(await page.locator('.detail .hops li').count(), big[0].switches.length);
  await shot(page, 'flow');
  await page.keyboard.press('Escape');
  await page.fill('#search', '10.0.0.0/99');
  await until('the mistake is told', async () => (await page.textContent('#panel')).includes('no prefix'));
  await page.fill('#search', '');
  faults.splice(0, faults.length, ...faults.filter((f) => !f.includes('400'))); // the browser tells of the refused question
});

await check('the map zooms and pans, by wheel, keys, drag and buttons, and what is pointed at stays what it is', async () => {
  const look = () => page.evaluate(async () => { const { probe } = await import('/js/map/map.js'), v = probe.view(), L = probe.layout(); return { z: v.z, x: v.x, y: v.y, w: L.w, vw: v.w, vh: v.h }; });
  const top = () => page.evaluate(() => { scrollTo(0, 0); return scrollY === 0; });
  await until('the top', top);
  let box = await page.locator('#map').boundingBox();
  await page.mouse.move(box.x + 200, box.y + 100);
  await page.mouse.wheel(0, 300);
  await until('the page scrolls', () => page.evaluate(() => scrollY > 0));
  assert.equal((await look()).z, 1);
  await until('the top again', async () => (await top()) && (await page.locator('#map').boundingBox()).y > 0);
  box = await page.locator('#map').boundingBox();
  await page.mouse.move(box.x + 200, box.y + 100);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  const near = await until('it is larger', async () => { const v = await look(); return v.z > 1.5 && v.w > v.vw * 1.5 && v; });
  assert.ok(Math.abs(near.x - 200 * (near.z - 1)) < 2, `about the pointer: ${JSON.stringify(near)}`); // the sentence above may push the map down meanwhile
  await page.mouse.move(box.x + 400, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 350, box.y + 280, { steps: 5 });
  await page.mouse.up();
  await until('it moved along', async () => { const v = await look(); return Math.abs(v.x - Math.min(near.x + 50, near.vw * (near.z - 1))) < 2; });
  assert.equal(await page.locator('.detail').count(), 0, 'a drag is no click');
  // A switch is where it is drawn.
  await page.focus('#map');
  await page.keyboard.press('+');
  const at = await until('a box in the window', () => page.evaluate(async () => {
    const { probe } = await import('/js/map/map.js'), v = probe.view(), L = probe.layout(), b = L.boxes.find((o) => o && !o.host);
    v.reveal(b);
    return L.w > 1 && { x: b.x - v.x, y: b.y - v.y, i: b.i };
  }));
  await until('its details', async () => {
    const b = await page.locator('#map').boundingBox();
    await page.mouse.click(b.x + at.x, b.y + at.y);
    return page.locator('.detail').count();
  });
  assert.equal(await page.evaluate(async () => (await import('/js/store.js')).store.get().sel.id), at.i);
  await shot(page, 'zoomed');
  await page.keyboard.press('Escape');
  await until('the details are closed', async () => (await page.locator('.detail').count()) === 0);
  await page.focus('#map');
  await until('all', async () => { await page.focus('#map'); await page.keyboard.press('0'); return (await look()).z === 1; });
  await until('all is seen', async () => (await look()).z === 1);
  await page.click('[aria-label="Zoom in"]');
  await until('by the button', async () => (await look()).z === 1.5);
  await page.click('.zoom .all');
  await until('all again', async () => (await look()).z === 1);
  // Two fingers.
  await page.evaluate(() => {
    const el = document.querySelectorAll('#map canvas')[1], r = el.getBoundingClientRect();
    const send = (type, id, x) => el.dispatchEvent(new PointerEvent(type, { pointerId: id, pointerType: 'touch', clientX: r.left + x, clientY: r.top + 150, bubbles: true }));
    send('pointerdown', 11, 200); send('pointerdown', 12, 300); send('pointermove', 12, 400);
    send('pointerup', 11, 200); send('pointerup', 12, 400);
  });
  await until('a pinch', async () => Math.abs((await look()).z - 2) < 0.01);
  await page.focus('#map');
  await page.keyboard.press('0');
  await until('all at last', async () => (await look()).z === 1);
});

await check('a path that moves is drawn anew', async () => {
  const mover = big.find((f) => String(way(f, false)) !== String(way(f, true)));
  assert.ok(mover, 'the truth has a move');
  await until('the new way', async () => {
    const e = (await herd(page)).find((x) => x.id === mover.id);
    return e && String(e.via) === String(way(mover, true)) && e.moves > 0;
  });
  await until('it is drawn', async () => (await drawn(page, mover.id))?.every((x) => x > 0.8));
});

await check('going back in time shows the earlier state, and coming back the present', async () => {
  const t = await page.evaluate(async () => (await import('/js/store.js')).store.get().live.t);
  const before = Math.floor(began / 1000) + 1; // before any elephant was found
  await page.locator('input[type=range]').focus();
  await page.evaluate((v) => { const r = document.querySelector('input[type=range]'); r.value = v; r.dispatchEvent(new Event('input', { bubbles: true })); }, before - t);
  await page.waitForSelector('.banner.past');
  assert.equal((await herd(page)).length, 0);
  await shot(page, 'past');
  // A flow that moved goes its old way in the past, and is found there.
  const f = big.find((x) => String(way(x, false)) !== String(way(x, true)));
  const at = await page.evaluate(async (id) => {
    const s = (await import('/js/store.js')).store.get().live, e = [...s.e.values()].find((x) => x.flow.id === id);
    return Math.floor(Date.parse(e.moves[0].time) / 1e4) * 10 - 10;
  }, f.id);
  const now = await page.evaluate(async () => (await import('/js/store.js')).store.get().live.t);
  await page.evaluate((v) => { const r = document.querySelector('input[type=range]'); r.value = v; r.dispatchEvent(new Event('input', { bubbles: true })); }, at - now);
  await page.fill('#search', `${f.src} :${f.sport} ${f.dst}`);
  await until('the past is searched', async () => / at \d\d:/.test(await page.textContent('#panel .tools')) && (await page.locator('#panel tbody tr').count()) > 0);
  assert.deepEqual(await page.evaluate(async ([id, t]) => (await (await fetch(`/api/v1/flows/${id}?at=${t}`)).json()).path.hops.map((h) => h.agent), [f.id, at]), way(f, false));
  await shot(page, 'past-flows');
  await page.fill('#search', '');
  await page.click('.banner.past button');
  await until('the present', async () => (await herd(page)).length === 3 && (await page.locator('.banner.past').count()) === 0);
});

await check('drops are listed with their flow, health says what to do', async () => {
  await page.click('#tab-drops');
  await until('drops', async () => (await page.locator('#panel tbody tr').count()) > 0);
  await shot(page, 'drops');
  await page.click('#tab-health');
  await until('advice', async () => (await page.locator('.advice li').count()) > 0);
  assert.ok((await page.locator('.advice li').first().textContent()).length > 40);
  assert.equal(await page.locator('.sum .total.bad').count(), 0, 'both ledgers close');
  await shot(page, 'health');
});

await check('names from the network are text', async () => {
  const seen = await page.evaluate(async () => {
    const { store } = await import('/js/store.js'), { clean } = await import('/js/format.js'), { fromFull } = await import('/js/state.js');
    // The collector refuses names that turn text round; a page that gets one all the same shows where they would.
    const m = await (await fetch(`/api/v1/state?at=${store.get().live.t}`)).json(), n = m.nodes.findIndex((x) => x[0] === 'leaf4');
    m.nodes[n][0] = 'leaf\u202e4evil\u202c\u200b';
    for (const e of m.e) for (const h of e.path?.hops ?? []) h.switch = '\u202e' + h.switch;
    store.set({ past: fromFull(m), at: m.t, sel: { kind: 'node', id: n } });
    await new Promise((done) => setTimeout(done, 500));
    const shown = document.body.innerText + [...document.querySelectorAll('[title],[aria-label]')].map((e) => e.title + e.ariaLabel).join();
    const names = store.shown().nodes.map((x) => x.name), title = document.querySelector('.detail .title').textContent;
    store.set({ past: null, at: null, sel: null });
    return { named: title, bidi: clean('leaf5\u202egnp.1\u0007'), turned: /[\u202a-\u202e\u2066-\u2069\u200b]/.test(shown), names, images: document.images.length, title: document.title };
  });
  assert.ok(seen.names.includes(EVIL));
  assert.equal(seen.bidi, 'leaf5\ufffdgnp.1\ufffd'); // what would turn a name round
  assert.ok(seen.names.includes('leaf\ufffd4evil\ufffd\ufffd'), 'a name that would turn round what follows');
  assert.equal(seen.named, 'leaf\ufffd4evil\ufffd\ufffd');
  assert.equal(seen.turned, false);
  assert.equal(seen.images, 0);
  assert.equal(seen.title, 'spoor');
  await page.fill('#search', EVIL);
  await until('the answer', async () => (await page.textContent('#panel .tools')).includes(EVIL));
  await page.fill('#search', '');
});

await check('elephants that are muted say so', async () => {
  const row = page.locator('.herd li', { hasText: `${muted.src}:${muted.sport}` });
  await until('it is marked', async () => (await row.first().textContent()).includes('muted'));
  await row.first().locator('button').click();
  await until('by what', async () => /Muted by/.test(await page.textContent('.detail')));
  await page.keyboard.press('Escape');
});

await check('where motion is not wanted nothing moves between two messages; else it does', async () => {
  for (const motion of ['reduce', 'no-preference']) {
    const p = await open(one.url, { motion });
    await until('elephants', () => p.locator('.herd button').count());
    // Two pictures of the moving canvas, some frames apart, without a message between them.
    const pair = () => p.evaluate(async () => {
      const { store } = await import('/js/store.js'), c = document.querySelectorAll('#map canvas')[1], n = store.get().live.n, one = c.toDataURL();
      for (let i = 0; i < 8; i++) await new Promise(requestAnimationFrame);
      const two = c.toDataURL();
      return store.get().live.n === n ? one === two : null;
    });
    await until(motion, async () => (await pair()) === (motion === 'reduce'));
    await p.close();
  }
});

await check('the keyboard alone reaches everything', async () => {
  const reached = new Set();
  await page.click('#tab-links');
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => {
      const e = document.activeElement;
      return e.id.startsWith('row-') ? 'elephant' : e.closest('.strip') ? 'strip' : e.closest('#panel') ? 'table' : e.type === 'range' ? 'time' : e.closest('.seg') ? 'drawing' : e.id || e.className;
    }));
  }
  for (const want of ['search', 'map', 'elephant', 'time', 'drawing', 'tab-links', 'table', 'strip']) assert.ok(reached.has(want), `${want}: ${[...reached]}`);
  await page.focus('#map');
  for (const key of ['ArrowRight', 'ArrowUp', 'Shift+ArrowRight']) await page.keyboard.press(key);
  await until('it is spoken', async () => / → .*elephants/.test(await page.textContent('.map p[aria-live]')));
  await page.keyboard.press('Enter');
  await page.waitForSelector('.detail');
  await page.keyboard.press('Escape');
  await until('the focus is back', () => page.evaluate(() => document.activeElement.id === 'map'));
});

await check('axe-core finds no serious fault, light and dark, wide and narrow', async () => {
  const bad = [];
  for (const [scheme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
    const p = await open(one.url, { scheme, width, quiet: false, motion: 'reduce' });
    await p.waitForSelector('#map');
    await until('elephants', () => p.locator('.herd button').count());
    for (const tab of ['links', 'flows', 'drops', 'health', 'flow']) {
      if (tab === 'flow') await p.locator('.herd button').first().click();
      else await p.click('#tab-' + tab);
      await p.waitForTimeout(700);
      await p.evaluate(AXE);
      const { violations } = await p.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      for (const v of violations) if (/serious|critical/.test(v.impact)) bad.push(`${scheme} ${width} ${tab}: ${v.id} ${v.nodes[0].html.slice(0, 160)}`);
    }
    await p.keyboard.press('Escape');
    await p.evaluate(() => scrollTo(0, 0));
    await shot(p, `demo-${scheme}-${width}`);
    await p.close();
  }
  assert.deepEqual(bad, []);
});

await check('a dead collector is told of, and a new one is found', async () => {
  one.stop();
  await until('it says so', async () => (await page.locator('.pulse.live').count()) === 0);
  await until('the data is old', async () => (await page.locator('.banner.old').count()) === 1);
  await shot(page, 'stale');
  const port = new URL(one.url).port;
  faults.length = 0; // the browser tells of each refused connection
  const two = await collector('--http.listen', `127.0.0.1:${port}`);
  const off = fabric(two.udp, ...life);
  await until('it is live again', async () => (await page.locator('.pulse.live').count()) === 1);
  faults.splice(0, faults.length, ...faults.filter((f) => !f.includes('ERR_')));
  off();
  two.stop();
});
await page.close();
stop();

await check('a token is asked for, once', async () => {
  const key = 'a-token-that-nobody-guesses', four = await collector('--http.token_file', file('token', key));
  const off = fabric(four.udp, '--duration', '5m'), p = await open(four.url, { quiet: false });
  await p.waitForSelector('#token');
  await p.fill('#token', 'wrong-token-wrong-token');
  await p.keyboard.press('Enter');
  await p.waitForSelector('[role=alert]:not(:empty)');
  await p.fill('#token', key);
  await p.keyboard.press('Enter');
  await p.waitForSelector('#map');
  await p.reload();
  await p.waitForSelector('#map');
  await p.close();
  off();
  four.stop();
});

// Larger fabrics: drawn within the time of a frame, and looked at.
for (const [name, links, ...args] of [
  ['16x64', 1024, '--spines', '16', '--leaves', '64', '--hosts', '2', '--flows', '1500'],
  ['pods', 0, '--pods', '4', '--spines', '4', '--leaves', '16', '--hosts', '2', '--flows', '1000'],
  ['pods-20', 0, '--pods', '20', '--spines', '2', '--leaves', '6', '--hosts', '2', '--super-spines', '2', '--flows', '1500'],
  ['mixed', 0, '--silent-leaves', '1', '--silent-spines', '1', '--dual-homed', '0.5', '--lag', '2', '--lag-naming', 'aggregate', '--spines', '3', '--leaves', '6', '--borders', '1', '--outside', '0.3'],
]) await check(`${name} is drawn`, async () => {
  const c = await collector(), off = fabric(c.udp, '--duration', '10m', '--elephants', '30%@1s,20%@2s,15%@3s,12%@4s', ...args), p = await open(c.url);
  await p.waitForSelector('#map');
  let settled = 0, last = -1;
  await until('the fabric is learned', async () => {
    const n = await p.evaluate(async () => (await import('/js/store.js')).store.shown().links.length);
    settled = n === last ? settled + 1 : 0;
    last = n;
    return n > 4 && n >= links * 0.5 && settled > 60 && (await herd(p)).length > 0;
  });
  await shot(p, name);
  if (name === 'mixed') { // each is shown for what it is
    await until('what nobody reports, hosts on two leaves, LAGs, the way out, paths with hops that are inferred', () => p.evaluate(async () => {
      const s = (await import('/js/store.js')).store.shown(), { items } = await (await fetch('/api/v1/flows?limit=500')).json();
      return s.nodes.some((n) => n.state === 'dark') && s.nodes.some((n) => n.host && n.links.length > 1) && s.links.some((l) => l.member > 0 && l.member < l.speed)
        && s.nodes.some((n) => n.outside && !n.state) && items.some((f) => f.path?.hops.some((h) => !h.observed)) && items.some((f) => f.path?.state === 'partial' || f.path?.hops.some((h) => !h.agent));
    }));
    assert.ok((await p.locator('#panel tbody .pill').allTextContents()).includes('LAG'));
    await p.click('#tab-flows');
    await p.waitForSelector('#panel .inferred');
    await p.evaluate(() => document.getElementById('tabs').scrollIntoView());
    await shot(p, 'mixed-flows');
    await p.click('#tab-links');
    await p.evaluate(() => scrollTo(0, 0));
  }
  if (name === 'pods-20') { // beyond 16 pods each is one tile, which opens
    const tiles = await p.evaluate(async () => (await import('/js/map/map.js')).probe.layout().groups.filter((g) => g.tile).map((g) => ({ x: g.tile.x + 20, y: g.tile.y + 4, pod: g.pod })));
    assert.equal(tiles.length, 20);
    await p.click('#map', { position: tiles[2] });
    await until('the pod alone', async () => (await p.locator('.pick').inputValue()) === '2');
    assert.equal(await p.evaluate(async () => (await import('/js/map/map.js')).probe.layout().groups.length), 1);
    await shot(p, name + '-one');
    await p.selectOption('.pick', '');
  }
  await p.emulateMedia({ colorScheme: 'dark' });
  await p.waitForTimeout(500);
  await shot(p, name + '-dark');
  const times = await p.evaluate(async () => { const { probe } = await import('/js/map/map.js'); for (let i = 0; i < 20; i++) probe.draw(); return probe.times().slice(-20).sort((a, b) => a - b); });
  console.log(`      ${last} links, drawing takes ${times[10].toFixed(1)} ms (median of 20)`);
  await p.close();
  off();
  c.stop();
});

await check('the heap is flat over hours of messages', async () => {
  const c = await collector(), p = await open(c.url, { quiet: false }), devtools = await p.context().newCDPSession(p);
  const off = fabric(c.udp, '--duration', '1m');
  await p.waitForSelector('#map');
  // The page is given a message a second for so many minutes, and draws now and then: loads, drops, health change, elephants come and go.
  const pass = (from, minutes) => p.evaluate(async ([from, minutes]) => {
    const { store } = await import('/js/store.js'), { fromFull, apply } = await import('/js/state.js');
    const iso = (t) => new Date(t * 1000).toISOString(), T = 1_800_000_000;
    const h = (n) => ({ agents: 20, agents_total: 20, silent: [], findings: [], flows: n, samples_per_second: n, datagrams_per_second: 9, received: { total: n }, lost: {}, published: { records: n, recovered: 0 }, kafka: { state: 'publishing', ack_seconds: 0.01 }, spool: {}, detect: { median: 1 } });
    if (!from) {
      const nodes = [...Array.from({ length: 16 }, (_, i) => [`leaf${i + 1}`, `10.1.0.${i}`, 4, '', 1]), ...Array.from({ length: 8 }, (_, i) => [`spine${i + 1}`, `10.2.0.${i}`, 0, '', 2])];
      const links = nodes.slice(0, 16).flatMap((_, a) => Array.from({ length: 8 }, (_, k) => [a, 16 + k, 100 + k, a + 1, '', '', 1e4, 0]));
      store.set({ live: fromFull({ n: 1e9, t: T, collector: 'x', version: '', nodes, links, more: 0, u: links.flatMap(() => [1, 1]), x: [], e: [], r: [], d: [], h: h(0), a: { items: [], total: 0 }, k: [] }) });
    }
    const s = store.get().live, beast = (k, state, t) => ({
      alert: `${k.toString(16).padStart(16, '0')}-1`, slot: k % 12, state, severity: 'warning', since: iso(T + k * 30), detected: iso(T + k * 30 + 1), ended: state === 'ended' ? iso(t) : null, end_reason: 'idle',
      flow: { id: k.toString(16).padStart(16, '0'), src: '10.0.0.1', dst: '10.0.0.2', proto: 6, sport: k % 60000, dport: 5201 }, rate_bps: 1e9, share: 0.2, share_low: 0.1, share_high: 0.3, threshold: 0.1, peak_bps: 1e9, bytes: 1, probability: 1,
      evidence: { proof: 'pooled', samples: 9, taps: 3, sampling_rates: [1000] }, links: [], rates: [1e9], rates_step: 1, moves: [],
      path: { state: 'complete', switches: ['leaf1', 'spine1', 'leaf2'], hops: [{ switch: 'leaf1', agent: '10.1.0.0', in: 1, out: 100 + (k % 8), observed: true }, { switch: `spine${1 + (k % 8)}`, agent: `10.2.0.${k % 8}`, in: 1, out: 2, observed: true }] },
    });
    for (let i = from * 60; i < (from + minutes) * 60; i++) {
      const t = T + i + 1, e = i % 30 ? [] : [beast(i / 30, 'started', t), ...(i >= 300 ? [beast(i / 30 - 10, 'ended', t)] : [])];
      apply(s, { n: s.n + 1, t, u: s.links.flatMap((_, k) => [k, (i * 7 + k) % 1000, (i * 3 + k) % 1000]), x: [i % 200, i % 50], e, r: [...s.e.values()].filter((b) => b.active).map((b) => [b.alert, 1e9 + i, 1, 2, 0.2, 0.1, 0.3]), h: h(i), ...(i % 10 ? {} : { k: [t, i % 1000, 0] }) });
      if (i % 40 === 0) { store.set({ live: s }); await new Promise(requestAnimationFrame); }
    }
    return s.e.size;
  }, [from, minutes]);
  const used = async () => { await devtools.send('HeapProfiler.collectGarbage'); return (await devtools.send('Runtime.getHeapUsage')).usedSize / 2 ** 20; };
  assert.ok((await pass(0, 60)) > 50, 'elephants of the last half hour are kept');
  const first = await used();
  await pass(60, 60);
  const second = await used();
  console.log(`      after an hour ${first.toFixed(1)} MiB, after two ${second.toFixed(1)} MiB`);
  assert.ok(second < first * 1.15 + 1, `${first} MiB, then ${second} MiB`);
  off();
  await p.close();
  c.stop();
});

// Not judged, for machines stall; told, for people compare.
{
  const p = await open((await collector()).url, { quiet: false });
  const times = await p.evaluate(async () => {
    const { store } = await import('/js/store.js'), { fromFull } = await import('/js/state.js'), { probe } = await import('/js/map/map.js');
    const nodes = [...Array.from({ length: 512 }, (_, i) => [`leaf${i + 1}`, `10.1.${i >> 8}.${i & 255}`, 4, '', 1]), ...Array.from({ length: 16 }, (_, i) => [`spine${i + 1}`, `10.2.0.${i}`, 0, '', 2])];
    const links = nodes.slice(0, 512).flatMap((_, a) => Array.from({ length: 16 }, (_, k) => [a, 512 + k, 100 + k, a + 1, '', '', 1e5, 0]));
    const h = { agents: 528, agents_total: 528, silent: [], findings: [], flows: 0, samples_per_second: 0, datagrams_per_second: 0, received: { total: 0 }, lost: {}, published: { records: 0, recovered: 0 }, kafka: { state: 'publishing' }, spool: {}, detect: {} };
    store.set({ live: fromFull({ n: 1e9, t: 1e9, collector: 'x', version: '', nodes, links, more: 0, u: links.flatMap((_, i) => [i % 1000, (i * 7) % 1000]), x: [], e: [], r: [], d: [], h, a: { items: [], total: 0 }, k: [] }) });
    await new Promise((done) => setTimeout(done, 1000));
    return Array.from({ length: 40 }, () => probe.flush()).sort((a, b) => a - b);
  });
  console.log(`      8,192 links: drawing takes ${times[20].toFixed(1)} ms with the pixels read back (median of 40)`);
  await p.close();
}

await check('the console was silent', async () => assert.deepEqual(faults, []));
await end();
