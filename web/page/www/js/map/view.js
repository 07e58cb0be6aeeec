// Which part of the map is shown. Zoomed in the map is laid out on a larger sheet, so that names and cells get room,
// and a window of it is seen; text and strokes keep their size.
const MOST = 8;

export function createView(changed) {
	const v = { z: 1, x: 0, y: 0, w: 0, h: 0 };
	const bound = () => {
		v.x = Math.max(0, Math.min(v.w * (v.z - 1), v.x));
		v.y = Math.max(0, Math.min(v.h * (v.z - 1), v.y));
	};
	v.size = (w, h) => {
		Object.assign(v, { w, h });
		bound();
	};
	// By a factor about a point of the window, which stays where it is.
	v.zoom = (by, px = v.w / 2, py = v.h / 2) => {
		const z = Math.max(1, Math.min(MOST, v.z * by)),
			k = z / v.z;
		if (k === 1) return;
		v.x = (v.x + px) * k - px;
		v.y = (v.y + py) * k - py;
		v.z = z < 1.02 ? 1 : z;
		bound();
		changed();
	};
	v.pan = (dx, dy) => {
		v.x -= dx;
		v.y -= dy;
		bound();
		changed();
	};
	v.reset = () => {
		Object.assign(v, { z: 1, x: 0, y: 0 });
		changed();
	};
	// Bring a point of the sheet into the window.
	v.reveal = ({ x, y }) => {
		const edge = 48;
		if (x > v.x + edge && x < v.x + v.w - edge && y > v.y + edge && y < v.y + v.h - edge) return;
		v.x = x - v.w / 2;
		v.y = y - v.h / 2;
		bound();
		changed();
	};
	v.most = () => v.z >= MOST;
	return v;
}

// Drag with one pointer, pinch with two, zoom by Ctrl and the wheel (which is what a pinch on a touchpad sends). Without Ctrl
// the wheel scrolls the page, as everywhere. `taken` says whether the latest press was a drag, and so no click.
export function gestures(el, v) {
	const down = new Map();
	let dragged = false;
	const at = (ev) => {
		const r = el.getBoundingClientRect();
		return { x: ev.clientX - r.left, y: ev.clientY - r.top };
	};
	const apart = () => {
		const [a, b] = [...down.values()];
		return { d: Math.hypot(a.x - b.x, a.y - b.y) || 1, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
	};
	el.addEventListener(
		'wheel',
		(ev) => {
			if (!ev.ctrlKey && !ev.metaKey) return;
			ev.preventDefault();
			const { x, y } = at(ev);
			v.zoom(Math.exp(-ev.deltaY * (ev.deltaMode ? 0.05 : 0.0025)), x, y);
		},
		{ passive: false }
	);
	el.addEventListener('pointerdown', (ev) => {
		if (ev.button > 0) return;
		if (!down.size) dragged = false;
		down.set(ev.pointerId, at(ev));
	});
	el.addEventListener('pointermove', (ev) => {
		const was = down.get(ev.pointerId),
			is = at(ev);
		if (!was) return;
		if (down.size === 2) {
			const a = apart();
			down.set(ev.pointerId, is);
			const b = apart();
			dragged = true;
			v.zoom(b.d / a.d, b.x, b.y);
			v.pan(b.x - a.x, b.y - a.y);
			return;
		}
		if (v.z === 1 || (!dragged && Math.hypot(is.x - was.x, is.y - was.y) < 4)) return;
		if (!dragged) el.setPointerCapture(ev.pointerId);
		dragged = true;
		down.set(ev.pointerId, is);
		v.pan(is.x - was.x, is.y - was.y);
	});
	for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'])
		el.addEventListener(end, (ev) => down.delete(ev.pointerId));
	return { taken: () => dragged, busy: () => down.size > 0 && dragged };
}
