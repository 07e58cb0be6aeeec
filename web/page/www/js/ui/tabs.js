// The tables under the map: the same facts as text. One is shown at a time.
import { html } from '../view.js';
import { store } from '../store.js';
import { count } from '../format.js';
import { Links } from './links.js';
import { Flows } from './flows.js';
import { Drops } from './drops.js';
import { Health } from './health.js';

const TABS = { links: ['Links', Links], flows: ['Flows', Flows], drops: ['Drops', Drops], health: ['Health', Health] };
const KEYS = Object.keys(TABS),
	calm = matchMedia('(prefers-reduced-motion: reduce)');

function open(tab) {
	// bring the table into view when it lies below the fold
	store.set({ tab });
	const card = document.getElementById('tabs');
	if (card.getBoundingClientRect().top < innerHeight * 0.6) return;
	card.scrollIntoView({ block: 'start', behavior: calm.matches ? 'auto' : 'smooth' });
}
function move(ev) {
	const by = { ArrowLeft: -1, ArrowRight: 1 }[ev.key];
	if (!by) return;
	const tab = KEYS[(KEYS.indexOf(store.get().tab) + by + KEYS.length) % KEYS.length];
	store.set({ tab });
	document.getElementById('tab-' + tab).focus();
	ev.preventDefault();
}

export function Tabs({ s, g }) {
	const View = TABS[g.tab][1],
		numbers = { drops: s.d.length, flows: s.h.flows, links: s.fabric.length, health: s.h.findings.filter((f) => !f.over && f.severity !== 'note').length + s.a.total };
	return html`<section class="card tabs" id="tabs">
		<div class="bar" role="tablist" aria-label="Tables" onKeyDown=${move}>
			${KEYS.map((k) => html`<${Tab} k=${k} on=${g.tab === k} n=${numbers[k]} />`)}
		</div>
		<div id="panel" role="tabpanel" aria-labelledby=${'tab-' + g.tab} tabindex="0"><${View} s=${s} query=${g.query} past=${!!g.past} /></div>
	</section>`;
}

const Tab = ({ k, on, n }) => html`
	<button type="button" role="tab" id=${'tab-' + k} aria-selected=${on} aria-controls="panel" tabindex=${on ? 0 : -1}
		onClick=${() => open(k)}>
		${TABS[k][0]}${n ? html` <span class="pill">${count(n)}</span>` : ''}
	</button>`;
