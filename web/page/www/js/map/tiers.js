// Which tier a node is in (the collector says), and which pod: what falls apart without the top tier.
const known = new WeakMap(); // a fabric's nodes never change, so neither do its tiers
export function tiers(s) {
	if (!known.has(s.nodes)) known.set(s.nodes, examine(s));
	return known.get(s.nodes);
}

function examine(s) {
	const tier = Int8Array.from(s.nodes, (n) => n.tier),
		top = Math.max(1, ...s.nodes.map((n) => (n.edge ? 1 : n.tier)));
	return { tier, top, rows: Math.max(top, ...tier), pods: pods(s, tier, top) };
}

// Pods are what falls apart when the top of a three-tier fabric is taken away.
function pods(s, tier, top) {
	const parent = s.nodes.map((_, i) => i);
	const find = (i) => {
		while (parent[i] !== i) i = parent[i] = parent[parent[i]];
		return i;
	};
	for (const l of s.links)
		if (s.nodes[l.a].edge || s.nodes[l.b].edge) continue;
		else if (top < 3 || (tier[l.a] < top && tier[l.b] < top)) parent[find(l.a)] = find(l.b);
	const groups = new Map();
	for (const n of s.nodes) {
		if (n.edge || (top >= 3 && tier[n.i] === top)) continue;
		const r = find(n.i);
		if (!groups.has(r)) groups.set(r, []);
		groups.get(r).push(n.i);
	}
	return [...groups.values()].filter((g) => g.length > 1);
}
