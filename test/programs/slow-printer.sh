# A progress bar: no newline for a long time, but always something new. $1 dots, 50 ms apart.
i=0
while [ "$i" -lt "$1" ]; do printf .; sleep 0.05; i=$((i + 1)); done
echo
