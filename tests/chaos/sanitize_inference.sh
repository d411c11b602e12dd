#!/bin/sh
# Runs the inference tests against durable-rules compiled with AddressSanitizer and
# UndefinedBehaviorSanitizer, then shows that the sanitizers see what the fences forbid.
#
#   tests/chaos/sanitize_inference.sh [arguments for pytest, e.g. -m long]
#
# Needs Linux, gcc with its sanitizer libraries, and .venv. `bounds-strict` matters: without it gcc
# takes the array at the end of a struct for one of any length, and the overrun goes unseen.
set -eu
cd "$(dirname "$0")/../.."
python=$PWD/.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m pip download --quiet --no-deps --no-binary :all: durable-rules==2.0.28 --dest "$work"
tar -xzf "$work"/durable_rules-2.0.28.tar.gz -C "$work"
source=$work/durable_rules-2.0.28/src
include=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
mkdir "$work/lib"
gcc -std=c99 -D_GNU_SOURCE -O1 -g -w -fPIC -shared -fno-omit-frame-pointer \
    -fsanitize=address,undefined,bounds-strict -fno-sanitize-recover=undefined,bounds-strict \
    -I"$include" -I"$source/rules" "$source"/rules/*.c "$source/rulespy/rules.c" \
    -o "$work/lib/durable_rules_engine.so"

sanitized() {
    # The interpreter itself is not instrumented: it leaks on exit by design. Its own allocator is
    # bypassed, so that Python's objects are watched too.
    PYTHONPATH=$work/lib:$PWD PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 \
        LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        "$python" "$@"
}

sanitized -c 'import durable_rules_engine as e, sys; sys.exit("/lib/durable" not in e.__file__)'
sanitized -m pytest -q -p no:cacheprovider tests/unit/rules/test_infer_agreement.py \
    tests/unit/rules/test_infer_meaning.py -k "not memory" "$@"

cat > "$work/joined.py" <<'EOF'
import json
import durable_rules_engine as engine

joined = [{"c": {"kind": "case"}}, {"a": {"code": 1}}, {"b": {"code": 2}}]
facts = [{"id": "c", "kind": "case"}, {"id": "a", "code": 1}, {"id": "b", "code": 2}]
handle = engine.create_ruleset("joined", json.dumps({"r": {"all": joined, "pri": 1}}))
for fact in facts:
    _, state = engine.assert_fact(handle, json.dumps(fact | {"sid": "1"}))
started = engine.start_action_for_state(handle, state)
while started is not None:
    started = engine.complete_and_start_action(handle, state)
for fact in facts:
    engine.retract_fact(handle, json.dumps(fact | {"sid": "1"}))
EOF
if said=$(sanitized "$work/joined.py" 2>&1); then
    echo "the joined form passed: the sanitizers are not at work" >&2
    exit 1
fi
case $said in
*"out of bounds for type 'messageFrame"*) echo "our form is clean; the joined form is reported" ;;
*) printf '%s\n' "$said" >&2; exit 1 ;;
esac
