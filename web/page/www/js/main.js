import { html, render } from './view.js';
import { store } from './store.js';
import { connect } from './stream.js';
import { App } from './ui/app.js';

store.set({ connect: connect(store) });
render(html`<${App} />`, document.getElementById('app'));
