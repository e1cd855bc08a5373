/**
 * Which part of a suite file counts from where, when the commit has a base. Pure. A change says how it is tested: steps, env,
 * needs, images. Its base says what may not be tested less: when a suite runs, and for how long at most what nobody trusts may
 * run. That no required suite is gone is for `left-out.ts` to see.
 */
import { limits } from '#shared/limits.ts';
import type { Step, Suite, SuiteFile } from '#shared/suite-file.ts';
import type { StepOptions } from './planned-job.ts';

export type Counted = { file: SuiteFile; warnings: string[] };

type Base = { ref: string; file: SuiteFile };

/** The file that counts. Without a base, or where that has no file, everything counts from the commit. */
export function whatCounts(head: SuiteFile, base: Base | null, isTrusted: boolean): Counted {
  if (!base) return { file: head, warnings: [] };
  const { 'on-merge': _, ...own } = head;
  const scoped = mapSuites(head.suites, (suite, name) => withScopeOf(suite, baseSuite(base, name)));
  // Whoever has write access may land a longer limit, and has to be able to see that it is enough.
  const suites = isTrusted
    ? scoped
    : mapSuites(scoped, (suite, name) => withinCeiling(suite, ceilingOf(base, name)));
  const raised = Object.keys(suites).filter(name => limitsOf(suites[name]) !== limitsOf(scoped[name]));
  const onMerge = base.file['on-merge'];
  return {
    file: { ...own, suites, ...(onMerge ? { 'on-merge': onMerge } : {}) },
    warnings: raised.map(
      name => `suite ${name} asks for longer timeouts than ${base.ref} gives it; those of ${base.ref} count`,
    ),
  };
}

const baseSuite = ({ file }: Base, name: string): Suite | undefined =>
  Object.hasOwn(file.suites, name) ? file.suites[name] : undefined;

const mapSuites = (suites: SuiteFile['suites'], change: (suite: Suite, name: string) => Suite) =>
  Object.fromEntries(Object.entries(suites).map(([name, suite]) => [name, change(suite, name)]));

/** When it runs is the base's to say, also where that says nothing. */
function withScopeOf(head: Suite, base: Suite | undefined): Suite {
  if (!base) return head;
  const { paths: _, on: __, branches: ___, ...own } = head;
  const { paths, on, branches } = base;
  return { ...own, ...(paths ? { paths } : {}), ...(on ? { on } : {}), ...(branches ? { branches } : {}) };
}

type Ceiling = { jobMs: number; stepMs: number; idleMs: number };

/** That of the suite, or the highest of any where the base has no such suite. */
function ceilingOf(base: Base, name: string): Ceiling {
  const own = baseSuite(base, name);
  const suites = own ? [own] : Object.values(base.file.suites);
  const steps = suites.flatMap(suite => suite.steps.map(stepLimits));
  return {
    jobMs: Math.max(...suites.map(jobLimit)),
    stepMs: Math.max(...steps.map(step => step.timeout)),
    idleMs: Math.max(...steps.map(step => step['idle-timeout'])),
  };
}

/** What is left out lasts the usual time. */
const jobLimit = ({ timeout = limits.jobDeadlineMs }: Suite): number => timeout;

function stepLimits(step: Step): { timeout: number; 'idle-timeout': number } {
  const { timeout = limits.stepTimeoutMs, 'idle-timeout': idle = limits.stepIdleTimeoutMs }: StepOptions =
    step;
  return { timeout, 'idle-timeout': idle };
}

function withinCeiling(suite: Suite, { jobMs, stepMs, idleMs }: Ceiling): Suite {
  const steps = suite.steps.map(step => {
    const asked = stepLimits(step);
    return {
      ...step,
      timeout: Math.min(asked.timeout, stepMs),
      'idle-timeout': Math.min(asked['idle-timeout'], idleMs),
    };
  });
  return { ...suite, steps, timeout: Math.min(jobLimit(suite), jobMs) };
}

const limitsOf = (suite: Suite | undefined): string =>
  suite ? JSON.stringify([jobLimit(suite), suite.steps.map(stepLimits)]) : '';
