/** What GitHub shows after each event in each situation, in words: `test/transcripts/github-table*.txt`. */
import { expect, test } from 'vitest';
import { mergingAtOnce, mergingSituations } from '#test/github-table/merge-situations.ts';
import { play } from '#test/github-table/scene.ts';
import { situations } from '#test/github-table/situations.ts';
import { githubTable } from '#test/github-table/table.ts';
import { expectTranscript } from '#test/support/transcript.ts';

test('event by situation GitHub shows afterwards what the transcript says', async () => {
  await expectTranscript('github-table', await githubTable(situations));
}, 240_000);

test('what GitHub shows of merging is what the transcript says', async () => {
  await expectTranscript('github-table-merging', await githubTable(mergingSituations, mergingAtOnce));
}, 240_000);

test('a word that there is not is said to be none', async () => {
  await expect(play('opne')).rejects.toThrow('there is no word opne');
  await expect(play('open:dosc')).rejects.toThrow('there is no commit dosc');
});
