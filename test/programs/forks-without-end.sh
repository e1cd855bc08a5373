# Children that fork children in new sessions, faster than a list of processes is read; eighty at most.
echo "breeding"
breed() { [ "$1" -gt 0 ] && { setsid sh "$0" "$(($1 - 1))" & }; exec sleep 300; }
[ "${1:-start}" = start ] && { breed 80; }
breed "$1"
