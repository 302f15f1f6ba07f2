#!/bin/sh
echo "Hello, Ana!"
