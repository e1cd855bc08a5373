import { type CredentialView, credentialKinds } from '#shared/credentials.ts';
import { Age, Left } from '../parts/time.tsx';
import { credentials as texts } from '../texts/credentials.ts';

/** What it is, who has it, what it opens, how long, and how it is taken back. */
export const CredentialRow = ({ credential }: { credential: CredentialView }) => {
  const { kind, name, holder, scope, revoked, file } = credential;
  return (
    <li>
      <span>
        <b>{kind}</b>
        <br />
        <span className="dim">{credentialKinds[kind].what}</span>
      </span>
      <span>
        <code>{name}</code>
        <br />
        {holder}
      </span>
      <span>
        {scope}
        <br />
        <span className="dim">{texts.revoked(revoked)}</span>
      </span>
      <span className="dim">
        {file && (
          <>
            <span className={file.isTooOpen ? 'bad' : undefined} title={file.path}>
              {texts.mode(file.mode, file.isTooOpen)}
            </span>
            <br />
          </>
        )}
        <Used credential={credential} />
        <End credential={credential} />
      </span>
    </li>
  );
};

function Used({ credential: { lastUsedAt, since } }: { credential: CredentialView }) {
  const at = lastUsedAt ?? since;
  if (at === null) return null;
  return (
    <>
      {lastUsedAt === null ? texts.since : texts.used} <Age at={at} />
      <br />
    </>
  );
}

const End = ({ credential: { expiresAt } }: { credential: CredentialView }) =>
  expiresAt === null ? texts.never : <Left until={expiresAt} />;
