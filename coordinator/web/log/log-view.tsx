import { useEffect, useRef } from 'react';
import type { AttemptView, JobView } from '#shared/api.ts';
import { useNow } from '../live/clock.ts';
import { texts } from '../texts/texts.ts';
import { keysOf } from './keys.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { linkCopier } from './link-copier.ts';
import { LogBar } from './log-bar.tsx';
import { LogBody } from './log-body.tsx';
import { LogEnd } from './log-end.tsx';
import type { LogModel } from './log-model.ts';
import type { RowFacts } from './log-rows.tsx';
import { linesIn } from './rows.ts';
import { saidOf } from './said.ts';
import { SearchBox } from './search-box.tsx';
import { timesOf } from './shown-times.ts';
import { useAddress } from './use-address.ts';
import { useChoices } from './use-choices.ts';
import { useFollow } from './use-follow.ts';
import { useKeys } from './use-keys.ts';
import { useSnapshot } from './use-log.ts';
import { useMoves } from './use-moves.ts';
import { useNote } from './use-note.ts';
import { useOpening } from './use-opening.ts';
import { useRows } from './use-rows.ts';
import { useScroller } from './use-scroller.ts';
import { useSearch } from './use-search.ts';
import { useSearchPanel } from './use-search-panel.ts';
import { useToldMarks } from './use-told-marks.ts';

export type LogViewProps = { model: LogModel; job: JobView; attempt: AttemptView };

/** Lines around those in view are fetched as well. */
const aheadLines = 100;

export function LogView({ model, job, attempt }: LogViewProps) {
  const log = useSnapshot(model);
  useToldMarks(attempt, model.document.marks());
  const isOver = log.seal !== null;
  const address = useAddress(attempt.number);
  const choices = useChoices(attempt.log === null && address.target === null);
  const { isFollowing, setFollowing, isWrapped, time, folded, unfold } = choices;
  const { rows, looks } = useRows(model, log, folded);
  const layout = `${isWrapped} ${time === 'off'} ${[...folded]} ${log.gaps.length} ${log.beginnings}`;
  const scroller = useScroller({ rows, isMeasured: isWrapped, isFollowing, layout });
  const search = useSearch(attempt.id, log.lines, log.beginnings);
  const hits = search.hits?.lines ?? noHits;
  const moves = useMoves({ model, log, rows, scroller, hits, unfold, setFollowing });
  const panel = useSearchPanel(search, () => {
    moves.forget();
    scroller.box.current?.focus();
  });
  const [note, say] = useNote();
  const now = useNow(log.connection.state === 'lost' ? 1_000 : null);
  const dialog = useRef<HTMLDialogElement>(null);
  const { box, isAtEnd } = scroller;
  useOpening({ attempt, log, rows, moves, box, target: address.target });
  useFollow({ box, isFollowing, isLive: !isOver, isAtEnd, setFollowing, onTouch: moves.stay });
  useEffect(() => {
    const lines = moves.goalLines() ?? (scroller.isSettled() ? linesIn(rows, scroller.seen) : null);
    if (lines) model.want({ from: lines.from - aheadLines, to: lines.to + aheadLines });
  });

  const copyLink = linkCopier(address, moves.firstLine, say);
  const turnFollow = () => setFollowing(!isFollowing);
  const showKeys = () => dialog.current?.showModal();
  useKeys(keysOf({ panel, moves, choices, turnFollow, copyLink, showKeys }));

  const facts: RowFacts = {
    document: model.document,
    rows,
    looks,
    isOver,
    selected: address.selected,
    current: moves.current,
    hits,
    pattern: search.pattern,
    whole: choices.whole,
    nameOf: step => job.steps[step]?.name ?? texts.log.stepOf(step),
    timeText: timesOf(model, attempt, time),
    onWhole: choices.showWhole,
    onFold: choices.turnFold,
    onGap: model.openGap,
    onLine(line, isExtending) {
      setFollowing(false);
      address.select(line, isExtending);
    },
  };

  return (
    <>
      <LogBar
        attempt={attempt}
        choices={choices}
        isSearching={panel.isOpen}
        said={note || saidOf(log.connection, log.trouble, now)}
        onFollow={turnFollow}
        onSearch={panel.isOpen ? panel.close : panel.open}
        onKeys={showKeys}
      >
        {panel.isOpen && (
          <SearchBox
            search={search}
            input={panel.input}
            current={moves.current}
            lines={log.lines}
            onStep={moves.byHit}
            onClose={panel.close}
          />
        )}
      </LogBar>
      <LogBody
        log={log}
        scroller={scroller}
        isWrapped={isWrapped}
        selected={address.selected}
        facts={facts}
        onScroll={moves.toRow}
      />
      {log.seal && <LogEnd seal={log.seal} sections={log.sections} end={attempt.end} />}
      <KeysDialog dialog={dialog} />
    </>
  );
}

const noHits: readonly number[] = [];
