/** How the coordinator stands with GitHub, in sentences that the terminal and the pages have in common. Pure. */
import type { GithubStanding } from './api.ts';
import { durationText } from './quantity-text.ts';

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const refusedSentence = ({ at, message }: Refused, ago: (at: number) => string): string =>
  `the last webhook was refused ${ago(at)} ago: ${message}; paddock github check says more`;

type Refused = NonNullable<GithubStanding['refused']>;

/** In the order of their weight: what is wrong comes first. `now` is the coordinator's clock. */
export function githubSentences(standing: GithubStanding, now: number): string[] {
  const { hears, lastPass, left, repairs, failure, refused, unlisted, outbox } = standing;
  const ago = (at: number): string => durationText(Math.max(0, now - at));
  return [
    ...(failure === null ? [] : [failure]),
    ...(refused === null ? [] : [refusedSentence(refused, ago)]),
    ...unlisted,
    ...(outbox === null
      ? []
      : [
          `${count(outbox.count, 'status waits', 'statuses wait')} to be sent, the oldest for ${ago(outbox.since)}`,
        ]),
    hears === 'webhooks'
      ? 'webhooks tell what is new'
      : 'no webhook is configured: it is asked every 30 seconds',
    lastPass === null
      ? 'not compared since the start'
      : `compared ${ago(lastPass.endedAt)} ago, ${count(lastPass.repairs, 'thing', 'things')} put right then, ${repairs} since the start`,
    ...(left === null ? [] : [`being compared: ${left} to go`]),
  ];
}
