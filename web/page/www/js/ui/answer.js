// What the collector answers to a question, for components.
import { useEffect, useState } from '../view.js';

// Asked again each few seconds; null until there is an answer, and where no question is asked.
export function useAnswer(url, every) {
	const [answer, set] = useState(null);
	useEffect(() => {
		let on = true,
			timer;
		if (!url) {
			set(null);
			return undefined;
		}
		const load = async () => {
			try {
				const r = await fetch(url),
					j = r.ok ? await r.json() : null;
				if (on) set(j);
			} catch {
				/* the banner tells */
			}
			if (on) timer = setTimeout(load, every);
		};
		load();
		return () => {
			on = false;
			clearTimeout(timer);
		};
	}, [url]);
	return answer;
}
