import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CredentialRow } from '../credentials/credential-row.tsx';
import '../credentials/credentials.css';
import { credentialsQuery } from '../credentials/credentials-query.ts';
import { type Group, groupsOf, tooOpenFiles } from '../credentials/groups.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { Command } from '../parts/copy-button.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { shellWord } from '../parts/shell-word.ts';
import '../people/people.css';
import { Part } from '../system/fleet-parts.tsx';
import '../system/system.css';
import { credentials as texts } from '../texts/credentials.ts';

/** Rows of a group that are shown at once: a fleet has thousands of machines. */
const shownAtFirst = 50;

/** What opens something now, who holds it, until when, and how it is taken back. For administrators; never a value. */
export function CredentialsPage() {
  usePageState(texts.title);
  const { data, error, refetch } = useQuery(credentialsQuery);
  if (!data) return error ? <ProblemView error={error} what="page" onAgain={() => void refetch()} /> : null;
  return (
    <>
      <h1>{texts.title}</h1>
      <p className="dim">{texts.about}</p>
      <TooOpen files={tooOpenFiles(data.credentials)} />
      {groupsOf(data.credentials).map(group => (
        <Credentials key={group.name} group={group} />
      ))}
      {data.isCut && <p className="dim">{texts.cut}</p>}
      <div className="nothing">
        <p className="dim">{texts.hint}</p>
        <Command text={texts.command} />
      </div>
    </>
  );
}

const TooOpen = ({ files }: { files: readonly string[] }) =>
  files.length === 0 ? null : (
    <section className="notice too-open" role="alert">
      <p>
        <strong>{texts.tooOpen}</strong> {texts.tooOpenHint}
      </p>
      {files.map(file => (
        <Command key={file} text={`chmod 600 ${shellWord(file)}`} />
      ))}
    </section>
  );

function Credentials({ group: { name, credentials } }: { group: Group }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? credentials : credentials.slice(0, shownAtFirst);
  return (
    <Part title={texts.groups[name].title} error={null}>
      <p className="dim">{texts.groups[name].about}</p>
      <ul className="who-list credential-list panel">
        {shown.map(credential => (
          <CredentialRow key={`${credential.kind} ${credential.name}`} credential={credential} />
        ))}
      </ul>
      {shown.length < credentials.length && (
        <Button variant="default" onClick={() => setWhole(true)}>
          {texts.all(credentials.length)}
        </Button>
      )}
    </Part>
  );
}
