# Runs until it is killed. Says so first.
echo "running"
while :; do sleep 1; done
