import type { ReactNode } from 'react';
import type { Standing } from '#shared/api.ts';
import type { AuditEntry, AuditValues } from '#shared/audit.ts';
import { exactText } from '../parts/ages.ts';
import { Shape } from '../parts/shape.tsx';
import { Age } from '../parts/time.tsx';
import { audit as texts } from '../texts/audit.ts';

/** How an act ended, in the shapes of outcomes. */
const standings: Record<AuditEntry['outcome'], Standing> = {
  done: 'passed',
  refused: 'blocked',
  failed: 'failed',
};

/** One line, and all of it when it is opened. */
export function Entry({ entry }: { entry: AuditEntry }) {
  const { seq, act, outcome, code, actor, subject, at } = entry;
  const standing = standings[outcome];
  return (
    <li className={`tone-${standing}`}>
      <details>
        <summary>
          <Shape standing={standing} label={texts.outcomes[outcome]} />
          <code className="audit-act">{act}</code>
          <span className="audit-subject">{subject}</span>
          <span className="audit-actor">
            {actor.name}
            {outcome !== 'done' && <span className="dim"> · {code ?? texts.outcomes[outcome]}</span>}
          </span>
          <Age at={at} />
        </summary>
        <section className="audit-details" aria-label={texts.details(seq)}>
          <Changed before={entry.before} after={entry.after} />
          <Facts entry={entry} />
        </section>
      </details>
    </li>
  );
}

function Facts({ entry }: { entry: AuditEntry }) {
  const { seq, at, actor, way, address, repository, outcome, code, digest } = entry;
  return (
    <dl className="facts">
      <Fact name={texts.entry}>{seq}</Fact>
      <Fact name={texts.when}>{exactText(at)}</Fact>
      <Fact name={texts.by}>
        {actor.name} <span className="dim">({texts.kinds[actor.kind]})</span>{' '}
        {actor.id && <code>{actor.id}</code>}
      </Fact>
      <Fact name={texts.from}>
        {texts.ways[way]} {address && <code>{address}</code>}
      </Fact>
      {repository && <Fact name={texts.repository}>{repository}</Fact>}
      {outcome !== 'done' && (
        <Fact name={texts.code}>
          {texts.outcomes[outcome]}
          {code && <code> {code}</code>}
        </Fact>
      )}
      <Fact name={texts.digest}>
        <code>{digest}</code>
      </Fact>
    </dl>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

/** How each thing was and became; what is the same on both sides has nothing to say. */
function Changed({ before, after }: { before: AuditValues | null; after: AuditValues | null }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return null;
  return (
    <table className="audit-values">
      <thead>
        <tr>
          <td />
          <th scope="col">{texts.before}</th>
          <th scope="col">{texts.after}</th>
        </tr>
      </thead>
      <tbody>
        {names.map(name => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{valueText(before?.[name])}</td>
            <td>{valueText(after?.[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function valueText(value: AuditValues[string] | undefined): string {
  if (value === undefined) return texts.nothing;
  return typeof value === 'string' ? value || '""' : JSON.stringify(value);
}
