// The card around the map: which drawing, which pod, the legend, the tip at the pointer, what is said to a screen reader.
import { html, useEffect, useRef, useState } from '../view.js';
import { createMap, zoom, BIG } from '../map/map.js';
import { tiers } from '../map/tiers.js';
import { store } from '../store.js';
import { STATES, active, dirText, onDir, dirEnds, through } from '../state.js';
import { pct, rate, speed, flowText, letter } from '../format.js';
import { Badge } from './parts.js';

const MOST = 2500; // links: above this tiers are not offered

export function MapCard({ s, g }) {
	const root = useRef(),
		base = useRef(),
		over = useRef(),
		[said, say] = useState('');
	useEffect(() => createMap(root.current, base.current, over.current, (c) => say(describe(store.shown(), c))), []);
	const mode = g.mode === 'auto' ? (s.fabric.length > BIG ? 'crossbar' : 'ladder') : g.mode;
	const pods = mode === 'crossbar' ? tiers(s).pods.length : 1;
	return html`<section class=${'card map' + (g.stale ? ' stale' : '')} aria-labelledby="map-h">
		<div class="bar"><h2 id="map-h">Fabric</h2>
			${s.fabric.length > MOST ? '' : html`<${Drawing} mode=${mode} />`}
			${pods > 1 ? html`<${Pods} n=${pods} pod=${g.pod} />` : ''}
			<${Zoom} z=${g.zoom} most=${g.most} />
			<${Legend} mode=${mode} />
		</div>
		<div class="canvas" id="map" ref=${root} tabindex="0" role="application" aria-label="Fabric map" aria-describedby="map-d">
			<canvas ref=${base} aria-hidden="true"></canvas>
			<canvas ref=${over} aria-hidden="true"></canvas>
			<${Tip} s=${s} h=${g.hover} root=${root} />
		</div>
		<p class="sr" id="map-d">Arrow keys move, ${HELP[mode]}, Enter opens details, plus and minus zoom, 0 shows all. The tables below hold the same facts.</p>
		<p class="sr" aria-live="polite">${said}</p>
	</section>`;
}
const Zoom = ({ z, most }) => html`<div class="seg zoom" role="group" aria-label="Zoom of the map">
	<button type="button" aria-label="Zoom out" title="Zoom out (−)" disabled=${z === 1} onClick=${() => zoom(1 / 1.5)}>−</button>
	<button type="button" class="all" title="Show all (0)" disabled=${z === 1} onClick=${() => zoom(0)}>${Math.round(z * 100)}%<span class="sr">: show all of the map</span></button>
	<button type="button" aria-label="Zoom in" title="Zoom in (+, or Ctrl and wheel)" disabled=${!!most} onClick=${() => zoom(1.5)}>+</button>
</div>`;
const HELP = { ladder: 'with Shift from link to link of a switch', crossbar: 'Page keys go to the next pod' };

const Drawing = ({ mode }) => html`<div class="seg" role="group" aria-label="Drawing">
	${[
		['ladder', 'Tiers'],
		['crossbar', 'Crossbar']
	].map(
		([m, text]) => html`
		<button type="button" aria-pressed=${mode === m} onClick=${() => store.set({ mode: m })}>${text}</button>`
	)}
</div>`;

// The same as a click on a pod's title.
const show = (pod) => store.set({ pod: pod === '' ? null : +pod });
const Pods = ({ n, pod }) => html`
	<select class="pick" aria-label="Pod" value=${pod ?? ''} onChange=${(ev) => show(ev.target.value)}>
		<option value="">All pods</option>
		${Array.from({ length: n }, (_, k) => html`<option value=${k}>Pod ${k + 1}</option>`)}
	</select>`;

const EDGES = [0, 10, 30, 50, 70, 90, 100],
	SCALE = 1.6; // percent, px a percent
