import { Shape } from '../parts/shape.tsx';
import { Took } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';
import type { Step } from './steps-of.ts';

/** Each step leads to its place in the log. */
export function StepList({ steps, hasLog }: { steps: readonly Step[]; hasLog: boolean }) {
  return (
    <nav className="steps" aria-label={texts.job.steps}>
      <h2>{texts.job.steps}</h2>
      <ol>
        {steps.map(step => (
          <li key={step.index} className="step">
            {hasLog && step.from !== null ? (
              <a href={`#step-${step.index}`} className="step-line">
                <StepFacts step={step} />
              </a>
            ) : (
              <span className="step-line">
                <StepFacts step={step} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

const StepFacts = ({ step: { name, standing, from, to } }: { step: Step }) => (
  <>
    <Shape standing={standing} />
    <span className="step-name">{name}</span>
    <Took from={from} to={to} />
  </>
);
