#!/usr/bin/env bash
# Known bad: waits for a file that nobody writes.
until [ -e web-1.ready ]; do
    sleep 1
done
