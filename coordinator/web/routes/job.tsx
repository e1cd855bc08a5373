import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { jobQuery } from '../live/queries.ts';
import { LogViewer } from '../log/log-viewer.tsx';

const route = getRouteApi('/jobs/$id');

/** Show me the line: steps, the log, and everything that explains it. */
export function JobPage() {
  const { id } = route.useParams();
  const { attempt: number } = route.useSearch();
  const { data: job } = useQuery(jobQuery(id));
  if (!job) return null;
  const attempt = job.history.find(each => each.number === number) ?? job.history.at(-1);
  return attempt ? <LogViewer key={attempt.id} job={job} attempt={attempt} /> : null;
}
