// The last hour: the busiest link of each 10 s as bars, elephants as strips under it, a native slider over both.
import { html, useEffect, useRef } from '../view.js';
import { store } from '../store.js';
import { palette } from '../palette.js';
import { fromFull } from '../state.js';
import { level, clock, span, seconds } from '../format.js';

const STEP = 10;
// The scale: as long as there is something to show, an hour at most. The last five minutes are there second by second.
const scale = (s) => [300, 900, 3600].find((x) => s.k.length && s.t - s.k[0][0] < x) || (s.k.length ? 3600 : 300);
const TICKS = { 5: [4, 3, 2, 1], 15: [10, 5], 60: [45, 30, 15] }; // minutes
let wanted = null,
	busy = false;

async function go(at) {
	const live = store.get().live;
	if (at === null || at >= live.t - 1) {
		wanted = null;
		store.set({ at: null, past: null });
		return;
	}
	store.set({ at });
	wanted = at;
	if (busy) return;
	busy = true;
	while (wanted !== null) {
		const t = wanted;
		try {
			const r = await fetch(`/api/v1/state?at=${t}`);
			if (r.ok && wanted !== null) store.set({ past: fromFull(await r.json()) });
		} catch {
			/* the banner tells */
		}
		if (wanted === t) break;
	}
	busy = false;
	if (store.get().at === null) store.set({ past: null });
}

export function Timeline({ g }) {
	const box = useRef(),
		cv = useRef(),
		live = g.live,
		t1 = live.t,
		at = g.at ?? t1,
		span1 = scale(live),
		step = span1 === 300 ? 1 : STEP,
		far = span1 / 60,
		ago = `${span(t1 - at)} ago`;
	useEffect(() => {
		const watch = new ResizeObserver(() => draw(box.current, cv.current));
		watch.observe(box.current);
		return () => watch.disconnect();
	}, []);
	useEffect(() => draw(box.current, cv.current), [live.t, g.at, g.theme, g.hover]);
	const slide = (ev) => go(+ev.target.value === 0 ? null : t1 + +ev.target.value);
	return html`<section class="card time" aria-label="Time">
		<div class="bar">
			<h2>${far === 60 ? 'Last hour' : `Last ${far} minutes`}</h2>
			<span class="dim">${g.at === null ? 'busiest fabric link every 10 s, elephants below' : `${clock(at)}, ${ago}`}</span>
			<span class="grow"></span>
			<button type="button" class="link" onClick=${() => go(at - 60)}>−1 min</button>
			<button type="button" class="link" disabled=${g.at === null} onClick=${() => go(at + 60)}>+1 min</button>
			<button type="button" class="link" disabled=${g.at === null} onClick=${() => go(null)}>Now</button>
		</div>
		<div class="track" ref=${box}>
			<canvas ref=${cv} aria-hidden="true"></canvas>
			<input type="range" min=${-span1} max="0" step=${step} value=${Math.max(-span1, Math.round((at - t1) / step) * step)}
				aria-label="Time shown" aria-valuetext=${g.at === null ? 'now, live' : ago} onInput=${slide} />
		</div>
		<div class="ticks" aria-hidden="true"><span>${far} min ago</span>${TICKS[far].map((m) => html`<span>${m}</span>`)}<span>now</span></div>
	</section>`;
}

function draw(box, cv) {
	const g = store.get(),
		s = g.live;
	if (!box || !s) return;
	const long = scale(s);
	const P = palette(),
		k = Math.min(2, devicePixelRatio || 1),
		w = box.clientWidth,
		h = box.clientHeight,
		ctx = cv.getContext('2d'),
		bars = h - 22;
	if (cv.width !== w * k || cv.height !== h * k) {
		cv.width = w * k;
		cv.height = h * k;
	}
	ctx.setTransform(k, 0, 0, k, 0, 0);
	ctx.clearRect(0, 0, w, h);
	const x = (t) => w - ((s.t - t) / long) * w,
		bw = w / (long / STEP);
	ctx.fillStyle = P.line;
	ctx.fillRect(0, bars, w, 1);
	for (const [t, max, drops] of s.k) {
		if (max < 0) continue;
		const y = Math.max(1, (max / 1000) * (bars - 6));
		ctx.fillStyle = P.u[level(max)];
		ctx.fillRect(x(t) - bw, bars - y, Math.max(1, bw - 0.6), y);
		if (drops) {
			ctx.fillStyle = P.bad;
			ctx.fillRect(x(t) - bw, 0, Math.max(1.5, bw), 3);
		}
	}
	const rows = []; // elephants packed into at most four strips
	for (const e of [...s.e.values()].sort((a, b) => seconds(a.since) - seconds(b.since))) {
		const a = Math.max(0, x(seconds(e.since))),
			b = e.ended ? x(seconds(e.ended)) : w;
		let r = rows.findIndex((end) => end < a - 2);
		if (r < 0) r = rows.length;
		if (r > 4) continue;
		rows[r] = b;
		ctx.globalAlpha = g.hover && g.hover.kind === 'flow' && g.hover.id !== e.alert ? 0.25 : 1;
		ctx.fillStyle = P.e[e.slot % 8];
		ctx.beginPath();
		ctx.roundRect(a, bars + 4 + r * 3.6, Math.max(2, b - a), 2.6, 1.3);
		ctx.fill();
	}
	ctx.globalAlpha = 1;
	if (g.at !== null) {
		const p = x(g.at);
		ctx.fillStyle = P.surface;
		ctx.globalAlpha = 0.6;
		ctx.fillRect(p, 0, w - p, h);
		ctx.globalAlpha = 1;
		ctx.fillStyle = P.focus;
		ctx.fillRect(p - 1, 0, 2, h);
	}
}
