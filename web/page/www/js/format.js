// Numbers, times and names as people read them. Nothing here returns markup.
const UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
const sig = (v) => (v >= 99.95 ? v.toFixed(0) : v >= 9.995 ? v.toFixed(1) : v.toFixed(2));
const scale = (v, base, units, space) => {
	let i = 0;
	while (v >= base * 0.9995 && i < units.length - 1) {
		v /= base;
		i++;
	}
	return (i || v % 1 ? sig(v) : String(v)) + space + units[i];
};

export const rate = (bps) => (bps === null || bps === undefined ? '–' : scale(bps, 1000, UNITS, ' '));
export const speed = (bps) =>
	rate(bps)
		.replace(/\.0+ /, ' ')
		.replace(/(\.\d*?)0+ /, '$1 ');
export const bytes = (b) => (b === null || b === undefined ? '–' : scale(b, 1000, ['B', 'kB', 'MB', 'GB', 'TB'], ' '));
export const count = (n) => (n === null || n === undefined ? '–' : Math.round(n).toLocaleString('en-GB').replace(/,/g, '\u202f'));
export const pct = (x) => (x === null || x === undefined || x < 0 ? '–' : x > 0 && x < 0.01 ? '<1%' : Math.round(x * 100) + '%');
export const pct1 = (x) => (x * 100).toFixed(1) + '%';

export const seconds = (iso) => Date.parse(iso) / 1000;
export function span(s) {
	s = Math.max(0, Math.round(s));
	if (s < 60) return s + ' s';
	if (s < 3600) return Math.floor(s / 60) + ' min' + (s < 600 && s % 60 ? ' ' + (s % 60) + ' s' : '');
	return Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min';
}
export const spanShort = (s) => (s < 60 ? Math.round(s) + ' s' : s < 5400 ? Math.round(s / 60) + ' min' : Math.round(s / 3600) + ' h');
export const clock = (t) => {
	const d = new Date(t * 1000),
		p = (x) => String(x).padStart(2, '0');
	return `${p(d.getHours())}:${p(d.getMinutes())}:${p(d.getSeconds())}`;
};

// Names come from the network: control and bidirectional characters could make one name look like another.
export const clean = (s) => String(s ?? '').replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '\ufffd');
const PROTO = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 47: 'GRE', 58: 'ICMPv6', 89: 'OSPF', 132: 'SCTP' };
export const proto = (n) => PROTO[n] || 'proto ' + n;
const host = (a, p) => (p === null || p === undefined ? a : a.includes(':') ? `[${a}]:${p}` : `${a}:${p}`);
export const ends = (f) => [clean(host(f.src, f.sport)), clean(host(f.dst, f.dport))];
export const flowText = (f) => ends(f).join(' → ');
export const letter = (slot) => String.fromCharCode(65 + (slot % 26)) + (slot < 26 ? '' : Math.floor(slot / 26) + 1);
export const tint = (slot) => 'e' + (slot % 8); // colour class; letters are unique, colours come round after eight
// Per mille to a step of the colour ramp.
const EDGES = [100, 300, 500, 700, 900];
export const level = (u) => (u < 0 ? -1 : EDGES.filter((edge) => u >= edge).length);
