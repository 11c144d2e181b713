// reporter.mjs: prints a test run: a line per test file with its number of tests, the whole story of
// each failure, and a last line that machines read.
import path from 'node:path';

const TOP = path.resolve(import.meta.dirname, '../..');

export default async function* report(source) {
	const files = new Map();
	let counts = { passed: 0, failed: 0, skipped: 0 };

	for await (const { type, data } of source) {
		if (type === 'test:pass' || type === 'test:fail') {
			const name = data.file ? path.relative(TOP, data.file) : '';
			const file = files.get(name) ?? { failed: 0 };

			files.set(name, file);
			if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') {
				file.failed++;
				yield `FAIL ${name}:${data.line ?? ''} ${data.name}\n${indent(explain(data.details?.error))}\n`;
			}
		} else if (type === 'test:stderr' || type === 'test:stdout') {
			yield data.message;
		} else if (type === 'test:diagnostic' && data.level !== 'info') {
			yield `${data.message}\n`;
		} else if (type === 'test:summary') {
			if (data.file) {
				const name = path.relative(TOP, data.file);
				const seconds = (data.duration_ms / 1000).toFixed(1);

				const failed = Math.max(data.counts.failed + data.counts.cancelled, files.get(name)?.failed ?? 0);

				yield `${data.success && failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${data.counts.passed} passed, ${failed} failed, ${seconds} s)\n`;
			} else {
				counts = { passed: data.counts.passed, failed: data.counts.failed + data.counts.cancelled, skipped: data.counts.skipped };
			}
		}
	}
	yield `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}\n`;
}

function explain(error) {
	const cause = error?.cause ?? error;

	return cause instanceof Error || cause?.stack ? `${cause.stack}${cause.code === 'ERR_ASSERTION' ? `\nactual: ${show(cause.actual)}\nexpected: ${show(cause.expected)}` : ''}` : String(cause);
}

function show(value) {
	const text = typeof value === 'string' ? value : JSON.stringify(value);

	return text === undefined ? 'undefined' : text.slice(0, 2000);
}

function indent(text) {
	return text.split('\n').map(line => `    ${line}`).join('\n');
}
