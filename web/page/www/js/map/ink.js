// Small marks on a canvas: text with a halo, text cut to a width, the cross of a drop.
export function text(ctx, str, x, y, font, fill, align, halo) {
	ctx.font = font;
	ctx.textAlign = align;
	ctx.textBaseline = 'middle';
	if (halo) {
		ctx.strokeStyle = halo;
		ctx.lineWidth = 3;
		ctx.lineJoin = 'round';
		ctx.strokeText(str, x, y);
	}
	ctx.fillStyle = fill;
	ctx.fillText(str, x, y);
}

const fitted = new Map(); // measuring is slow
export function fit(ctx, str, w, font) {
	const key = str + '\u0001' + Math.round(w) + font;
	let v = fitted.get(key);
	if (v !== undefined) return v;
	ctx.font = font;
	v = str;
	if (ctx.measureText(v).width > w) {
		let n = str.length;
		while (n > 1 && ctx.measureText(str.slice(0, n) + '…').width > w) n--;
		v = str.slice(0, n) + '…';
	}
	if (fitted.size > 2000) fitted.clear();
	fitted.set(key, v);
	return v;
}

export function cross(ctx, p, P, r) {
	ctx.beginPath();
	ctx.arc(p.x, p.y, r + 2.5, 0, 7);
	ctx.fillStyle = P.surface;
	ctx.fill();
	ctx.lineWidth = 1.5;
	ctx.strokeStyle = P.bad;
	ctx.stroke();
	ctx.beginPath();
	const k = r * 0.5;
	ctx.moveTo(p.x - k, p.y - k);
	ctx.lineTo(p.x + k, p.y + k);
	ctx.moveTo(p.x + k, p.y - k);
	ctx.lineTo(p.x - k, p.y + k);
	ctx.lineWidth = 2;
	ctx.stroke();
}
