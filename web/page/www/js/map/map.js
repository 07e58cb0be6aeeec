// The map as one object: two canvases, pointer and keyboard, focus. Knows the store's state, not the rest of the page.
import { store, select, hover, same } from '../store.js';
import { palette, forget } from '../palette.js';
import { active } from '../state.js';
import { tiers } from './tiers.js';
import { ladder } from './ladder.js';
import { crossbar, cellAt } from './crossbar.js';
import { paint } from './paint.js';
import { plan, march } from './march.js';
import { step, spot } from './keys.js';
import { createView, gestures } from './view.js';

export const BIG = 160; // links: above this a crossbar
export const probe = {}; // the newest map, for the tests that measure it
const serials = new WeakMap(); // a number for each fabric that was seen
let seen = 0;
const serial = (nodes) => {
	if (!serials.has(nodes)) serials.set(nodes, ++seen);
	return serials.get(nodes);
};
const density = () => Math.min(3, devicePixelRatio || 1);
const ZOOM = { '+': (v) => v.zoom(1.5), '=': (v) => v.zoom(1.5), '-': (v) => v.zoom(1 / 1.5), 0: (v) => v.reset() };
const hand = {}; // the newest map's view, for the buttons
export const zoom = (by) => (by ? hand.view?.zoom(by) : hand.view?.reset());
const FRAME = 41; // 24 frames a second are calm enough and cost less

