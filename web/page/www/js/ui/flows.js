// The table of flows: asked from the collector every five seconds, for what the search field says.
import { html, useEffect, useState } from '../view.js';
import { active, directed } from '../state.js';
import { clean, clock, count, ends, proto, rate } from '../format.js';
import { Path, Ref, point } from './parts.js';

const EVERY = 5000; // ms

function useFlows(query) {
	const [answer, set] = useState({});
	useEffect(() => {
		let timer, on = true;
		const load = async () => {
			const next = await ask(query);
			if (!on) return;
			set(next);
			timer = setTimeout(load, EVERY);
		};
		load();
		return () => { on = false; clearTimeout(timer); };
	}, [query]);
	return answer;
}
async function ask(query) {
	try {
		const r = await fetch(`/api/v1/flows?limit=50&match=${encodeURIComponent(query)}`), j = await r.json();
		return r.ok ? { found: j } : { error: j.detail };
	} catch {
		return { error: 'The collector does not answer.' };
	}
}

const HINT = 'Type an address, a prefix (10.1.0.0/16), :port, a switch, leaf1:swp5 or leaf1>spine1 into the search field.';

// Of the past the elephants are kept, not the small flows: they are searched here, by the same words.
const number = (a) => a.split('.').reduce((n, x) => n * 256 + +x, 0);
function fits(e, word) {
	const { src, dst, sport, dport, proto: p, id } = e.flow, at = e.path ? e.path.switches.map((n) => clean(n).toLowerCase()) : [];
	const [, net, bits] = /^([\d.]+)\/(\d+)$/.exec(word) || [];
	if (net) return [src, dst].some((a) => !a.includes(':') && Math.floor(number(a) / 2 ** (32 - bits)) === Math.floor(number(net) / 2 ** (32 - bits)));
	const port = word.replace(/^:/, '');
	return [src, dst, `${src}:${sport}`, `${dst}:${dport}`, id, proto(p).toLowerCase(), ...at].includes(word) || [sport, dport].map(String).includes(port)
		|| (word.endsWith('.') && [src, dst].some((a) => a.startsWith(word)));
}
function Past({ s, query }) {
	const words = query.toLowerCase().split(/[\s>]+/).filter(Boolean), items = active(s).filter((e) => words.every((w) => fits(e, w)));
	return html`<p class="tools dim" role="status">${count(items.length)} ${items.length === 1 ? 'elephant' : 'elephants'} at ${clock(s.t)}. Small flows of the past are not kept.</p>
		${items.length ? html`<${Table} s=${s} items=${items.map((e) => ({ ...e.flow, rate_bps: e.rate_bps, path: e.path, moves: e.moves, elephant: e.alert }))} />` : ''}`;
}

export const Flows = ({ s, query, past }) => past ? html`<${Past} s=${s} query=${query} />` : html`<${Now} s=${s} query=${query} />`;
function Now({ s, query }) {
	const { found, error } = useFlows(query);
	if (error) return html`<p class="empty dim">${error}</p>`;
	if (!found) return html`<p class="empty dim">Searching…</p>`;
	const { items, total } = found;
	return html`
		<p class="tools dim" role="status">${query
			? html`<span><b>${count(total)}</b> ${total === 1 ? 'flow matches' : 'flows match'} “${query}”, biggest first</span>`
			: `${count(total)} flows, biggest first. ${HINT}`}</p>
		${items.length ? html`<${Table} s=${s} items=${items} />` : html`
			<p class="empty dim">No flow matches. Flows that were quiet for longer than the idle time are forgotten.</p>`}
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
