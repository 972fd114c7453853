"""Tests of what other projects test with, and of what these tests run on."""
