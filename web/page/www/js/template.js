// Markup as tagged templates: each template is parsed once; afterwards only its values are new. See view.js for the syntax.
const HOLE = '\u0001'; // stands for a ${} while a template is parsed; values never pass through the parser

export class Markup {
	constructor(tree, values) { Object.assign(this, { tree, values, key: tree.key < 0 ? undefined : values[tree.key] }); }
}
export class Call {
	constructor(fn, props) { Object.assign(this, { fn, props }); }
}

const trees = new WeakMap();
export function html(strings, ...values) {
	let tree = trees.get(strings);
	if (!tree) trees.set(strings, tree = parse(strings));
	return new Markup(tree, values);
}

// A tree node is a text, a hole number, or { tag, attributes, children }; the tag of a component is a hole number.
function parse(strings) {
	const token = /<(\/?)([^\s/>]*)((?:"[^"]*"|[^">])*?)(\/?)>|[^<]+/g, root = { children: [] }, open = [root];
	let hole = 0;
	for (const [all, end, name, attributes, empty] of strings.join(HOLE).matchAll(token)) {
		if (name === undefined) {
			all.split(HOLE).forEach((text, k) => {
				if (k) open.at(-1).children.push(hole++);
				text = text.replace(/^\s*\n\s*|\s*\n\s*$/g, ''); // line breaks are for the reader of the source
				if (text) open.at(-1).children.push(text);
			});
		} else if (end) {
			if (open.pop().tag !== name) throw new Error(`view: </${name}> closes nothing in ${strings.join('…')}`);
		} else {
			const node = { tag: name === HOLE ? hole++ : name, attributes: [], children: [] };
			for (const [, spread, key, , quoted, bare] of attributes.matchAll(/(\.\.\.)?([^\s=]+)(=(?:"([^"]*)"|(\S+)))?/g)) {
				const value = quoted ?? bare ?? (spread ? HOLE : true);
				const whole = value === HOLE ? spread || !key.includes(HOLE) : !(key + value).includes(HOLE);
				if (!whole) throw new Error(`view: an attribute's value is one \${} or none: ${strings.join('…')}`);
				node.attributes.push({ name: spread ? '...' : key, hole: value === HOLE ? hole++ : -1, value });
			}
			open.at(-1).children.push(node);
			if (!empty) open.push(node);
		}
	}
	if (open.length !== 1) throw new Error(`view: <${open.at(-1).tag}> is not closed in ${strings.join('…')}`);
	const first = root.children.length === 1 && root.children[0].attributes;
	root.key = first ? (first.find((a) => a.name === 'key')?.hole ?? -1) : -1;
	return root;
}
