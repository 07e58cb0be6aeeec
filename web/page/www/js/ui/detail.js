// The side panel for what is selected: a link, a switch or host, an elephant, or one of the many mice.
import { html, useEffect, useRef, useState } from '../view.js';
import { select, store } from '../store.js';
import { STATES, dirText, linkText, onDir, dirEnds, active, portOf, through } from '../state.js';
import { rate, speed, pct, pct1, bytes, count, tint, flowText, ends, proto, span, seconds, clock, clean } from '../format.js';
import { Badge, Bar, Ref, Share, Close, Path } from './parts.js';
import { useAnswer } from './answer.js';
import { Chart } from './chart.js';
import { mates } from './elephants.js';

export function Detail({ s, sel }) {
	const head = useRef();
	useEffect(() => head.current.focus({ preventScroll: true }), []);
	const [View, kind, title] = { link: linkHead, node: nodeHead, flow: flowHead }[sel.kind](s, sel);
	return html`
		<div class="bar">
			<h2 tabindex="-1" ref=${head}>${kind}</h2>
			<${Close} label="Close details (Escape)" onClick=${() => select(null)} />
		</div>
		<div class="detail">${title ? html`<p class="title">${title}</p>` : ''}<${View} s=${s} sel=${sel} /></div>`;
}
const linkHead = (s, { id }) => [LinkView, 'Link', s.links[id] ? linkText(s, id) : 'Unknown link'];
const nodeHead = (s, { id }) => [NodeView, s.nodes[id]?.host ? 'Host' : s.nodes[id]?.outside ? 'Outside' : 'Switch', s.nodes[id]?.name];
const flowHead = (s, { id }) => (s.e.has(id) ? [FlowView, 'Elephant'] : [MouseView, 'Flow']);

const Facts = ({ rows }) => html`<dl class="facts2">
	${rows.filter(Boolean).map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}
</dl>`;
const Mini = ({ title, children }) => (children.length ? html`<h3>${title}</h3><ul class="mini">${children}</ul>` : '');
const mono = (text) => html`<span class="mono">${text}</span>`;

const query = (path, params) => `/api/v1/${path}?${new URLSearchParams(params)}`;

function LinkView({ s, sel }) {
	const i = sel.id,
		l = s.links[i],
		[port, back] = l ? portOf(s, l) : ['', false];
	const history = useAnswer(query('links/history', { port }), 10000);
	if (!l) return html`<p class="dim">This link is not in the fabric shown.</p>`;
	const percent = (values) => values.map((v) => (v === null ? null : v * 100)),
		[, , from, to] = dirEnds(s, 2 * i);
	const ways = history && (back ? [history.in, history.out] : [history.out, history.in]);
	const els = active(s).filter((e) => e.dirs.some((d) => d >> 1 === i));
	return html`
		${[2 * i, 2 * i + 1].map((d) => html`<${Direction} s=${s} l=${l} d=${d} />`)}
		${
			history
				? html`<${Chart} data=${[history.t, percent(ways[0]), percent(ways[1])]} unit="%" max=${100} limit=${70}
			names=${[dirText(s, 2 * i), dirText(s, 2 * i + 1)]} colours=${['u3', 'e3']} label="Utilisation, last hour" />`
				: ''
		}
		<${Mini} title="Elephants here" children=${els.map(
			(e) => html`<li>
			<${Ref} kind="flow" id=${e.alert} text=${flowText(e.flow)} slot=${e.slot} /><b>${pct(e.rate_bps / l.speed)}</b>
		</li>`
		)} />
		<${Facts} rows=${[
			['Speed', `${l.speed ? speed(l.speed) : 'unknown'}${l.guess ? ', inferred' : ''}`],
			l.member && ['LAG', `${Math.round(l.speed / l.member)} members; a flow has ${speed(l.member)}, the slowest`],
			['Ports', `${from || '–'} to ${to || '–'}`],
			['ifIndex', `${l.aif ?? '–'} to ${l.bif ?? '–'}`],
			['State', STATES[l.state]]
		]} />`;
}

// Where the figure of a direction comes from, and how old it is.
function Origin({ s, d }) {
	const l = s.links[d >> 1],
		a = d & 1 ? s.nodes[l.b] : s.nodes[l.a],
		n = d & 1 ? l.bif : l.aif;
	const found = useAnswer(query('links', { port: `${a.agent || '-'}/${n ?? 0}` }), 3000),
		x = found?.items[0];
	if (!x || x.source === 'unknown') return '';
	const gap = x.unaccounted;
	return html`<p class="dim">
		${x.source === 'counters' ? `by counters, ${x.age_seconds.toFixed(0)} s old` : `by samples of the last ${x.over_seconds.toFixed(0)} s`}
		${x.errors_per_second ? html` · <b class="bad">${x.errors_per_second.toFixed(1)} errors/s</b>` : ''}
		${gap && gap.verdict !== 'accounted' ? html` · <b class="bad">${pct1(gap.ratio)} ${gap.verdict === 'loss' ? 'lost on the way' : 'does not fit: is this the right link?'}</b>` : ''}
	</p>`;
}

