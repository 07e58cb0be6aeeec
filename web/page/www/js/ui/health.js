// Can the picture be trusted: what is wrong and what to do about it, two ledgers whose sums must close, what got lost.
import { html } from '../view.js';
import { alertParts } from '../verdict.js';
import { clean, count, span } from '../format.js';
import { Parts, Ref } from './parts.js';

const IN = [['ok', 'ok'], ['partial', 'partly refused'], ['rejected', 'rejected'], ['refused_agent', 'refused agent'],
	['refused_source', 'refused source'], ['truncated', 'truncated'], ['duplicate', 'duplicate']];
const OUT = [['acknowledged', 'acknowledged'], ['queued', 'queued'], ['spooled', 'spooled'], ['dropped', 'dropped']];
const LOST = [
	['kernel', 'Dropped by our kernel', 'Raise net.core.rmem_max and listen.buffer.'],
	['sequence_gaps', 'Missing in the agents’ numbering', 'Lost on the way: look at the path of UDP 6343.'],
	['agent_drops', 'Dropped by the agents', 'A switch samples more than its processor can send: raise its sampling rate’s N.'],
	['late_samples', 'Too late for the detector', 'Agents that hold samples for more than 2 s, or a clock that jumps.'],
	['unjudged_samples', 'Of no known speed', 'Let agents send interface counters, or set topology.speeds.'],
];
const MOST = 40;

export function Health({ s }) {
	const h = s.h;
	if (!h) return html`<p class="empty dim">Nothing is known yet.</p>`;
	const take = (ledger, parts) => parts.map(([key, name]) => [name, ledger[key]]);
	return html`<div class="health">
		<div class="wide"><h3>What to do</h3><${Advice} s=${s} /></div>
		<${Ledger} title="Datagrams in" total=${h.received.total} missing=${h.received.missing} name="received" parts=${take(h.received, IN)} good=${1} />
		<${Ledger} title="Records out" total=${h.published.records + h.published.recovered} missing=${h.published.missing} name="encoded"
			parts=${take(h.published, OUT)} good=${3} />
		<div><h3>Lost or left aside</h3><dl class="facts2">
			${LOST.map(([key, name, todo]) => html`<${Fact} name=${name}
				value=${html`<b class=${h.lost[key] ? 'warn' : ''}>${count(h.lost[key])}</b>${h.lost[key] ? hint(todo) : ''}`} />`)}
		</dl></div>
		<div><h3>Now</h3><dl class="facts2">
			<${Fact} name="Agents heard" value=${html`${h.agents} of ${h.agents_total}${h.silent.map((a) => silent(s, a))}`} />
			<${Fact} name="Samples" value=${`${count(h.samples_per_second)}/s in ${count(h.datagrams_per_second)} datagrams/s`} />
			<${Fact} name="Kafka" value=${kafka(h.kafka)} />
			<${Fact} name="Spool" value=${h.spool.on ? `${count(h.spool.records)} records wait` : 'off'} />
			<${Fact} name="An elephant shows in" value=${detect(h.detect)} />
		</dl></div>
	</div>`;
}

// The collector's own findings, then the alerts that are up; each with what to do.
function Advice({ s }) {
	const own = s.h.findings.map((f) => ({ key: f.what, level: f.level, parts: [f.what], todo: f.do, since: null }));
	const alerts = s.a.items.map((a) => ({ key: a.name + a.summary, level: a.severity, parts: alertParts(s, a), todo: a.action, since: a.since, name: a.name }));
	const all = [...own, ...alerts], left = s.a.total - s.a.items.length + Math.max(0, all.length - MOST);
	if (!all.length) return html`<p class="dim">Nothing: no alert is up, and the collector has nothing to complain of.</p>`;
	return html`<ul class="advice">
		${all.slice(0, MOST).map((f) => html`<li key=${f.key} class=${f.level}>
			<p><span class=${'pill ' + f.level}>${f.level}</span> <${Parts} parts=${f.parts} />
				${f.since ? html` <span class="dim">for ${span(s.t - f.since)}${f.name ? ` · ${f.name}` : ''}</span>` : ''}</p>
			<p class="dim">${clean(f.todo)}</p>
		</li>`)}
		${left > 0 ? html`<li class="dim">and ${count(left)} more: see /api/v1/alerts</li>` : ''}
	</ul>`;
}

const Fact = ({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
const hint = (text) => html`<br /><span class="dim">${text}</span>`;
const secs = (v) => v === null ? 'never' : `${v} s`;
const detect = (d) => d.worst_link ? `${secs(d.median)} typically, ${secs(d.worst)} on ${clean(d.worst_link)}` : 'not known yet';

const silent = (s, a) => html`<br /><${Ref} kind="node" id=${s.byAgent.get(a.agent) ?? 0} text=${a.switch} />
	<span class="dim"> silent for ${span(s.t - a.since)}: is sFlow on, is UDP 6343 open?</span>`;
function kafka(k) {
	const broker = k.embedded ? 'embedded broker' : `${k.brokers} ${k.brokers === 1 ? 'broker' : 'brokers'}`;
	if (k.state === 'publishing') return `${broker}, takes our records`;
	return html`${broker}, <b class="warn">${k.state}</b>${k.reason ? hint(k.reason) : ''}`;
}

function Ledger({ title, total, missing, name, parts, good }) {
	const share = (v) => total ? v / total * 100 : 0, before = (k) => parts.slice(0, k).reduce((n, [, v]) => n + share(v), 0);
	return html`<div class="ledger"><h3>${title}</h3>
		<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
			<rect width="100" height="8" class="track" />
			${parts.map(([, v], k) => html`
				<rect x=${before(k)} width=${v ? Math.max(0.8, share(v)) : 0} height="8" class=${k < good ? 'part p' + k : 'part bad'} />`)}
		</svg>
		<dl class="sum">
			<div class="total"><dt>${name}</dt><dd>${count(total)}</dd></div>
			${parts.map(([k, v], i) => html`<div class=${v ? '' : 'nil'}><dt>${k}</dt><dd>${i ? '+ ' : '= '}${count(v)}</dd></div>`)}
			<div class=${'total ' + (missing ? 'bad' : 'ok')}>
				<dt>${missing ? 'does not close' : 'closes'}</dt><dd>${count(Math.abs(missing))} missing</dd>
			</div>
		</dl>
	</div>`;
}
