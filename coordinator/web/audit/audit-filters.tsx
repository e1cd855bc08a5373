import { Button, NativeSelect } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { auditOutcome } from '#shared/audit.ts';
import { DayInput, NameInput } from '../runs/filter-inputs.tsx';
import { audit as texts } from '../texts/audit.ts';
import { type AuditAsked, auditFilterFrom } from './audit-query.ts';

type Choices = Record<'actor' | 'act' | 'repository' | 'subject', string[]>;

/** The filter is the address of the page: it can be sent, kept and gone back from. */
export function AuditFilters({ filter, choices }: { filter: AuditAsked; choices: Choices }) {
  const navigate = useNavigate({ from: '/audit' });
  const set = (change: Record<string, string | undefined>) =>
    void navigate({
      search: before => {
        const all = Object.entries({ ...before, ...change });
        return auditFilterFrom(Object.fromEntries(all.filter(([, value]) => value !== undefined)));
      },
      replace: true,
    });
  return (
    <search className="audit-filters">
      {(['actor', 'act', 'subject', 'repository'] as const).map(name => (
        <NameInput
          key={`${name} ${filter[name] ?? ''}`}
          label={texts[name]}
          value={filter[name] ?? ''}
          choices={choices[name]}
          onChange={value => set({ [name]: value || undefined })}
        />
      ))}
      <NativeSelect
        aria-label={texts.outcome}
        value={filter.outcome ?? ''}
        onChange={({ currentTarget: { value } }) => set({ outcome: auditOutcome.safeParse(value).data })}
        data={[
          { value: '', label: `${texts.outcome}: ${texts.any}` },
          ...auditOutcome.options.map(value => ({ value, label: texts.outcomes[value] })),
        ]}
      />
      {(['since', 'until'] as const).map(name => (
        <DayInput
          key={name}
          label={texts[name]}
          value={filter[name] ?? ''}
          onChange={day => set({ [name]: day || undefined })}
        />
      ))}
      {Object.keys(filter).length > 0 && (
        <Button variant="subtle" onClick={() => void navigate({ search: {} })}>
          {texts.clear}
        </Button>
      )}
    </search>
  );
}
