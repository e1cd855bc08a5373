import type { ReactNode } from 'react';
import type { AttemptView } from '#shared/api.ts';
import { texts } from '../texts/texts.ts';
import type { Choices } from './use-choices.ts';

export type LogBarProps = {
  attempt: AttemptView;
  choices: Choices;
  isSearching: boolean;
  /** What the reader should know of the connection. */
  said: string;
  onFollow(): void;
  onSearch(): void;
  onKeys(): void;
  children: ReactNode;
};

/** The tools above the lines; `children` is the search, when it is open. */
export function LogBar(props: LogBarProps) {
  const { attempt, choices, isSearching, said, children } = props;
  const { isFollowing, isWrapped, time } = choices;
  const tool = { type: 'button', className: 'log-tool' } as const;
  const raw = new URL(attempt.logUrl, location.href).pathname;
  return (
    <div className="log-bar" role="toolbar" aria-label={texts.log.bar}>
      <button {...tool} aria-pressed={isFollowing} title="f" onClick={props.onFollow}>
        {texts.log.follow}
      </button>
      <button {...tool} aria-pressed={isWrapped} title="w" onClick={choices.turnWrap}>
        {texts.log.wrap}
      </button>
      <button {...tool} aria-pressed={time !== 'off'} title="t" onClick={choices.turnTime}>
        {texts.log.time[time]}
      </button>
      <button {...tool} aria-pressed={isSearching} title="/" onClick={props.onSearch}>
        {texts.log.search}
      </button>
      <span className="log-said" role="status">
        {said}
      </span>
      <a className="log-tool" href={raw}>
        {texts.log.raw}
      </a>
      <a className="log-tool" href={raw} download={`${attempt.id}.txt`}>
        {texts.log.download}
      </a>
      <button
        {...tool}
        aria-label={texts.log.keysButton}
        aria-haspopup="dialog"
        title="?"
        onClick={props.onKeys}
      >
        ?
      </button>
      {children}
    </div>
  );
}
