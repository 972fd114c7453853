"""How `make docs` builds the site out of these pages. Read by Sphinx alone."""

project = "tmf-server"
extensions = ["myst_parser", "sphinxcontrib.mermaid"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "tmf-server"
html_show_sphinx = False
html_copy_source = False
myst_enable_extensions = ["attrs_block"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 4
nitpicky = True
