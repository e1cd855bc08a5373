import { Button, NativeSelect } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { standing } from '#shared/api.ts';
import type { RunFilter } from '#shared/run-filter.ts';
import type { RunLine } from '#shared/run-line.ts';
import { texts } from '../texts/texts.ts';
import { choicesOf } from './choices.ts';
import { ChangeInput, DayInput, FindInput, NameInput } from './filter-inputs.tsx';

/** The filter of the list is its address: it can be sent, kept and gone back from. */
export function Filters({ filter, runs }: { filter: RunFilter; runs: readonly RunLine[] }) {
  const navigate = useNavigate({ from: '/' });
  const [isOpen, setOpen] = useState(false);
  const set = (change: { [Name in keyof RunFilter]: RunFilter[Name] | undefined }) =>
    void navigate({ search: before => without(before, change), replace: true });
  const choices = choicesOf(runs);
  const count = Object.keys(filter).length;
  return (
    <search className="filters" data-open={isOpen}>
      <div className="filters-first">
        <FindInput text={filter.text ?? ''} onChange={text => set({ text: text || undefined })} />
        <Button
          className="filters-toggle"
          variant="default"
          aria-expanded={isOpen}
          aria-controls="filters-more"
          onClick={() => setOpen(!isOpen)}
        >
          {texts.runs.filtersOpen(count - (filter.text ? 1 : 0))}
        </Button>
      </div>
      <div className="filters-more" id="filters-more">
        <NativeSelect
          aria-label={texts.runs.outcome}
          value={filter.outcome ?? ''}
          onChange={({ currentTarget: { value } }) => set({ outcome: standing.safeParse(value).data })}
          data={[
            { value: '', label: `${texts.runs.outcome}: ${texts.runs.any}` },
            ...standing.options.map(value => ({ value, label: texts.standings[value] })),
          ]}
        />
        {(['repository', 'branch', 'author', 'image'] as const).map(name => (
          <NameInput
            key={`${name} ${filter[name] ?? ''}`}
            label={texts.runs[name]}
            value={filter[name] ?? ''}
            choices={choices[name]}
            onChange={value => set({ [name]: value || undefined })}
          />
        ))}
        <ChangeInput
          key={`change ${filter.change}`}
          {...(filter.change === undefined ? {} : { value: filter.change })}
          onChange={change => set({ change })}
        />
        <NameInput
          key={`test ${filter.test ?? ''}`}
          label={texts.runs.test}
          value={filter.test ?? ''}
          onChange={test => set({ test: test || undefined })}
        />
        {(['since', 'until'] as const).map(name => (
          <DayInput
            key={name}
            label={texts.runs[name]}
            value={filter[name] ?? ''}
            onChange={day => set({ [name]: day || undefined })}
          />
        ))}
        {count > 0 && (
          <Button variant="subtle" onClick={() => void navigate({ search: {} })}>
            {texts.runs.clear}
          </Button>
        )}
      </div>
    </search>
  );
}

/** The address holds no empty names. */
export function without(before: RunFilter, change: object): RunFilter {
  const all = Object.entries({ ...before, ...change });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}
