#!/bin/sh
# The demo's sandbox: a small simulated community, made once, served as a forum, a board and a desk.
set -eu
community="$DATA_DIR/community"
if [ ! -d "$community" ]; then
    python -m sandbox simulate "$community" --seed 1 --members 500 --months 12 --posts 8000 --requests 300 --tickets 800
fi
exec python -m sandbox serve --host 0.0.0.0 --port 8900 \
    --source "forum=discourse:$community" --source "ideas=uservoice:$community" --source "desk=zendesk:$community"
