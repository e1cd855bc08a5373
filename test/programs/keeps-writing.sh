# Numbered lines on stdout and stderr by turns; order is the point. $1 lines.
i=0
while [ "$i" -lt "$1" ]; do echo "out $i"; echo "err $i" >&2; i=$((i + 1)); done
