// packages.mjs: the pinned packages, which live with the lock file in tests/http, for tests elsewhere.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../http/package.json', import.meta.url));

export const { createClient } = require('@supabase/supabase-js');
export const { PostgrestClient } = require('@supabase/postgrest-js');
export const { Pool } = require('pg');
export const Stripe = require('stripe');
