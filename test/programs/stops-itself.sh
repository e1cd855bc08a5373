# Stops like a job in the background that wants the terminal.
echo "stopping"
kill -STOP $$
echo "continued"
