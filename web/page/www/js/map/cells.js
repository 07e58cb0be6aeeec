// Draws the crossbar: all cells of a pod as one small picture, then outlines and labels.
import { level, pct } from '../format.js';
import { text } from './ink.js';

const QUIET = [0.5, 0.5, 0.62, 0.9, 1, 1]; // how much of each colour is mixed with the surface: what is calm recedes

// A cell is two pixels of a small texture, scaled up without smoothing: 8,192 links cost one loop and one drawImage a pod.
export function cells(ctx, s, L, P, focus) {
	const bright = shades(P, 1),
		faint = shades(P, 0.4),
		dim = focus && focus.kind !== 'link',
		odd = [];
	for (const g of L.groups) {
		if (!g.tex) g.tex = texture(g.cols.length, g.rows.length * 2);
		g.tex.px.fill(0);
	}
	for (let i = 0; i < L.cells.length; i++) {
		const c = L.cells[i];
		if (!c) continue;
		const up = s.util[2 * i],
			down = s.util[2 * i + 1],
			{ px, w } = c.g.tex,
			at = 2 * c.r * w + c.c;
		if (s.links[i].state || up < 0 || down < 0) odd.push(c);
		if (s.links[i].state) continue;
		if (up >= 0) px[at] = (dim && !focus.dirs.has(2 * i) ? faint : bright)[up];
		if (down >= 0) px[at + w] = (dim && !focus.dirs.has(2 * i + 1) ? faint : bright)[down];
	}
	for (const g of L.groups) if (g.tile) frame(ctx, g.tile, P);
	ctx.imageSmoothingEnabled = false;
	ctx.fillStyle = P.surface;
	for (const g of L.groups) {
		const w = g.cols.length * g.cw,
			h = g.rows.length * g.ch;
		g.tex.ctx.putImageData(g.tex.image, 0, 0);
		ctx.drawImage(g.tex.canvas, g.x, g.y, w, h);
		if (g.cw >= 5) for (let k = 1; k < g.cols.length; k++) ctx.fillRect(Math.round(g.x + k * g.cw) - 1, g.y, 1, h);
		if (g.ch >= 7) for (let k = 1; k < g.rows.length; k++) ctx.fillRect(g.x, Math.round(g.y + k * g.ch) - 1, w, 1);
	}
	ctx.strokeStyle = P.edge;
	ctx.lineWidth = 1;
	for (const c of odd) ctx.strokeRect(c.x + 0.5, c.y + 0.5, c.w - 1, c.h - 1);
	ctx.strokeStyle = P.ink;
	ctx.lineWidth = 1.25;
	for (const d of s.x.keys()) {
		const c = L.cells[d >> 1];
		if (!c || c.w < 4) continue;
		const top = c.h >> 1;
		ctx.strokeRect(c.x - 0.5, c.y + (d & 1 ? top : 0) - 0.5, c.w + 1, (d & 1 ? c.h - top : top) + 1);
	}
	for (const g of L.groups) labels(ctx, s, g, P, focus);
}

function frame(ctx, t, P) {
	ctx.beginPath();
	ctx.roundRect(t.x + 0.5, t.y - 3.5, t.w - 1, t.h, 5);
	ctx.fillStyle = P.surface;
	ctx.fill();
	ctx.strokeStyle = P.line;
	ctx.lineWidth = 1;
	ctx.stroke();
}

// A pod as one tile: its name, and how full its busiest link is.
function tileTitle(ctx, s, g, P) {
	const most = g.links.reduce((n, i) => Math.max(n, s.util[2 * i], s.util[2 * i + 1]), -1),
		{ x, w } = g.tile;
	text(ctx, g.title.replace(w < 100 ? 'Pod ' : '', ''), x + 7, g.y - 9, `600 12px ${P.font}`, P.ink2, 'left');
	text(ctx, most < 0 ? '–' : pct(most / 1000), x + w - 7, g.y - 9, `500 11px ${P.font}`, most >= 900 ? P.bad : most >= 700 ? P.warn : P.ink3, 'right');
}

function texture(w, h) {
	const canvas = document.createElement('canvas');
	canvas.width = w;
	canvas.height = h;
	const ctx = canvas.getContext('2d'),
		image = ctx.createImageData(w, h);
	return { canvas, ctx, image, px: new Uint32Array(image.data.buffer), w };
}

// Colour of each per mille as a pixel, mixed with the surface so that what is calm recedes.
function shades(P, k) {
	const made = (P.shades ||= new Map());
	if (made.has(k)) return made.get(k);
	const rgb = (c) => c.match(/[\d.]+/g).map(Number),
		ground = rgb(P.surface),
		out = new Uint32Array(1001);
	const steps = P.u.map((c, i) => {
		const v = rgb(c),
			a = QUIET[i] * k,
			[r, g, b] = v.map((x, j) => Math.round(x * a + ground[j] * (1 - a)));
		return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
	});
	for (let u = 0; u <= 1000; u++) out[u] = steps[level(u)];
	made.set(k, out);
	return out;
}

// Names along the rows and columns: as many as have room; those of the focus always, and none too near them.
function labels(ctx, s, g, P, focus) {
	const font = `500 11px ${P.font}`,
		short = shortener(s, g),
		foot = g.y + g.rows.length * g.ch;
	const lit = (list) => list.flatMap((i, k) => (focus && focus.nodes.has(i) ? [k] : [])),
		litRows = lit(g.rows),
		litCols = lit(g.cols);
	const everyR = Math.ceil(13 / g.ch),
		wideC = Math.max(1, Math.ceil(24 / g.cw));
	const everyC = [1, 2, 4, 8, 16, 32].find((k) => k >= wideC) || wideC;
	if (g.tile) return tileTitle(ctx, s, g, P);
	if (g.title) text(ctx, g.title, g.x, g.y - 9, `600 12px ${P.font}`, P.ink2, 'left');
	g.rows.forEach((i, k) => {
		const on = litRows.includes(k);
		if (!on && (k % everyR || litRows.some((o) => Math.abs(o - k) < everyR))) return;
		text(ctx, short(i), g.x - 8, g.y + (k + 0.5) * g.ch, font, on ? P.ink : P.ink3, 'right');
	});
	g.cols.forEach((i, k) => {
		const on = litCols.includes(k),
			x = g.x + (k + 0.5) * g.cw,
			regular = k === 0 || (g.core && g.cw >= 13) || (k + 1) % everyC === 0;
		if (!on && (!regular || litCols.some((o) => Math.abs(o - k) * g.cw < 44))) return;
		text(ctx, on ? s.nodes[i].name : String(k + 1), x, foot + (g.core ? 10 : 22), font, on ? P.ink : P.ink3, 'center');
	});
}

const shortener = (s, g) => (i) => {
	const n = s.nodes[i].name.replace(/^p\d+-/, '');
	if (g.core) return n.replace(/^\D+/, '').slice(0, 3);
	return g.left >= 50 ? (n.length > 9 ? n.slice(0, 8) + '…' : n) : n.replace(/^\D+/, '').slice(0, 3) || n.slice(0, 3);
};
