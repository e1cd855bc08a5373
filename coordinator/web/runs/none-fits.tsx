import { Link } from '@tanstack/react-router';
import { withoutUnseen } from '#shared/log-text.ts';
import type { RunFilter } from '#shared/run-filter.ts';
import { texts } from '../texts/texts.ts';
import { without } from './filters.tsx';

/** In place of an empty list: what was looked for, each of it to be taken away again. */
export function NoneFits({ filter, isAll }: { filter: RunFilter; isAll: boolean }) {
  const names = Object.keys(filter) as (keyof RunFilter)[];
  return (
    <section className="none-fits">
      <p>{isAll ? texts.runs.none : texts.runs.noneSoFar}</p>
      <ul>
        {names.map(name => (
          <li key={name}>
            <span className="dim">{texts.runs[name]}</span> <bdi>{saidOf(filter, name)}</bdi>{' '}
            <Link
              to="/"
              search={without(filter, { [name]: undefined })}
              className="link"
              aria-label={texts.runs.remove(texts.runs[name])}
            >
              {texts.runs.removeShort}
            </Link>
          </li>
        ))}
      </ul>
      <Link to="/" className="link">
        {texts.runs.all}
      </Link>
    </section>
  );
}

function saidOf(filter: RunFilter, name: keyof RunFilter): string {
  if (filter.outcome !== undefined && name === 'outcome') return texts.standings[filter.outcome];
  return withoutUnseen(name === 'change' ? `#${filter.change}` : String(filter[name]));
}
