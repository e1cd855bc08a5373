/** The life of one pull request: opened with a mistake, mended, merged. Every step is a signed webhook over HTTP. */
import { statusContext } from '#shared/forge-status.ts';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { deliver } from './github-stand-in/deliver.ts';
import type { HookEvent, StatusRecord } from './github-stand-in/records.ts';
import { brokenFiles, mendedFiles, suites } from './rocket.ts';
import { repository, type Stage } from './stage.ts';

/** One thing that people do on GitHub, and the statuses that a commit must have in the end. */
export type Chapter = {
  title: string;
  commit: CommitSha;
  expected: ReadonlyMap<string, StatusRecord['state']>;
};

type Tell = { chapter(title: string): void; status(status: StatusRecord): void };

const branch = 'shorter-formula';

/** Plays all of it. @throws when a webhook is refused or a commit has no verdict in time. */
export async function playStory(stage: Stage, tell: Tell): Promise<Chapter[]> {
  const { origin, github, hook } = stage;
  const chapters: Chapter[] = [];
  const play = async (chapter: Chapter, events: readonly HookEvent[]) => {
    tell.chapter(chapter.title);
    const judged = verdictsOf(stage, chapter, tell);
    for (const event of events) await post(hook, event);
    await judged;
    chapters.push(chapter);
  };
  const unit = statusContext(stage.image, 'unit');
  const green = new Map(suites.map(suite => [statusContext(stage.image, suite), 'success'] as const));

  for (const event of github.ping({ repository })) await post(hook, event);

  const broken = await origin.commit(branch, 'A shorter formula', brokenFiles);
  const pushed = github.push({
    repository,
    branch,
    commits: [{ sha: broken, message: 'A shorter formula' }],
  });
  const { number, events } = github.openPull({ repository, branch, title: 'A shorter formula' });
  const red = new Map([...green, [unit, 'failure'] as const]);
  const opened = `Pull request #${number} is opened; its formula is wrong for an odd number of orbits`;
  await play({ title: opened, commit: broken, expected: red }, [...pushed, ...events]);

  const mended = await origin.commit(branch, 'Count the last hour', mendedFiles);
  const fix = github.push({ repository, branch, commits: [{ sha: mended, message: 'Count the last hour' }] });
  await play({ title: 'A fix is pushed', commit: mended, expected: green }, fix);

  const mergeSha = await origin.merge(branch, `Merge pull request #${number}`);
  const merged = github.mergePull({ repository, number, mergeSha, commits: [broken, mended, mergeSha] });
  const landed = new Map([...green, [statusContext(stage.image, 'dist'), 'success'] as const]);
  const title = 'It is merged; what passed builds its artifact';
  await play({ title, commit: mergeSha, expected: landed }, merged);
  return chapters;
}

async function post(hook: Stage['hook'], event: HookEvent): Promise<void> {
  const { status, answer } = await deliver(hook, event);
  if (status !== 202) throw new Error(`the webhook ${event.event} was answered with ${status}: ${answer}`);
}

/** Resolves when every context that is expected of the commit has a verdict, whichever. */
async function verdictsOf(
  { github }: Stage,
  { commit, expected, title }: Chapter,
  tell: Tell,
): Promise<void> {
  const open = new Set(expected.keys());
  const done = Promise.withResolvers<void>();
  const stop = github.onStatus(status => {
    if (status.sha !== commit) return;
    tell.status(status);
    if (status.state === 'pending') open.add(status.context);
    else open.delete(status.context);
    if (open.size === 0) done.resolve();
  });
  const late = () => done.reject(new Error(`no verdict for ${[...open].join(', ')} after: ${title}`));
  const timer = setTimeout(late, limits.demoChapterMs);
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}
