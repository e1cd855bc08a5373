// Counts what the commands left behind: `node count.mjs NAME EXIT-CODE RESULTS-FILE …` prints the skipped and the failed
// by name and ends with `N passed, N failed, N skipped`. A command that failed without naming a failure, or left no
// results, counts as one. Runs where nothing is installed: no dependency, any supported Node.
import { readFileSync } from 'node:fs';

function read(name, code, file) {
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'));
    const isUnexplained = code !== '0' && failed.length === 0;
    return { passed, skipped, failed: isUnexplained ? [`${name} ended with ${code}`] : failed };
  } catch {
    return { passed: 0, skipped: [], failed: [`${name} ended with ${code} and left no results`] };
  }
}

const parts = [];
for (let i = 2; i + 2 < process.argv.length; i += 3) parts.push(read(...process.argv.slice(i, i + 3)));

const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.flatMap(part => part.failed);
const skipped = parts.flatMap(part => part.skipped);

console.log('');
for (const { name, note } of skipped) console.log(`skipped: ${name}${note ? ` (${note})` : ''}`);
for (const name of failed) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
process.exitCode = failed.length === 0 ? 0 : 1;
