/** Holds what came of a life against what must come of it. Everything that is wrong is a sentence. */
import { existsSync, readFileSync } from 'node:fs';
import type { AttemptView, JobView } from '#shared/api.ts';
import { statusContext } from '#shared/forge-status.ts';
import type { Outcome } from '#shared/job.ts';
import { sha256Of } from '#test/support/fleet/api.ts';
import { until } from '#test/support/until.ts';
import { leftovers } from './leftovers.ts';
import type { Expected, Life } from './life.ts';
import { canLose } from './plan.ts';
import { patience } from './stories.ts';

export async function judge(life: Life, all: readonly Expected[]): Promise<string[]> {
  const jobs: { expected: Expected; job: JobView }[] = [];
  await everythingIsAtRest(life);
  for (const expected of all) {
    const job = await jobAtRest(life, expected);
    if (job) jobs.push({ expected, job });
    else if (!expected.isOptional) return [`there is no job ${expected.suite} of ${expected.commit}`];
  }
  const violations: string[] = [];
  for (const { expected, job } of jobs) {
    violations.push(...verdictOf(life, expected, job), ...startsOf(expected, job));
    for (const attempt of job.history) violations.push(...(await logOf(life, expected, job, attempt)));
    violations.push(...(await settlesOf(life, job)), ...statusesOf(life, job));
  }
  violations.push(...(await whatIsLeft(life)), ...bugsIn(life));
  return violations;
}

/** Every delivery is handled, with all that follows from it. */
async function everythingIsAtRest({ fleet: { api } }: Life): Promise<void> {
  const isHandled = async () => (await api.deliveries()).every(({ verdict }) => verdict !== null);
  await until('every delivery is handled', isHandled, patience);
  const restless = ['preparing', 'blocked', 'queued', 'running'];
  const isAtRest = async () => (await api.runs()).every(({ standing }) => !restless.includes(standing));
  await until('every run is at rest', isAtRest, patience);
  const haveLeft = async () => (await api.system()).unsentWrites.length === 0;
  await until('every status has left', haveLeft, patience);
}

async function jobAtRest({ fleet: { api } }: Life, { commit, suite }: Expected): Promise<JobView | null> {
  const jobs = (await api.runs()).filter(run => run.commit === commit).flatMap(run => run.jobs);
  const summary = jobs.find(job => job.suite === suite);
  return summary ? api.job(summary.id) : null;
}

function verdictOf(life: Life, expected: Expected, job: JobView): string[] {
  const about = `${expected.suite} of ${expected.commit.slice(0, 7)}`;
  const { faults } = life.plan;
  const losses = faults.filter(canLose).length;
  const isDiskFull = faults.some(({ kind }) => kind === 'disk-full');
  const allowed = new Set<string>(expected.outcomes);
  // A process of a step that somebody kills is a step that fails; what needs its job is skipped then.
  if (life.stepsHit > 0)
    for (const outcome of ['failed', 'skipped'] satisfies Outcome[]) allowed.add(outcome);
  if (expected.kind === 'once' && losses > 0) allowed.add('errored');
  if (isDiskFull) for (const outcome of ['errored', 'skipped'] satisfies Outcome[]) allowed.add(outcome);
  const most = expected.kind === 'once' ? 1 : isDiskFull ? 3 : 1 + losses;
  return [
    ...(allowed.has(job.standing) ? [] : [`${about} ended as ${job.standing} (${job.text})`]),
    ...(job.attempts > most ? [`${about} took ${job.attempts} attempts: ${endsOf(job)}`] : []),
    ...job.history.filter(({ end }) => end === null).map(({ id }) => `attempt ${id} has no end`),
  ];
}

const endsOf = ({ history }: JobView): string =>
  history.map(({ end }) => (end ? `${end.reason} (${end.message})` : 'running')).join(', ');

function startsOf({ kind, starts, suite }: Expected, job: JobView): string[] {
  const began = existsSync(starts) ? readFileSync(starts, 'utf8').split('\n').length - 1 : 0;
  if (kind === 'once' && began > 1) return [`${suite}, a once job, began ${began} times`];
  if (began > job.attempts) return [`${suite} began ${began} times in ${job.attempts} attempts`];
  if (job.standing === 'passed' && began === 0) return [`${suite} passed and never began`];
  return [];
}

