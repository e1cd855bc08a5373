import type { ReactNode } from 'react';
import { Command } from './copy-button.tsx';
import './problem-view.css';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { MisfitError } from '../live/ask.ts';
import { ProblemError } from '../live/problem-error.ts';
import { texts } from '../texts/texts.ts';

const { problem } = texts;

/** In place of a page: what is wrong, and the next step. */
export function Blank({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="blank">
      <h1>{title}</h1>
      {children}
    </section>
  );
}

type Absent = keyof typeof problem.absent;

export function AbsentView({ what }: { what: Absent }) {
  return (
    <Blank title={problem.absent[what]}>
      {what !== 'page' && (
        <>
          <p>{problem.absentHint}</p>
          <Command text={problem.command} />
        </>
      )}
      <p>
        <Link to="/" className="link">
          {problem.home}
        </Link>
      </p>
    </Blank>
  );
}

function AdminView() {
  return (
    <Blank title={problem.admin}>
      <p>{problem.adminHint}</p>
      <Command text={problem.command} />
    </Blank>
  );
}

/** Somebody is signed in, and has not the role: who can give it. */
const LesserView = () => (
  <Blank title={problem.admin}>
    <p>{problem.adminBecome}</p>
    <Command text={problem.adminGrant} />
    <p>
      <Link to="/people" className="link">
        {problem.access}
      </Link>
    </p>
  </Blank>
);

const reload = () => location.reload();

function Reloadable({ title, hint }: { title: string; hint: string }) {
  return (
    <Blank title={title}>
      <p>{hint}</p>
      <Button onClick={reload}>{problem.reload}</Button>
    </Blank>
  );
}

/** The page for an error, by its kind; `what` was asked for. */
export function ProblemView({
  error,
  what,
  onAgain,
}: {
  error: unknown;
  what: Absent;
  onAgain?: () => void;
}) {
  if (error instanceof MisfitError || isOldChunk(error))
    return <Reloadable title={problem.misfit} hint={problem.misfitHint} />;
  if (error instanceof ProblemError) {
    const { status, title, code, detail, hint } = error.problem;
    if (status === 401) return <AdminView />;
    if (code === 'missing-permission') return <LesserView />;
    // An id that is none is answered with 400, and is as absent as one that nobody has.
    if (status === 404 || status === 400) return <AbsentView what={what} />;
    return (
      <Blank title={title}>
        <p>{sentence(detail)}</p>
        {hint && <p>{sentence(hint)}</p>}
        <Again onAgain={onAgain} />
      </Blank>
    );
  }
  if (error instanceof TypeError)
    return (
      <Blank title={problem.unreachable}>
        <p>{problem.unreachableHint}</p>
        <Again onAgain={onAgain} />
      </Blank>
    );
  return <Reloadable title={problem.bug} hint={problem.bugHint} />;
}

const Again = ({ onAgain }: { onAgain: (() => void) | undefined }) =>
  onAgain ? <Button onClick={onAgain}>{problem.again}</Button> : null;

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** A part of the page is asked for that the coordinator has no more: it has another version by now. */
const isOldChunk = (error: unknown): boolean =>
  error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
