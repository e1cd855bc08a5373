# Bytes that a text mode would change.
set -e
mkdir -p kept
printf '\000\377\r\n\032\n' > kept/bytes
