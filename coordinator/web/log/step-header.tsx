/** The head of a step, between the lines and on top of them: how it stands, how long it took, and its fold. */
import { bytesText, durationText } from '#shared/quantity-text.ts';
import { shapes } from '#shared/words.ts';
import { useNow } from '../live/clock.ts';
import { texts } from '../texts/texts.ts';
import { type Section, standingOf } from './sections.ts';

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
      title={isFolded ? texts.log.unfold(name) : texts.log.fold(name)}
      onClick={onFold}
    >
      <span className="log-fold" aria-hidden="true">
        {isFolded ? '▸' : '▾'}
      </span>
      <span className="log-shape" aria-hidden="true">
        {shapes[standing]}
      </span>
      <span className="only-read-aloud">{texts.log.standing[standing]}: </span>
      <span className="log-step-name">{name}</span>
      <span className="log-step-state">
        {standing === 'running' ? <Running section={section} /> : endText(section)}
      </span>
    </button>
  );
}

function endText({ startedAt, end }: Section): string {
  if (!end) return texts.log.stepCutShort;
  const how = end.exitCode === null ? texts.log.signal(end.signal) : texts.log.exit(end.exitCode);
  const ended = texts.log.stepEnded(how, durationText(Math.max(0, end.at - (startedAt ?? end.at))));
  return end.lateBytes > 0 ? `${ended} · ${texts.log.lateBytes(bytesText(end.lateBytes))}` : ended;
}

/** Counts seconds by itself; nothing else has to be drawn for that. */
function Running({ section }: { section: Section }) {
  const now = useNow(1_000);
  return texts.log.stepRunning(durationText(Math.max(0, now - (section.startedAt ?? now))));
}
