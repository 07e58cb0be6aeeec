// The view layer alone: node --test test/view.test.mjs
import test from 'node:test';
import assert from 'node:assert/strict';
import { root, errors } from './dom.mjs';
import { html, render, useEffect, useReducer, useRef, useState } from '../../web/page/www/js/view.js';

const settled = () => new Promise((done) => setTimeout(done));
const inner = (el) => el.childNodes.map((n) => n.html ?? n.data).join('');

// A page whose state the test sets from outside.
function page(view, first) {
  const el = root();
  let set;
  const App = () => { const [state, change] = useState(first); set = change; return view(state); };
  const off = render(html`<${App} />`, el);
  return { el, off, async show(state) { set(state); await settled(); return inner(el); }, get now() { return inner(el); } };
}

test('text, numbers and nothing', async () => {
  const p = page((v) => html`<p>a ${v} b</p>`, 1);
  assert.equal(p.now, '<p>a 1 b</p>');
  assert.equal(await p.show(0), '<p>a 0 b</p>');
  for (const nothing of [null, undefined, false, true, '']) assert.equal(await p.show(nothing), '<p>a  b</p>');
});

test('hostile strings stay text, in children and in attributes', async () => {
  const bad = '"><img src=x onerror=alert(1)>\u0001</p><script>${1}</script>';
  const p = page((v) => html`<p title=${v}>${v}</p>`, '');
  await p.show(bad);
  const [el] = p.el.children;
  assert.equal(el.getAttribute('title'), bad);
  assert.equal(el.textContent, bad);
  assert.equal(el.children.length, 0);
  assert.equal(inner(page(() => html`<p>${{ tree: {}, values: [] }}</p>`).el), '<p>[object Object]</p>');
});

test('no attribute carries code or style', () => {
  page(() => html`<b onClick=${'alert(1)'}>x</b>`).el.find('b')[0].fire('click');
  assert.throws(() => render(html`<b style=${'color:red'}>x</b>`, root()), /style is not allowed/);
  assert.throws(() => render(html`<b ...${{ innerHTML: '<i>' }}>x</b>`, root()), /innerHTML is not allowed/);
});

test('attributes: present, absent, removed; aria in words; value as a property', async () => {
  const p = page((v) => html`<input type="text" disabled=${v} aria-pressed=${v} title=${v ? 'on' : null} value=${v ? 'x' : 'y'} />`, true);
  const [el] = p.el.children;
  assert.equal(p.now, '<input type="text" disabled="" aria-pressed="true" title="on"></input>');
  assert.equal(await p.show(false), '<input type="text" aria-pressed="false"></input>');
  assert.equal(el.value, 'y');
  assert.equal(p.el.children[0], el);
});

test('spread: attributes and handlers come and go', async () => {
  let clicks = 0;
  const p = page((v) => html`<b class="k" ...${v}>x</b>`, { id: 'a', onClick: () => { clicks++; } });
  p.el.children[0].fire('click');
  await p.show({ title: 't' });
  p.el.children[0].fire('click');
  assert.equal(p.now, '<b class="k" title="t">x</b>');
  assert.equal(clicks, 1);
});

test('a handler is the latest one', async () => {
  const heard = [], p = page((v) => html`<b onClick=${() => heard.push(v)}>x</b>`, 1);
  await p.show(2);
  p.el.children[0].fire('click');
  assert.deepEqual(heard, [2]);
});

test('SVG elements are SVG elements, in nested markup and components too', () => {
  const Dot = ({ r }) => html`<circle r=${r} />`;
  const p = page(() => html`<div><svg viewBox="0 0 1 1">${[1, 2].map((r) => html`<g><${Dot} r=${r} /></g>`)}</svg><p>x</p></div>`);
  const ns = (tag) => p.el.find(tag).map((n) => n.namespaceURI.split('/').at(-1));
  assert.deepEqual([ns('svg'), ns('g'), ns('circle'), ns('p')], [['svg'], ['svg', 'svg'], ['svg', 'svg'], ['xhtml']]);
});

test('line breaks of the source are no text; spaces are', () => {
  assert.equal(page(() => html`<p>
    <b>a</b> <i>${'b'}</i>
    ${'c'}
  </p>`).now, '<p><b>a</b> <i>b</i>c</p>');
});

test('faulty templates are refused', () => {
  assert.throws(() => html`<p><b></p>`, /closes nothing/);
  assert.throws(() => html`<p>`, /not closed/);
  assert.throws(() => html`<p class="a ${1}"></p>`, /one \$\{\}/);
  assert.throws(() => html`<p ${1}></p>`, /one \$\{\}/);
});

test('nodes stay while their text changes, and are replaced when the template changes', async () => {
  const p = page((v) => v ? html`<p>${v}</p>` : html`<p>none</p>`, 1), [el] = p.el.children;
  await p.show(2);
  assert.equal(p.el.children[0], el);
  assert.equal(await p.show(0), '<p>none</p>');
  assert.notEqual(p.el.children[0], el);
});