const Legend = ({ mode }) => html`<div class="legend">
	<span class="half">${mode === 'crossbar' ? 'cell: upper half to the spine, lower half from it' : 'lane: traffic keeps right, width is speed'}</span>
	<svg viewBox="0 0 168 24" width="168" height="24" role="img" aria-label="Colour is utilisation: 0, 10, 30, 50, 70, 90, 100 percent">
		${EDGES.slice(0, -1).map(
			(t, i) => html`
			<rect x=${4 + t * SCALE} y="2" width=${(EDGES[i + 1] - t) * SCALE - 1} height="8" class=${'fill u' + i} />
			<text x=${4 + t * SCALE} y="22" text-anchor=${t ? 'middle' : 'start'}>${t}</text>`
		)}
		<text x="167" y="22" text-anchor="end">%</text>
	</svg>
</div>`;

const used = (s, d) => (s.util[d] < 0 ? 'unknown' : pct(s.util[d] / 1000));
const both = (i) => [2 * i, 2 * i + 1];

export function describe(s, c) {
	if (c.kind === 'link')
		return both(c.id)
			.map((d) => `${dirText(s, d)} ${used(s, d)}, ${onDir(s, d).length} elephants`)
			.join('; ');
	const n = s.nodes[c.id];
	if (n.host) return `${n.name}, ${n.links.length > 1 ? `at ${n.links.length} switches` : 'host'}`;
	if (n.outside) return `${n.name}, ${n.links.length} ${n.links.length === 1 ? 'port leads' : 'ports lead'} ${n.state ? 'to a switch that we do not hear' : 'out of the fabric'}`;
	const els = active(s).filter((e) => e.path && e.path.switches.includes(n.name));
	return `${n.name}, ${n.links.length} links, ${rate(through(s, n))}, ${els.length} elephants`;
}

function Tip({ s, h, root }) {
	const el = useRef();
	useEffect(() => {
		// placed through the object model: style attributes are forbidden by the policy
		if (!el.current || !h || h.x === undefined) return;
		const box = root.current.getBoundingClientRect(),
			{ offsetWidth: w, offsetHeight: t } = el.current;
		const x = Math.max(0, Math.min(box.width - w, h.x - w / 2)),
			above = h.y - t - 16;
		const y = above < 0 ? Math.min(h.y + 18, box.height - t) : above;
		el.current.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
	});
	if (!h || h.x === undefined) return null;
	const View = { link: LinkTip, node: NodeTip, flow: FlowTip }[h.kind];
	return html`<div class="tip" ref=${el} aria-hidden="true"><${View} s=${s} id=${h.id} /></div>`;
}

function NodeTip({ s, id }) {
	const n = s.nodes[id];
	return html`<b>${n.name}</b>
		<p class="dim">${
			n.edge
				? describe(s, { kind: 'node', id }).split(', ').pop()
				: `${n.agent || 'sends no sFlow'} · ${n.links.length} links · ${rate(through(s, n))} in`
		}</p>`;
}
function LinkTip({ s, id }) {
	const l = s.links[id];
	if (!l) return null;
	const [, , from, to] = dirEnds(s, 2 * id);
	return html`${both(id).map(
		(d) => html`
			<p class="row"><span>${dirText(s, d)}</span><b>${used(s, d)}</b></p>
			<p class="row dim">
				<span>${onDir(s, d)
					.slice(0, 4)
					.map((e) => html`<${Badge} slot=${e.slot} />`)}${s.x.get(d) ? `${s.x.get(d)} drops/s` : ''}</span>
				<span>${s.util[d] < 0 ? '' : rate((s.util[d] / 1000) * l.speed)}</span>
			</p>`
	)}
		<p class="dim">${l.speed ? speed(l.speed) : 'speed unknown'}${l.member ? `, a LAG of ${Math.round(l.speed / l.member)}` : ''} · ${from || '?'} to ${to || '?'}${l.state ? ` · ${STATES[l.state]}` : ''}</p>`;
}
function FlowTip({ s, id }) {
	const e = s.e.get(id);
	if (!e) return null;
	return html`<b>${letter(e.slot)} ${flowText(e.flow)}</b><p class="dim">${rate(e.rate_bps)} · ${pct(e.share)} of its busiest link</p>`;
}
