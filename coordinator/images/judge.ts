/**
 * The conformance suite's verdict on a version. Pure: what was seen in, checks out. The suite itself (`conformance/`) only
 * does and prints; nothing that a machine says of itself counts where the coordinator can see it by its own eyes.
 */
import { createHash } from 'node:crypto';
import type { MachineId } from '#shared/ids.ts';
import type { CheckName, ImageCheck } from '#shared/image-api.ts';
import { limits } from '#shared/limits.ts';
import type { Evidence, JobEvidence, MachineEvidence } from './evidence.ts';

/** `machine` is the one whose console says most about a failure to start. */
export type Verdict =
  | { type: 'pending' }
  | { type: 'report'; isOk: boolean; checks: ImageCheck[]; machine: MachineId | null };

/** Steps of the suite `machine`, in its order. */
const steps = ['clock', 'source', 'live-log', 'long-log', 'leave-behind', 'left-behind'] as const;
export const longLogLines = 100_000;
/** What `checks/artifact.sh` writes. */
const artifactBytes = Buffer.from([0, 255, 13, 10, 26, 10]);
const stepLimitMs = 3_000;

export function judge(evidence: Evidence): Verdict {
  const failed = stillbornIn(evidence);
  const hasStarted = evidence.machines.some(({ reportedInAt }) => reportedInAt !== null);
  const isHopeless = !hasStarted && failed.length >= limits.probationBoots;
  if (!isHopeless && !isOver(evidence)) return { type: 'pending' };
  const checks = checksOf(evidence);
  const isOk = checks.every(({ result }) => result === 'passed');
  return { type: 'report', isOk, checks, machine: mostTelling(failed)?.id ?? null };
}

const stillbornIn = ({ machines }: Evidence): MachineEvidence[] =>
  machines.filter(({ reportedInAt, gone }) => gone?.hasFailedToStart && reportedInAt === null);

/** The newest whose console has come: that of a machine which has just ended may still be on its way. */
const mostTelling = (failed: readonly MachineEvidence[]): MachineEvidence | undefined =>
  failed.findLast(({ gone }) => gone?.isDiagnosed) ?? failed.at(-1);

function isOver({ ageMs, runRefusal, jobs, machines, manifest }: Evidence): boolean {
  if (runRefusal !== null || ageMs > limits.probationMs) return true;
  const isTested = jobs.length > 0 && jobs.every(({ outcome }) => outcome !== null);
  const isCleared = manifest.machine.reuse === 'static' || machines.every(({ gone }) => gone !== null);
  return isTested && isCleared;
}

type Seen = { ok: boolean; detail: string; ms?: number };
/** Null: what it needs never happened. */
type Check = (evidence: Evidence) => Seen | null;

/** In the order of a machine's life. */
const table: Record<CheckName, Check> = {
  boots,
  agent,
  clock,
  source: evidence => stepOf(evidence, 'source', 'every file of the commit, and no other'),
  'live-log': liveLog,
  'long-log': longLog,
  'left-behind': evidence =>
    stepOf(evidence, 'left-behind', 'a process that left its session ended with its step'),
  artifact,
  'exit-code': exitCode,
  'time-limit': timeLimit,
  'goes-away': goesAway,
};

function checksOf(evidence: Evidence): ImageCheck[] {
  return (Object.keys(table) as CheckName[]).map(name => {
    const seen = table[name](evidence);
    if (seen === null) return { name, result: 'skipped', detail: 'never got so far', ms: null };
    return { name, result: seen.ok ? 'passed' : 'failed', detail: seen.detail, ms: seen.ms ?? null };
  });
}

const fine = (detail: string, ms?: number): Seen => ({
  ok: true,
  detail,
  ...(ms === undefined ? {} : { ms }),
});
const wrong = (detail: string): Seen => ({ ok: false, detail });
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function boots(evidence: Evidence): Seen {
  const { machines, runRefusal, waits, ageMs } = evidence;
  const started = machines.flatMap(({ requestedAt, reportedInAt }) =>
    reportedInAt === null ? [] : [reportedInAt - requestedAt],
  );
  const [fastest] = started.toSorted((a, b) => a - b);
  if (fastest !== undefined)
    return fine(
      `${count(started.length, 'machine')} reported in, the first after ${seconds(fastest)}`,
      fastest,
    );
  if (runRefusal !== null) return wrong(runRefusal);
  const failed = stillbornIn(evidence);
  if (failed.length > 0)
    return wrong(`${count(failed.length, 'machine')} of it never reported in: ${reasonOf(failed)}`);
  return wrong(`no machine of it came up within ${seconds(ageMs)}: ${waits ?? 'none was made'}`);
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
const reasonOf = (failed: readonly MachineEvidence[]): string =>
  mostTelling(failed)?.gone?.reason ?? 'no reason is known';

function agent({ jobs, manifest }: Evidence): Seen | null {
  const platform = jobs.map(({ attempt }) => attempt?.platform).find(Boolean);
  if (!platform) return null;
  const said = `Node ${platform.node.replace(/^v/, '')} on ${platform.os} ${platform.arch}`;
  const arch = machineNames[platform.arch] ?? platform.arch;
  if (arch !== manifest.arch && platform.arch !== manifest.arch)
    return wrong(
      `${said}, and the manifest says ${manifest.arch}: mend \`arch\`, or the disk is another system's`,
    );
  return fine(platform.git === null ? `${said}, without git` : `${said}, git ${platform.git}`);
}

/** `process.arch` → what `uname -m` says. */
const machineNames: Record<string, string> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  ia32: 'i686',
  riscv64: 'riscv64',
};

