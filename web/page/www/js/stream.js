// Server-sent events: connect, reconnect, notice gaps and silence. EventSource retries by itself unless the server refuses.
import { fromFull, apply, remap } from './state.js';

export function connect(store) {
	let source,
		heard = Date.now(),
		retry;
	const open = () => {
		clearTimeout(retry);
		source?.close();
		source = new EventSource('/api/v1/events');
		source.addEventListener('full', (ev) => {
			heard = Date.now();
			const { live: was, sel, past } = store.get(),
				live = fromFull(JSON.parse(ev.data));
			store.set({ live, link: 'open', ...(past ? {} : { sel: remap(sel, was, live), hover: null }) });
		});
		source.addEventListener('d', (ev) => {
			heard = Date.now();
			const s = store.get().live,
				m = JSON.parse(ev.data);
			if (!s) return;
			if (m.n > s.n + 1) return open(); // a gap: start again from a full message
			if (m.n <= s.n) return;
			apply(s, m);
			store.set({ live: s, link: 'open' });
		});
		source.onerror = async () => {
			if (source.readyState !== 2) return store.set({ link: 'lost' });
			const refused = await denied(); // closed for good: the browser does not try again
			store.set({ link: refused ? 'token' : 'lost' });
			clearTimeout(retry);
			if (!refused) retry = setTimeout(open, 3000);
		};
	};
	open();
	setInterval(() => {
		const silent = (Date.now() - heard) / 1000,
			stale = silent > 4 ? Math.round(silent) : 0;
		if (stale !== store.get().stale) store.set({ stale });
	}, 1000);
	return open;
}

// Whether a token is wanted: an event source does not tell.
async function denied() {
	try {
		return (await fetch('/api/v1/stats')).status === 401;
	} catch {
		return false;
	}
}

// The server then knows this browser by a cookie that no script can read.
export async function login(token) {
	try {
		const r = await fetch('/login', { method: 'POST', headers: { authorization: 'Bearer ' + token } });
		return r.ok ? null : (await r.json()).detail;
	} catch {
		return 'The collector does not answer.';
	}
}
