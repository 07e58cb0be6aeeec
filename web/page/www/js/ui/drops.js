// The table of dropped packets, and what to do about each reason.
import { html } from '../view.js';
import { STATES, linkText, sends } from '../state.js';
import { clean, clock, count, ends } from '../format.js';
import { Ref } from './parts.js';

const ADVICE = {
	discards: 'The switch does not say which: see the elephants of the port, or let it send drop notifications.',
	no_buffer_space: 'The port is full at moments: move an elephant, or add capacity.',
	red: 'The port is nearly full at moments: move an elephant, or add capacity.',
	traffic_shaping: 'A policer or shaper of yours holds them back.',
	acl: 'A rule of yours refuses them.',
	ttl_exceeded: 'Look for a routing loop.',
	pkt_too_big: 'Compare the MTU of both ends of the link.',
	blackhole_route: 'A route of yours leads nowhere.',
	unresolved_neigh: 'The next hop does not answer to ARP or neighbour discovery.',
	ingress_vlan_filter: 'Compare the VLANs of both ends of the link.',
	net_unreachable: 'No route: compare the routing tables.',
	host_unreachable: 'The host does not answer to ARP or neighbour discovery.',
};
const MOST = 60;

export function Drops({ s }) {
	if (!s.d.length) return html`<p class="empty dim">No switch told of a dropped packet in the last half hour. Switches that cannot tell are silent about it: see the drops of each link.</p>`;
	return html`<div class="scroll"><table>
		<caption class="sr">Dropped packets by switch, port and reason</caption>
		<thead><tr>
			<th scope="col">Switch and port</th><th scope="col">Reason</th><th scope="col" class="num">Told/s</th><th scope="col" class="num">Counted/s</th>
			<th scope="col" class="num">Total</th><th scope="col">Last</th><th scope="col">Flows</th><th scope="col">What to do</th>
		</tr></thead>
		<tbody>${s.d.slice(0, MOST).map((d) => html`<tr key=${d.agent + d.ifindex + d.reason}>
			<th scope="row"><${Port} s=${s} d=${d} /></th>
			<td>${d.reason.replace(/_/g, ' ')}</td>
			<td class="num"><b class=${d.per_second >= 1 ? 'bad' : ''}>${d.per_second}</b></td>
			<td class="num">${counted(d)}</td>
			<td class="num">${count(d.total)}</td>
			<td class="dim">${clock(d.last)}</td>
			<td>${d.flows.length ? html`<${Hit} s=${s} flows=${d.flows} />` : html`<span class="dim">not told</span>`}</td>
			<td class="dim">${ADVICE[d.reason] || ''}</td>
		</tr>`)}</tbody>
	</table></div>`;
}

// What the port's counters say: of what it should send, and of what it received where that is not nothing.
function counted(d) {
	const i = d.in_discards_per_second, o = d.out_discards_per_second;
	if (i === null && o === null) return html`<span class="dim">unknown</span>`;
	return `${i ? `${count(i)} in ` : ''}${i && !o ? '' : count(o ?? 0)}`;
}

function Port({ s, d }) {
	const i = s.byAgent.get(d.agent), dir = sends(s, d.agent, d.ifindex), text = `${d.switch}:${d.port ?? d.ifindex ?? '?'}`;
	if (i === undefined) return clean(text);
	return dir < 0
		? html`<${Ref} kind="node" id=${i} text=${text} />`
		: html`<${Ref} kind="link" id=${dir >> 1} text=${text} /> <span class="dim">${linkText(s, dir >> 1)}${s.links[dir >> 1].state ? `, ${STATES[s.links[dir >> 1].state]}` : ''}</span>`;
}

// The latest flows that were hit; one that is an elephant opens as such.
function Hit({ s, flows }) {
	const f = flows.at(-1), e = [...s.e.values()].find((x) => x.flow.id === f.id && x.active), text = ends(f).join(' → ');
	return html`${e ? html`<${Ref} kind="flow" id=${e.alert} text=${text} slot=${e.slot} />`
		: html`<${Ref} kind="flow" id=${f.id} text=${text} flow=${f} />`}
		${flows.length > 1 ? html` <span class="dim">and ${flows.length - 1} more</span>` : ''}`;
}
