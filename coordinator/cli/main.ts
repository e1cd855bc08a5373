/** The entry of `paddock`. */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { runCommandLine } from './command-line.ts';
import { exitCodes } from './exit-code.ts';
import { texts } from './texts.ts';

/** Node would end with 1, which is the word for a suite that failed. */
process.on('uncaughtException', error => {
  console.error(`✕ ${texts.unforeseen}\n${error.stack ?? error}`);
  process.exit(exitCodes.other);
});

const packageFile = findPackageJSON(import.meta.url);
if (!packageFile) throw new Error(`${import.meta.url} belongs to no package`);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  directory: process.cwd(),
  version: String(version),
});
