import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RootKeyView, SecretSaved, SecretsView } from '#shared/secrets.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { useAllThere } from '../live/use-all-there.ts';
import { Command } from '../parts/copy-button.tsx';
import { useOpening } from '../parts/form.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import '../people/people.css';
import { SecretForm } from '../secrets/secret-form.tsx';
import { LogTable } from '../secrets/secret-log.tsx';
import { SecretRow } from '../secrets/secret-row.tsx';
import '../secrets/secrets.css';
import { secretLogQuery, secretsQuery } from '../secrets/secrets-queries.ts';
import { Part } from '../system/fleet-parts.tsx';
import '../system/system.css';
import { secrets as texts } from '../texts/secrets.ts';

/** Which secrets there are, who is given them and who was; set, replaced and removed here. Never a value. */
export function SecretsPage() {
  usePageState(texts.title);
  const all = useQuery(secretsQuery);
  const areThere = useAllThere([all, useQuery(secretLogQuery)]);
  const { data, error, refetch } = all;
  if (!data) return error ? <ProblemView error={error} what="page" onAgain={() => void refetch()} /> : null;
  if (!areThere) return null;
  return (
    <>
      <h1>{texts.title}</h1>
      <p className="dim">{texts.about}</p>
      <Kept view={data} />
      <RootKey rootKey={data.rootKey} />
      <Log />
    </>
  );
}

function Kept({ view: { secrets } }: { view: SecretsView }) {
  const [saved, setSaved] = useState<SecretSaved | null>(null);
  const { isOpen, close, button } = useOpening();
  const leave = (done: SecretSaved) => {
    setSaved(done);
    close();
  };
  return (
    <Part title={texts.kept} error={null}>
      <div className="part-top">
        <p className="dim">
          {secrets.length === 0 && texts.none} {texts.noneHint}
        </p>
        <Button size="compact-sm" {...button}>
          {texts.set}
        </Button>
      </div>
      <div role="status">{saved && <Saved saved={saved} />}</div>
      {isOpen && (
        <SecretForm
          title={texts.set}
          of={null}
          places={[...new Set(secrets.map(({ repository }) => repository))]}
          onSaved={leave}
          onClose={close}
        />
      )}
      {secrets.length > 0 && (
        <ul className="who-list secret-list panel">
          {secrets.map(secret => (
            <SecretRow
              key={`${secret.repository} ${secret.stage} ${secret.name}`}
              secret={secret}
              onSaved={setSaved}
            />
          ))}
        </ul>
      )}
    </Part>
  );
}

const Saved = ({ saved: { secret, warnings } }: { saved: SecretSaved }) => (
  <>
    <p className="said">
      {texts.saved(secret.name, texts.of(secret.repository, secret.stage === 'on-merge'), secret.version)}
    </p>
    {warnings.map(warning => (
      <p key={warning} className="soon">
        {texts.note} {warning}
      </p>
    ))}
  </>
);

const RootKey = ({ rootKey: { fingerprint, source, missing, problem } }: { rootKey: RootKeyView }) => (
  <Part title={texts.rootKey} error={null}>
    <p>
      <code>{fingerprint === null ? texts.noKey(source) : texts.keyIs(fingerprint, source)}</code>
    </p>
    {missing.length > 0 && (
      <p className="bad" role="alert">
        {texts.missing(missing.join(', '))}
      </p>
    )}
    {problem && (
      <p className="bad" role="alert">
        {problem.message}
      </p>
    )}
    {fingerprint !== null && (
      <div className="nothing">
        <p className="dim">{texts.rotate}</p>
        <Command text={texts.rotateCommand} />
      </div>
    )}
  </Part>
);

function Log() {
  const { data, failureReason } = useQuery(secretLogQuery);
  return (
    <Part title={texts.logAll} error={data ? null : failureReason}>
      <p className="dim">{texts.logAllHint}</p>
      {data && <LogTable title={texts.logAll} entries={data} />}
    </Part>
  );
}
