import { Link } from '@tanstack/react-router';
import type { SecretLogEntry } from '#shared/secrets.ts';
import { Age } from '../parts/time.tsx';
import { secrets as texts } from '../texts/secrets.ts';

/** What scrolls is to be scrolled with keys too. */
const focusable = { tabIndex: 0 };

/** Who changed a secret, and which jobs were given one, newest first. */
export function LogTable({ title, entries }: { title: string; entries: readonly SecretLogEntry[] }) {
  if (entries.length === 0) return <p className="dim">{texts.noLog}</p>;
  return (
    <div className="scrolls" {...focusable}>
      <table className="table log-table" aria-label={title}>
        <thead>
          <tr>
            {texts.logColumns.map(column => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map(entry => (
            <tr key={JSON.stringify(entry)}>
              <td>
                <Age at={entry.at} />
              </td>
              <td>{texts.types[entry.type]}</td>
              <td>
                <b>{entry.name}</b>{' '}
                <span className="dim">{texts.of(entry.repository, entry.stage !== '')}</span>
              </td>
              <td className="num">{entry.version}</td>
              <td>{entry.by ?? <Recipient entry={entry} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Recipient({ entry: { job, image, host } }: { entry: SecretLogEntry }) {
  if (!job) return null;
  return (
    <>
      <Link to="/jobs/$id" params={{ id: job }} className="link">
        {texts.job}
      </Link>{' '}
      <span className="dim">{texts.on(image ?? '', host?.name ?? host?.id ?? '')}</span>
    </>
  );
}
