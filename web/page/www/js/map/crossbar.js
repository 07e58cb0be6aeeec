// Layout for large fabrics: a CLOS is a crossbar, so draw it as one. A column per leaf, a row per spine, a cell per link;
// the upper half of a cell is the way up, the lower half the way down. An elephant climbs a column, crosses a row, descends.
// Pods stand side by side; the core is a strip between them, a row per core switch, a column per pod.
const TILES = 16, // pods: beyond, each is one tile,
	NAMED = 230, // px: which has the names of its switches from this width on
	FOOT = 30,
	HEAD = 18,
	STRIP = 150;

export function crossbar(s, T, w, h, focus, z = 1) {
	const shown = focus !== null && T.pods[focus] ? [T.pods[focus]] : T.pods,
		n = shown.length,
		groups = [];
	const many = n > TILES,
		wide = w >= 560,
		per = n === 1 || (!wide && !many) ? 1 : wide ? Math.min(n, 2 * Math.ceil(Math.sqrt(n) / 2)) : 4,
		lines = Math.ceil(n / per),
		core = T.top >= 3 && wide && per > 1;
	const strip = core ? STRIP * Math.min(2, z) : 0,
		gapX = many ? 8 : 20,
		gapY = many ? 4 : 14,
		gw = (w - strip - gapX * (per - 1)) / per,
		gh = (h - gapY * (lines - 1)) / lines,
		tile = many && gw < NAMED;
	shown.forEach((pod, k) => {
		const c = k % per,
			x = c * (gw + gapX) + (c >= per / 2 ? strip : 0),
			y = Math.floor(k / per) * (gh + gapY) + (tile ? 4 : 0),
			id = T.pods.indexOf(pod);
		groups.push(
			group(
				pod.filter((i) => T.tier[i] === 2),
				pod.filter((i) => T.tier[i] === 1),
				x,
				y,
				gw,
				gh,
				T.pods.length > 1 ? `Pod ${id + 1}` : '',
				id,
				{ z, tile }
			)
		);
	});
	if (core)
		groups.push({
			...group(
				s.nodes.filter((x) => T.tier[x.i] === T.top).map((x) => x.i),
				shown.map((_, k) => -1 - k),
				(w - strip) / 2 + 18,
				0,
				strip - 52,
				h,
				'Core',
				null,
				{ z, gutter: 26 }
			),
			core: true
		});
	const cells = place(s, groups, shown),
		g = groups.at(-1);
	return {
		mode: 'crossbar',
		w,
		h,
		groups,
		cells,
		tiers: T,
		focus,
		gutter: core ? g.x + (g.cw * g.cols.length) / 2 : w - 12
	};
}

function group(rows, cols, x, y, w, h, title, pod, { z, gutter, tile }) {
	const left = tile ? 4 : gutter || (w > 420 ? 58 : 26),
		head = title ? HEAD : 4,
		foot = tile ? 14 : FOOT,
		cw = Math.min(30 * z, (w - left - 4) / cols.length),
		ch = Math.min(30 * z, (h - foot - head) / Math.max(1, rows.length));
	return {
		tile: tile && { x: Math.round(x), y: Math.round(y), w: Math.round(w), h: Math.round(h) - 8 },
		rows,
		cols,
		links: [],
		x: Math.round(x + left + (w - left - 4 - cw * cols.length) / 2),
		y: Math.round(y + head),
		cw,
		ch,
		title,
		pod,
		left
	};
}

function place(s, groups, shown) {
	const cells = new Array(s.links.length),
		at = new Map(),
		podOf = new Map();
	for (const g of groups) {
		g.rows.forEach((i, k) => at.set('r' + i, [g, k]));
		g.cols.forEach((i, k) => at.set('c' + i, [g, k]));
	}
	shown.forEach((p, k) => p.forEach((i) => podOf.set(i, k)));
	for (const l of s.links) {
		const r = at.get('r' + l.b);
		if (!r) continue;
		const c = at.get(r[0].core ? 'c' + (-1 - podOf.get(l.a)) : 'c' + l.a);
		if (!c || c[0] !== r[0]) continue;
		cells[l.i] = box(r[0], r[1], c[1]);
		r[0].links.push(l.i);
	}
	return cells;
}

function box(g, r, c) {
	const x = Math.round(g.x + c * g.cw),
		y = Math.round(g.y + r * g.ch),
		gx = g.cw >= 5 ? 1 : 0,
		gy = g.ch >= 7 ? 1 : 0;
	return {
		x,
		y,
		w: Math.max(1, Math.round(g.x + (c + 1) * g.cw) - x - gx),
		h: Math.max(2, Math.round(g.y + (r + 1) * g.ch) - y - gy),
		g,
		r,
		c
	};
}

// The way of a flow: up its column, along its row, and between pods through the strip of the core. Only right angles;
// elephants in one row or column are set apart by their slot.
export function route(L, dirs, slot) {
	const cs = dirs.map((d) => L.cells[d >> 1]).filter(Boolean);
	if (!cs.length) return null;
	const k = (slot % 5) - 2,
		mid = (c) => ({ x: c.x + c.w / 2 + k * Math.min(2.4, c.w / 6), y: c.y + c.h / 2 + k * Math.min(2.6, c.h / 6) });
	const foot = (c) => ({ x: mid(c).x, y: c.g.y + c.g.rows.length * c.g.ch + 4 }),
		first = cs[0],
		last = cs.at(-1),
		pts = [];
	if (!first.g.core) pts.push(foot(first));
	cs.forEach((c, i) => {
		const p = mid(c),
			q = pts.at(-1),
			b = cs[i - 1];
		if (b && b.g !== c.g) {
			// from pod to core or back: across first when leaving a pod, along the strip first when leaving the core
			const via = b.g.core ? { x: q.x, y: p.y } : c.g.core ? { x: p.x, y: q.y } : null;
			if (via) pts.push(via);
			else pts.push({ x: L.gutter + k * 3, y: q.y }, { x: L.gutter + k * 3, y: p.y });
		} else if (b) p.y = q.y;
		pts.push(p);
	});
	if (!last.g.core && cs.length > 1) pts.push(foot(last));
	return pts;
}

export function cellAt(L, s, x, y) {
	for (const g of L.groups) {
		const c = Math.floor((x - g.x) / g.cw),
			r = Math.floor((y - g.y) / g.ch);
		if (c < 0 || r < 0 || c >= g.cols.length || r >= g.rows.length) continue;
		for (const i of s.nodes[g.rows[r]].links) {
			const k = L.cells[i];
			if (k && k.g === g && k.r === r && k.c === c) return i;
		}
	}
	return -1;
}
