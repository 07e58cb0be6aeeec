// The moving part: elephants as dashes that march along their path, their width their share of the link.
import { active, isHostDir } from '../state.js';
import { letter } from '../format.js';
import { shift, along, lengthOf } from './ladder.js';
import { route } from './crossbar.js';
import { text } from './ink.js';

const SPEED = 26,
	DASH = [
		[9, 7],
		[3, 5],
		[14, 4, 3, 4]
	]; // px a second, px; the pattern changes when the colours come round

// Strokes to draw, rebuilt when an elephant, its path or the layout changes; a frame then only moves the dash offset.
export function plan(s, L) {
	const els = active(s),
		strokes = [],
		badges = [];
	if (L.mode === 'crossbar')
		for (const e of els) {
			const pts = route(L, e.dirs, e.slot);
			if (!pts || pts.length < 2) continue;
			strokes.push({ e, path: rounded(pts, 5), w: 2.5, phase: 0, tip: arrow(pts, 1) });
			const b = { e, x: pts[0].x, y: pts[0].y + 5, r: 7.5 };
			while (badges.some((o) => Math.hypot(o.x - b.x, o.y - b.y) < 15)) b.y -= 16; // beside another: up its own line
			badges.push(b);
		}
	else {
		const onLane = new Map();
		for (const e of [...els].sort((a, b) => a.slot - b.slot))
			for (const d of e.dirs) {
				if (!onLane.has(d)) onLane.set(d, []);
				onLane.get(d).push(e);
			}
		for (const e of els) {
			let run = 0,
				badge = false;
			for (const d of e.dirs) {
				const lane = onLane.get(d),
					lw = L.widths[d],
					width = (o) => Math.max(2, lw * Math.min(1, o.rate_bps / s.links[d >> 1].speed)),
					total = lane.reduce((n, o) => n + width(o) + 1, -1);
				let at = -Math.max(total, Math.min(1, s.util[d] / 1000) * (lw - 1)) / 2;
				for (const o of lane) {
					if (o === e) break;
					at += width(o) + 1;
				}
				const w = width(e),
					pts = shift(L.lanes[d], at + w / 2);
				strokes.push({ e, d, path: polyline(pts), w, phase: run, tip: arrow(pts, 0.93) });
				run += lengthOf(pts);
				if (!badge && !isHostDir(s, d)) {
					badge = true;
					const k = lane.indexOf(e),
						p = along(L.lanes[d], 0.46 + (k - (lane.length - 1) / 2) * 0.16);
					badges.push({ e, x: p.x, y: p.y });
				}
			}
		}
	}
	return { strokes, badges };
}

export function march(ctx, L, M, P, t, focus, still) {
	ctx.clearRect(0, 0, L.w, L.h);
	ctx.lineCap = 'butt';
	ctx.lineJoin = 'round';
	const faint = (e) => focus && focus.flows && !focus.flows.has(e.alert);
	for (const k of M.strokes) {
		const c = P.e[k.e.slot % 8],
			a = faint(k.e) ? 0.15 : 1;
		ctx.lineWidth = k.w + 1.5;
		ctx.strokeStyle = P.surface;
		ctx.globalAlpha = a * 0.9;
		ctx.setLineDash([]);
		ctx.stroke(k.path);
		ctx.lineWidth = k.w;
		ctx.strokeStyle = c;
		ctx.globalAlpha = a * 0.38;
		ctx.stroke(k.path);
		ctx.globalAlpha = a;
		ctx.setLineDash(DASH[Math.min(2, k.e.slot >> 3)]);
		ctx.lineDashOffset = k.phase - (still ? 0 : t * SPEED);
		ctx.stroke(k.path);
		ctx.setLineDash([]);
		ctx.fillStyle = c;
		if (k.tip && (still || k.w >= 2.5)) {
			ctx.globalAlpha = a;
			ctx.fill(k.tip);
		}
	}
	for (const b of M.badges) {
		ctx.globalAlpha = faint(b.e) ? 0.25 : 1;
		badge(ctx, b, P);
	}
	ctx.globalAlpha = 1;
}

function badge(ctx, b, P) {
	ctx.beginPath();
	ctx.arc(b.x, b.y, b.r || 8.5, 0, 7);
	ctx.fillStyle = P.e[b.e.slot % 8];
	ctx.fill();
	ctx.lineWidth = 2;
	ctx.strokeStyle = P.surface;
	ctx.stroke();
	text(ctx, letter(b.e.slot), b.x, b.y + 0.5, `700 ${b.e.slot < 26 ? 11 : 9}px ${P.font}`, P.surface, 'center');
}
const polyline = (pts) => {
	const p = new Path2D();
	p.moveTo(pts[0].x, pts[0].y);
	for (let k = 1; k < pts.length; k++) p.lineTo(pts[k].x, pts[k].y);
	return p;
};
function rounded(pts, r) {
	const p = new Path2D();
	p.moveTo(pts[0].x, pts[0].y);
	for (let k = 1; k < pts.length - 1; k++) p.arcTo(pts[k].x, pts[k].y, pts[k + 1].x, pts[k + 1].y, r);
	p.lineTo(pts.at(-1).x, pts.at(-1).y);
	return p;
}
function arrow(pts, t) {
	const b = along(pts, Math.min(1, t)),
		a = along(pts, Math.max(0, t - 0.06)),
		n = Math.hypot(b.x - a.x, b.y - a.y) || 1,
		dx = (b.x - a.x) / n,
		dy = (b.y - a.y) / n,
		p = new Path2D();
	p.moveTo(b.x + dx * 5, b.y + dy * 5);
	p.lineTo(b.x - dx * 3 - dy * 4.5, b.y - dy * 3 + dx * 4.5);
	p.lineTo(b.x - dx * 3 + dy * 4.5, b.y - dy * 3 - dx * 4.5);
	p.closePath();
	return p;
}
