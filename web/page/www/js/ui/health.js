// Can the picture be trusted: what is wrong and what to do about it, two ledgers whose sums must close, what got lost.
import { html } from '../view.js';
import { alertParts, capital } from '../verdict.js';
import { bytes, clean, count, span } from '../format.js';
import { useAnswer } from './answer.js';
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

export function Health({ s, past }) {
	const h = s.h;
	if (!h) return html`<p class="empty dim">Nothing is known yet.</p>`;
	const take = (ledger, parts) => parts.map(([key, name]) => [name, ledger[key]]);
	return html`<div class="health">
		<div class="wide"><h3>What to do</h3><${Advice} s=${s} past=${past} /></div>
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
			<${Fact} name="Spool" value=${h.spool.on ? spool(h.spool) : 'off'} />
			<${Fact} name="An elephant shows in" value=${detect(h.detect)} />
		</dl></div>
	</div>`;
}

const RANK = { fault: 0, critical: 0, warning: 1, info: 2, note: 2 };
const LEVEL = { fault: 'critical', note: 'info' };

// What the doctor found, and the alerts that are up; the worst first, each with what to do.
function Advice({ s, past }) {
	const told = useAnswer(past ? '' : '/api/v1/doctor', 10000);
	const own = (told?.items || s.h.findings).map((f) => ({ ...f, parts: [capital(f.text)], over: over(s, f), key: f.check + f.do }));
	const alerts = s.a.items.map((a) => ({ key: a.name + a.summary, severity: a.severity, parts: alertParts(s, a), do: a.action, since: a.since, name: a.name }));
	const all = [...own, ...alerts].sort((a, b) => (a.over || 0) - (b.over || 0) || RANK[a.severity] - RANK[b.severity]);
	const left = s.a.total - s.a.items.length + Math.max(0, all.length - MOST);
	if (!all.length) return html`<p class="dim">Nothing: no alert is up, and the doctor found nothing.</p>`;
	return html`<ul class="advice">
		${all.slice(0, MOST).map((f) => html`<${Item} key=${f.key} s=${s} f=${f} />`)}
		${left > 0 ? html`<li class="dim">and ${count(left)} more: see /api/v1/alerts</li>` : ''}
	</ul>`;
}
const over = (s, f) => s.h.findings.find((x) => x.check === f.check && x.do === f.do)?.over;

const Item = ({ s, f }) => html`<li class=${f.severity}>
	<span class=${'pill ' + (LEVEL[f.severity] || f.severity)}>${f.severity}</span>
	<div>
		<p><${Parts} parts=${f.parts} />${f.over ? html` <span class="dim">· it is over</span>` : ''}
			${f.since ? html` <span class="dim">for ${span(s.t - f.since)}${f.name ? ` · ${f.name}` : ''}</span>` : ''}</p>
		${f.where ? html`<p class="dim">${f.where.map(clean).join(' · ')}${f.more ? ` and ${count(f.more)} more` : ''}</p>` : ''}
		<p class="dim">${capital(clean(f.do))}${/[.!?]$/.test(f.do) ? '' : '.'}</p>
		${f.type ? html`<details><summary>What to type</summary>
			${f.type.map((t) => html`<div class="type" key=${t.vendor}><b>${t.vendor}</b> <span class="dim">${t.source}</span><pre>${t.lines.join('\n')}</pre></div>`)}
		</details>` : ''}
	</div>
</li>`;

const Fact = ({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
const hint = (text) => html`<br /><span class="dim">${text}</span>`;
const secs = (v) => v === null ? 'never' : `${v} s`;
const detect = (d) => d.worst_link ? `${secs(d.median)} typically, ${secs(d.worst)} on ${clean(d.worst_link)}` : 'not known yet';

const silent = (s, a) => html`<br /><${Ref} kind="node" id=${s.byAgent.get(a.agent) ?? 0} text=${a.switch} />
	<span class="dim"> silent for ${span(s.t - a.since)}: is sFlow on, is UDP 6343 open?</span>`;
function kafka(k) {
	const broker = k.embedded ? 'embedded broker' : `${k.brokers} ${k.brokers === 1 ? 'broker' : 'brokers'}`;
	if (k.state === 'publishing') return `${broker}, ${k.ack_seconds === null ? 'takes our records' : `acknowledges in ${ack(k.ack_seconds)}`}`;
	return html`${broker}, <b class="warn">${k.state}</b>${k.reason ? hint(k.reason) : ''}`;
}

const ack = (v) => (v < 1 ? `${v < 0.01 ? (v * 1000).toFixed(1) : Math.round(v * 1000)} ms` : `${v.toFixed(1)} s`);
function spool(p) {
	if (!p.records) return html`empty${p.reason ? hint(p.reason) : ''}`;
	return html`<b class="warn">${count(p.records)} records</b> wait in ${bytes(p.bytes)} of ${bytes(p.max_bytes)}${p.reason ? hint(p.reason) : ''}`;
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
