// Small shared pieces: references, badges, bars, sparklines. SVG attributes only, never style attributes.
import { html } from '../view.js';
import { select, hover } from '../store.js';
import { letter, tint, level, pct, clean } from '../format.js';

export const Badge = ({ slot, ended }) => html`
	<svg class=${'badge ' + tint(slot)} viewBox="0 0 20 20" width="20" height="20" role="img" aria-label=${'Elephant ' + letter(slot)}>
		<circle cx="10" cy="10" r="9" class=${ended ? 'hollow' : 'solid'} />
		<text x="10" y="14" text-anchor="middle" class=${(ended ? 'tone' : 'knock') + (slot < 26 ? '' : ' two')}>${letter(slot)}</text>
	</svg>`;

// Handlers of everything that stands for a link, a switch or a flow: pointing at it shows it everywhere, a click opens it.
export const point = (target) => ({
	onMouseEnter: () => hover(target), onMouseLeave: () => hover(null),
	onFocus: () => hover(target), onBlur: () => hover(null),
	onClick: () => select(target),
});

export const Ref = ({ kind, id, text, slot, flow }) => html`
	<button type="button" class="ref" ...${point({ kind, id, ...(flow ? { flow } : {}) })}>
		${slot !== undefined ? html`<${Badge} slot=${slot} /> ` : ''}${clean(text)}
	</button>`;

// A sentence of texts and references.
export const Parts = ({ parts }) => parts.map((p) => typeof p === 'string' ? p : html`
	<${Ref} kind=${p.ref.kind} id=${p.ref.id} text=${p.text} slot=${p.slot} />`);

// Utilisation of one direction: per mille or negative for unknown.
export const Bar = ({ u, wide }) => html`<span class=${'meter' + (wide ? ' wide' : '')}>
	<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
		<rect width="100" height="6" class="track" />
		${u >= 0 ? html`<rect width=${Math.max(1, Math.min(100, u / 10))} height="6" class=${'fill u' + level(u)} />` : ''}
	</svg>
	<b class=${u >= 900 ? 'bad' : u >= 700 ? 'warn' : ''}>${u < 0 ? 'unknown' : pct(u / 1000)}</b>
</span>`;

// Share of a link with its interval and the threshold: a bar, a whisker, a tick.
export const Share = ({ e }) => html`
	<svg class=${'share ' + tint(e.slot)} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
		<rect y="3" width="100" height="4" class="track" />
		<rect y="3" width=${Math.min(100, e.share * 100)} height="4" class="tone" />
		<rect x=${e.share_low * 100} y="0" width=${Math.max(0.6, (e.share_high - e.share_low) * 100)} height="10" class="whisker" />
		<rect x=${e.threshold * 100} y="0" width=".5" height="10" class="tick" />
	</svg>`;

export function Spark({ values, slot, w = 96, h = 26 }) {
	if (values.length < 2) return html`<svg class="spark" width=${w} height=${h} aria-hidden="true"></svg>`;
	const v = values.slice(-60), top = Math.max(...v) * 1.1 || 1;
	const x = (k) => (w - 3 - (v.length - 1 - k) * ((w - 3) / 59)).toFixed(1), y = (r) => (h - 1 - (r / top) * (h - 4)).toFixed(1);
	const points = v.map((r, k) => `${x(k)},${y(r)}`).join(' ');
	return html`<svg class=${'spark ' + tint(slot)} viewBox=${`0 0 ${w} ${h}`} width=${w} height=${h} aria-hidden="true">
		<polygon points=${`${x(0)},${h} ${points} ${w - 3},${h}`} class="area" />
		<polyline points=${points} class="line" />
		<circle cx=${w - 3} cy=${y(v.at(-1))} r="2.2" class="tone" />
	</svg>`;
}

const GUESS = 'inferred: this switch has not sampled the flow yet';
const Hop = ({ hop }) => html`
	<span class=${hop.observed ? '' : 'inferred'} title=${hop.observed ? null : GUESS}>
		${clean(hop.switch)}${hop.observed ? '' : html`<span class="sr"> (inferred)</span>`}
	</span>`;
const WHOLE = { // what is not the whole path says so
	provisional: '… not proven yet', partial: '… then a switch that we do not hear', unordered: '(in some order)', multipath: '(one of several ways)',
};
export function Path({ f }) {
	if (!f.path) return html`<span class="dim">path not known yet</span>`;
	const { hops, state, alternatives } = f.path;
	if (!hops.length && alternatives?.length)
		return html`<span class="path">${alternatives.length} ways at once: ${alternatives.slice(0, 3).map((w) => w.switches.map(clean).join(' › ')).join('; ')}</span>`;
	return html`<span class="path">${hops.map((hop, i) => html`
		${i ? html`<i aria-hidden="true">›</i>` : ''}<${Hop} hop=${hop} />`)}
		${state === 'complete' ? '' : html` <span class="dim">${WHOLE[state] || state}</span>`}</span>`;
}

export const Close = ({ label, onClick }) => html`
	<button type="button" class="icon" aria-label=${label} title=${label} onClick=${onClick}>
		<svg viewBox="0 0 16 16" width="16" height="16" class="stroke"><path d="M3.5 3.5l9 9m0-9l-9 9" /></svg>
	</button>`;
