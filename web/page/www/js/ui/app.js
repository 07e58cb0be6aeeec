// The page as a whole. Everything redraws at most once a frame; the map's canvas looks after itself.
import { html, useEffect, useReducer, useState } from '../view.js';
import { login } from '../stream.js';
import { store, select } from '../store.js';
import { Header } from './header.js';
import { Banner, Verdict } from './verdict.js';
import { MapCard } from './mapcard.js';
import { Timeline } from './timeline.js';
import { Elephants } from './elephants.js';
import { Detail } from './detail.js';
import { Tabs } from './tabs.js';
import { Strip } from './strip.js';
import { Announcer } from './announce.js';

function useStore() {
	const [, tick] = useReducer((n) => n + 1, 0);
	useEffect(() => {
		let queued = 0;
		const later = () => { queued ||= requestAnimationFrame(() => { queued = 0; tick(); }); };
		return store.on(later);
	}, []);
}

// No shortcut is a single character, so that speech input and stray keys do nothing.
function useKeys() {
	useEffect(() => {
		const key = (ev) => {
			const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(ev.target.tagName) && ev.target.type !== 'range';
			if (ev.key.toLowerCase() === 'k' && (ev.ctrlKey || ev.metaKey) && !ev.altKey && !ev.shiftKey) {
				ev.preventDefault();
				document.getElementById('search').focus();
			}
			if (ev.key === 'Escape' && !typing && store.get().sel) select(null);
		};
		addEventListener('keydown', key);
		return () => removeEventListener('keydown', key);
	}, []);
}

const Waiting = ({ lost }) => html`<main class="empty">
	<h1>${lost ? 'The collector does not answer' : 'Connecting'}</h1>
	<p class="dim">${lost ? 'Trying again every few seconds.' : 'Waiting for the first picture of the fabric.'}</p>
</main>`;

function Token() {
	const [why, say] = useState('');
	const give = async (ev) => {
		ev.preventDefault();
		const wrong = await login(ev.target.elements.token.value.trim());
		if (wrong) say(wrong);
		else store.get().connect();
	};
	return html`<main class="empty">
		<h1>This collector wants a token</h1>
		<form class="token" onSubmit=${give}>
			<label for="token">Token (the file that http.token_file names holds it)</label>
			<input id="token" name="token" type="password" autocomplete="current-password" class="field" required />
			<button type="submit" class="solid">Open</button>
			<p role="alert" class="bad">${why}</p>
		</form>
	</main>`;
}

export function App() {
	useStore();
	useKeys();
	const g = store.get(), s = store.shown(), stale = g.past ? 0 : g.stale;
	if (g.link === 'token') return html`<${Token} />`;
	if (!s) return html`<${Waiting} lost=${g.link === 'lost'} />`;
	return html`
		<a class="skip" href="#map">Skip to the fabric map</a>
		<${Header} s=${s} g=${g} />
		<${Banner} s=${s} g=${g} />
		<main>
			<${Verdict} s=${s} stale=${stale} />
			<div class="stage">
				<div class="left"><${MapCard} s=${s} g=${g} /><${Timeline} g=${g} /></div>
				<aside class="side card" aria-label=${g.sel ? 'Details' : 'Elephant flows'}>
					${g.sel ? html`<${Detail} s=${s} sel=${g.sel} key=${g.sel.kind + g.sel.id} />` : html`<${Elephants} s=${s} g=${g} />`}
				</aside>
			</div>
			<${Tabs} s=${s} g=${g} />
		</main>
		<${Strip} s=${s} stale=${stale} />
		<${Announcer} g=${g} />`;
}
