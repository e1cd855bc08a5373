/**
 * JUnit's XML as tools write it, which is no standard: suites nested or not, counts missing or wrong, times with commas,
 * classes in one of three attributes. Read as a stream, by the element: whatever is a `testcase` counts, wherever it
 * stands. No entity is resolved but XML's own five, no DTD is read, nothing is fetched.
 */
import { SaxesParser } from 'saxes';
import { limits } from '#shared/limits.ts';
import type { TestOutcome } from '#shared/test-report.ts';
import { caseOf, type Draft, nameOf } from './junit-case.ts';
import type { ReportParser, ReportSink } from './report-case.ts';

/** What of a case is text, and what it says of the outcome. */
const verdicts: Record<string, TestOutcome | null> = {
  failure: 'failed',
  error: 'errored',
  skipped: 'skipped',
  ignored: 'skipped',
  // Of Surefire and nextest: it failed and then passed; beside a failure it failed each time.
  flakyFailure: 'flaky',
  flakyError: 'flaky',
  rerunFailure: null,
  rerunError: null,
  'system-out': null,
  'system-err': null,
};

const rank: TestOutcome[] = ['passed', 'skipped', 'flaky', 'errored', 'failed'];

/** By prefix, not by namespace: whoever writes one means the same element. */
const local = (name: string): string => name.slice(name.indexOf(':') + 1);

type Attributes = Record<string, string>;

/** Too much is wrong with a file: a reader must not work for hours on mistakes. */
class Broken extends Error {}

export function junitParser(path: string, sink: ReportSink): ReportParser {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  // Without a prototype: `&constructor;` would be one of its properties.
  const known = { amp: '&', gt: '>', lt: '<', quot: '"', apos: "'" };
  parser.ENTITIES = Object.assign(Object.create(null), known);
  const suites: Attributes[] = [];
  let draft: Draft | null = null;
  let reading: { element: string; text: string } | null = null;
  let [mistakes, cases, firstMistake] = [0, 0, ''];
  let [isReport, isOver] = [false, false];

  parser.on('opentag', ({ name, attributes }) => {
    const element = local(name);
    if (element === 'testsuite' || element === 'testsuites') {
      isReport = true;
      suites.push(element === 'testsuite' ? attributes : {});
    } else if (element === 'testcase') {
      isReport = true;
      draft = { attributes, suites: [...suites], outcome: 'passed', message: null, text: '', prints: '' };
    } else if (draft && element in verdicts && !reading) open(draft, element, attributes);
  });

  function open(found: Draft, element: string, attributes: Attributes): void {
    reading = { element, text: '' };
    const outcome = verdicts[element];
    if (!outcome || rank.indexOf(outcome) <= rank.indexOf(found.outcome)) return;
    found.outcome = outcome;
    found.message = attributes.message ?? null;
    found.text = '';
  }

  const onText = (text: string) => {
    if (reading && reading.text.length < limits.testOutputChars * 2) reading.text += text;
    else if (reading?.element.startsWith('system-'))
      reading.text = (reading.text + text).slice(-limits.testOutputChars);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);

  parser.on('closetag', ({ name }) => {
    const element = local(name);
    if (reading?.element === element) {
      if (draft) close(draft, reading);
      reading = null;
    } else if (element === 'testcase' && draft) {
      cases += 1;
      sink.onCase(caseOf(draft));
      draft = null;
    } else if (element === 'testsuite' || element === 'testsuites') suites.pop();
  });

  function close(found: Draft, { element, text }: { element: string; text: string }): void {
    if (element.startsWith('system-')) found.prints = (found.prints + text).slice(-limits.testOutputChars);
    else if (verdicts[element] === found.outcome && found.text === '') found.text = text;
  }

  parser.on('error', ({ message }) => {
    firstMistake ||= message.replace(/^[^:]*:\d+:\d+: |^\d+:\d+: /, '');
    mistakes += 1;
    if (mistakes >= limits.reportMistakes) throw new Broken();
  });

  /** False when the file is given up. */
  function attempt(act: () => void): void {
    if (isOver) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      isOver = true;
    }
  }

  return {
    write: text => attempt(() => parser.write(text)),
    end() {
      const unfinished = draft && nameOf(draft);
      attempt(() => parser.close());
      if (isOver)
        sink.onNotice(`${path} is broken in many places; what was read before that counts: ${cases} tests`);
      else if (!isReport)
        sink.onNotice(`${path} is no JUnit report: it has neither a testsuite nor a testcase`);
      else if (unfinished !== null)
        sink.onNotice(`${path} ends in the middle of ${unfinished}; what stands before counts`);
      else if (mistakes > 0)
        sink.onNotice(`${path} is not quite XML (${firstMistake}); what could be read counts`);
    },
  };
}
