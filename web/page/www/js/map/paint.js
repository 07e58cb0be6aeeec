// Draws the still part of the map: lanes (cells: see cells.js), boxes, labels. Called when data, size, theme or focus change.
import { level, rate, pct } from '../format.js';
import { isHostDir, through } from '../state.js';
import { along } from './ladder.js';
import { cells } from './cells.js';
import { cross, fit, text } from './ink.js';

const ALPHA = [0.5, 0.55, 0.6, 0.75, 1, 1]; // of the colours: what is calm recedes

export function paint(ctx, s, L, P, focus) {
	ctx.clearRect(0, 0, L.w, L.h);
	ctx.globalAlpha = 1;
	if (L.mode === 'crossbar') cells(ctx, s, L, P, focus);
	else if (L.many) threads(ctx, s, L, P, focus);
	else lanes(ctx, s, L, P, focus);
	if (L.mode === 'ladder') boxes(ctx, s, L, P, focus);
}

const trace = (ctx, pts) => {
	ctx.moveTo(pts[0].x, pts[0].y);
	for (let k = 1; k < pts.length; k++) ctx.lineTo(pts[k].x, pts[k].y);
};

function lanes(ctx, s, L, P, focus) {
	const order = [],
		hot = [];
	for (const l of s.links) for (const d of [2 * l.i, 2 * l.i + 1]) (s.util[d] >= 700 ? hot : order).push(d);
	for (const d of [...order, ...hot.sort((a, b) => s.util[a] - s.util[b])]) {
		// the hot ones on top, outlined: what runs inside stays legible
		const l = s.links[d >> 1],
			w = L.widths[d],
			u = s.util[d],
			dim = focus && !focus.dirs.has(d);
		ctx.globalAlpha = dim ? 0.3 : 1;
		ctx.beginPath();
		trace(ctx, L.lanes[d]);
		if (u < 0 || l.state) {
			ctx.setLineDash(l.state >= 2 ? [2, 7] : [5, 4]);
			ctx.lineWidth = Math.max(1, w * 0.35);
			ctx.strokeStyle = l.state >= 2 ? P.bad : P.edge;
			ctx.stroke();
			ctx.setLineDash([]);
			continue;
		}
		ctx.lineWidth = w + 3;
		ctx.strokeStyle = P.surface;
		ctx.stroke();
		if (u >= 700) {
			ctx.lineWidth = w + (w > 6 ? 5 : 3);
			ctx.strokeStyle = P.u[level(u)];
			ctx.stroke();
		}
		ctx.lineWidth = w;
		ctx.strokeStyle = u >= 700 ? P.surface : P.track;
		ctx.stroke();
		ctx.lineWidth = Math.max(1.5, (w - 1) * Math.min(1, u / 1000));
		ctx.strokeStyle = P.u[level(u)];
		ctx.stroke();
	}
	ctx.globalAlpha = 1;
	for (const { i } of s.links)
		for (const d of [2 * i, 2 * i + 1]) {
			if (focus && !focus.dirs.has(d)) continue;
			const u = s.util[d],
				at = along(L.lanes[d], d & 1 ? 0.94 : 0.06),
				side = d & 1 ? -1 : 1;
			if (L.labels && !isHostDir(s, d) && (u >= 500 || focus))
				text(
					ctx,
					pct(u / 1000),
					at.x + side * (L.widths[d] / 2 + 4),
					at.y,
					`${u >= 700 ? 600 : 500} 11px ${P.font}`,
					u >= 900 ? P.bad : u >= 700 ? P.warn : P.ink3,
					side > 0 ? 'left' : 'right',
					P.surface
				);
			if (s.x.has(d)) cross(ctx, along(L.lanes[d], 0.24), P, 6);
		}
}

// Many links: one stroke per colour, the quiet ones first and faint.
function threads(ctx, s, L, P, focus) {
	const bins = [[], [], [], [], [], []];
	for (const l of s.links)
		for (const d of [2 * l.i, 2 * l.i + 1]) if (s.util[d] >= 0 && (!focus || focus.dirs.has(d))) bins[level(s.util[d])].push(d);
	bins.forEach((ds, k) => {
		ctx.globalAlpha = ALPHA[k] * (k < 4 ? 0.55 : 1);
		ctx.strokeStyle = P.u[k];
		ctx.lineWidth = k > 3 ? 1.8 : 1;
		for (let i = 0; i < ds.length; i += 64) {
			ctx.beginPath();
			for (const d of ds.slice(i, i + 64)) {
				const p = L.lanes[d];
				ctx.moveTo(p[0].x, p[0].y);
				ctx.lineTo(p[1].x, p[1].y);
			}
			ctx.stroke();
		}
	});
	ctx.globalAlpha = 1;
}

function boxes(ctx, s, L, P, focus) {
	for (const b of L.boxes) {
		if (!b) continue;
		ctx.globalAlpha = focus && !focus.nodes.has(b.i) ? 0.45 : 1;
		if (b.host) dot(ctx, s.nodes[b.i], b, P);
		else box(ctx, s, L, b, P, focus && focus.main === b.i);
	}
	ctx.globalAlpha = 1;
}

function dot(ctx, n, b, P) {
	const font = `400 11px ${P.font}`;
	ctx.beginPath();
	ctx.arc(b.x, b.y, 4, 0, 7);
	ctx.fillStyle = n.outside ? P.surface : P.edge;
	ctx.fill();
	if (n.outside) {
		ctx.strokeStyle = P.edge;
		ctx.setLineDash([2, 2]);
		ctx.stroke();
		ctx.setLineDash([]);
	}
	if (b.label) text(ctx, fit(ctx, n.name, b.pitch - 6, font), b.x, b.y + 16, font, P.ink3, 'center');
}

function box(ctx, s, L, b, P, main) {
	const n = s.nodes[b.i],
		two = b.h >= 34 && b.w >= 70,
		small = `400 11px ${P.font}`,
		size = b.w < 64 ? 11 : 13;
	ctx.beginPath();
	ctx.roundRect(b.x - b.w / 2, b.y - b.h / 2, b.w, b.h, L.many ? 2 : 7);
	ctx.fillStyle = L.many ? P.ink3 : P.raised;
	ctx.fill();
	if (L.many) return;
	ctx.lineWidth = main ? 2 : 1;
	ctx.strokeStyle = main ? P.focus : P.edge;
	ctx.setLineDash(n.state ? [4, 3] : []);
	ctx.stroke();
	ctx.setLineDash([]);
	const name = fit(ctx, n.name, b.w - 12, `600 13px ${P.font}`);
	text(ctx, name, b.x, b.y - (two ? 7 : 0), `600 ${size}px ${P.font}`, P.ink, 'center');
	if (!two) return;
	const state = n.state === 'silent' ? 'silent' : n.state === 'dark' ? 'not heard' : n.outside ? 'outside the fabric' : `${rate(through(s, n))} in`;
	text(ctx, fit(ctx, state, b.w - 10, small), b.x, b.y + 10, small, P.ink3, 'center');
}
