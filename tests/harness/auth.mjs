// The function `auth`, called as auth-js calls it.
import assert from 'node:assert/strict';

import { call } from './wire.mjs';

const VERSION = { 'X-Supabase-Api-Version': '2024-01-01' };

export function authOf(stack) {
	return (path, options = {}) => call(stack, `/auth/v1${path}`, { ...options, headers: { ...VERSION, ...options.headers } });
}

// What auth-js was told, by status and code; returns the error.
export async function refuses(attempt, status, code) {
	const { error } = await attempt;

	assert.ok(error, 'was accepted');
	assert.deepEqual([error.status, error.code], [status, code], error.message);
	return error;
}
