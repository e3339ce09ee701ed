# Usage: open_checkpoint.sh NOTE KEY: verify a checkpoint with coreutils and openssl alone (docs/06-audit-log.md).
set -eu
# RFC 8410: twelve bytes of DER make a bare Ed25519 key one that openssl reads
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed '/^$/,$d' "$1" > "$work/text"                                               # the text: all before the empty line
grep '^— ' "$1" | head -n 1 | cut -d' ' -f3 | base64 -d | tail -c 64 > "$work/signature"  # behind the 4 bytes of the key's id
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; printf %s "$2" | cut -d+ -f3- | base64 -d | tail -c 32; } > "$work/key.der"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" -sigfile "$work/signature"
