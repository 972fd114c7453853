"""Tests of the TMF630 engine, one file per capability."""