/** Complete: exactly what was printed. Partial: the beginning of it, and not a byte more or less than the seal says. */
async function logOf(
  { fleet: { api }, stepsHit }: Life,
  expected: Expected,
  job: JobView,
  attempt: AttemptView,
): Promise<string[]> {
  const about = `the log of ${expected.suite}, attempt ${attempt.number},`;
  const { log, end } = attempt;
  if (!log) return [`${about} was never sealed`];
  const bytes = await api.bytes(attempt.logUrl);
  if (bytes.length !== log.bytes) return [`${about} has ${bytes.length} bytes, its seal says ${log.bytes}`];
  if (log.state === 'complete' && sha256Of(bytes) !== log.sha256)
    return [`${about} is not what its digest says`];
  const hasVerdict = end?.reason === 'exited';
  if (hasVerdict && log.state !== 'complete') return [`${about} is partial, the verdict is ${job.standing}`];
  // Shells say that something of theirs was killed.
  if (stepsHit > 0 && end?.reason === 'exited' && end.exitCode !== 0) return [];
  const text = bytes.toString();
  if (!expected.log.startsWith(text))
    return [`${about} has other bytes than were printed: ${JSON.stringify(text.slice(-80))}`];
  if (hasVerdict && text !== expected.log)
    return [`${about} is complete with ${bytes.length} of ${expected.log.length} bytes`];
  return [];
}

async function settlesOf({ fleet: { api } }: Life, job: JobView): Promise<string[]> {
  const settles = (await api.events(job.id)).filter(({ data }) => data?.status === 'settled');
  return settles.length === 1 ? [] : [`${job.suite} settled ${settles.length} times`];
}

/** Pending as often as it likes, then one final status, which is the truth and the last word; an unheard one may be said again. */
function statusesOf({ fleet: { fake } }: Life, job: JobView): string[] {
  const context = statusContext(job.image, job.suite);
  const posted = fake
    .statuses()
    .filter(status => status.sha === job.run.commit && status.context === context);
  const finals = posted.filter(({ state }) => state !== 'pending');
  const words = new Set(
    finals.map(({ state, description, targetUrl }) => `${state} ${description} ${targetUrl}`),
  );
  const expected =
    { passed: 'success', failed: 'failure', 'timed-out': 'failure' }[job.standing as string] ?? 'error';
  const last = posted.at(-1);
  return [
    ...(last?.state === expected && last.description === job.text
      ? []
      : [
          `${context} says ${last?.state} "${last?.description}", the truth is ${job.standing} "${job.text}"`,
        ]),
    ...(words.size === 1 ? [] : [`${context} had ${words.size} final statuses: ${[...words].join(', ')}`]),
    ...(posted.findIndex(({ state }) => state !== 'pending') === posted.length - finals.length
      ? []
      : [`${context} went back to pending`]),
    ...(fake.violations.length > 0 ? [`GitHub refused ${JSON.stringify(fake.violations[0])}`] : []),
  ];
}

async function whatIsLeft({ fleet }: Life): Promise<string[]> {
  let left: string[] = [];
  const isNothingLeft = async () => {
    left = await leftovers(fleet);
    return left.length === 0;
  };
  return until('nothing is left', isNothingLeft, { ...patience, timeoutMs: 150_000 }).then(
    () => [],
    (error: Error) =>
      left.length > 0 ? left.map(what => `left behind: ${what}`) : [`${error.message}: ${error.cause}`],
  );
}

const bug = /\b(?:TypeError|ReferenceError|RangeError|AssertionError|ERR_ASSERTION|unhandled)/i;

/** A coordinator that stumbles over its own code says so, whatever else is well. */
const bugsIn = ({ fleet: { coordinator } }: Life): string[] =>
  coordinator
    .log()
    .split('\n')
    .filter(line => bug.test(line))
    .map(line => `the coordinator's log: ${line.slice(0, 600)}`);
