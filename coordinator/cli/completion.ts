/** Completion scripts, made from the program itself, so that a verb or an option is never missing from them. Pure. */

export type Completed = {
  name: string;
  summary: string;
  /** The words that may follow it, such as `add` of `host`. */
  verbs: readonly string[];
  options: readonly { flag: string; summary: string }[];
};

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The script that a shell reads: `source <(paddock completion bash)`. */
export function completionScript(shell: Shell, verbs: readonly Completed[]): string {
  switch (shell) {
    case 'bash':
      return bash(verbs);
    case 'zsh':
      return zsh(verbs);
    case 'fish':
      return fish(verbs);
  }
}

const names = (verbs: readonly Completed[]): string => verbs.map(({ name }) => name).join(' ');
const flags = ({ options }: Completed): string => options.map(({ flag }) => flag).join(' ');

/** What is no verb and no option completes to files, as it would without us. */
const bash = (verbs: readonly Completed[]): string => `_paddock() {
  local word verb='' isValue='' current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $isValue ]] && { isValue=''; continue; }
    case "$word" in
      --coordinator|--token-file) isValue=yes ;;
      -*) ;;
      *) verb="$word"; break ;;
    esac
  done
  COMPREPLY=()
  case "$verb" in
    '') COMPREPLY=($(compgen -W '${names(verbs)}' -- "$current")) ;;
${verbs.map(verb => `    ${verb.name}) ${bashOffer(verb)} ;;`).join('\n')}
  esac
}
complete -o default -F _paddock paddock
`;

function bashOffer(verb: Completed): string {
  const offer = (words: string) => `COMPREPLY=($(compgen -W '${words}' -- "$current"))`;
  const options = `[[ $current == -* ]] && ${offer(flags(verb))}`;
  return verb.verbs.length === 0 ? options : `${options} || ${offer(verb.verbs.join(' '))}`;
}

const zsh = (verbs: readonly Completed[]): string => `#compdef paddock
_paddock() {
  local -a verbs
  verbs=(
${verbs.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe verb verbs; return; fi
  case "$words[2]" in
${verbs.map(verb => `    ${verb.name}) _arguments ${verb.options.map(option => quoted(`${option.flag}[${option.summary.replace(/[[\]]/g, '')}]`)).join(' ')}${verb.verbs.length === 0 ? '' : ` '2:verb:(${verb.verbs.join(' ')})'`} '*:file:_files' ;;`).join('\n')}
  esac
}
compdef _paddock paddock
`;

const fish = (verbs: readonly Completed[]): string =>
  verbs
    .flatMap(({ name, summary, verbs: words, options }) => [
      `complete -c paddock -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...(words.length === 0
        ? []
        : [`complete -c paddock -n '__fish_seen_subcommand_from ${name}' -f -a ${quoted(words.join(' '))}`]),
      ...options.map(
        option =>
          `complete -c paddock -n '__fish_seen_subcommand_from ${name}' -l ${option.flag.slice(2)} -d ${quoted(option.summary)}`,
      ),
    ])
    .join('\n')
    .concat('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
