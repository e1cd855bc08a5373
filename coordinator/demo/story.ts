/** The life of one pull request: opened with a mistake, mended, merged. Every step is a signed webhook over HTTP. */
import assert from 'node:assert/strict';
import { statusContext } from '#shared/forge-status.ts';
import { announce, type Chapter, playChapter, type Tell } from './chapter.ts';
import { mergeMessageOf } from './github-stand-in/pulls.ts';
import type { HookEvent } from './github-stand-in/records.ts';
import { artifactSuite, brokenFiles, mendedFiles, suites } from './rocket.ts';
import { repository, type Stage } from './stage.ts';

const branch = 'shorter-formula';
const firstMessage = 'Shorten the formula of the flight time';
const fixMessage = 'Count the last hour of a flight as a whole one';

/** Plays all of it. @throws when a webhook is refused or a commit has no verdict in time. */
export async function playStory(stage: Stage, tell: Tell): Promise<Chapter[]> {
  const { origin, github } = stage;
  const chapters: Chapter[] = [];
  const play = async (chapter: Chapter, events: readonly HookEvent[]) => {
    await playChapter(stage, tell, chapter, events);
    chapters.push(chapter);
  };
  const unit = statusContext(stage.image, 'unit');
  const green = new Map(suites.map(suite => [statusContext(stage.image, suite), 'success'] as const));

  await announce(stage, github.ping({ repository }));

  const broken = await origin.commit(branch, firstMessage, brokenFiles);
  const pushed = github.push({ repository, branch, commits: [{ sha: broken, message: firstMessage }] });
  const { number, events } = github.openPull({ repository, branch, title: firstMessage });
  const red = new Map([...green, [unit, 'failure'] as const]);
  const opened = `Pull request #${number} is opened; its formula is wrong for an odd number of orbits`;
  await play({ title: opened, commit: broken, expected: red }, [...pushed, ...events]);

  const mended = await origin.commit(branch, fixMessage, mendedFiles);
  const fix = github.push({ repository, branch, commits: [{ sha: mended, message: fixMessage }] });
  await play({ title: 'A fix is pushed', commit: mended, expected: green }, fix);

  const pull = github.pullRequest(repository, number);
  assert(pull, 'the pull request of the story is there');
  const mergeSha = await origin.merge(branch, mergeMessageOf(pull));
  const merged = github.mergePull({ repository, number, mergeSha, commits: [broken, mended, mergeSha] });
  const landed = new Map([...green, [statusContext(stage.image, artifactSuite), 'success'] as const]);
  const title = 'It is merged; what passed builds its artifact';
  await play({ title, commit: mergeSha, expected: landed }, merged);
  return chapters;
}
