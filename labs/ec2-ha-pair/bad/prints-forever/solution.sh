#!/usr/bin/env bash
# Known bad: prints without end, and would fill any disk that keeps it.
yes 'Is it running yet?'