const items = (keys) => html`<ul>${keys.map((k) => html`<li key=${k}>${k}</li>`)}</ul>`;

test('keyed lists: every order of every subset keeps its nodes', async () => {
  const p = page(items, []), seen = new Map();
  let last = [], seed = 7;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let k = 0; k < 300; k++) {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter(() => random(3)).sort(() => random(2) - 0.5);
    await p.show(keys);
    const lis = p.el.find('li');
    assert.deepEqual(lis.map((n) => n.textContent), keys);
    lis.forEach((li, i) => { if (last.includes(keys[i])) assert.equal(seen.get(keys[i]), li); seen.set(keys[i], li); });
    last = keys;
  }
});

test('the focus survives any reorder', async () => {
  for (const order of ['cba', 'cab', 'bca', 'acb', 'xbyazc', 'b']) {
    const p = page(items, [...'abc']), b = p.el.find('li')[1];
    b.focus();
    await p.show([...order]);
    assert.equal(document.activeElement, b, order);
    assert.equal(p.el.textContent, order);
    p.off();
  }
});

test('double keys lose nothing', async () => {
  const p = page(items, ['a', 'a', 'b']);
  await p.show(['b', 'a', 'a', 'a']);
  assert.equal(p.el.textContent, 'baaa');
  await p.show(['a']);
  assert.equal(p.el.textContent, 'a');
});

test('lists without keys, nested lists, several roots, lists that become text', async () => {
  const p = page((v) => html`<p>${v}</p>`, [1, [2, 3], html`<b>4</b><i>5</i>`]);
  assert.equal(p.now, '<p>123<b>4</b><i>5</i></p>');
  assert.equal(await p.show([html`<b>0</b>`, 'x']), '<p><b>0</b>x</p>');
  assert.equal(await p.show('text'), '<p>text</p>');
  assert.equal(await p.show([]), '<p></p>');
});

test('effects: after the patch, on change only, cleaned up on change and on removal', async () => {
  const log = [];
  const Child = ({ v }) => {
    const el = useRef();
    useEffect(() => { log.push(`in ${v} ${el.current.tag}`); return () => log.push(`out ${v}`); }, [v]);
    return html`<i ref=${el}>${v}</i>`;
  };
  const p = page(({ v, on }) => html`<p>${on ? html`<b><${Child} v=${v} /></b>` : ''}</p>`, { v: 1, on: true });
  await p.show({ v: 1, on: true });
  await p.show({ v: 2, on: true });
  await p.show({ v: 2, on: false });
  assert.deepEqual(log, ['in 1 i', 'out 1', 'in 2 i', 'out 2']);
  await p.show({ v: 3, on: true });
  p.off();
  assert.deepEqual(log.slice(4), ['in 3 i', 'out 3']);
  assert.equal(p.el.childNodes.length, 0);
});

test('a component removed before its effect runs never runs it; its late state changes are ignored', async () => {
  let late, runs = 0;
  const Child = () => { const [n, set] = useState(0); late = set; runs++; return html`<b>${n}</b>`; };
  const p = page((on) => on ? html`<${Child} />` : '', true);
  await p.show(false);
  late(5);
  await settled();
  assert.equal(runs, 1);
});

test('a ref follows its element and is emptied', async () => {
  const el = { current: null };
  const p = page((k) => k ? html`<b key=${k} ref=${el}>${k}</b>` : '', 1), first = el.current;
  await p.show(2);
  assert.equal(el.current, p.el.children[0]);
  assert.notEqual(el.current, first);
  await p.show(0);
  assert.equal(el.current, null);
});

test('several state changes make one redraw, parents first; reducers', async () => {
  let draws = 0, add;
  const Child = () => { const [n, send] = useReducer((s, a) => s + a, 10); add = send; draws++; return html`<b>${n}</b>`; };
  const p = page((v) => html`<p>${v}<${Child} /></p>`, 1);
  add(1); add(2); p.show(2);
  await settled();
  assert.equal(p.now, '<p>2<b>13</b></p>');
  assert.equal(draws, 2);
});

test('a component with another key or function starts anew', async () => {
  const Count = ({ id }) => { const [born] = useState(id); return html`<b>${born}</b>`; };
  const Other = () => html`<b>other</b>`;
  const p = page(({ id, View }) => html`<p><${View} id=${id} key=${id} /></p>`, { id: 1, View: Count });
  assert.equal(await p.show({ id: 2, View: Count }), '<p><b>2</b></p>');
  assert.equal(await p.show({ id: 2, View: Other }), '<p><b>other</b></p>');
});

test('a component that throws shows nothing, and the rest goes on', async () => {
  const Bad = ({ v }) => { if (v === 2) throw new Error('boom'); return html`<b>${v}</b>`; };
  const p = page((v) => html`<p>${v}<${Bad} v=${v} /></p>`, 1);
  assert.equal(await p.show(2), '<p>2</p>');
  assert.equal(errors.pop().message, 'boom');
  assert.equal(await p.show(3), '<p>3<b>3</b></p>');
});
