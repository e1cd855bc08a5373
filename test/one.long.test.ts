import { test } from 'vitest';
import { storm } from './coordinator/github/storm/storm.ts';
test('one', async () => { for (const s of [204679,204751,204893,204909,204966]) { const r = await storm(s, 80); console.log(s, r.mismatches); } }, 120000);
