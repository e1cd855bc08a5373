import './log.css';
import './ansi.css';
import type { AttemptView, JobView } from '#shared/api.ts';
import { texts } from '../texts/texts.ts';
import { LogView } from './log-view.tsx';
import { useLog } from './use-log.ts';

export type LogViewerProps = {
  job: JobView;
  /** The one whose log is shown; another one is another viewer. */
  attempt: AttemptView;
};

/** The log of one attempt. The address after `#` is its own: lines (`#L120-L140`) and steps (`#step-2`). */
export function LogViewer({ job, attempt }: LogViewerProps) {
  const model = useLog(attempt.id, attempt.log !== null);
  return (
    <section className="log" aria-label={texts.log.name}>
      {model && <LogView model={model} job={job} attempt={attempt} />}
    </section>
  );
}
