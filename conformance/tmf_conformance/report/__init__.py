"""Reports of a run: console, HTML, JUnit XML, JSON. They read results and judge nothing."""
