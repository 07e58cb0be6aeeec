// The keyboard's way over the map. A cursor is { kind, id }, on a link of the tiers also the switch it belongs to.
//   tiers:    arrows from box to box; with Shift left and right along a box's links; from a link up or down to its ends
//   crossbar: arrows from cell to cell; Page keys from pod to pod
import { cellAt } from './crossbar.js';
import { along } from './ladder.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAGES = { PageUp: -1, PageDown: 1 };

export function step(L, s, cursor, key, shift) {
	if (L.mode === 'crossbar') return key in PAGES ? pod(L, cursor, PAGES[key]) : ARROWS[key] && cell(L, s, cursor, ...ARROWS[key]);
	if (!ARROWS[key]) return null;
	const [dx, dy] = ARROWS[key];
	if (cursor?.kind === 'link' && dy) return { kind: 'node', id: dy < 0 ? s.links[cursor.id].b : s.links[cursor.id].a };
	if (cursor && dx && (shift || cursor.kind === 'link')) return link(L, s, cursor, dx);
	return box(L, cursor, dx, dy);
}

// Where the cursor is drawn, for the tip.
export function spot(L, { kind, id }) {
	if (L.mode === 'crossbar') return { x: L.cells[id].x + L.cells[id].w / 2, y: L.cells[id].y };
	if (kind === 'link') return along(L.lanes[2 * id], 0.5);
	return { x: L.boxes[id].x, y: L.boxes[id].y };
}

function cell(L, s, cursor, dx, dy) {
	const at = cursor && L.cells[cursor.id];
	if (!at) return firstCell(L, L.groups[0]);
	const { g, c, r } = at,
		i = cellAt(L, s, g.x + (c + dx + 0.5) * g.cw, g.y + (r + dy + 0.5) * g.ch);
	return i < 0 ? cursor : { kind: 'link', id: i };
}
function pod(L, cursor, by) {
	const at = cursor && L.cells[cursor.id],
		n = L.groups.length;
	return firstCell(L, at ? L.groups[(L.groups.indexOf(at.g) + by + n) % n] : L.groups[0]);
}
function firstCell(L, group) {
	const id = L.cells.findIndex((c) => c && c.g === group);
	return id < 0 ? null : { kind: 'link', id };
}

// The next link of the same switch, from left to right.
function link(L, s, cursor, by) {
	const of = cursor.kind === 'node' ? cursor.id : cursor.of,
		middle = (i) => along(L.lanes[2 * i], 0.5).x;
	const links = [...s.nodes[of].links].sort((a, b) => middle(a) - middle(b)),
		n = links.length;
	if (!n) return cursor;
	const at = cursor.kind === 'link' ? links.indexOf(cursor.id) + by : by > 0 ? 0 : n - 1;
	return { kind: 'link', id: links[(at + n) % n], of };
}

// The nearest box that way; what lies aside counts as further.
function box(L, cursor, dx, dy) {
	const from = cursor && L.boxes[cursor.id];
	if (!from) return { kind: 'node', id: (L.boxes.find((b) => b && !b.host) || L.boxes.find(Boolean)).i };
	let best = null,
		least = Infinity;
	for (const b of L.boxes) {
		if (!b || b === from) continue;
		const x = b.x - from.x,
			y = b.y - from.y,
			ahead = dx ? x * dx : y * dy;
		const cost = dx ? ahead + Math.abs(y) * 8 : Math.abs(x) * 0.6 + Math.abs(y);
		if (ahead > 4 && cost < least) {
			least = cost;
			best = b;
		}
	}
	return best ? { kind: 'node', id: best.i } : cursor;
}
