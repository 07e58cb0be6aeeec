// The list beside the map: who. Active elephants by share, below them those of the last half hour.
import { html } from '../view.js';
import { same } from '../store.js';
import { active, recent, dirText, isHostDir, onDir } from '../state.js';
import { ends, rate, pct, pct1, proto, span, spanShort, seconds, letter, clean } from '../format.js';
import { Badge, Share, Spark, Path, point } from './parts.js';

// The link on which a flow weighs most, fabric links first; and the elephants it meets there.
function worst(s, e) {
	const fabric = e.dirs.filter((d) => !isHostDir(s, d)), dirs = fabric.length ? fabric : e.dirs;
	return dirs.reduce((best, d) => best < 0 || s.util[d] > s.util[best] ? d : best, -1);
}
export function mates(s, e) {
	const met = e.dirs.filter((d) => !isHostDir(s, d)).flatMap((d) => onDir(s, d));
	return [...new Set(met)].filter((o) => o !== e);
}

export function Elephants({ s, g }) {
	const on = active(s), off = recent(s), lit = (e) => same(g.hover, { kind: 'flow', id: e.alert });
	return html`<div class="bar"><h2>Elephants</h2><span class="pill">${on.length} active</span></div>
		${on.length
			? html`<ul class="herd">${on.map((e) => html`<${Row} s=${s} e=${e} key=${e.alert} lit=${lit(e)} />`)}</ul>`
			: html`<p class="empty dim">No flow takes more than 10% of a link.</p>`}
		${off.length ? html`<h3 class="sub">Recent</h3>
			<ul class="herd past">${off.slice(0, 8).map((e) => html`<${Old} s=${s} e=${e} key=${e.alert} />`)}</ul>` : ''}`;
}

const Who = ({ flow }) => html`<span class="who">
	<span>${ends(flow)[0]}</span><span><i aria-label="to">→</i> ${ends(flow)[1]}</span>
</span>`;
const handlers = (e) => point({ kind: 'flow', id: e.alert });

function Row({ s, e, lit }) {
	const d = worst(s, e), met = mates(s, e), moved = e.moves?.length && s.t - seconds(e.moves.at(-1).time) < 60;
	return html`<li class=${lit ? 'lit' : ''}><button type="button" id=${'row-' + e.alert} ...${handlers(e)}>
		<${Badge} slot=${e.slot} /><${Who} flow=${e.flow} /><${Spark} values=${e.rates} slot=${e.slot} />
		<span class="of">
			<b class="big">${pct(e.share)}</b> of ${d >= 0 ? dirText(s, d) : 'its link'}${' '}
			<span class="dim">${pct1(e.share_low)} to ${pct1(e.share_high)}</span>
		</span>
		<${Share} e=${e} />
		<span class="sub2">
			<span><${Path} f=${e} /></span>
			<span>${rate(e.rate_bps)} · ${proto(e.flow.proto)} · since ${span(s.t - seconds(e.since))}</span>
			<span>
				found in ${(seconds(e.detected) - seconds(e.since)).toFixed(1)} s
				${moved ? html` · <b class="meets">moved just now</b>` : ''}
				${e.muted ? html` · <span class="pill">muted</span>` : ''}
				${e.group ? html` · <span class="pill" title=${clean(e.group)}>incident</span>` : ''}
				${met.length ? html` · <b class="meets">shares a link with ${met.slice(0, 6).map((o) => letter(o.slot)).join(', ')}</b>` : ''}
			</span>
		</span>
	</button></li>`;
}

function Old({ s, e }) {
	const lived = spanShort(seconds(e.ended) - seconds(e.since)), ago = spanShort(s.t - seconds(e.ended));
	return html`<li><button type="button" id=${'row-' + e.alert} ...${handlers(e)}>
		<${Badge} slot=${e.slot} ended=${true} /><${Who} flow=${e.flow} />
		<span class="sub2"><span>${pct(e.share)} for ${lived} · ended ${ago} ago (${e.end_reason.replace(/_/g, ' ')})</span></span>
	</button></li>`;
}
