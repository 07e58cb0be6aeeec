// The table of the fabric's links, busiest first, with a filter.
import { html, useState } from '../view.js';
import { hover } from '../store.js';
import { STATES, onDir, linkText } from '../state.js';
import { count, speed } from '../format.js';
import { Badge, Bar, Ref } from './parts.js';

const MORE = 50;

export function Links({ s }) {
	const [want, setWant] = useState(''), [n, setN] = useState(12), q = want.toLowerCase();
	const rows = s.fabric.filter((i) => !q || matches(s, i, q)).map((i) => ({ i, busy: busy(s, i) }));
	rows.sort((a, b) => b.busy - a.busy || a.i - b.i);
	const left = rows.length - n;
	return html`
		<div class="tools">
			<input type="search" class="field" aria-label="Filter links by switch" placeholder="Filter by switch" value=${want}
				onInput=${(ev) => { setWant(ev.target.value); setN(12); }} />
			<span class="dim">busiest first</span>
		</div>
		<div class="scroll"><table>
			<caption class="sr">Links of the fabric, busiest first</caption>
			<thead><tr>
				<th scope="col">Link</th><th scope="col">Up</th><th scope="col">Down</th><th scope="col">Elephants</th>
				<th scope="col" class="num">Drops/s</th><th scope="col" class="num">Speed</th><th scope="col">State</th>
			</tr></thead>
			<tbody>${rows.slice(0, n).map(({ i }) => html`<${Row} s=${s} i=${i} key=${i} />`)}</tbody>
		</table></div>
		${left > 0 ? html`<button type="button" class="link more" onClick=${() => setN(n + MORE)}>
			Show ${Math.min(MORE, left)} more of ${count(left)}
		</button>` : ''}
		${rows.length ? '' : html`<p class="empty dim">No link matches.</p>`}`;
}

const matches = (s, i, q) => [s.links[i].a, s.links[i].b].some((n) => s.nodes[n].name.toLowerCase().includes(q));
const busy = (s, i) => s.links[i].state === 2 ? -2 : Math.max(s.util[2 * i], s.util[2 * i + 1]);

function Row({ s, i }) {
	const l = s.links[i], both = [2 * i, 2 * i + 1], drops = both.reduce((sum, d) => sum + (s.x.get(d) || 0), 0);
	const els = [...new Set(both.flatMap((d) => onDir(s, d)))];
	return html`<tr onMouseEnter=${() => hover({ kind: 'link', id: i })} onMouseLeave=${() => hover(null)}>
		<th scope="row"><${Ref} kind="link" id=${i} text=${linkText(s, i)} /></th>
		${both.map((d) => html`<td><${Bar} u=${l.state === 2 ? -1 : s.util[d]} /></td>`)}
		<td><span class="badges">
			${els.slice(0, 5).map((e) => html`<${Badge} slot=${e.slot} key=${e.alert} />`)}
			${els.length ? '' : html`<span class="dim">none</span>`}
		</span></td>
		<td class="num">${drops ? html`<b class="bad">${count(drops)}</b>` : html`<span class="dim">0</span>`}</td>
		<td class="num">${l.member ? html`<span class="pill" title=${`a flow has ${speed(l.member)}`}>LAG</span> ` : ''}${l.speed ? speed(l.speed) : 'unknown'}${l.guess ? html`<span class="dim" title="inferred, not the agents’ word"> ?</span>` : ''}</td>
		<td class=${l.state ? 'warn' : 'dim'}>${STATES[l.state]}</td>
	</tr>`;
}
