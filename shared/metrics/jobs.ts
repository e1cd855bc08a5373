import { outcome } from '../job.ts';
import { waitKinds } from '../wait-kind.ts';
import { ciSeconds, type Metric, ofImage } from './metric.ts';

/** Of the queue and of what became of jobs. Seconds are those of the coordinator's clock. */
export const jobMetrics = {
  paddock_queue_jobs: {
    kind: 'gauge',
    help: 'Jobs that wait for a machine, by image and by why they wait.',
    labels: { ...ofImage, reason: waitKinds },
  },
  paddock_queue_oldest_wait_seconds: {
    kind: 'gauge',
    help: 'How long the oldest queued job of the image has waited.',
    labels: ofImage,
  },
  paddock_queue_wait_seconds: {
    kind: 'histogram',
    help: 'How long jobs waited for a machine, each time they were given one.',
    labels: ofImage,
    buckets: ciSeconds,
  },
  paddock_attempt_phase_seconds: {
    kind: 'histogram',
    help: 'How long a phase of an attempt took: to take the job up, to get its source, its steps, its uploads. Of phases that were reached.',
    labels: { ...ofImage, phase: ['start', 'source', 'steps', 'uploads'] },
    buckets: ciSeconds,
  },
  paddock_job_seconds: {
    kind: 'histogram',
    help: 'How long jobs took from the queue to their verdict, the wait included. Of jobs that ran.',
    labels: ofImage,
    buckets: ciSeconds,
  },
  paddock_jobs_settled_total: {
    kind: 'counter',
    help: 'Jobs that came to an end, by outcome; skipped and cancelled ones too.',
    labels: { ...ofImage, outcome: outcome.options },
  },
  paddock_attempts_lost_total: {
    kind: 'counter',
    help: 'Attempts whose machine went, or was not heard of any more, before they had a verdict.',
    labels: ofImage,
  },
  paddock_leases: {
    kind: 'gauge',
    help: 'Attempts that hold a machine: heard of lately, or not for the time of a lease and about to be given up.',
    labels: { state: ['live', 'expired'] },
  },
} as const satisfies Record<string, Metric>;
