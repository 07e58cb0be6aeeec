// One mutable state, one list of listeners. `live` follows the stream; `past` is set while the slider is back in time.
const state = {
	live: null,
	past: null,
	at: null,
	link: 'connecting',
	stale: 0,
	sel: null,
	hover: null,
	tab: 'links',
	query: '',
	mode: 'auto',
	zoom: 1,
	theme: document.documentElement.dataset.theme || 'auto'
};
const listeners = new Set();

export const store = {
	get: () => state,
	shown: () => state.past || state.live,
	set(patch) {
		Object.assign(state, patch);
		for (const f of listeners) f(patch);
	},
	on(f) {
		listeners.add(f);
		return () => listeners.delete(f);
	}
};
export const same = (a, b) => a === b || (a && b && a.kind === b.kind && a.id === b.id);
let opener = null; // the focus returns to what opened the details
export function select(sel) {
	if (sel && !state.sel) opener = document.activeElement;
	store.set({ sel, hover: null });
	if (sel || !opener) return;
	const from = opener,
		later = () => {
			const e = from.isConnected && from !== document.body ? from : document.getElementById(from.id || 'map');
			if (e) e.focus({ preventScroll: true });
		};
	opener = null;
	requestAnimationFrame(() => requestAnimationFrame(later));
}
export const hover = (h) => {
	if (!same(h, state.hover)) store.set({ hover: h });
};
