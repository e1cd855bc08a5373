import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SecretSaved, SecretView } from '#shared/secrets.ts';
import { Deed } from '../parts/deed.tsx';
import { useOpening } from '../parts/form.tsx';
import { Age } from '../parts/time.tsx';
import { secrets as texts } from '../texts/secrets.ts';
import { labelsText } from './restrictions.ts';
import { SecretForm } from './secret-form.tsx';
import { LogTable } from './secret-log.tsx';
import { secretQuery } from './secrets-queries.ts';

/** What is kept of one secret besides its value, and what can be done with it. */
export function SecretRow({ secret, onSaved }: { secret: SecretView; onSaved(saved: SecretSaved): void }) {
  const { name, repository, stage } = secret;
  const place = texts.of(repository, stage === 'on-merge');
  const [replacing, log] = [useOpening(), useOpening()];
  const leave = (saved: SecretSaved) => {
    onSaved(saved);
    replacing.close();
  };
  return (
    <li>
      <Facts secret={secret} place={place} />
      <span className="who-buttons">
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${texts.log}: ${name} ${place}`}
          {...log.button}
        >
          {texts.log}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${texts.replace}: ${name} ${place}`}
          {...replacing.button}
        >
          {texts.replace}
        </Button>
        <Deed
          verb={texts.remove}
          label={`${texts.remove}: ${name} ${place}`}
          title={texts.removeTitle(name, place)}
          about={texts.removeBody}
          path="secrets/remove"
          body={{ repository, stage, name }}
        />
      </span>
      {replacing.isOpen && (
        <SecretForm
          title={texts.replaceTitle(name, place)}
          of={secret}
          places={[]}
          onSaved={leave}
          onClose={replacing.close}
        />
      )}
      {log.isOpen && <OwnLog secret={secret} title={texts.logOf(name, place)} />}
    </li>
  );
}

function Facts({ secret, place }: { secret: SecretView; place: string }) {
  const { name, form, images, labels, version, setAt, setBy, lastGiven } = secret;
  const only = [...images, labelsText(labels)].filter(Boolean).join(', ');
  return (
    <>
      <span>
        <b>{name}</b> <span className="dim">{texts.as[form]}</span>
      </span>
      <span>
        {place}
        <br />
        <span className="dim">{only ? texts.only(only) : texts.any}</span>
      </span>
      <span className="dim">
        {texts.version(version)}, <Age at={setAt} />, {texts.setBy(setBy)}
        <br />
        {lastGiven ? (
          <>
            {texts.lastGiven}{' '}
            <Link to="/jobs/$id" params={{ id: lastGiven.job }} className="link">
              {texts.jobOn(lastGiven.image)}
            </Link>
            , <Age at={lastGiven.at} />
          </>
        ) : (
          texts.never
        )}
      </span>
    </>
  );
}

function OwnLog({ secret, title }: { secret: SecretView; title: string }) {
  const { data, error } = useQuery(secretQuery(secret));
  return (
    <section className="secret-log" aria-label={title}>
      <h3>{title}</h3>
      {error && <p role="alert">{error.message}</p>}
      {data && <LogTable title={title} entries={data.log} />}
    </section>
  );
}
