// Who we are, what fabric this is, the search, whether the data is live, the theme.
import { html, useRef } from '../view.js';
import { store } from '../store.js';
import { count } from '../format.js';
import { tiers } from '../map/tiers.js';

const GLYPH = {
	auto: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
	light: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6L13 13M13 3l-1.4 1.4M4.4 11.6L3 13',
	dark: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
};
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };

function setTheme(theme) {
	if (theme === 'auto') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
	try { localStorage.setItem('spoor.theme', theme); } catch { /* not kept then */ }
	store.set({ theme });
}

function summary(s) {
	const { top, pods } = tiers(s), n = (t) => count(s.nodes.filter((x) => !x.edge && x.tier === t).length);
	return [
		pods.length > 1 && `${pods.length} pods`, top >= 3 && `${n(3)} core`,
		`${n(2)} spines`, `${n(1)} leaves`, `${count(s.fabric.length)} links`, s.more && `${count(s.more)} more not shown`,
	].filter(Boolean).join(' · ');
}

const Brand = () => html`<div class="brand">
	<svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
		<ellipse cx="16" cy="21" rx="7.4" ry="6.2" />
		<circle cx="7" cy="13.8" r="2.5" /><circle cx="12.4" cy="8.8" r="2.8" />
		<circle cx="19.6" cy="8.8" r="2.8" /><circle cx="25" cy="13.8" r="2.5" />
	</svg>
	<b>spoor</b>
</div>`;

function Search() {
	const timer = useRef(0);
	const find = (query) => store.set({ query, tab: query ? 'flows' : store.get().tab });
	const input = ({ target }) => { clearTimeout(timer.current); timer.current = setTimeout(() => find(target.value), 180); };
	const keydown = (ev) => {
		if (ev.key !== 'Escape') return;
		clearTimeout(timer.current);
		ev.target.value = '';
		find('');
		ev.target.blur();
	};
	const submit = (ev) => {
		ev.preventDefault();
		clearTimeout(timer.current);
		store.set({ query: ev.target.elements.q.value, tab: 'flows' });
		document.getElementById('tabs').scrollIntoView({ block: 'start', behavior: 'smooth' });
	};
	return html`<form class="search" role="search" onSubmit=${submit}>
		<svg viewBox="0 0 16 16" width="16" height="16" class="stroke" aria-hidden="true">
			<circle cx="7" cy="7" r="4.5" /><path d="M10.5 10.5L14 14" />
		</svg>
		<input id="search" name="q" type="search" autocomplete="off" spellcheck="false" maxlength="200"
			placeholder="Find flows: address, prefix, port" aria-label="Find flows by address, prefix, port or switch"
			aria-keyshortcuts="Control+K" onInput=${input} onKeyDown=${keydown} />
		<kbd aria-hidden="true">Ctrl K</kbd>
	</form>`;
}

const PULSE = {
	live: html`<circle cx="5" cy="5" r="4" />`,
	past: html`<path d="M3 1v8M7 1v8" class="wait" />`,
	lost: html`<path d="M1 1l8 8m0-8l-8 8" class="x" />`,
};
function Pulse({ g }) {
	const state = g.past ? 'past' : g.stale ? 'stale' : g.link === 'open' ? 'live' : 'lost';
	const text = { live: 'Live', past: 'Past', stale: `${g.stale} s old`, lost: 'Reconnecting' }[state];
	return html`<p class=${'pulse ' + state}>
		<svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">${PULSE[state] || PULSE.lost}</svg>${text}
	</p>`;
}

const Theme = ({ theme }) => html`
	<button type="button" class="icon" aria-label=${`Theme: ${theme}. Change`} title=${`Theme: ${theme}`}
		onClick=${() => setTheme(NEXT[theme])}>
		<svg viewBox="0 0 16 16" width="18" height="18" class="stroke"><path d=${GLYPH[theme]} /></svg>
	</button>`;

export const Header = ({ s, g }) => html`<header class="top">
	<${Brand} />
	<p class="facts"><b>${s.collector}</b> <span>${summary(s)}</span></p>
	<${Search} />
	<${Pulse} g=${g} />
	<${Theme} theme=${g.theme} />
</header>`;
