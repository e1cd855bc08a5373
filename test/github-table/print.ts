/** `npm run github-table`: plays every situation against a coordinator's brain and prints what the fake GitHub shows then. */
import { mergingAtOnce, mergingSituations } from './merge-situations.ts';
import { situations } from './situations.ts';
import { githubTable } from './table.ts';

for (const line of await githubTable(situations)) console.log(line);
console.log();
for (const line of await githubTable(mergingSituations, mergingAtOnce)) console.log(line);
