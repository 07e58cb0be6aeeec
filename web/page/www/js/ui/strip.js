// Always at the foot of the window: can I trust what I see?
import { html } from '../view.js';
import { store } from '../store.js';
import { clock, count } from '../format.js';

function open() {
	store.set({ tab: 'health' });
	document.getElementById('tabs').scrollIntoView({ block: 'start' });
}

const Item = ({ level = 'ok', name, value, long }) => html`<li class=${level + (long ? ' long' : '')}>
	<svg viewBox="0 0 10 10" width="8" height="8" aria-hidden="true">
		${level === 'ok' ? html`<circle cx="5" cy="5" r="4" />` : html`<path d="M5 .5L9.7 9H.3z" />`}
	</svg>
	<span class="dim">${name}</span> <b>${value}</b>
</li>`;

export function Strip({ s, stale }) {
	const h = s.h;
	if (!h) return null;
	const r = h.received, p = h.published, lost = h.lost.kernel + h.lost.sequence_gaps + h.lost.agent_drops;
	const closes = !r.missing && !p.missing, kafka = h.kafka.state === 'publishing';
	return html`<footer class=${'strip' + (stale ? ' old' : '')}><button type="button" onClick=${open}>
		<span class="sr">Health of the telemetry, opens the ledger: </span>
		<ul>
			${stale ? html`<li><b>As of ${clock(s.t)}</b></li>` : ''}
			<${Item} level=${h.agents < h.agents_total ? 'warn' : 'ok'} name="Agents" value=${`${h.agents}/${h.agents_total}`} />
			<${Item} name="Samples" value=${`${count(h.samples_per_second)}/s`} long=${true} />
			<${Item} level=${lost ? 'warn' : 'ok'} name="Lost" value=${count(lost)} />
			<${Item} level=${closes ? 'ok' : 'bad'} name="Ledger" value=${closes ? 'closes' : 'does not close'} />
			<${Item} level=${kafka ? 'ok' : 'warn'} name=${h.kafka.embedded ? 'Kafka (embedded)' : 'Kafka'} value=${h.kafka.state} />
			<${Item} level=${h.spool.records ? 'warn' : 'ok'} name="Spool"
				value=${h.spool.records ? `${count(h.spool.records)} records` : h.spool.on ? 'empty' : 'off'} long=${true} />
			<${Item} name="Detects in" value=${h.detect.median === null ? '–' : `${h.detect.median} s`} long=${true} />
		</ul>
	</button></footer>`;
}
