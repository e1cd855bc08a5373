import { type BadgeSubject, badgeLabel, badgeMarkdown, badgePath } from '#shared/badge.ts';
import { texts } from '../texts/texts.ts';
import { Command } from './copy-button.tsx';
import './badge-markdown.css';

type BadgeProps = { repository: string; subject: BadgeSubject };

/** How a branch stands, to be put into a README: the badge itself, and its Markdown to copy. */
export const BadgeMarkdown = ({ repository, subject }: BadgeProps) => (
  <details className="badge-markdown">
    <summary>{texts.badge.title}</summary>
    <p>
      <img src={badgePath(repository, subject)} alt={texts.badge.of(badgeLabel(subject))} height={20} />
    </p>
    <Command text={badgeMarkdown(location.origin, repository, subject)} />
    <p className="dim">{texts.badge.hint}</p>
  </details>
);