function Direction({ s, l, d }) {
	const els = onDir(s, d),
		drops = s.x.get(d);
	return html`<div class="dir">
		<p><span>${dirText(s, d)}</span><span class="dim">${s.util[d] < 0 ? '' : rate((s.util[d] / 1000) * l.speed)}</span></p>
		<${Bar} u=${l.state === 2 ? -1 : s.util[d]} wide=${true} />
		${s.k.length ? html`<${Origin} s=${s} d=${d} />` : ''}
		<p class="dim">
			${els.length ? `${pct(els.reduce((n, e) => n + e.rate_bps, 0) / l.speed)} by elephants` : 'no elephant'}
			${drops ? html` · <b class="bad">${drops} drops/s</b>` : ''}
		</p>
	</div>`;
}

const QUIET = {
	silent: 'silent: it sent sFlow before. Look whether its agent runs and UDP 6343 reaches us.',
	dark: 'not heard: traffic proves that it is there, but it sends no sFlow.'
};

function NodeView({ s, sel }) {
	const n = s.nodes[sel.id],
		[all, setAll] = useState(false);
	if (!n) return null;
	const out = (i) => (s.links[i].a === n.i ? 2 * i : 2 * i + 1),
		busy = (i) => Math.max(s.util[2 * i], s.util[2 * i + 1]);
	const links = [...n.links].sort((a, b) => busy(b) - busy(a)),
		cut = links.slice(0, all ? 200 : 12);
	const other = (i) => s.nodes[s.links[i].a === n.i ? s.links[i].b : s.links[i].a].name;
	return html`
		<${Facts} rows=${[
			n.agent && ['Agent', mono(n.agent)],
			!n.edge && n.hosts && ['Hosts', count(n.hosts)],
			n.host && n.links.length > 1 && ['Connected', `to ${n.links.length} switches`],
			n.outside && !n.state && ['State', 'outside: routers that are none of the fabric live there'],
			n.state && ['State', QUIET[n.state] || QUIET.dark],
			[n.edge ? 'Traffic to it' : 'Traffic in', rate(through(s, n))]
		]} />
		${n.edge ? '' : html`<p><button type="button" class="link" onClick=${() => store.set({ query: n.agent ? `switch:${n.agent}` : n.name, tab: 'flows' })}>Flows through it</button></p>`}
		<${Mini} title="Drops" children=${s.d
			.filter((d) => d.agent && d.agent === n.agent)
			.map(
				(d) => html`<li>
			<span>${clean(d.port ?? d.ifindex)} ${d.reason.replace(/_/g, ' ')}</span><b class="bad">${d.total ? d.per_second : count(Math.max(d.in_discards_per_second, d.out_discards_per_second))}/s</b>
		</li>`
			)} />
		<h3>Links, busiest first</h3>
		<table class="tight">
			<thead><tr><th>To</th><th>Out</th><th>In</th></tr></thead>
			<tbody>${cut.map(
				(i) => html`<tr key=${i}>
				<td><${Ref} kind="link" id=${i} text=${other(i)} /></td>
				<td><${Bar} u=${s.util[out(i)]} /></td>
				<td><${Bar} u=${s.util[out(i) ^ 1]} /></td>
			</tr>`
			)}</tbody>
		</table>
		${links.length > cut.length && !all ? html`<button type="button" class="link" onClick=${() => setAll(true)}>Show all ${links.length}</button>` : ''}`;
}

const UNITS = [
	[1e9, 'Gbit/s'],
	[1e6, 'Mbit/s'],
	[1e3, 'kbit/s']
];
function scaleOf(rates) {
	const top = Math.max(...rates, 1);
	return UNITS.find(([x]) => top >= x) || UNITS[2];
}

function FlowView({ s, sel }) {
	const e = s.e.get(sel.id);
	const [a, b] = ends(e.flow),
		[div, unit] = scaleOf(e.rates);
	const t0 = s.t - (e.rates.length - 1) * e.step,
		link = e.links.find((l) => !l.host) || e.links[0];
	return html`
		<p class="title">
			<${Badge} slot=${e.slot} ended=${!e.active} /> <span>${a}<br /><i aria-label="to">→</i> ${b}</span>
		</p>
		<p class="headline">
			<b class="big">${pct1(e.share)}</b>
			<span class="dim">${pct1(e.share_low)} to ${pct1(e.share_high)} of ${link ? clean(link.link) : 'its link'}</span>
		</p>
		<${Share} e=${e} />
		<${Chart} data=${[e.rates.map((_, k) => t0 + k * e.step), e.rates.map((r) => r / div)]} names=${['Rate']} colours=${[tint(e.slot)]}
			label=${`Rate in ${unit}, last ${e.rates.length * e.step} s`} />
		<h3>Path${e.path ? html` <span class="pill">${e.path.state}</span>` : ''}</h3>
		${e.path ? html`<ol class="hops">${e.path.hops.map((h) => html`<${Hop} s=${s} h=${h} />`)}</ol>` : html`<p class="dim">Not known yet.</p>`}
		<${Mini} title="Moves" children=${(e.moves || [])
			.slice(-4)
			.reverse()
			.map(
				(m) => html`<li>
			<span>${clock(seconds(m.time))} from ${m.from.map(clean).join(' › ')} to ${m.to.map(clean).join(' › ')}</span>
		</li>`
			)} />
		<${Mini} title="Shares a link with" children=${mates(s, e).map(
			(o) => html`<li>
			<${Ref} kind="flow" id=${o.alert} text=${flowText(o.flow)} slot=${o.slot} /><b>${pct(o.share)}</b>
		</li>`
		)} />
		<${Facts} rows=${flowFacts(s, e)} />`;
}

