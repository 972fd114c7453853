"""The documents that everything is measured with, one module per noun: 3 to 5 kB each, as an operator's are."""
