// The money path in crowds: a flash sale (FS1), churn (FS3), one pool of several types (FS4), a storm of
// webhooks (WS1). Prints a table. Timings judge nothing; a broken invariant, a place too many, an
// answer that nobody expects end it with 1.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { Stack } from '../harness/stack.mjs';
import { CROWD } from '../harness/sales.mjs';

const PARTS = (process.env.BENCH_PARTS ?? 'flash,churn,pool,storm').split(',').filter(part => part !== 'money'); // which is tests/bench/money

const stack = await Stack.start(import.meta.filename, CROWD);
// measure.mjs expects what scripts/up leaves
fs.writeFileSync(path.join(stack.state, 'run.env'), Object.entries(stack.env).map(([key, value]) => `${key}=${value}\n`).join(''));
fs.symlinkSync(path.join(stack.state, '../../pg'), path.join(stack.state, 'pg'));
const before = process.env.STATE_DIR;
process.env.STATE_DIR = stack.state;
const measure = await import('./measure.mjs');
process.env.STATE_DIR = before;

const faults = [];
const bench = {
	stack, measure,
	seconds: Number(process.env.BENCH_SECONDS ?? 4), rounds: Number(process.env.BENCH_ROUNDS ?? 3), seed: Number(process.env.BENCH_SEED ?? 2027),
	line: (what, value, goal = '') => console.log(`  ${what.padEnd(62)} ${String(value).padStart(20)}   ${goal}`),
	// what makes the run a failure
	must: (holds, what) => {
		if (!holds) {
			faults.push(what);
			console.log(`  FAULT: ${what}`);
		}
	},
	load: () => os.loadavg().map(n => n.toFixed(1)).join(' '),
};

// Looks at the invariants again and again while work() runs.
bench.watched = async (what, work) => {
	let ended = false, looks = 0;
	const looking = (async () => {
		while (!ended) {
			// a clock that is moved ends all connections
			const broken = await stack.brokenInvariants().catch(() => undefined);

			if (broken === undefined) {
				await new Promise(resolve => setTimeout(resolve, 100));
				continue;
			}
			looks++;
			bench.must(broken.length === 0, `${what}, look ${looks}: ${JSON.stringify(broken.slice(0, 3))}`);
			if (broken.length > 0)
				return;
			await new Promise(resolve => setTimeout(resolve, 400));
		}
	})();
	const result = await work().finally(() => (ended = true));

	await looking;
	bench.line(`${what}: looks at the invariants, none broken`, looks);
	return result;
};

try {
	console.log(`seed ${bench.seed}; ${os.cpus().length} processors, load average at the beginning ${bench.load()}`);
	for (const part of PARTS) {
		const began = performance.now();

		await (await import(`./checkout_${part}.mjs`)).run(bench);
		console.log(`  (${part}: ${((performance.now() - began) / 1000).toFixed(0)} s, load average ${bench.load()})`);
	}
	const left = await stack.brokenInvariants();
	bench.must(left.length === 0, `invariants at the end: ${JSON.stringify(left.slice(0, 5))}`);
	bench.must(stack.deaths().length === 0, `deaths: ${stack.deaths().slice(0, 3)}`);
} catch (error) {
	bench.must(false, error.stack);
}
await stack.stop().catch(error => bench.must(false, error.message));
console.log(faults.length === 0 ? 'no fault' : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
