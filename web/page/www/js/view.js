// The view layer: markup as tagged templates, components as functions, patched in place.
//
//   html`<p class=${c}>Hello ${name}</p>`      markup; ${} may stand for a child, a whole attribute value or a tag
//   html`<${Row} e=${e} key=${e.id} />`        a component: a function from properties to markup
//   html`<button ...${handlers}>Go</button>`   spread attributes
//   render(html`<${App} />`, element)          puts it into the page; returns a function that takes it out
//
// Every tag is closed, as in XML. A child may be text, a number, markup, an array of these, or nothing (null, false, '').
// Text is always set as text: nothing here parses HTML, and no attribute can carry code or style.
//
// Each template is parsed once. What it makes is a block: real nodes, and one updater for each ${}. A new render of the
// same template only runs the updaters, so the nodes stay, and with them focus, selection and scroll position.
// There are four kinds of block. Each has at least one node (nothing is an empty text), so that its place is known:
//   first, last     its outermost nodes
//   fits(value)     can this block show that value?
//   update(value)   show it
//   free()          end its effects; whoever calls this also takes the nodes out

import { Markup, Call } from './template.js';
export { html } from './template.js';

const SVG = 'http://www.w3.org/2000/svg';

/* ---- Blocks ---- */

const isText = (v) => !(v instanceof Markup || v instanceof Call || Array.isArray(v));
const words = (v) => v === null || v === undefined || v === false || v === true ? '' : String(v);

function mount(value, parent, before, svg) {
	const Block = isText(value) ? TextBlock : Array.isArray(value) ? ListBlock : value instanceof Call ? ComponentBlock : MarkupBlock;
	return new Block(value, parent, before, svg);
}
function patch(block, value, svg) { // the same block, or another in its place
	if (block.fits(value)) { block.update(value); return block; }
	const other = mount(value, block.first.parentNode, block.first, svg);
	remove(block);
	return other;
}
function nodesOf(block) {
	const out = [block.first];
	while (out.at(-1) !== block.last) out.push(out.at(-1).nextSibling);
	return out;
}
function remove(block) { block.free(); for (const n of nodesOf(block)) n.remove(); }

class TextBlock {
	constructor(value, parent, before) {
		this.first = this.last = parent.insertBefore(document.createTextNode(words(value)), before);
	}
	fits(value) { return isText(value); }
	update(value) { const text = words(value); if (this.first.data !== text) this.first.data = text; }
	free() {}
}

class MarkupBlock {
	constructor(markup, parent, before, svg) {
		const { tree, key, values } = markup;
		Object.assign(this, { tree, key, values, updaters: [], slots: [], refs: [], tops: [] });
		for (const n of this.tree.children) this.tops.push(this.make(n, parent, before, svg));
		if (!this.tops.length) this.tops.push(new TextBlock('', parent, before));
	}
	get first() { const t = this.tops[0]; return t.first || t; }
	get last() { const t = this.tops.at(-1); return t.last || t; }
	fits(value) { return value instanceof Markup && value.tree === this.tree && value.key === this.key; }
	update(markup) { this.values = markup.values; for (const f of this.updaters) f(this.values); }
	free() {
		for (const s of this.slots) s.block.free();
		for (const [ref, element] of this.refs) if (ref.current === element) ref.current = null;
	}

	make(node, parent, before, svg) {
		if (typeof node === 'string') return parent.insertBefore(document.createTextNode(node), before);
		if (typeof node === 'number') return this.slot((v) => v[node], parent, before, svg);
		if (typeof node.tag === 'number') return this.slot((v) => new Call(v[node.tag], properties(node.attributes, v)), parent, before, svg);
		svg ||= node.tag === 'svg';
		const element = svg ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
		for (const child of node.children) this.make(child, element, null, svg);
		for (const a of node.attributes) this.attribute(element, a);
		return parent.insertBefore(element, before);
	}
	slot(read, parent, before, svg) { // the place of one changing child
		const slot = {
			block: mount(read(this.values), parent, before, svg),
			get first() { return this.block.first; },
			get last() { return this.block.last; },
		};
		this.slots.push(slot);
		this.updaters.push((values) => { slot.block = patch(slot.block, read(values), svg); });
		return slot;
	}
	attribute(element, { name, hole, value }) {
		if (name === 'key') return;
		if (name === 'ref') {
			this.values[hole].current = element;
			this.refs.push([this.values[hole], element]);
			return;
		}
		const set = name === '...' ? spreader(element) : setter(element, name);
		set(hole < 0 ? value : this.values[hole]);
		if (hole >= 0) this.updaters.push((values) => set(values[hole]));
	}
}

class ListBlock {
	constructor(values, parent, before, svg) {
		this.svg = svg; this.items = [];
		this.last = parent.insertBefore(document.createTextNode(''), before); // marks the end
		this.update(values);
	}
	get first() { return this.items.length ? this.items[0].first : this.last; }
	fits(value) { return Array.isArray(value); }
	free() { for (const b of this.items) b.free(); }

