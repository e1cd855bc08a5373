import { useEffect, useState } from 'react';
import { shortCommit } from '#shared/short-commit.ts';
import { texts } from '../texts/texts.ts';

const shownMs = 2_000;

type Said = 'copied' | 'notCopied' | null;

/** Copies a text; says so in its own place, so that nothing moves. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState<Said>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), shownMs);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('copied');
    } catch {
      // Not over plain HTTP to another computer, and not where a browser forbids it.
      setSaid('notCopied');
    }
  };
  return (
    <button type="button" className="copy" aria-label={`${texts.copy}: ${label}`} onClick={() => void copy()}>
      <span aria-live="polite">{texts[said ?? 'copy']}</span>
    </button>
  );
}

/** A command to copy, with its button. */
export function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <pre>{text}</pre>
      <CopyButton text={text} label={text} />
    </div>
  );
}

/** The first characters of a commit; copies all of them. */
export function CommitName({ commit }: { commit: string }) {
  return (
    <span className="commit">
      <code title={commit}>{shortCommit(commit)}</code>
      <CopyButton text={commit} label={`commit ${shortCommit(commit)}`} />
    </span>
  );
}
