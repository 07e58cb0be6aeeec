// The sentence at the top, what else is wrong, and the banners that say how old the picture is.
import { html, useState } from '../view.js';
import { findings, calm } from '../verdict.js';
import { store } from '../store.js';
import { clock, span } from '../format.js';
import { Parts } from './parts.js';

const SHAPE = { // one more sign than the colour: circle, triangle, octagon
	ok: html`<circle class="shape" cx="10" cy="10" r="10" />`,
	warn: html`<path class="shape" d="M10 1l9.5 17H.5z" />`,
	bad: html`<path class="shape" d="M6 0h8l6 6v8l-6 6H6l-6-6V6z" />`,
};
const SIGN = { ok: 'M4.5 10.5l3.6 3.6 7.4-8', warn: 'M10 7v5M10 14.6v.6', bad: 'M5.5 5.5l9 9m0-9l-9 9' };
const Mark = ({ level, size }) => html`
	<svg class=${'mark ' + level} viewBox="0 0 20 20" width=${size} height=${size} aria-hidden="true">
		${SHAPE[level]}<path class="sign" d=${SIGN[level]} />
	</svg>`;

export function Verdict({ s, stale }) {
	const [all, setAll] = useState(false), [first = calm(s), ...rest] = findings(s);
	return html`<section class=${'verdict ' + (stale ? 'unknown' : first.level)} aria-label="Verdict">
		${stale ? '' : html`<${Mark} level=${first.level} size=${28} />`}
		<div class="lead">
			<h1>${stale ? 'Last known: ' : ''}<${Parts} parts=${first.parts} />.</h1>
			${first.more ? html`<p><${Parts} parts=${first.more} /></p>` : ''}
		</div>
		${rest.length ? html`<ul class="rest">
			${rest.slice(0, all ? 12 : 2).map((f) => html`<li key=${f.dir ?? f.key}>
				<${Mark} level=${f.level} size=${14} /><span><${Parts} parts=${f.parts} />.</span>
			</li>`)}
			${rest.length > 2 ? html`<li>
				<button type="button" class="link" aria-expanded=${all} onClick=${() => setAll(!all)}>
					${all ? 'Show fewer' : `${rest.length - 2} more`}
				</button>
			</li>` : ''}
		</ul>` : ''}
	</section>`;
}

// Two banners: the data is old, or the operator looks at the past.
export function Banner({ s, g }) {
	if (g.past) {
		const ago = span((g.live ? g.live.t : g.past.t) - g.past.t);
		return html`<div class="banner past" role="status">
			<p><b>${clock(g.past.t)}</b>, ${ago} ago. The live picture goes on in the background.</p>
			<button type="button" class="solid" onClick=${() => store.set({ past: null, at: null })}>Back to live</button>
		</div>`;
	}
	if (!g.stale) return null;
	const long = g.stale > 10 ? `more than ${Math.floor(g.stale / 10) * 10}` : 'a few';
	return html`<div class="banner old" role="status">
		<p><b>No data for ${long} seconds.</b> You see the fabric as of ${clock(s.t)}. Reconnecting by itself.</p>
	</div>`;
}