const Hop = ({ s, h }) => html`<li class=${h.observed ? 'seen' : 'guess'}>
	<${Ref} kind="node" id=${s.byAgent.get(h.agent || clean(h.switch)) ?? 0} text=${h.switch} />
	<span class="dim">${clean(h.in_port ?? h.in ?? '?')} → ${clean(h.out_port ?? h.out ?? '?')}</span>
	<span class="dim">${h.observed ? 'observed' : 'inferred'}</span>
</li>`;

const flowFacts = (s, e) => [
	['Severity', e.severity],
	e.muted && ['Muted by', clean(e.muted)],
	e.group && ['Incident', mono(clean(e.group))],
	['Since', `${clock(seconds(e.since))}, ${span(s.t - seconds(e.since))}`],
	['Found in', `${(seconds(e.detected) - seconds(e.since)).toFixed(1)} s`],
	e.ended && ['Ended', `${clock(seconds(e.ended))}, ${e.end_reason}`],
	['Rate', rate(e.rate_bps)],
	['Peak', rate(e.peak_bps)],
	['Moved', bytes(e.bytes)],
	['Protocol', proto(e.flow.proto)],
	['Certain to', e.probability === null ? '–' : e.probability >= 0.9999 ? 'more than 99.99%' : `${(e.probability * 100).toFixed(2)}%`],
	['Proof', e.evidence.proof === 'sequence' ? 'TCP sequence numbers between samples' : 'pooled samples of all hops'],
	['Evidence', `${count(e.evidence.samples)} samples at ${e.evidence.taps} ports, 1 in ${e.evidence.sampling_rates.join(', ')}`],
	['Flow', mono(e.flow.id)]
];

// One of the many: asked from the collector by its id, as long as it is open.
function MouseView({ s, sel }) {
	const past = store.get().past,
		url = `/api/v1/flows/${encodeURIComponent(sel.id)}`;
	const f = useAnswer(past ? `${url}?at=${s.t}` : url, 3000) || sel.flow,
		course = useAnswer(`${url}/history`, 10000);
	if (!f) return html`<p class="dim">This flow is not known at the time shown.</p>`;
	const [div, unit] = scaleOf(course?.rate_bps ?? []);
	return html`<p class="title">${ends(f)[0]}<br /><i aria-label="to">→</i> ${ends(f)[1]}</p>
		${
			course?.t.length > 1
				? html`<${Chart} data=${[course.t, course.rate_bps.map((r) => (r === null ? null : r / div))]} names=${['Rate']} colours=${['u3']}
			label=${`Rate in ${unit}, each 10 s`} />`
				: ''
		}
		<h3>Path${f.path ? html` <span class="pill">${f.path.state}</span>` : ''}</h3>
		${
			f.path?.hops.length
				? html`<ol class="hops">${f.path.hops.map((h) => html`<${Hop} s=${s} h=${h} />`)}</ol>`
				: html`<p class="dim"><${Path} f=${f} /></p>`
		}
		${f.path?.unknown_at ? html`<p class="dim">Beyond ${clean(f.path.unknown_at.switch)}:${clean(f.path.unknown_at.port ?? f.path.unknown_at.ifindex)} is a switch that we do not hear.</p>` : ''}
		<${Mini} title="Moves" children=${(f.moves || [])
			.slice(-4)
			.reverse()
			.map(
				(m) => html`<li>
			<span>${clock(seconds(m.time))} from ${m.from.map(clean).join(' › ')} to ${m.to.map(clean).join(' › ')}</span>
		</li>`
			)} />
		<${Facts} rows=${[
			[past ? `Rate at ${clock(s.t)}` : 'Rate', f.rate_bps == null ? 'quiet' : rate(f.rate_bps)],
			f.rate_over_seconds && ['Mean of', span(f.rate_over_seconds)],
			['Protocol', proto(f.proto)],
			f.bytes && ['Moved', bytes(f.bytes)],
			f.samples && ['Samples', count(f.samples)],
			f.last_seen && !past && ['Last seen', clock(seconds(f.last_seen))],
			f.tunnel && ['Tunnel', `${f.tunnel}${f.vni ? `, VNI ${f.vni}` : ''}`],
			['Flow', mono(f.id)]
		]} />`;
}
