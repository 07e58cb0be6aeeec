// The first glance: is anything wrong, where, who causes it. Findings, worst first; each is text with references.
import { pct, letter, span, seconds } from './format.js';
import { active, dirText, dirEnds, isHostDir, sends } from './state.js';

const ref = (kind, id, text, slot) => ({ ref: { kind, id }, text, slot });
const who = (e) => ref('flow', e.alert, `${e.flow.src} → ${e.flow.dst}`, e.slot);
const list = (xs) => xs.flatMap((x, i) => (i === 0 ? [x] : [i === xs.length - 1 ? ' and ' : ', ', x]));

export function findings(s) {
	const out = [],
		els = active(s),
		hot = [];
	for (const i of s.fabric) for (const d of [2 * i, 2 * i + 1]) if (s.util[d] >= 700) hot.push(d);
	hot.sort((a, b) => s.util[b] - s.util[a]);
	for (const d of hot.slice(0, 30))
		out.push(
			hotLink(
				s,
				d,
				els.filter((e) => e.dirs.includes(d))
			)
		);
	for (const d of s.d) {
		const n = d.total ? d.per_second : d.out_discards_per_second || 0; // some ports only count
		if (n >= 1 && !hot.includes(sends(s, d.agent, d.ifindex)))
			out.push({
				level: 'warn',
				key: d.agent + d.port + d.reason,
				parts: [
					ref('node', nodeId(s, d.agent), d.switch),
					` reports ${Math.round(n)} dropped packets/s on ${d.port ?? 'some port'}: ${d.reason.replace(/_/g, ' ')}`
				]
			});
	}
	for (const a of s.h?.silent || [])
		out.push({
			level: 'warn',
			key: 'silent' + a.agent,
			parts: [
				ref('node', nodeId(s, a.agent), a.switch),
				` has sent nothing for ${span(s.t - a.since)}. Its links are shown as their other ends see them`
			]
		});
	for (const f of s.h?.findings || [])
		if (f.severity === 'fault' && !f.over && !OWN.has(f.check)) out.push({ level: 'warn', key: f.check, parts: [capital(f.text)] });
	const gone = s.links.filter((l) => l.state >= 2);
	for (const l of gone.slice(0, 3))
		out.push({
			level: l.state === 3 ? 'bad' : 'warn',
			key: 'gone' + l.i,
			parts: ['Link ', ref('link', l.i, `${s.nodes[l.a].name} – ${s.nodes[l.b].name}`), l.state === 3 ? ' is down' : ' is gone']
		});
	for (const a of s.a.items)
		if (!OWN.has(a.name) && a.severity !== 'info')
			out.push({ level: a.severity === 'critical' ? 'bad' : 'warn', key: a.name + a.summary, parts: alertParts(s, a) });
	const rank = { bad: 0, warn: 1 };
	return out.sort((a, b) => rank[a.level] - rank[b.level]);
}

// Findings and alerts that the sentences above tell in other words.
const OWN = new Set(['silent_agents', 'ElephantFlow', 'ElephantIncident', 'LinkBusy', 'PacketDrops', 'AgentSilent', 'PortDown']);
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const nodeId = (s, agent) => s.byAgent.get(agent) ?? 0;

// The switch or link that an alert is about stands for its name in the sentence, so that it can be opened.
export function alertParts(s, a) {
	const d = a.agent && a.ifindex ? sends(s, a.agent, a.ifindex) : -1;
	const name = a.switch || a.agent,
		at = name ? a.summary.indexOf(name) : -1;
	if (at < 0) return [a.summary];
	const target = d >= 0 ? ref('link', d >> 1, name) : ref('node', nodeId(s, a.agent), name);
	return [a.summary.slice(0, at), target, a.summary.slice(at + name.length)].filter((x) => x !== '');
}

function hotLink(s, d, els) {
	const drops = s.x.get(d) || 0,
		full = s.util[d] >= 900 || drops > 0,
		parts = [ref('link', d >> 1, dirText(s, d)), ` is ${pct(s.util[d] / 1000)} full`];
	if (drops) parts.push(` and drops ${Math.round(drops)} packets/s`);
	const share = els.reduce((n, e) => n + e.rate_bps, 0) / s.links[d >> 1].speed;
	const more = els.length
		? [
				els.length > 1 ? `${['', '', 'Two', 'Three', 'Four', 'Five'][els.length] || els.length} elephants share it: ` : 'Elephant ',
				...list(els.slice(0, 3).map(who)),
				` ${els.length > 1 ? 'take' : 'takes'} ${pct(share)}`,
				els.length === 1 ? `, since ${span(s.t - seconds(els[0].since))}` : ''
			]
		: ['Many mice; no elephant'];
	const spare = sibling(s, d);
	if (spare >= 0 && s.util[spare] < s.util[d] - 300)
		more.push('. ', ref('link', spare >> 1, dirText(s, spare)), ` has room (${pct(s.util[spare] / 1000)})`);
	more.push('.');
	return { level: full ? 'bad' : 'warn', dir: d, parts, more };
}

// The emptiest equal-cost neighbour: for an uplink another uplink of the same switch.
function sibling(s, d) {
	const [from] = dirEnds(s, d);
	let best = -1;
	if (d & 1) return -1;
	for (const i of from.links)
		if (s.links[i].a === from.i && s.links[i].state === 0 && i !== d >> 1 && s.util[2 * i] >= 0 && (best < 0 || s.util[2 * i] < s.util[best]))
			best = 2 * i;
	return best;
}

export function calm(s) {
	const hosts = [];
	for (const l of s.links) if (s.nodes[l.a].edge) for (const d of [2 * l.i, 2 * l.i + 1]) if (s.util[d] >= 700) hosts.push(d);
	hosts.sort((a, b) => s.util[b] - s.util[a]);
	let top = -1;
	for (const i of s.fabric) for (const d of [2 * i, 2 * i + 1]) if (s.util[d] > (top < 0 ? -1 : s.util[top])) top = d;
	const n = active(s).filter((e) => e.dirs.some((d) => !isHostDir(s, d))).length;
	return {
		level: 'ok',
		parts: [hosts.length ? 'The fabric is calm' : 'All calm'],
		more: [
			n ? `${n} ${n === 1 ? 'elephant crosses' : 'elephants cross'} the fabric, none in the way. ` : 'No elephants. ',
			...(top >= 0 ? ['Busiest: ', ref('link', top >> 1, dirText(s, top)), ` at ${pct(s.util[top] / 1000)}.`] : []),
			...(hosts.length
				? [
						' Host link ',
						ref('link', hosts[0] >> 1, dirText(s, hosts[0])),
						` is ${pct(s.util[hosts[0]] / 1000)} full${hosts.length > 1 ? `, ${hosts.length - 1} more above 70%` : ''}.`
					]
				: [])
		]
	};
}
export const plain = (f) =>
	[...f.parts, f.more ? '. ' : '', ...(f.more || [])]
		.map((p) => (typeof p === 'string' ? p : (p.slot !== undefined ? letter(p.slot) + ' ' : '') + p.text))
		.join('');
