/** Gathers what attacks got and prints the table; also writes or compares `test/transcripts/attacks.txt`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pc from 'picocolors';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { elsewhere } from './elsewhere.ts';
import { closingLine, type Row, sorted, tableOf } from './table.ts';

const transcript = path.join(import.meta.dirname, '../../transcripts/attacks.txt');
const paint = { good: pc.green, bad: pc.red, dim: pc.dim };

export class AttackTable implements Reporter {
  readonly #isJson: boolean;
  readonly #isWhole: boolean;

  /** `isWhole`: every attack is expected, also those that tests of other folders try. */
  constructor({ isJson, isWhole }: { isJson: boolean; isWhole: boolean }) {
    this.#isJson = isJson;
    this.#isWhole = isWhole;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const cases = modules.flatMap(module => [...module.children.allTests()]);
    const ran = new Set(modules.map(({ relativeModuleId }) => relativeModuleId));
    const pointers = elsewhere.filter(({ file }) => this.#isWhole || ran.has(file));
    const rows = sorted([...cases.flatMap(rowOf), ...pointers.map(pointer => pointedRow(pointer, cases))]);
    const broken = [
      ...modules.flatMap(module =>
        module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`),
      ),
      ...unhandled.map(({ message }) => `outside of any test: ${message}`),
    ];
    const drift = driftOf(rows, this.#isWhole);
    if (this.#isJson) print(JSON.stringify({ attacks: rows, could: couldOf(cases), broken }, null, 2));
    else {
      const complaints = cases.filter(test => test.result().state === 'failed').map(complaintOf);
      print(
        [
          ...tableOf(rows, paint),
          ...listOf(cases),
          '',
          closingLine(rows),
          ...complaints,
          ...broken,
          ...drift,
        ].join('\n'),
      );
    }
    const isBad = broken.length > 0 || drift.length > 0 || rows.some(({ outcome }) => outcome === 'through');
    if (isBad || rows.length === 0) process.exitCode = 1;
  }
}

const couldOf = (cases: readonly TestCase[]): string[] => cases.flatMap(test => test.meta().could ?? []);

/** What a compromised guest was let do. */
function listOf(cases: readonly TestCase[]): string[] {
  const could = couldOf(cases);
  if (could.length === 0) return [];
  return ['', 'All that a guest could do with everything that it holds', ...could.map(line => `    ${line}`)];
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function rowOf(test: TestCase): Row[] {
  const { attack } = test.meta();
  const result = test.result();
  if (!attack) return [];
  const facts = {
    area: attack.area,
    from: attack.from,
    attack: test.name,
    shownBy: test.module.relativeModuleId,
  };
  if (result.state === 'skipped')
    return [{ ...facts, got: `not tried: ${result.note ?? 'left out'}`, outcome: 'not tried' }];
  if (result.state === 'passed' && attack.got !== null)
    return [{ ...facts, got: attack.got, outcome: 'repelled' }];
  return [{ ...facts, got: firstLine(test), outcome: 'through' }];
}

function pointedRow({ file, title, ...facts }: (typeof elsewhere)[number], cases: readonly TestCase[]): Row {
  const tests = cases.filter(test => test.module.relativeModuleId === file && test.fullName.includes(title));
  const common = { area: facts.area, attack: facts.attack, from: facts.from, shownBy: file };
  if (tests.length === 0) return { ...common, got: `${file} has no such test any more`, outcome: 'through' };
  const failed = tests.find(test => !['passed', 'skipped'].includes(test.result().state));
  if (failed) return { ...common, got: firstLine(failed), outcome: 'through' };
  const isTried = tests.some(test => test.result().state === 'passed');
  return isTried
    ? { ...common, got: facts.got, outcome: 'repelled' }
    : { ...common, got: 'not tried here', outcome: 'not tried' };
}

const firstLine = (test: TestCase): string =>
  test.result().errors?.[0]?.message.split('\n')[0]?.slice(0, 160) ?? 'it did not come to its end';

const complaintOf = (test: TestCase): string =>
  `\n${test.module.relativeModuleId}: ${test.fullName}\n${test
    .result()
    .errors?.map(({ stack, message }) => stack ?? message)
    .join('\n')}`;

/** Every attack that was repelled stands in the transcript, with what it got; times and counts are not in it. */
function driftOf(rows: readonly Row[], isWhole: boolean): string[] {
  const lines = rows.map(({ area, attack, from, got }) => `${area} | ${attack} | ${from} | ${stable(got)}`);
  if (process.env.PADDOCK_WRITE_TRANSCRIPTS) {
    if (!isWhole || rows.some(({ outcome }) => outcome !== 'repelled'))
      return ['the transcript is not written: not every attack was tried and repelled'];
    writeFileSync(transcript, `${lines.join('\n')}\n`);
    return [];
  }
  const known = new Set(readFileSync(transcript, 'utf8').split('\n'));
  const news = lines.filter((line, n) => rows[n]?.outcome === 'repelled' && !known.has(line));
  if (news.length === 0) return [];
  return [
    '',
    'Not in test/transcripts/attacks.txt (PADDOCK_WRITE_TRANSCRIPTS=1 npm run attacks writes it):',
    ...news,
  ];
}

/** What was measured is in brackets, and differs from run to run. */
const stable = (got: string): string => got.replace(/ \[.*?\]/g, '');
