// A collector, a simulated fabric that sends to it, and a browser that looks at its page.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const SPOOR = path.resolve(process.env.SPOOR ?? '../../dist/spoor');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const SHOTS = path.resolve(process.env.SHOTS ?? '../../dist/shots');
export const PATIENCE = 120_000; // ms: machines stall
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'spoor-browser-'));
const children = new Set();
let made = 0;
export const file = (name, text) => {
  const full = path.join(dir, `${++made}-${name}`);
  if (text !== undefined) fs.writeFileSync(full, text);
  return full;
};

function start(args) {
  const child = spawn(SPOOR, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.said = '';
  child.stderr.on('data', (text) => { child.said += text; });
  return child;
}

// until waits for a condition, which may be asked again and again.
export async function until(what, is) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const v = await is();
    if (v) return v;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

// collector runs spoor, and gives where it listens.
export async function collector(...args) {
  const child = start(['run', '--collector', 'dc1', '--listen.address', '127.0.0.1:0', '--http.listen', '127.0.0.1:0', '--data_dir', file('data'), ...args]);
  const said = (re) => until(String(re), () => {
    if (child.exitCode !== null) throw new Error(`spoor ended: ${child.said}`);
    return re.exec(child.said);
  });
  const [, udp] = await said(/sFlow on UDP (\S+), /), [, url] = await said(/live page: (\S+)/);
  return { udp, url, stop: () => child.kill() };
}

// fabric lets a simulated fabric send to a collector.
export const fabric = (udp, ...args) => {
  const child = start(['simulate', '--to', udp, ...args]);
  return () => child.kill();
};

// truth says what a fabric will do: one seed gives one run.
export function truth(...args) {
  const out = file('truth.json');
  execFileSync(SPOOR, ['simulate', '--pcap', file('run.pcap'), '--truth', out, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(fs.readFileSync(out));
}

export const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
export const faults = [];
export async function open(url, { width = 1440, height = 900, scheme = 'light', quiet = true, motion = 'no-preference' } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: motion });
  page.setDefaultTimeout(PATIENCE);
  if (quiet) page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') faults.push(m.text()); });
  page.on('pageerror', (e) => faults.push(String(e.stack || e)));
  page.on('dialog', (d) => { faults.push('a dialog: ' + d.message()); d.dismiss(); });
  await page.goto(url);
  return page;
}

export async function shot(page, name) {
  fs.mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, name + '.png') });
}

let failed = 0;
export async function check(name, run) {
  const begin = Date.now();
  try {
    await run();
    console.log(`ok    ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
  } catch (e) {
    failed++;
    console.log(`FAIL  ${name}\n${e.stack}`);
  }
}

export async function end() {
  await browser.close();
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(dir, { recursive: true, force: true });
  console.log(failed ? `${failed} failed` : `all passed; screenshots in ${SHOTS}`);
  process.exit(failed ? 1 : 0);
}
