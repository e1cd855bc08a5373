/** `npm run github-table`: plays every situation against a coordinator's brain and prints what the fake GitHub shows then. */
import { situations } from './situations.ts';
import { githubTable } from './table.ts';

for (const line of await githubTable(situations)) console.log(line);
