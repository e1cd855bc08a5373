import { Autocomplete, Button, NativeSelect, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { type RunView, standing } from '#shared/api.ts';
import type { RunFilter } from '#shared/run-filter.ts';
import { texts } from '../texts/texts.ts';
import { choicesOf } from './choices.ts';

const typedAfterMs = 250;

/** The filter of the list is its address: it can be sent, kept and gone back from. */
export function Filters({ filter, runs }: { filter: RunFilter; runs: readonly RunView[] }) {
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
        {filter.change !== undefined && (
          <Button
            variant="default"
            aria-label={texts.runs.remove(texts.runs.change)}
            onClick={() => set({ change: undefined })}
          >
            #{filter.change} ✕
          </Button>
        )}
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
function without(before: RunFilter, change: object): RunFilter {
  const all = Object.entries({ ...before, ...change });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

type NameInputProps = { label: string; value: string; choices: string[]; onChange(value: string): void };

/** A name, from those that are in the list or any other; taken when it is chosen, entered or left. */
function NameInput({ label, value, choices, onChange }: NameInputProps) {
  const [typed, setTyped] = useState(value);
  const take = (name: string) => name.trim() !== value && onChange(name.trim());
  return (
    <Autocomplete
      className="filter-name"
      aria-label={label}
      placeholder={label}
      data={choices}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={take}
      onBlur={() => take(typed)}
      onKeyDown={({ key }) => key === 'Enter' && take(typed)}
      clearable
      onClear={() => take('')}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

function FindInput({ text, onChange }: { text: string; onChange(text: string): void }) {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // Whoever goes back, or clears all, changes the address and not the input.
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed.trim() === text) return;
    const timer = setTimeout(() => latest.current(typed.trim()), typedAfterMs);
    return () => clearTimeout(timer);
  }, [typed, text]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key !== '/' ||
        (event.target instanceof Element && event.target.closest('input, select, dialog'))
      )
        return;
      event.preventDefault();
      input.current?.select();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <TextInput
      ref={input}
      type="search"
      className="filter-text"
      aria-label={texts.runs.text}
      aria-keyshortcuts="/"
      placeholder={texts.runs.textHint}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}
