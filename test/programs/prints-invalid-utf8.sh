# Bytes that are no text: NUL, a lone continuation, a cut character, a carriage return, no newline at the end.
printf 'a\000b\200c\303\r\n\377\376end\303'
