// The table of flows: asked from the collector every five seconds, for what the search field says.
import { html, useEffect, useState } from '../view.js';
import { directed } from '../state.js';
import { clock, count, ends, proto, rate } from '../format.js';
import { Path, Ref, point } from './parts.js';

const EVERY = 5000; // ms

function useFlows(query, at) {
	const [answer, set] = useState({});
	useEffect(() => {
		let timer, on = true;
		const load = async () => {
			const next = await ask(query, at);
			if (!on) return;
			set(next);
			if (!at) timer = setTimeout(load, EVERY); // the past stays as it is
		};
		load();
		return () => { on = false; clearTimeout(timer); };
	}, [query, at]);
	return answer;
}
async function ask(query, at) {
	try {
		const r = await fetch(`/api/v1/flows?${new URLSearchParams({ limit: 50, match: query, ...(at ? { at } : {}) })}`), j = await r.json();
		return r.ok ? { found: j } : { error: j.detail };
	} catch {
		return { error: 'The collector does not answer.' };
	}
}

const HINT = 'Type an address, a prefix (10.1.0.0/16), :port, a switch, leaf1:swp5 or leaf1>spine1 into the search field.';

// Why there is none.
const nothing = ({ unknown = [] }) => unknown.length ? `No switch, port or link is called ${unknown.join(', ')}.`
	: 'No flow matches. Flows that were quiet for longer than the idle time are forgotten.';

// How many there are, of when, and how to narrow them.
function Found({ found, query }) {
	const { total, at, kept, of } = found, n = html`<b>${count(total)}</b> ${total === 1 ? 'flow' : 'flows'}`;
	const which = query ? html`${n} ${total === 1 ? 'matches' : 'match'} “${query}”` : n;
	return html`<p class="tools dim" role="status"><span>${which}${at ? html` at ${clock(at)}` : ''}, biggest first.
		${kept < of ? html` Of the ${count(of)} flows of that time the ${count(kept)} biggest are kept.` : ''}
		${query ? '' : html` ${HINT}`}</span></p>`;
}

export function Flows({ s, query, past }) {
	const { found, error } = useFlows(query, past ? s.t : 0);
	if (error) return html`<p class="empty dim">${error}</p>`;
	if (!found) return html`<p class="empty dim">Searching…</p>`;
	const { items, total } = found;
	return html`<${Found} found=${found} query=${query} />
		${items.length ? html`<${Table} s=${s} items=${items} />` : html`<p class="empty dim">${nothing(found)}</p>`}
		${items.length && total > items.length ? html`
			<p class="tools dim">The biggest ${items.length} are shown; narrow the search for others.</p>` : ''}`;
}

const Table = ({ s, items }) => html`<div class="scroll"><table>
	<caption class="sr">Flows</caption>
	<thead><tr>
		<th scope="col">Flow</th><th scope="col">Protocol</th><th scope="col" class="num">Rate</th>
		<th scope="col">Path</th><th scope="col">Moves</th>
	</tr></thead>
	<tbody>${items.map((f) => html`<tr key=${f.id}>
		<th scope="row"><${Flow} s=${s} f=${f} /></th>
		<td class="dim">${proto(f.proto)}</td>
		<td class="num">${f.rate_bps === null ? html`<span class="dim">quiet</span>` : rate(f.rate_bps)}</td>
		<td><${Path} f=${f} /></td>
		<td class="dim">${f.moves?.length || 'none'}</td>
	</tr>`)}</tbody>
</table></div>`;

// An elephant opens as such; any other flow carries with it what the table knows of it.
function Flow({ s, f }) {
	const text = ends(f).join(' → '), e = s.e.get(f.elephant);
	if (e) return html`<${Ref} kind="flow" id=${f.elephant} text=${text} slot=${e.slot} />`;
	const target = { kind: 'flow', id: f.id, flow: { ...f, dirs: directed(s, f) } };
	return html`<button type="button" class="ref" ...${point(target)}>${text}</button>`;
}