	update(values) { // by key; items without one in their order
		const keyed = new Map(), others = [], parent = this.last.parentNode;
		for (const b of this.items) if (b.key === undefined || keyed.has(b.key)) others.push(b); else keyed.set(b.key, b);
		const plan = values.map((value) => {
			const key = value instanceof Markup ? value.key : undefined, old = key === undefined ? others.shift() : keyed.get(key);
			keyed.delete(key);
			return { value, old };
		});
		for (const b of [...keyed.values(), ...others]) remove(b);
		const items = plan.map(({ value, old }) => old ? patch(old, value, this.svg) : mount(value, parent, this.last, this.svg));
		// Put in order from the end. The item with the focus is never moved, as that would end the focus: others move past it.
		const focused = document.activeElement;
		const stay = parent.contains(focused) && items.find((b) => nodesOf(b).some((n) => n.contains(focused)));
		let before = this.last;
		for (const b of items.toReversed()) {
			if (b !== stay && b.last.nextSibling !== before) for (const n of nodesOf(b)) parent.insertBefore(n, before);
			before = b.first;
		}
		this.items = items;
	}
}

/* ---- Attributes ---- */

const PROPERTIES = new Set(['value', 'checked']); // what the user changes too: compared with what is there, not with what was set

// true: present; false and nothing: absent; aria-* spells booleans out. A handler is a function, never a text.
function setter(element, name) {
	if (name === 'style' || name === 'srcdoc' || name === 'innerHTML') throw new Error(`view: ${name} is not allowed`);
	if (name.startsWith('on')) {
		let handler = null;
		element.addEventListener(name.slice(2).toLowerCase(), (ev) => { if (typeof handler === 'function') handler(ev); });
		return (value) => { handler = value; };
	}
	if (PROPERTIES.has(name)) {
		return (value) => {
			const v = typeof value === 'boolean' ? value : words(value);
			if (element[name] !== v) element[name] = v;
		};
	}
	let was;
	return (value) => {
		if (Object.is(value, was)) return;
		was = value;
		if (typeof value === 'boolean' && name.startsWith('aria-')) value = String(value);
		if (value === undefined || value === null || value === false) element.removeAttribute(name);
		else element.setAttribute(name, value === true ? '' : value);
	};
}
function spreader(element) {
	const setters = new Map();
	return (object) => {
		for (const name of Object.keys(object || {})) if (!setters.has(name)) setters.set(name, setter(element, name));
		for (const [name, set] of setters) set(object ? object[name] : undefined);
	};
}
function properties(attributes, values) {
	const out = {};
	for (const { name, hole, value } of attributes) {
		if (name === '...') Object.assign(out, values[hole]);
		else out[name] = hole < 0 ? value : values[hole];
	}
	return out;
}

/* ---- Components ---- */

let current = null, births = 0; // the component that runs; a serial number (a parent's is lower than its children's)
const dirty = new Set(), effects = [];

class ComponentBlock {
	constructor(call, parent, before, svg) {
		Object.assign(this, { fn: call.fn, props: call.props, svg, state: [], born: births++, block: null, dead: false });
		this.block = mount(this.run(), parent, before, svg);
	}
	get first() { return this.block.first; }
	get last() { return this.block.last; }
	fits(value) { return value instanceof Call && value.fn === this.fn && value.props.key === this.props.key; }
	update(call) { this.props = call.props; this.draw(); }
	draw() { dirty.delete(this); this.block = patch(this.block, this.run(), this.svg); }
	run() { // a component that throws shows nothing
		current = this;
		this.cursor = 0;
		return attempt(() => this.fn(this.props), '');
	}
	free() {
		this.dead = true;
		dirty.delete(this);
		for (const cell of this.state) attempt(() => tidy(cell));
		this.block.free();
	}
}

let queued = false;
function soon(component) {
	if (component.dead) return;
	dirty.add(component);
	if (!queued) queueMicrotask(flush);
	queued = true;
}
function flush() { // parents first: they may redraw or remove their children
	queued = false;
	while (dirty.size) attempt(() => [...dirty].reduce((a, b) => a.born < b.born ? a : b).draw());
	for (const cell of effects.splice(0)) if (!cell.owner.dead) attempt(() => { tidy(cell); cell.clean = cell.run(); });
}
function tidy(cell) { // a cell of useEffect; other cells have nothing to clean
	if (typeof cell.clean === 'function') cell.clean();
	cell.clean = null;
}
function attempt(f, otherwise) { // one failing part must not stop the page
	try { return f(); } catch (error) { reportError(error); return otherwise; }
}
function remember(make) { return current.state[current.cursor++] ||= make(current); }

// Hooks: called in the same order in every run of a component.
export const useRef = (value = null) => remember(() => ({ current: value }));
export function useReducer(reduce, initial) {
	const cell = remember((owner) => ({
		value: initial,
		send(action) {
			const next = reduce(cell.value, action);
			if (Object.is(next, cell.value)) return;
			cell.value = next;
			soon(owner);
		},
	}));
	return [cell.value, cell.send];
}
export const useState = (initial) => useReducer((old, next) => typeof next === 'function' ? next(old) : next, initial);
// Runs after the page is patched, when a dependency changed (without a list: each time); what it returns cleans up.
export function useEffect(run, dependencies) {
	const cell = remember((owner) => ({ owner, dependencies: null, clean: null }));
	if (dependencies && cell.dependencies && dependencies.every((d, k) => Object.is(d, cell.dependencies[k]))) return;
	Object.assign(cell, { run, dependencies });
	if (!effects.includes(cell)) effects.push(cell);
}

export function render(markup, root) {
	const block = mount(markup, root, null, false);
	flush();
	return () => remove(block);
}
