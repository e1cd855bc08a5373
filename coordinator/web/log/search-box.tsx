import { type KeyboardEvent, type RefObject, useId } from 'react';
import { texts } from '../texts/texts.ts';
import { countBefore } from './hits.ts';
import type { Search } from './use-search.ts';

export type SearchBoxProps = {
  search: Search;
  input: RefObject<HTMLInputElement | null>;
  /** The line found that is looked at. */
  current: number | null;
  /** Of the log. */
  lines: number;
  onStep(direction: 1 | -1): void;
  onClose(): void;
};

/** Looks for text in the whole log: how often, and where next. */
export function SearchBox({ search, input, current, lines, onStep, onClose }: SearchBoxProps) {
  const { query, change } = search;
  const said = useId();
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
  };
  return (
    <search className="log-search">
      <input
        ref={input}
        type="search"
        aria-label={texts.log.searchLabel}
        aria-describedby={said}
        placeholder={texts.log.searchHint}
        value={query.text}
        maxLength={1_000}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={({ target }) => change({ text: target.value })}
        onKeyDown={onKey}
      />
      <Toggle
        label={texts.log.caseToggle}
        isOn={query.isCaseSensitive}
        onToggle={isCaseSensitive => change({ isCaseSensitive })}
      >
        Aa
      </Toggle>
      <Toggle label={texts.log.regexToggle} isOn={query.isRegex} onToggle={isRegex => change({ isRegex })}>
        .*
      </Toggle>
      <span id={said} className="log-said" role="status">
        {saidOf(search, current, lines)}
        {search.hits && !search.hits.isComplete && (
          <>
            {' '}
            <button type="button" onClick={search.goOn}>
              {texts.log.goOn}
            </button>
          </>
        )}
      </span>
      <button
        type="button"
        className="log-tool"
        aria-label={texts.log.previousHit}
        title={`${texts.log.previousHit} (N)`}
        onClick={() => onStep(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        className="log-tool"
        aria-label={texts.log.nextHit}
        title={`${texts.log.nextHit} (n)`}
        onClick={() => onStep(1)}
      >
        ↓
      </button>
      <button
        type="button"
        className="log-tool"
        aria-label={texts.log.closeSearch}
        title={texts.log.closeSearch}
        onClick={onClose}
      >
        ✕
      </button>
    </search>
  );
}

function saidOf(
  { hits, isSearching, problem, query }: Search,
  current: number | null,
  lines: number,
): string {
  if (problem) return problem;
  if (isSearching) return texts.log.searching;
  if (!hits || query.text === '') return '';
  const at = current === null ? null : countBefore(hits.lines, current) + 1;
  const found = hits.matches === 0 ? texts.log.notFound : texts.log.hits(at, hits.matches);
  const parts = [found];
  if (hits.matches > hits.lines.length) parts.push(texts.log.namedOnly(hits.lines.length));
  if (!hits.isComplete) parts.push(texts.log.searchedUntil(hits.scanned, lines));
  return parts.join(' · ');
}

type ToggleProps = { label: string; isOn: boolean; onToggle(isOn: boolean): void; children: string };

function Toggle({ label, isOn, onToggle, children }: ToggleProps) {
  return (
    <button
      type="button"
      className="log-tool"
      aria-pressed={isOn}
      aria-label={label}
      title={label}
      onClick={() => onToggle(!isOn)}
    >
      {children}
    </button>
  );
}
