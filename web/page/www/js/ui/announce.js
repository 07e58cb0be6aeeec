// What a screen reader hears by itself: a new verdict or an elephant coming or going; never numbers that change each second.
import { html, useEffect, useRef, useState } from '../view.js';
import { findings, calm, plain } from '../verdict.js';
import { active } from '../state.js';
import { flowText, letter } from '../format.js';

const QUIET = 8000; // ms between two announcements
const gist = (f) => f.level + (f.dir ?? f.key ?? f.parts[0].text ?? f.parts[0]);

export function Announcer({ g }) {
	const [text, say] = useState(''), last = useRef({ gist: null, herd: null, at: 0 });
	useEffect(() => {
		const s = g.live, now = Date.now(), was = last.current;
		if (!s || g.past || now - was.at < QUIET) return;
		const f = findings(s)[0] || calm(s), herd = new Map(active(s).map((e) => [e.alert, e])), out = [];
		if (was.gist !== gist(f)) out.push(plain(f));
		if (was.herd) {
			for (const [id, e] of herd) if (!was.herd.has(id)) out.push(`Elephant ${letter(e.slot)} started: ${flowText(e.flow)}`);
			for (const [id, e] of was.herd) if (!herd.has(id)) out.push(`Elephant ${letter(e.slot)} ended`);
		}
		if (out.length) { was.at = now; say(out.slice(0, 3).join('. ')); }
		was.gist = gist(f);
		was.herd = herd;
	});
	return html`<p class="sr" role="status" aria-live="polite">${text}</p>`;
}
