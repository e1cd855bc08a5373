import type { GithubStanding as Standing } from '#shared/api.ts';
import { githubSentences } from '#shared/github-words.ts';
import { useNow } from '../live/clock.ts';
import { system } from '../texts/system.ts';

const everyMs = 5_000;

const isTrouble = ({ failure, refused, unlisted }: Standing, sentence: string): boolean =>
  sentence === failure ||
  unlisted.includes(sentence) ||
  (refused !== null && sentence.includes(refused.message));

/** How far the coordinator and GitHub are from each other. */
export function GithubStanding({ standing }: { standing: Standing }) {
  const now = useNow(everyMs);
  return (
    <section>
      <h2>{system.github}</h2>
      <ul className="panel rows">
        {githubSentences(standing, now).map(sentence => (
          <li key={sentence} className={isTrouble(standing, sentence) ? 'bad' : undefined}>
            {sentence}
          </li>
        ))}
      </ul>
    </section>
  );
}