export function createMap(root, base, over, say) {
	const still = matchMedia('(prefers-reduced-motion: reduce)'),
		dark = matchMedia('(prefers-color-scheme: dark)');
	let L,
		T,
		M,
		F = null,
		shape,
		w = 0,
		h = 0,
		cursor = null,
		dirty = true,
		last = 0,
		raf = 0,
		times = [];
	const V = createView(() => {
		dirty = true;
		cursor = null;
		over.classList.toggle('zoomed', V.z > 1);
		store.set({ zoom: V.z, most: V.most() });
	});
	const G = gestures(over, V);
	const s = () => store.shown(),
		ctxB = base.getContext('2d'),
		ctxO = over.getContext('2d');

	function layout() {
		const st = s();
		if (!st || !w) return;
		const mode = store.get().mode,
			small = st.fabric.length <= BIG,
			pod = store.get().pod ?? null;
		T = tiers(st);
		L = mode === 'crossbar' || (mode === 'auto' && !small) ? crossbar(st, T, w * V.z, h * V.z, pod, V.z) : ladder(st, T, w * V.z, h * V.z);
		shape = key(st);
		M = plan(st, L);
		dirty = true;
	}
	const key = (st) => `${sheet(st)}/${w}x${h}*${V.z}`;
	const sheet = (st) => `${serial(st.nodes)}/${store.get().mode}/${store.get().pod}`;
	let drawn = '';

	function focusOf(x) {
		const st = s();
		if (!x || !st) return null;
		const f = { kind: x.kind, dirs: new Set(), nodes: new Set(), flows: null, main: null };
		const addDir = (d) => {
			f.dirs.add(d);
			f.nodes.add(st.links[d >> 1].a);
			f.nodes.add(st.links[d >> 1].b);
		};
		if (x.kind === 'link' && st.links[x.id]) {
			addDir(2 * x.id);
			addDir(2 * x.id + 1);
		} else if (x.kind === 'node' && st.nodes[x.id]) {
			f.main = x.id;
			f.nodes.add(x.id);
			for (const i of st.nodes[x.id].links) {
				addDir(2 * i);
				addDir(2 * i + 1);
			}
		} else if (x.kind === 'flow') {
			const e = st.e.get(x.id) || x.flow;
			if (!e || !e.dirs) return null;
			e.dirs.forEach(addDir);
			f.flows = new Set([x.id]);
		} else return null;
		if (!f.flows)
			f.flows = new Set(
				active(st)
					.filter((e) => e.dirs.some((d) => f.dirs.has(d)))
					.map((e) => e.alert)
			);
		return f;
	}
	const focus = () => focusOf(cursor || store.get().hover || store.get().sel);

	function draw() {
		const st = s();
		if (!st) return;
		if (drawn !== sheet(st)) {
			// another drawing: all of it is shown
			cursor = null;
			if (drawn && V.z > 1) V.reset();
			drawn = sheet(st);
		}
		if (!L || key(st) !== shape) layout();
		if (!L) return;
		for (const ctx of [ctxB, ctxO]) window(ctx);
		const t0 = performance.now(),
			f = (F = focus());
		M = plan(st, L);
		paint(ctxB, st, L, palette(), f);
		mark(f);
		times.push(performance.now() - t0);
		if (times.length > 120) times.shift();
		dirty = false;
		last = 0;
	}
	function window(ctx) {
		const k = density();
		ctx.setTransform(k, 0, 0, k, -V.x * k, -V.y * k);
	}
	function mark(f) {
		// outline of the focused cell
		if (L.mode !== 'crossbar' || !f || f.kind !== 'link') return;
		const c = L.cells[[...f.dirs][0] >> 1];
		if (!c) return;
		ctxB.strokeStyle = palette().focus;
		ctxB.lineWidth = 2;
		ctxB.strokeRect(c.x - 1.5, c.y - 1.5, c.w + 3, c.h + 3);
	}
	function frame(t) {
		raf = requestAnimationFrame(frame);
		if (document.hidden) return;
		const fresh = dirty;
		if (dirty) draw();
		if (!L || (!fresh && (still.matches || t - last < FRAME))) return;
		last = t;
		march(ctxO, L, M, palette(), t / 1000, F, still.matches || !!store.get().past || store.get().stale > 0);
	}

	function hit(x, y) {
		const st = s();
		if (!L || !st) return null;
		for (const b of M.badges) if (Math.hypot(b.x - x, b.y - y) < 13) return { kind: 'flow', id: b.e.alert };
		if (L.mode === 'crossbar') {
			const i = cellAt(L, st, x, y);
			return i < 0 ? null : { kind: 'link', id: i };
		}
		for (const b of L.boxes)
			if (b && Math.abs(x - b.x) <= Math.max(10, b.w / 2) && Math.abs(y - b.y) <= Math.max(10, b.h / 2)) return { kind: 'node', id: b.i };
		let best = null,
			near = 9;
		L.lanes.forEach((p, d) => {
			for (let k = 1; k < p.length; k++) {
				const q = apart(p[k - 1], p[k], x, y);
				if (q < near) {
					near = q;
					best = d;
				}
			}
		});
		return best === null ? null : { kind: 'link', id: best >> 1 };
	}

	const at = (ev) => {
		const r = over.getBoundingClientRect();
		return [ev.clientX - r.left, ev.clientY - r.top];
	};
	const onSheet = ([x, y]) => [x + V.x, y + V.y];
	over.addEventListener('pointermove', (ev) => {
		if (G.busy()) return hover(null);
		const [x, y] = at(ev),
			g = hit(...onSheet([x, y]));
		cursor = null;
		hover(g && { ...g, x, y });
		over.classList.toggle('hit', !!g);
	});
	over.addEventListener('pointerleave', () => hover(null));
	over.addEventListener('click', (ev) => {
		if (G.taken()) return;
		const g = hit(...onSheet(at(ev)));
		if (g) select(g);
		else if (L.mode === 'crossbar' && podAt(...onSheet(at(ev)))) return;
		else select(null);
	});
	const podAt = (x, y) => {
		const g = L.groups.find((q) => q.tile ? x >= q.tile.x && x < q.tile.x + q.tile.w && y >= q.tile.y && y < q.tile.y + q.tile.h : q.title && q.pod !== null && Math.abs(y - (q.y - 9)) < 12 && x >= q.x - 4 && x < q.x + 120);
		if (g) store.set({ pod: store.get().pod === g.pod ? null : g.pod });
		return g;
	};

	root.addEventListener('keydown', (ev) => {
		if (ev.key in ZOOM && !ev.ctrlKey && !ev.metaKey && !ev.altKey) ZOOM[ev.key](V);
		else if (ev.key === 'Enter' && cursor) select({ kind: cursor.kind, id: cursor.id });
		else if (ev.key === 'Escape') cursor = null;
		else {
			const to = L && step(L, s(), cursor, ev.key, ev.shiftKey);
			if (!to) return;
			const p = spot(L, to);
			V.reveal(p);
			cursor = to;
			hover({ kind: to.kind, id: to.id, x: p.x - V.x, y: p.y - V.y });
			say(to);
		}
		dirty = true;
		if (ev.key !== 'Escape') ev.preventDefault();
	});
	root.addEventListener('blur', () => {
		if (cursor) {
			cursor = null;
			hover(null);
			dirty = true;
		}
	});

	function size() {
		const r = root.getBoundingClientRect(),
			k = density();
		w = Math.floor(r.width);
		h = Math.floor(r.height);
		V.size(w, h);
		for (const c of [base, over]) {
			c.width = w * k;
			c.height = h * k;
		}
		L = null;
		dirty = true;
	}
	const watch = new ResizeObserver(size);
	watch.observe(root);
	const redraw = () => {
		forget();
		dirty = true;
	};
	dark.addEventListener('change', redraw);
	still.addEventListener('change', redraw);
	const off = store.on((p) => {
		if ('theme' in p) forget();
		if ('hover' in p && same(p.hover, null) && Object.keys(p).length === 1) last = 0;
		dirty = true;
	});
	raf = requestAnimationFrame(frame);
	probe.layout = () => L;
	probe.view = () => V;
	hand.view = V;
	probe.times = () => times;
	probe.draw = () => {
		draw();
		return times.at(-1);
	};
	probe.flush = () => {
		const t = performance.now();
		draw();
		ctxB.getImageData(0, 0, 1, 1);
		return performance.now() - t;
	};
	return () => {
		cancelAnimationFrame(raf);
		watch.disconnect();
		off();
	};
}

function apart(a, b, x, y) {
	const dx = b.x - a.x,
		dy = b.y - a.y,
		t = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
	return Math.hypot(a.x + t * dx - x, a.y + t * dy - y);
}
