/**
 * The reconciler: compares what is known with what GitHub shows, repository by repository, then the statuses and the checks of each open head and
 * branch head; at last it looks for repositories that only a pattern of the configuration covers. A pass goes over everything; it is due after a start, when GitHub is back, when the clock was set, and every
 * few minutes. It costs a bounded number of answers, then rests, and goes on where it was. Everything is derived from the
 * store and from GitHub: a pass that is cut off by a restart is simply begun anew.
 *
 * Where no webhook tells anything (`isPolling`) pull requests and branches are looked at more often; their statuses, and what patterns
 * cover, as often as elsewhere.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Loop, startLoop } from '../../ground/loop.ts';
import { listRefusedSubjects } from '../../store/forge-writes.ts';
import { listRepositories } from '../../store/repositories.ts';
import { ForgeError } from '../errors.ts';
import { findAccounts, findRepositories } from './find-repositories.ts';
import { lookAtChecks } from './look-at-checks.ts';
import { lookAtHead } from './look-at-head.ts';
import { lookAtRepository } from './look-at-repository.ts';
import { type Looked, type ReconcileParts, type Task, tasksOfHead } from './reconcile-ports.ts';

export type ReconcilerParts = ReconcileParts & {
  isPolling: boolean;
  monotonicMs: () => number;
};

export type ReconcilerHealth = {
  isPolling: boolean;
  /** The last whole pass; null: none since the start. */
  lastPass: { endedAt: Instant; tookMs: number; repairs: number } | null;
  repairsSinceStart: number;
  /** Repositories and heads that the pass under way has still to look at; null: none is under way. */
  left: number | null;
  /** What went wrong last, in the pass under way or the last one. */
  failure: string | null;
  /** Why repositories that only patterns cover are not found, a sentence each. */
  unlisted: string[];
};

export type Reconciler = Loop & {
  /** A pass over everything is due, for nobody knows what was missed: at once, unless one has only just begun. */
  begin(): void;
  health(): ReconcilerHealth;
};

type Pass = {
  isWhole: boolean;
  startedAt: number;
  tasks: Task[];
  repairs: number;
  failures: number;
};

export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { reads, report, monotonicMs } = parts;
  const intervalMs = parts.isPolling ? limits.reconcilePollMs : limits.reconcileMs;
  let pass: Pass | null = null;
  let lastPass: ReconcilerHealth['lastPass'] = null;
  let repairsSinceStart = 0;
  let failure: string | null = null;
  let unlisted: string[] = [];
  let isWanted = true;
  /** All on the clock that nobody sets. */
  let [beganAt, wholeAt, dueAt, restsUntil] = [never, never, never, never];

  const rest = (ms: number): number => {
    restsUntil = monotonicMs() + ms;
    return ms;
  };

  async function tick(signal: AbortSignal): Promise<number | null> {
    const waitMs = Math.max(restsUntil, pass ? never : dueAt) - monotonicMs();
    if (waitMs > 0) return waitMs;
    pass ??= await beginPass();
    const spentBefore = reads.spent();
    for (let task = pass.tasks[0]; task; task = pass.tasks[0]) {
      if (reads.spent() - spentBefore >= limits.reconcileCalls) return rest(limits.reconcileRestMs);
      const pauseMs = await attend(pass, task, signal);
      if (pauseMs !== null) return rest(pauseMs);
    }
    return endPass(pass);
  }

  async function beginPass(): Promise<Pass> {
    const isWhole = isWanted || !parts.isPolling || monotonicMs() - wholeAt >= limits.reconcileMs;
    isWanted = false;
    failure = null;
    beganAt = monotonicMs();
    const known = (await listRepositories(parts.store.read)).filter(({ forge }) => forge === 'github');
    const names = new Map([...parts.configured, ...known.map(({ fullName }) => fullName)].map(byName));
    const tasks = [...names.values()]
      .sort()
      .map((repository): Task => ({ type: 'repository', repository, pattern: null }));
    return {
      ...{ isWhole, startedAt: beganAt, repairs: 0, failures: 0 },
      tasks: isWhole ? [...tasks, ...(await refused()), { type: 'patterns' }] : tasks,
    };
  }

  /** What GitHub has refused for a commit that is no head would stand there as it was before, and nobody would look. */
  const refused = async (): Promise<Task[]> => {
    const since = parts.now() - limits.refusedForMs;
    const subjects = await listRefusedSubjects(parts.store.read, { since, max: limits.refusedCommits });
    return subjects.flatMap(subject => tasksOfHead(parts, subject));
  };

  /** @returns how long to leave GitHub alone; null: it answered, or only this one cannot be looked at */
  async function attend(pass: Pass, task: Task, signal: AbortSignal): Promise<number | null> {
    if (task.type === 'patterns') unlisted = [];
    try {
      const looked = await look(parts, task, signal);
      pass.tasks.shift();
      pass.repairs += looked.repairs;
      repairsSinceStart += looked.repairs;
      pass.failures += looked.failures;
      for (const trouble of looked.troubles) missed(trouble);
      if (pass.isWhole) pass.tasks.unshift(...looked.next);
      return null;
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      if (isListing(task)) missed(error.message);
      else {
        failure = error.message;
        report.warn(
          { ...('repository' in task ? { repository: task.repository } : {}), code: error.code },
          error.message,
        );
      }
      // What is known must not wait for a list that GitHub cannot make.
      if (!error.isForgeWide || isListing(task)) pass.tasks.shift();
      if (!error.isForgeWide) return null;
      return typeof error.retry === 'object' ? error.retry.afterMs : limits.reconcileRetryMs;
    }
  }

  function missed(sentence: string): void {
    unlisted = [...unlisted, sentence];
    report.warn({}, sentence);
  }

  function endPass({ isWhole, startedAt, repairs, failures }: Pass): number {
    const at = monotonicMs();
    pass = null;
    if (isWhole) wholeAt = at;
    lastPass = { endedAt: parts.now(), tookMs: Math.round(at - startedAt), repairs };
    const isSoon = isWanted || failures > 0;
    dueAt = isSoon ? Math.min(at + intervalMs, beganAt + limits.reconcileRetryMs) : at + intervalMs;
    return Math.max(0, dueAt - at);
  }

  const loop = startLoop({
    tick,
    onError: error => report.warn({ err: error }, 'comparing with GitHub failed; trying again'),
  });
  return {
    ...loop,
    begin() {
      isWanted = true;
      dueAt = Math.min(dueAt, beganAt + limits.reconcileRetryMs);
      loop.wake();
    },
    health: () => ({
      isPolling: parts.isPolling,
      lastPass,
      repairsSinceStart,
      left: pass?.tasks.length ?? null,
      failure,
      unlisted,
    }),
  };
}

const never = Number.NEGATIVE_INFINITY;

const byName = (name: string): [string, string] => [name.toLowerCase(), name];

const isListing = ({ type }: Task): boolean => type === 'patterns' || type === 'account';

function look(parts: ReconcileParts, task: Task, signal: AbortSignal): Promise<Looked> {
  switch (task.type) {
    case 'repository':
      return lookAtRepository(parts, task, signal);
    case 'statuses':
      return lookAtHead(parts, task.repository, task.commit, signal);
    case 'checks':
      return lookAtChecks(parts, task.repository, task.commit, signal);
    case 'patterns':
      return findAccounts(parts, signal);
    case 'account':
      return findRepositories(parts, task.account, signal);
  }
}