function clock(evidence: Evidence): Seen | null {
  const step = stepOf(evidence, 'clock', '');
  if (!step?.ok) return step;
  const shown = evidence.said?.clock;
  if (!shown || shown.arrivedAt === null)
    return wrong('`date +%s` printed no number: the suite reads the clock by it');
  const offMs = shown.shown - shown.arrivedAt;
  const off = `${seconds(Math.abs(offMs))} ${offMs < 0 ? 'behind' : 'ahead of'} the coordinator`;
  return Math.abs(offMs) <= limits.probationClockMs
    ? fine(`right to the second${Math.abs(offMs) < 1_500 ? '' : `: ${off}`}`)
    : wrong(
        `${off}: let the machine take the time from its config disk, or run a time service before the agent starts`,
      );
}

function liveLog(evidence: Evidence): Seen | null {
  const step = stepOf(evidence, 'live-log', '');
  if (!step?.ok) return step;
  const [first, second] = evidence.said?.live ?? [];
  if (typeof first !== 'number' || typeof second !== 'number')
    return wrong('the two lines of the step are not in the log');
  const apartMs = second - first;
  return apartMs >= limits.probationLiveMs
    ? fine(`two lines, printed 2 s apart, came ${seconds(apartMs)} apart`)
    : wrong(`two lines, printed 2 s apart, came together (${seconds(apartMs)}): something holds output back`);
}

function longLog(evidence: Evidence): Seen | null {
  const step = stepOf(evidence, 'long-log', '');
  if (!step?.ok) return step;
  const { lines = 0, isInOrder = false } = evidence.said ?? {};
  const log = jobOf(evidence, 'machine')?.attempt?.log;
  if (lines !== longLogLines || !isInOrder) return wrong(`${lines} of ${longLogLines} lines came in order`);
  if (log?.state !== 'complete') return wrong('the log is not whole');
  return fine(`${longLogLines.toLocaleString('en')} lines in order, byte for byte`, step.ms);
}

function artifact(evidence: Evidence): Seen | null {
  const job = jobOf(evidence, 'artifact');
  if (job?.outcome === null || !job?.attempt) return null;
  if (job.outcome !== 'passed') return wrong(job.message);
  const kept = evidence.artifacts.find(({ path }) => path === 'kept/bytes');
  const sha256 = createHash('sha256').update(artifactBytes).digest('hex');
  if (!kept) return wrong('kept/bytes was not handed over');
  return kept.sha256 === sha256
    ? fine(`${artifactBytes.length} bytes that a text mode would change came unchanged`)
    : wrong(`kept/bytes came changed: ${kept.bytes} bytes, SHA-256 ${kept.sha256}`);
}

function exitCode(evidence: Evidence): Seen | null {
  const end = endOf(evidence, 'exit-code');
  if (!end) return null;
  return end.reason === 'exited' && end.exitCode === 7
    ? fine('a step that exits with 7 is told apart')
    : wrong(`a step exited with 7, and what came is: ${end.message}`);
}

function timeLimit(evidence: Evidence): Seen | null {
  const end = endOf(evidence, 'time-limit');
  if (!end) return null;
  if (end.reason !== 'timed-out')
    return wrong(`a step that ignores signals was to be ended after 3 s, and what came is: ${end.message}`);
  const took = stepMs(jobOf(evidence, 'time-limit'), 0);
  const allowed = stepLimitMs + limits.killGraceMs + limits.probationClockMs;
  return took !== null && took <= allowed
    ? fine(`a tree that ignores signals was ended after ${seconds(took)}`, took)
    : wrong(`a step with 3 s ended after ${took === null ? 'nobody knows how long' : seconds(took)}`);
}

function goesAway({ machines, manifest }: Evidence): Seen | null {
  const started = machines.filter(({ reportedInAt }) => reportedInAt !== null);
  if (started.length === 0) return null;
  if (manifest.machine.reuse === 'static') return fine('stays: `reuse: static`');
  const left = started.filter(({ gone }) => gone === null);
  return left.length === 0
    ? fine(`${count(started.length, 'machine')} gone after one job each`)
    : wrong(`still there: ${left.map(({ id }) => id).join(', ')}`);
}

const jobOf = ({ jobs }: Evidence, suite: string): JobEvidence | undefined =>
  jobs.find(job => job.suite === suite);
const endOf = (evidence: Evidence, suite: string) => jobOf(evidence, suite)?.attempt?.end ?? null;

/** How a step of the suite `machine` ended; null: it never did. */
function stepOf(evidence: Evidence, name: (typeof steps)[number], detail: string): Seen | null {
  const job = jobOf(evidence, 'machine');
  const index = steps.indexOf(name);
  const ended = job?.attempt?.marks.find(mark => mark.type === 'step-ended' && mark.step === index);
  if (ended?.type === 'step-ended')
    return ended.exitCode === 0
      ? fine(detail, stepMs(job, index) ?? undefined)
      : wrong(`the step ${name} exited with ${ended.exitCode ?? ended.signal}; its log says why`);
  // Nothing of it was seen, but it is where the job ended.
  const end = job?.attempt?.end;
  const isHere = end && 'step' in end ? end.step === index : index === 0 && job?.outcome === 'errored';
  return isHere ? wrong(job?.message ?? '') : null;
}

/** How long a step ran, by the machine's clock. */
function stepMs(job: JobEvidence | undefined, step: number): number | null {
  const marks = (job?.attempt?.marks ?? []).filter(mark => mark.step === step);
  const [start, end] = [
    marks.find(({ type }) => type === 'step-started'),
    marks.find(({ type }) => type === 'step-ended'),
  ];
  return start && end ? end.at - start.at : null;
}
