// A line chart in SVG: one or more series over one time axis, null for unknown. Drawn in real pixels: text keeps its size.
import { html, useEffect, useRef, useState } from '../view.js';
import { clock } from '../format.js';

const H = 128,
	LEFT = 34,
	RIGHT = 8,
	TOP = 8,
	FOOT = 22; // px
const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400]; // s between ticks

// Round values from 0 to the top: at most `most` steps of 1, 2 or 5 times a power of ten.
function steps(top, most) {
	const unit = 10 ** Math.floor(Math.log10(top / most)),
		step = [1, 2, 5, 10].map((k) => k * unit).find((k) => top / k <= most);
	return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, k) => +(k * step).toPrecision(6));
}
function moments(t0, t1, most) {
	const step = TIMES.find((k) => (t1 - t0) / k <= most) || TIMES.at(-1),
		zone = new Date(t0 * 1000).getTimezoneOffset() * 60;
	const first = Math.ceil((t0 - zone) / step) * step + zone,
		out = []; // round in local time
	for (let t = first; t <= t1; t += step) out.push(t);
	return out;
}
function useWidth(el, filled) {
	const [width, setWidth] = useState(348);
	useEffect(() => {
		const watch = new ResizeObserver(([entry]) => setWidth(Math.max(160, Math.round(entry.contentRect.width))));
		watch.observe(el.current);
		return () => watch.disconnect();
	}, [filled]);
	return width;
}

export function Chart({ data, names, colours, unit = '', max, limit, label }) {
	const box = useRef(),
		w = useWidth(box, data[0].length > 0),
		[at, point] = useState(null);
	const [ts, ...series] = data;
	if (!ts.length) return html`<figure class="chart" ref=${box}><figcaption>${label}: no data yet</figcaption></figure>`;
	const t0 = ts[0],
		t1 = ts.at(-1),
		span = t1 - t0 || 1,
		top = max || Math.max(...series.flat(), 0) * 1.15 || 1;
	const x = (t) => LEFT + ((t - t0) / span) * (w - LEFT - RIGHT),
		y = (v) => TOP + (1 - Math.min(v, top) / top) * (H - TOP - FOOT);
	const long = span > 600; // minutes are fine enough then
	const k = at === null ? -1 : Math.min(at, ts.length - 1),
		tag = (v) => (v === null || v === undefined ? '–' : v.toFixed(1) + unit);
	const nearest = (ev) => {
		const px = ev.clientX - ev.currentTarget.getBoundingClientRect().left,
			t = t0 + ((px - LEFT) / (w - LEFT - RIGHT)) * span;
		point(ts.reduce((best, u, i) => (Math.abs(u - t) < Math.abs(ts[best] - t) ? i : best), 0));
	};
	return html`<figure class="chart" ref=${box}>
		<figcaption>
			<span>${label}</span>
			${names.length > 1 ? html`<span class="keys">${names.map((n, i) => html`<${Key} name=${n} cls=${curve(colours, i)} />`)}</span>` : ''}
			${k < 0 ? '' : html`<span class="read">${clock(ts[k])} ${series.map((v) => tag(v[k])).join(' / ')}</span>`}
		</figcaption>
		<svg class="plot" viewBox=${`0 0 ${w} ${H}`} width=${w} height=${H} aria-hidden="true"
			onPointerMove=${nearest} onPointerLeave=${() => point(null)}>
			<rect width=${w} height=${H} class="pane" />
			${steps(top, 4).map(
				(v) => html`
				<line x1=${LEFT} x2=${w - RIGHT} y1=${y(v)} y2=${y(v)} class="grid" />
				<text x=${LEFT - 5} y=${y(v) + 4} text-anchor="end">${v + unit}</text>`
			)}
			${moments(t0, t1, w / 72).map(
				(t) => html`
				<line x1=${x(t)} x2=${x(t)} y1=${TOP} y2=${H - FOOT} class="grid" />
				<text x=${x(t)} y=${H - 6} text-anchor="middle">${x(t) > w - (long ? 15 : 26) ? '' : clock(t).slice(0, long ? 5 : 8)}</text>`
			)}
			${limit ? html`<line x1=${LEFT} x2=${w - RIGHT} y1=${y(limit)} y2=${y(limit)} class="limit" />` : ''}
			${series.length === 1 ? html`<path d=${outline(ts, series[0], x, y, y(0))} class=${'area ' + colours[0]} />` : ''}
			${series.map((v, i) => html`<path d=${outline(ts, v, x, y)} class=${curve(colours, i)} />`)}
			${k < 0 ? '' : html`<line x1=${x(ts[k])} x2=${x(ts[k])} y1=${TOP} y2=${H - FOOT} class="at" />`}
			${
				k < 0
					? ''
					: series.map((v, i) =>
							v[k] === null
								? ''
								: html`
				<circle cx=${x(ts[k])} cy=${y(v[k])} r="2.5" class=${'tone ' + colours[i]} />`
						)
			}
		</svg>
	</figure>`;
}

const curve = (colours, i) => `curve ${colours[i]}${i ? ' dash' : ''}`;
const Key = ({ name, cls }) => html`<span>
	<svg width="18" height="6" aria-hidden="true"><line x1="0" y1="3" x2="18" y2="3" class=${cls} /></svg>${name}
</span>`;

// A path that is broken where a value is unknown; with a floor each piece is closed down to it.
function outline(ts, values, x, y, floor) {
	let d = '',
		from = -1;
	values.forEach((v, k) => {
		if (v === null) return;
		const start = k === 0 || values[k - 1] === null,
			end = k === values.length - 1 || values[k + 1] === null;
		if (start) from = k;
		d += `${start ? 'M' : 'L'}${x(ts[k]).toFixed(1)} ${y(v).toFixed(1)}`;
		if (end && floor !== undefined) d += `V${floor.toFixed(1)}H${x(ts[from]).toFixed(1)}Z`;
	});
	return d;
}
