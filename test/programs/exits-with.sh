# Ends with the code given first.
echo "exiting with $1"
exit "$1"
