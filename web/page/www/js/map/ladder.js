// Layout for small fabrics: tiers of boxes, links as pairs of lanes, traffic keeps to the right.
const SEGMENTS = 26;

export function ladder(s, T, w, h) {
	const rows = [],
		boxes = [],
		hosts = T.tier.includes(0);
	for (const n of s.nodes) (rows[T.tier[n.i]] ||= []).push(n.i);
	if (hosts) below(s, rows);
	const lowest = hosts ? 0 : 1,
		many = s.fabric.length > 160;
	const top = many ? 26 : 40,
		bottom = hosts ? 30 : 40,
		gaps = T.rows - lowest,
		y = (t) =>
			h - bottom - (hosts && t > 0 ? 0.36 + (t - 1) * (0.64 / Math.max(1, gaps - 1)) : (t - lowest) / Math.max(1, gaps)) * (h - top - bottom);
	const wide = Math.min(w, Math.max(...rows.filter(Boolean).map((r) => r.length)) * 190),
		x0 = (w - wide) / 2;
	const pitch = (t) => wide / rows[t].length;
	for (let t = lowest; t <= T.rows; t++)
		(rows[t] || []).forEach((i, k) => {
			const host = t === 0,
				bw = host ? 0 : Math.max(many ? 6 : 40, Math.min(136, pitch(t) * 0.78)),
				bh = host ? 0 : many ? 8 : Math.min(44, h * 0.1);
			boxes[i] = {
				i,
				x: x0 + (k + 0.5) * pitch(t),
				y: y(t),
				w: bw,
				h: bh,
				host,
				pitch: pitch(t),
				tier: t,
				label: host ? pitch(0) >= 58 : bw >= 30
			};
		});
	const ports = place(s, boxes),
		fastest = Math.max(...s.links.map((l) => l.speed)),
		slowest = Math.min(...s.links.map((l) => l.speed || Infinity));
	const gap = (i) => Math.min(ports.gap[2 * i] || 56, ports.gap[2 * i + 1] || 56),
		room = Math.min(56, ...s.fabric.map(gap)),
		base = many ? 1.3 : Math.max(2.5, Math.min(13, (room - 5) / 2));
	const lanes = [],
		widths = new Float32Array(s.links.length * 2);
	for (const l of s.links) {
		const k = fastest > slowest ? 0.4 + (0.6 * Math.log((l.speed || slowest) / slowest)) / Math.log(fastest / slowest) : 1,
			lw = Math.max(1.2, base * k);
		const A = { x: ports.at[2 * l.i], y: boxes[l.a].y - (boxes[l.a].host ? 9 : boxes[l.a].h / 2) },
			B = { x: ports.at[2 * l.i + 1], y: boxes[l.b].y + boxes[l.b].h / 2 };
		const level = T.tier[l.a] === T.tier[l.b], // a link between neighbours, such as that of a pair of leaves
			mid = level ? beside(boxes[l.a], boxes[l.b]) : many ? [A, B] : curve(A, B),
			off = lw / 2 + (many ? 0.4 : 1);
		lanes[2 * l.i] = shift(mid, off);
		lanes[2 * l.i + 1] = shift(mid, -off).reverse();
		widths[2 * l.i] = widths[2 * l.i + 1] = lw;
	}
	return { mode: 'ladder', w, h, boxes, lanes, widths, many, tiers: T, labels: !many && base >= 7 };
}

// What hangs at leaves stands below them: in the order of its leaves, the middle of them where there are several.
function below(s, rows) {
	const at = new Map((rows[1] || []).map((i, k) => [i, k]));
	const place = (i) => s.nodes[i].links.reduce((sum, l) => sum + (at.get(s.links[l].b) ?? 0), 0) / (s.nodes[i].links.length || 1);
	const keys = new Map(rows[0].map((i) => [i, place(i)]));
	rows[0].sort((p, q) => keys.get(p) - keys.get(q) || p - q);
}

// Where each link meets its boxes: along the edge, in the order of the far ends, so that lines cross little.
function place(s, boxes) {
	const at = new Float32Array(s.links.length * 2),
		gap = new Float32Array(s.links.length * 2);
	for (const n of s.nodes) {
		const slanted = (i) => s.nodes[s.links[i].a].tier !== s.nodes[s.links[i].b].tier,
			up = n.links.filter((i) => s.links[i].a === n.i && slanted(i)),
			down = n.links.filter((i) => s.links[i].b === n.i && slanted(i)),
			b = boxes[n.i];
		for (const side of [up, down]) {
			const end = side === up ? 0 : 1,
				far = (i) => boxes[end ? s.links[i].a : s.links[i].b].x;
			side.sort((p, q) => far(p) - far(q));
			const step = Math.min(56, (b.host ? 30 : b.w - 12) / side.length);
			side.forEach((i, k) => {
				at[2 * i + end] = b.x + (k - (side.length - 1) / 2) * step;
				gap[2 * i + end] = step;
			});
		}
	}
	return { at, gap };
}

// From the side of one box to the side of another in the same row, hanging through a little.
function beside(a, b) {
	const k = a.x < b.x ? 1 : -1,
		A = { x: a.x + (k * a.w) / 2, y: a.y },
		B = { x: b.x - (k * b.w) / 2, y: b.y },
		dip = Math.min(34, Math.abs(B.x - A.x) * 0.12);
	return Array.from({ length: SEGMENTS + 1 }, (_, i) => {
		const t = i / SEGMENTS;
		return { x: A.x + (B.x - A.x) * t, y: A.y + dip * 4 * t * (1 - t) };
	});
}

function curve(a, b) {
	const out = [],
		c = (b.y - a.y) * 0.5;
	for (let k = 0; k <= SEGMENTS; k++) {
		const t = k / SEGMENTS,
			u = 1 - t,
			p = u * u * u,
			q = 3 * u * u * t,
			r = 3 * u * t * t,
			z = t * t * t;
		out.push({ x: (p + q) * a.x + (r + z) * b.x, y: p * a.y + q * (a.y + c) + r * (b.y - c) + z * b.y });
	}
	return out;
}

// The parallel of a polyline at a distance, to the right of its travel for positive distances.
export function shift(pts, d) {
	return pts.map((p, k) => {
		const a = pts[Math.max(0, k - 1)],
			b = pts[Math.min(pts.length - 1, k + 1)],
			dx = b.x - a.x,
			dy = b.y - a.y,
			n = Math.hypot(dx, dy) || 1;
		return { x: p.x - (dy / n) * d, y: p.y + (dx / n) * d };
	});
}

export const along = (pts, t) => {
	const k = t * (pts.length - 1),
		i = Math.min(pts.length - 2, Math.floor(k)),
		f = k - i;
	return { x: pts[i].x + f * (pts[i + 1].x - pts[i].x), y: pts[i].y + f * (pts[i + 1].y - pts[i].y) };
};
export const lengthOf = (pts) => {
	let n = 0;
	for (let k = 1; k < pts.length; k++) n += Math.hypot(pts[k].x - pts[k - 1].x, pts[k].y - pts[k - 1].y);
	return n;
};
