// Colours of the style sheet, resolved for the canvas (light-dark() has no meaning there).
let probe, cache;
const NAMES = [
	'bg',
	'surface',
	'raised',
	'sunken',
	'ink',
	'ink2',
	'ink3',
	'line',
	'edge',
	'focus',
	'track',
	'bad',
	'warn',
	'u0',
	'u1',
	'u2',
	'u3',
	'u4',
	'u5',
	'e0',
	'e1',
	'e2',
	'e3',
	'e4',
	'e5',
	'e6',
	'e7'
];
export function palette() {
	if (cache) return cache;
	if (!probe) {
		probe = document.createElement('i');
		probe.className = 'sr';
		probe.ariaHidden = 'true';
		document.body.append(probe);
	}
	cache = { font: getComputedStyle(document.body).fontFamily };
	for (const n of NAMES) {
		probe.style.color = `var(--${n})`;
		cache[n] = getComputedStyle(probe).color;
	}
	cache.u = [cache.u0, cache.u1, cache.u2, cache.u3, cache.u4, cache.u5];
	cache.e = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => cache['e' + i]);
	return cache;
}
export const forget = () => {
	cache = null;
};
