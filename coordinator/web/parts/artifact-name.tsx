import type { ArtifactView } from '#shared/api.ts';
import { dateText } from '#shared/retention.ts';
import { texts } from '../texts/texts.ts';

/** A link to its bytes; of one that is removed its path, and since when. */
export const ArtifactName = ({ artifact: { id, path, removedAt } }: { artifact: ArtifactView }) =>
  removedAt === null ? (
    <a className="link" href={`/artifacts/${id}`} download>
      {path}
    </a>
  ) : (
    <span>
      {path} <span className="dim">· {texts.artifacts.removed(dateText(removedAt))}</span>
    </span>
  );
