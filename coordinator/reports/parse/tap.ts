/**
 * TAP 12, 13 and 14 (https://testanything.org/tap-version-14-specification.html): points, plans, directives, subtests by
 * their indentation, YAML blocks, `Bail out!`. A subtest's name is often said only after it, so its cases wait for that.
 * Leaves are cases; a point with a subtest is one only when it fails and nothing in it does.
 */
import { limits } from '#shared/limits.ts';
import type { TestOutcome } from '#shared/test-report.ts';
import { isFailing } from '#shared/test-report.ts';
import { placeIn } from './place-in.ts';
import {
  cleanBlock,
  cleanLine,
  firstLine,
  type ReportCase,
  type ReportParser,
  type ReportSink,
} from './report-case.ts';

const point = /^(not )?ok\b\s*(\d+)?\s*(?:-\s+)?(.*)$/;
const plan = /^1\.\.(\d+)\s*(?:#\s*(.*))?$/;
const directive = /(?:^|\s)(?<!\\)#\s*(skip|todo)\S*\s*(.*)$/i;
const lineChars = 64 * 1024;

type Level = { planned: number | null; points: number; cases: ReportCase[]; announced: string | null };

const newLevel = (): Level => ({ planned: null, points: 0, cases: [], announced: null });

export function tapParser(path: string, sink: ReportSink): ReportParser {
  const levels: Level[] = [newLevel()];
  let rest = '';
  let last: { found: ReportCase; depth: number; notes: string } | null = null;
  let block: { indent: string; text: string } | null = null;
  let isTap = false;

  const levelAt = (depth: number): Level => {
    while (levels.length <= depth) levels.push(newLevel());
    return levels[depth] as Level;
  };

  /** Puts the last point where it belongs: nothing more will be said of it. */
  function settle(): void {
    if (!last) return;
    const { found, depth, notes } = last;
    last = null;
    place(isFailing(found.outcome) ? withNotes(found, notes) : withDuration(found, notes), depth);
  }

  function place(found: ReportCase, depth: number): void {
    const level = levelAt(depth);
    if (depth === 0) sink.onCase(found);
    else level.cases.push(found);
    if (level.cases.length >= limits.testsListed)
      closeLevel(depth, levels[depth - 1]?.announced ?? 'subtest');
  }

  /** What has gathered below a level gets the name of the point that it belongs to. @returns whether one of it fails. */
  function closeLevel(depth: number, name: string): boolean {
    const level = levels[depth];
    if (!level) return false;
    const cases = level.cases.splice(0);
    for (const found of cases)
      place(
        { ...found, suite: cleanLine([name, found.suite].filter(Boolean).join(' / '), limits.testNameChars) },
        depth - 1,
      );
    return cases.some(({ outcome }) => isFailing(outcome));
  }

  function onPoint(depth: number, [, not, number, said = '']: RegExpExecArray): void {
    settle();
    isTap = true;
    const level = levelAt(depth);
    level.points += 1;
    const [, word, why] = directive.exec(said) ?? [];
    const name = cleanLine(
      said
        .replace(directive, '')
        .replaceAll('\\#', '#')
        .replace(/(?<!\s)\s*#\s*time=[\d.]+m?s$/, ''),
      limits.testNameChars,
    );
    const label = name || level.announced || `test ${number ?? level.points}`;
    const hasCases = (levels[depth + 1]?.cases.length ?? 0) > 0;
    finishLevels(depth + 1);
    const hasFailures = closeLevel(depth + 1, label);
    levels.length = depth + 1;
    level.announced = null;
    const outcome = outcomeOf(not !== undefined, word);
    if (hasCases && (!isFailing(outcome) || hasFailures)) return;
    const message = cleanLine(why ?? '', limits.testMessageChars) || null;
    const ms = timeIn(said);
    last = {
      found: { suite: '', name: label, file: null, line: null, outcome, ms, message, output: null },
      depth,
      notes: '',
    };
  }

  /** A plan that was not kept is an error of its own: a program that ends early says nothing else. */
  function finishLevels(from: number): void {
    for (let depth = levels.length - 1; depth >= from; depth--) {
      const level = levels[depth] as Level;
      if (level.planned !== null && level.planned !== level.points)
        place(errored('plan', `${level.planned} tests were planned, ${level.points} ran`), depth);
      if (depth > from) closeLevel(depth, levels[depth - 1]?.announced ?? 'subtest');
    }
  }

  function onPlan(depth: number, [, count, reason]: RegExpExecArray): void {
    settle();
    isTap = true;
    levelAt(depth).planned = Number(count);
    if (Number(count) === 0)
      place(
        {
          ...errored(depth === 0 ? path : 'subtest', cleanLine(reason ?? '', limits.testMessageChars)),
          outcome: 'skipped',
        },
        depth,
      );
  }

  function onLine(raw: string): void {
    const line = raw.replace(/\r$/, '').replaceAll('\t', '    ');
    if (block) {
      if (line.trim() === '...' && line.startsWith(block.indent)) {
        if (last) last.notes += block.text;
        block = null;
      } else if (block.text.length < limits.testOutputChars * 2)
        block.text += `${line.slice(block.indent.length)}\n`;
      return;
    }
    const indent = /^ */.exec(line)?.[0] ?? '';
    const text = line.slice(indent.length);
    if (text.startsWith('---') && last && indent.length >= 1) block = { indent, text: '' };
    else onText(text, Math.floor(indent.length / 4));
  }

  function onText(text: string, depth: number): void {
    const found = point.exec(text);
    const planned = plan.exec(text);
    const named = /^# Subtest:?\s*(.*)$/.exec(text)?.[1];
    if (found) onPoint(depth, found);
    else if (planned) onPlan(depth, planned);
    else if (/^Bail out!/.test(text)) bailOut(text);
    else if (/^TAP version \d+$/.test(text)) isTap = true;
    // Some announce a subtest where it stands, some where its point will stand.
    else if (named !== undefined) {
      settle();
      for (const at of [depth, depth - 1])
        if (at >= 0) levelAt(at).announced = cleanLine(named, limits.testNameChars);
    } else if (text.startsWith('#') && last && last.notes.length < limits.testOutputChars)
      last.notes += `${text.replace(/^#\s?/, '')}\n`;
  }

  function bailOut(text: string): void {
    settle();
    isTap = true;
    sink.onCase(errored('Bail out!', cleanLine(text.slice('Bail out!'.length), limits.testMessageChars)));
    for (const level of levels) level.planned = null;
  }

  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, lineChars);
      for (const line of lines) onLine(line.slice(0, lineChars));
    },
    end() {
      if (rest !== '') onLine(rest);
      settle();
      finishLevels(0);
      for (let depth = levels.length - 1; depth > 0; depth--)
        closeLevel(depth, levels[depth - 1]?.announced ?? 'subtest');
      if (!isTap) sink.onNotice(`${path} is no TAP: it has neither a plan nor a test point`);
    },
  };
}

