# Prints its first argument in two writes with a pause between them.
half=$((${#1} / 2))
printf '%s' "$(printf '%s' "$1" | cut -c "1-$half")"
sleep 0.2
printf '%s\n' "$(printf '%s' "$1" | cut -c "$((half + 1))-")"
