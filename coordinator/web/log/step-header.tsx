/** The head of a step, between the lines and on top of them: how it stands, how long it took, and its fold. */
import { bytesText, durationText } from '#shared/duration.ts';
import { shapes } from '#shared/words.ts';
import { useNow } from '../live/clock.ts';
import { type Section, standingOf } from './sections.ts';
import { texts } from './texts.ts';

export type StepHeaderProps = {
  section: Section;
  name: string;
  isFolded: boolean;
  /** Nothing more comes. */
  isOver: boolean;
  /** Drawn a second time, for eyes and mouse only. */
  isCopy?: boolean;
  onFold(): void;
};

export function StepHeader({ section, name, isFolded, isOver, isCopy = false, onFold }: StepHeaderProps) {
  const standing = standingOf(section, isOver);
  return (
    <button
      type="button"
      className={`log-step log-${standing}`}
      aria-expanded={!isFolded}
      tabIndex={isCopy ? -1 : 0}
      title={isFolded ? texts.unfold(name) : texts.fold(name)}
      onClick={onFold}
    >
      <span className="log-fold" aria-hidden="true">
        {isFolded ? '▸' : '▾'}
      </span>
      <span className="log-shape" aria-hidden="true">
        {shapes[standing]}
      </span>
      <span className="only-read-aloud">{texts.standing[standing]}: </span>
      <span className="log-step-name">{name}</span>
      <span className="log-step-state">
        {standing === 'running' ? <Running section={section} /> : endText(section)}
      </span>
    </button>
  );
}

function endText({ startedAt, end }: Section): string {
  if (!end) return texts.stepCutShort;
  const how = end.exitCode === null ? texts.signal(end.signal) : texts.exit(end.exitCode);
  const ended = texts.stepEnded(how, durationText(Math.max(0, end.at - (startedAt ?? end.at))));
  return end.lateBytes > 0 ? `${ended} · ${texts.lateBytes(bytesText(end.lateBytes))}` : ended;
}

/** Counts seconds by itself; nothing else has to be drawn for that. */
function Running({ section }: { section: Section }) {
  const now = useNow(1_000);
  return texts.stepRunning(durationText(Math.max(0, now - (section.startedAt ?? now))));
}