function outcomeOf(isNot: boolean, word: string | undefined): TestOutcome {
  const kind = word?.toLowerCase();
  if (kind === 'skip') return 'skipped';
  // What is to be done yet may fail; that it passes is no news that stops anybody.
  if (kind === 'todo') return isNot ? 'skipped' : 'passed';
  return isNot ? 'failed' : 'passed';
}

const errored = (name: string, message: string): ReportCase => ({
  suite: '',
  name,
  file: null,
  line: null,
  outcome: 'errored',
  ms: null,
  message: message || null,
  output: null,
});

const valueIn = (notes: string, ...keys: string[]): string | null =>
  unquoted(new RegExp(`^[ \\t]*(?:${keys.join('|')}):(.*)$`, 'm').exec(notes)?.[1] ?? '') || null;

/** In two steps: an expression that looks for the end of a value from each of its places takes the square of its length. */
const unquoted = (value: string): string => value.trim().replace(/^['"]/, '').replace(/['"]$/, '');

function withDuration(found: ReportCase, notes: string): ReportCase {
  const ms = Number(valueIn(notes, 'duration_ms') ?? Number.NaN);
  return Number.isFinite(ms) ? { ...found, ms: Math.round(ms) } : found;
}

function withNotes(found: ReportCase, notes: string): ReportCase {
  const output = cleanBlock(notes, limits.testOutputChars);
  const said = valueIn(notes, 'message', 'error');
  const message =
    said === null || /^[|>]-?$/.test(said) ? found.message : cleanLine(said, limits.testMessageChars);
  const line = Number(valueIn(notes, 'line') ?? Number.NaN);
  const file = valueIn(notes, 'file', 'fileName');
  const place =
    file !== null && line > 0 ? { file: cleanLine(file, limits.testNameChars), line } : placeIn(notes);
  return { ...withDuration(found, notes), ...place, output, message: message ?? firstLine(output) };
}

/** node-tap writes it behind the description. */
function timeIn(said: string): number | null {
  const [, time, unit] = /#\s*time=([\d.]+)(ms|s)$/.exec(said) ?? [];
  return time === undefined ? null : Math.round(Number(time) * (unit === 's' ? 1_000 : 1));
}
