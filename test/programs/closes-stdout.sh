# Closes its output and works on; the exit code is all that is left to say.
echo "last words"
exec >&- 2>&-
sleep 0.3
exit 5
