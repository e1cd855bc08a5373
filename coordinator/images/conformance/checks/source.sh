# The files of the commit, all of them and nothing else beside them.
set -e
expected='.paddock.yml checks/artifact.sh checks/leave-behind.sh checks/left-behind.sh checks/live-log.sh checks/long-log.sh checks/source.sh checks/stubborn.sh'
found=$(find . -type f ! -path './.git/*' | sed 's|^\./||' | LC_ALL=C sort | tr '\n' ' ')
[ "$found" = "$expected " ] || { echo "expected the files: $expected"; echo "found: $found"; exit 1; }
echo "conformance source $(cksum < .paddock.yml)"
