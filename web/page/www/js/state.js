// The fabric as the page knows it: built from one full message, kept current by deltas. No DOM here.
import { clean, seconds } from './format.js';

const SPARK = 120;
export const UP = 0,
	STALE = 1,
	GONE = 2;

export function fromFull(m) {
	const s = {
		n: m.n,
		t: m.t,
		collector: clean(m.collector),
		version: clean(m.version),
		h: m.h,
		d: m.d || [],
		a: m.a || { items: [], total: 0 },
		k: m.k || [],
		more: m.more || 0,
		x: new Map(),
		e: new Map(),
		ports: new Map(),
		stamp: 0
	};
	s.nodes = m.nodes.map(([name, agent, hosts, state, tier], i) => ({
		i,
		name: clean(name),
		agent,
		host: hosts === 'h',
		outside: hosts === 'x',
		edge: hosts === 'h' || hosts === 'x', // not a switch
		hosts: +hosts || 0,
		state,
		tier,
		links: []
	}));
	s.byAgent = new Map(s.nodes.map((n) => [n.agent || n.name, n.i]));
	s.links = m.links.map(([a, b, aif, bif, ap, bp, mbps, state, member, guess], i) => {
		s.nodes[a].links.push(i);
		s.nodes[b].links.push(i);
		if (s.nodes[a].agent) s.ports.set(s.nodes[a].agent + '/' + aif, i);
		if (s.nodes[b].agent) s.ports.set(s.nodes[b].agent + '/' + bif, i);
		return { i, a, b, aif, bif, ap: clean(ap), bp: clean(bp), speed: mbps * 1e6, state, member: (member || 0) * 1e6, guess: !!guess };
	});
	s.util = Int16Array.from(m.u);
	s.fabric = s.links.filter((l) => !s.nodes[l.a].edge && !s.nodes[l.b].edge).map((l) => l.i);
	setDrops(s, m.x);
	for (const a of m.e) putElephant(s, a);
	setRates(s, m.r, false);
	return s;
}

export function apply(s, m) {
	s.n = m.n;
	s.t = m.t;
	s.stamp++;
	for (let i = 0; i < m.u.length; i += 3) {
		s.util[2 * m.u[i]] = m.u[i + 1];
		s.util[2 * m.u[i] + 1] = m.u[i + 2];
	}
	setDrops(s, m.x);
	for (const a of m.e || []) putElephant(s, a);
	setRates(s, m.r, true);
	if (m.a) s.a = m.a;
	if (m.h) s.h = m.h;
	if (m.d) s.d = m.d;
	if (m.k) {
		s.k.push(m.k);
		if (s.k.length > 361) s.k.shift();
	}
	for (const [id, e] of s.e) if (e.ended && s.t - seconds(e.ended) > 1800) s.e.delete(id);
}

const push = (a, v) => {
	a.push(v);
	if (a.length > SPARK) a.shift();
};
function setRates(s, rates, next) {
	for (const [id, rate, lo, hi, sh, slo, shi] of rates || []) {
		const e = s.e.get(id);
		if (!e) continue;
		Object.assign(e, { rate_bps: rate, rate_low_bps: lo, rate_high_bps: hi, share: sh, share_low: slo, share_high: shi });
		if (next && !e.fresh) push(e.rates, rate); // what was told in this second brought its rate along
		e.fresh = false;
	}
}
const setDrops = (s, x) => {
	s.x.clear();
	for (let i = 0; i < x.length; i += 2) s.x.set(x[i], x[i + 1]);
};

function putElephant(s, a) {
	const old = s.e.get(a.alert),
		rates = old && a.rates.length < 2 ? old.rates : a.rates;
	if (old && rates === old.rates && a.rates.length) push(rates, a.rates[0]);
	const e = { ...a, rates, step: (rates === a.rates && a.rates_step) || 1, active: a.state !== 'ended', fresh: s.stamp > 0 };
	e.dirs = directed(s, e);
	s.e.set(a.alert, e);
}

// The directed links (2*link, +1 when it runs from b to a) of a path, resolved by agent and ifIndex.
export function directed(s, f) {
	const hops = f.path ? f.path.hops : [],
		out = [];
	const port = (h, n) => (h.agent && n ? s.ports.get(h.agent + '/' + n) : undefined),
		node = (h) => s.byAgent.get(h.agent || clean(h.switch));
	hops.forEach((h, k) => {
		const here = node(h),
			next = hops[k + 1];
		if (k === 0) {
			const i = port(h, h.in); // from the host, or from wherever it comes
			if (i !== undefined) out.push(s.links[i].b === here ? 2 * i : 2 * i + 1);
		}
		const i = port(h, h.out) ?? (next && port(next, next.in));
		if (i === undefined) return;
		const from = here ?? (s.links[i].a === node(next) ? s.links[i].b : s.links[i].a);
		out.push(s.links[i].a === from ? 2 * i : 2 * i + 1);
	});
	return out;
}

export const active = (s) => [...s.e.values()].filter((e) => e.active).sort((a, b) => b.share - a.share || a.slot - b.slot);
export const recent = (s) => [...s.e.values()].filter((e) => !e.active).sort((a, b) => seconds(b.ended) - seconds(a.ended));
export const onDir = (s, d) => active(s).filter((e) => e.dirs.includes(d));
export const dirEnds = (s, d) => {
	const l = s.links[d >> 1];
	return d & 1 ? [s.nodes[l.b], s.nodes[l.a], l.bp, l.ap] : [s.nodes[l.a], s.nodes[l.b], l.ap, l.bp];
};
export const dirText = (s, d) => {
	const [x, y] = dirEnds(s, d);
	return `${x.name} → ${y.name}`;
};
export const linkText = (s, i) => {
	const l = s.links[i];
	return `${s.nodes[l.a].name} – ${s.nodes[l.b].name}`;
};
export const isHostDir = (s, d) => s.nodes[s.links[d >> 1].a].edge || s.nodes[s.links[d >> 1].b].edge;

// What enters a switch, by the counters of its links.
export function through(s, n) {
	let r = 0;
	for (const i of n.links) {
		const d = s.links[i].b === n.i ? 2 * i : 2 * i + 1;
		if (s.util[d] > 0) r += (s.util[d] / 1000) * s.links[i].speed;
	}
	return r;
}

// The link at which a port sends, as a direction; -1 if there is none.
export function sends(s, agent, ifindex) {
	const i = s.ports.get(agent + '/' + ifindex);
	if (i === undefined) return -1;
	const l = s.links[i];
	return s.nodes[l.a].agent === agent && l.aif === +ifindex ? 2 * i : 2 * i + 1;
}
// One port by which the collector knows a link, and whether it is that of end b.
export const portOf = (s, l) => (s.nodes[l.a].agent ? [`${s.nodes[l.a].agent}/${l.aif}`, false] : [`${s.nodes[l.b].agent}/${l.bif}`, true]);
export const STATES = ['up', 'stale', 'gone', 'port down'];
// What is selected, found again in a fabric whose numbers are others; null if it is not there.
export function remap(sel, was, is) {
	if (!sel || !was || sel.kind === 'flow') return sel;
	if (sel.kind === 'node') {
		const n = was.nodes[sel.id],
			i = n ? is.nodes.findIndex((o) => o.name === n.name && o.agent === n.agent) : -1;
		return i < 0 ? null : { ...sel, id: i };
	}
	const l = was.links[sel.id],
		i = l && is.ports.get(portOf(was, l)[0]);
	return i === undefined ? null : { ...sel, id: i };
}
