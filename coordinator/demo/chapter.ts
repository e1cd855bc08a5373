/** One thing that people do on GitHub: it is told, its webhooks are sent, and every status of its commit is waited for. */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { deliver } from './github-stand-in/deliver.ts';
import type { HookEvent, StatusRecord } from './github-stand-in/records.ts';
import type { Stage } from './stage.ts';

/** What happens, and the statuses that its commit must have in the end. */
export type Chapter = {
  title: string;
  commit: CommitSha;
  expected: ReadonlyMap<string, StatusRecord['state']>;
};

export type Tell = { chapter(title: string): void; status(status: StatusRecord): void };

/** Resolves when every expected context has a verdict, whichever. @throws when a webhook is refused or none comes in time. */
export async function playChapter(
  stage: Stage,
  tell: Tell,
  chapter: Chapter,
  events: readonly HookEvent[],
): Promise<void> {
  tell.chapter(chapter.title);
  const judged = verdictsOf(stage, chapter, tell);
  judged.catch(() => {}); // when a webhook is refused, that is what is thrown
  await announce(stage, events);
  await judged;
}

/** Sends webhooks, in order. @throws when one is refused */
export async function announce({ hook }: Pick<Stage, 'hook'>, events: readonly HookEvent[]): Promise<void> {
  for (const event of events) {
    const { status, answer } = await deliver(hook, event);
    if (status !== 202) throw new Error(`the webhook ${event.event} was answered with ${status}: ${answer}`);
  }
}

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
