# Leaves a process in a session of its own; its pid is the only line.
setsid sh -c 'echo $$; exec sleep 300' &
sleep 0.2
