/**
 * What a visitor does to pull requests of their own, how far the guide is, and who watches. The buttons do what people do on
 * GitHub; Paddock hears of it by webhook and answers with statuses, as always.
 */

import { statusContext } from '#shared/forge-status.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { announce, playChapter, type Tell } from '../chapter.ts';
import type { PullRecord } from '../github-stand-in/records.ts';
import { latestPerContext } from '../github-stand-in/status-json.ts';
import { suites } from '../rocket.ts';
import { repository, type Stage } from '../stage.ts';
import { type ActId, actIds, actLabels, guideOf, type StepId } from './guide.ts';
import { type Facts, obstacleTo, stepsDone } from './progress.ts';
import { commitViews, type PullView } from './pull-view.ts';
import { type Deed, mergeVisit, openVisit, pushTo, type Visit } from './visit.ts';

/** Why a button did nothing. */
export type Refusal = { message: string };

const branchOf = (visit: number): string => (visit === 1 ? 'shift' : `shift-${visit}`);

export class Tour {
  readonly #stage: Stage;
  readonly #tell: Tell;
  readonly #visits = new Map<number, Visit>();
  readonly #done = new Set<StepId>();
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  /** What happened last, by pull request. */
  readonly #happened = new Map<number, string>();
  #isBusy = false;

  /** Opens the visitor's first pull request and waits for its verdict. From then on every status is told as it comes. */
  static async start(stage: Stage, tell: Tell): Promise<Tour> {
    const deed = await openVisit(stage, branchOf(1));
    const expected = suites.map(suite => {
      const state = suite === 'unit' ? 'failure' : 'success';
      return [statusContext(stage.image, suite), state] as const;
    });
    await playChapter(stage, tell, { ...deed, expected: new Map(expected) }, deed.events);
    return new Tour(stage, tell, deed);
  }

  private constructor(stage: Stage, tell: Tell, first: Deed) {
    this.#stage = stage;
    this.#tell = tell;
    this.#keep(first);
    this.#stopListening = stage.github.onStatus(status => {
      tell.status(status);
      this.#changed();
    });
  }

  /** The visitor's newest pull request. */
  get yours(): number {
    return Math.max(...this.#visits.keys());
  }

  /** Null when there is no pull request of that number. */
  view(number: number): PullView | null {
    const { github, occasion } = this.#stage;
    const pull = github.pullRequest(repository, number);
    if (!pull) return null;
    const steps = guideOf(this.#done);
    const next = steps.find(({ standing }) => standing === 'now')?.act;
    const facts = this.#factsOf(pull);
    const shown = actIds.filter(id => (id === 'open') !== (facts.status === 'open'));
    const acts = shown.map(id => ({
      id,
      label: actLabels[id],
      obstacle: obstacleTo(id, facts),
      isNext: id === next,
    }));
    return {
      repository,
      number,
      title: pull.title,
      author: pull.author,
      branch: pull.head.branch,
      base: pull.base.branch,
      status: pull.state.status,
      commits: commitViews(github, repository, pull),
      happened: this.#happened.get(number) ?? 'The demonstration has played this one through',
      acts: this.#visits.has(number) ? acts : [],
      steps,
      yours: this.yours,
      paddock: occasion.url,
    };
  }

  /** The pull request that brought a commit; null for a commit that none did. */
  pullWith(sha: string): number | null {
    for (let number = this.yours; number > 0; number--)
      if (this.view(number)?.commits.some(commit => commit.sha === sha)) return number;
    return null;
  }

  /** Does what the button says and tells Paddock. @throws when Paddock refuses a webhook */
  async press(number: number, act: ActId): Promise<Refusal | null> {
    const visit = this.#visits.get(number);
    const pull = this.#stage.github.pullRequest(repository, number);
    if (!visit || !pull) return { message: `pull request #${number} is not yours to press buttons on` };
    const obstacle = obstacleTo(act, this.#factsOf(pull));
    if (obstacle) return { message: obstacle };
    this.#isBusy = true;
    try {
      const deed = await this.#do(act, visit);
      this.#tell.chapter(deed.title);
      this.#keep(deed);
      await announce(this.#stage, deed.events);
      return null;
    } finally {
      this.#isBusy = false;
      this.#changed();
    }
  }

  /** What only a browser knows: that a link was followed, a command copied. */
  mark(step: StepId): void {
    this.#done.add(step);
    this.#changed();
  }

  /** Calls back after every change; answers how to stop it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopListening();
  }

  #do(act: ActId, visit: Visit): Promise<Deed> {
    if (act === 'open') return openVisit(this.#stage, branchOf(this.#visits.size + 1));
    return act === 'merge' ? mergeVisit(this.#stage, visit) : pushTo(this.#stage, visit, act);
  }

  #keep({ visit, title, commit }: Deed): void {
    this.#visits.set(visit.number, visit);
    this.#happened.set(visit.number, `${title}: ${shortCommit(commit)}`);
    this.#changed();
  }

  #factsOf({ number, state, commits, head }: Readonly<PullRecord>): Facts {
    const latest = (sha: string) => latestPerContext(this.#stage.github.statusesOf(repository, sha));
    return {
      status: state.status,
      isBroken: this.#visits.get(number)?.isBroken ?? false,
      isBusy: this.#isBusy,
      commits: commits.length,
      head: latest(head.sha),
      merge: state.status === 'merged' ? latest(state.mergeSha) : [],
    };
  }

  /** Once done is done: a new mistake takes no tick away. */
  #changed(): void {
    for (const number of this.#visits.keys()) {
      const pull = this.#stage.github.pullRequest(repository, number);
      if (pull) for (const step of stepsDone(this.#factsOf(pull))) this.#done.add(step);
    }
    for (const tell of this.#listeners) tell();
  }
}
